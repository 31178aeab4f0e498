/** The services of the query process, from the parts of the engine that the commands use, too. */
import { basename, dirname } from 'node:path';
import type { HostParams } from '../../protocol/host.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { UserError } from '../base/errors.ts';
import { reason } from '../base/files.ts';
import { engineVersion } from '../base/version.ts';
import { detachWork } from '../executors/local/detach.ts';
import { complete, hover } from '../experiment/assist/assist.ts';
import { expandExperiment } from '../experiment/expand.ts';
import { checkExperiment } from '../experiment/parse.ts';
import type { Experiment } from '../experiment/schema.ts';
import { compareExperiment } from '../runs/compare.ts';
import { createRuns } from '../runs/create.ts';
import { readRunFile } from '../runs/read.ts';
import { requestStop, requeue } from '../runs/write.ts';
import { checkRuns, readStudyText } from '../studies/load.ts';
import { provenanceOf } from '../studies/provenance.ts';
import type { Services } from './services.ts';

/** @param lif program and first arguments that start `lif` again. */
export function engineServices(lif: string[]): Services {
  return {
    engineVersion: engineVersion(),
    check(file, text) {
      const { diagnostics, outline } = checkExperiment(text, file);
      return { diagnostics, ...(outline && { outline }) };
    },
    complete: (file, text, position) => complete(text, file, position),
    hover: (file, text, position) => hover(text, file, position) ?? null,
    compare(file, text, runs) {
      return compareExperiment(experimentOf(file, text ?? readStudyText(file)), file, runs);
    },
    start: (request) => start(lif, request),
    stop(run) {
      try {
        requestStop(run.folder);
      } catch (error) {
        throw new UserError(`${run.id} cannot be asked to stop: ${reason(error)}.`);
      }
    },
    resume: (runs, threads) => resume(lif, runs, threads),
  };
}

function experimentOf(file: string, text: string): Experiment {
  const { diagnostics, experiment } = checkExperiment(text, file);
  if (experiment) return experiment;
  const first = diagnostics.find(({ severity }) => severity === 'error');
  const where = first ? ` line ${first.range.start.line + 1}: ${first.message}` : ' it is not an experiment file.';
  throw new UserError(`${basename(file)},${where}`);
}

async function start(lif: string[], { file, store, variants, seeds, threads }: HostParams<'runs/start'>) {
  const text = readStudyText(file);
  const specs = expandExperiment(experimentOf(file, text), file, { variants, seeds });
  await checkRuns(specs);
  const folders = createRuns(store, specs, await provenanceOf(file, text));
  await detachWork(lif, store, { folders, threads });
  return folders.map((folder) => basename(folder));
}

/** One process for the runs of each store. */
async function resume(lif: string[], runs: readonly RunSummary[], threads: number | undefined): Promise<void> {
  for (const { id, folder } of runs) {
    const run = readRunFile(folder);
    if ('damage' in run) throw new UserError(`${id} cannot be resumed: ${run.damage}`);
  }
  const folders = [...new Set(runs.map(({ folder }) => folder))];
  for (const store of new Set(folders.map(storeOf))) {
    const ofStore = folders.filter((folder) => storeOf(folder) === store);
    for (const folder of ofStore) {
      try {
        requeue(folder);
      } catch (error) {
        throw new UserError(`${folder} cannot be written: ${reason(error)}.`);
      }
    }
    await detachWork(lif, store, { folders: ofStore, threads });
  }
}

/** `<store>/runs/<id>` → `<store>`. */
function storeOf(folder: string): string {
  return dirname(dirname(folder));
}
