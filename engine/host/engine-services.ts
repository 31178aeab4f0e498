/** The services of the query process, from the parts of the engine that the commands use, too. */
import { basename } from 'node:path';
import type { ExecutorId, HostParams, RunOrigin } from '../../protocol/host.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { UserError } from '../base/errors.ts';
import { sha256 } from '../base/hash.ts';
import { engineVersion } from '../base/version.ts';
import { judgeClaims } from '../claims/judge.ts';
import { CATALOGUE } from '../datasets/library/catalogue.ts';
import { dataRows } from '../datasets/library/listing.ts';
import { executorAt, placeOf as placeFor } from '../executors/place.ts';
import { lookAtCluster } from '../executors/slurm/look.ts';
import { complete, hover } from '../experiment/assist/assist.ts';
import { addSeeds } from '../experiment/edits/add-seeds.ts';
import { adoptSettings } from '../experiment/edits/adopt.ts';
import { applyEdit } from '../experiment/edits/apply.ts';
import { editsBetween } from '../experiment/edits/replacement.ts';
import { expandExperiment } from '../experiment/expand.ts';
import { insightOf } from '../experiment/insight/insight.ts';
import { locateFields } from '../experiment/locate.ts';
import { matrixOf } from '../experiment/matrix/matrix.ts';
import { checkExperiment } from '../experiment/parse.ts';
import { trainJobs } from '../jobs/job.ts';
import { type Asked, requestAnalysis } from '../jobs/request.ts';
import { answerPlaceOf } from '../runs/analyses.ts';
import { compareExperiment } from '../runs/comparison/compare.ts';
import { readOrigin } from '../runs/origin.ts';
import { readRunFile } from '../runs/read.ts';
import { Across } from '../studies/across.ts';
import { differencesOf, settingsOf } from '../studies/differences.ts';
import { Evidence } from '../studies/evidence.ts';
import { goOn } from '../studies/go-on.ts';
import { firstError, readStudyText, refuseMissing, studyOf } from '../studies/load.ts';
import { placesOf } from '../studies/places.ts';
import { RecentStudies } from '../studies/recent.ts';
import { createStudyRuns } from '../studies/start.ts';
import { stopAnalyses, stopRuns } from '../studies/stop.ts';
import { submitByStore } from '../studies/submit.ts';
import { machineRemarks } from './machine.ts';
import { outlookOf } from './outlook.ts';
import { Probes } from './probes.ts';
import type { Services } from './services.ts';

/** @param lif program and first arguments that start `lif` again. */
export function engineServices(lif: string[]): Services {
  const probes = new Probes(lif);
  const evidence = new Evidence();
  const recent = new RecentStudies();
  const across = new Across();
  return {
    engineVersion: engineVersion(),
    check(file, text) {
      const { diagnostics, outline, experiment } = checkExperiment(text, file);
      const remarks = experiment ? machineRemarks(text, file, experiment) : [];
      return { diagnostics: [...diagnostics, ...remarks], ...(outline && { outline }) };
    },
    complete: (file, text, position) => complete(text, file, position),
    insight: (file, text, runs) =>
      insightOf(text, file, (experiment) => outlookOf(experiment, compareExperiment(experiment, file, runs))),
    hover: (file, text, position) => hover(text, file, position) ?? null,
    datasets: () => dataRows(CATALOGUE),
    judge(file, text, runs) {
      const experiment = recent.experiment(file, text);
      return judgeClaims(experiment, compareExperiment(experiment, file, runs).rows);
    },
    advise(file, text, runs, history) {
      const experiment = recent.experiment(file, text);
      return evidence.advise(experiment, compareExperiment(experiment, file, runs), history);
    },
    edit: (file, text, edit) => applyEdit(text, file, edit),
    adopt(file, text, variant, run) {
      const { settings, problem } = settingsOf(run);
      if (!settings) throw new UserError(problem);
      return editsBetween(text, adoptSettings(text, file, variant, settings));
    },
    matrix: (file, text, fields) => matrixOf(text, file, fields),
    locate: (file, text, fields) => locateFields(text, file, fields),
    addSeeds(file, text, count) {
      const { text: changed, seeds } = addSeeds(text, file, count);
      return { edits: editsBetween(text, changed), seeds };
    },
    compare(file, text, runs, reference) {
      const experiment = recent.experiment(file, text);
      return compareExperiment(experiment, file, runs, reference === undefined ? {} : { reference });
    },
    across: (params, runs) => across.table(params, runs),
    settings(file, text, runs) {
      const experiment = recent.experiment(file, text);
      return differencesOf(experiment, runs);
    },
    origin: originOf,
    start: (request) => start(lif, request),
    stop: (runs) => stopRuns(runs),
    resume: (runs, options) => resume(lif, runs, options),
    look: (store) => lookAtCluster(store),
    stopAnalysis: async (run, name) => void (await stopAnalyses([run], name)),
    analyse: (runs, question) => analyse(lif, runs, question),
    async tool(name, input, where, signal) {
      const { callTool, isTool } = await import('../tools/call.ts');
      if (!isTool(name)) throw new UserError(`There is no tool ${name}.`);
      return callTool({ lif, ...where }, name, input, signal);
    },
    probe: ({ folder }, question) => probes.ask(folder, question),
    close: () => probes.close(),
    async checked({ result, ...answer }) {
      if (result === undefined) return answer;
      const { analysisOf } = await import('../analysis/registry.ts');
      const parsed = analysisOf(answer.analysis).result.safeParse(result);
      if (parsed.success) return { ...answer, result: parsed.data };
      return { ...answer, state: 'failed', message: `The answer ${answer.name} in the store is damaged; ask again.` };
    },
  };
}

/** The text that is kept beside the run; of earlier builds that of the file, while it is the same. */
function originOf({ folder, file, id }: RunSummary): RunOrigin {
  const run = readRunFile(folder);
  const { gitCommit, fileHash } = 'value' in run ? run.value.provenance : {};
  const kept = readOrigin(folder);
  const text = kept.text ?? textWithHash(file, fileHash);
  if (text === undefined)
    throw new UserError(
      `The file of ${id} has changed since, and was not kept: the run is of an earlier version of LIF Lab.`,
    );
  return {
    text,
    ...(gitCommit !== undefined && { commit: gitCommit }),
    ...(kept.changes !== undefined && { changes: kept.changes }),
  };
}

function textWithHash(file: string, hash: string | undefined): string | undefined {
  try {
    const text = readStudyText(file);
    return sha256(text) === hash ? text : undefined;
  } catch {
    return undefined;
  }
}

async function start(
  lif: string[],
  { file, text, store, variants, seeds, threads, executor }: HostParams<'runs/start'>,
) {
  const study = studyOf(file, text ?? readStudyText(file), [], firstError);
  const specs = expandExperiment(study.experiment, file, { variants, seeds });
  const place = placeFor(study.experiment, executor);
  if (place.executor === 'local') refuseMissing(specs);
  const chosen = executorAt(place, lif);
  await chosen.ready();
  const folders = await createStudyRuns(study, specs, store);
  await chosen.submit(trainJobs(folders), { store, threads });
  return folders.map((folder) => basename(folder));
}

async function resume(
  lif: string[],
  runs: readonly RunSummary[],
  options: { threads?: number; epochs?: number; executor?: ExecutorId },
): Promise<string[]> {
  const { threads, epochs, executor } = options;
  // Whoever resumes from the editor has trusted the workspace, and with it the lines of its files.
  const placed = placesOf([...new Set(runs.map(({ folder }) => folder))], { chosen: executor, trusted: true });
  const { anew } = goOn(runs, epochs);
  for (const { place, folders } of placed) await submitByStore(executorAt(place, lif), trainJobs(folders), { threads });
  return anew;
}

async function analyse(
  lif: string[],
  runs: readonly RunSummary[],
  { analysis, params, threads, executor }: Omit<HostParams<'analyses/start'>, 'runIds'>,
): Promise<string[]> {
  // Whoever asks in the editor has trusted the workspace, and with it the lines of its files.
  const placed = placesOf([...new Set(runs.map(({ folder }) => folder))], { chosen: executor, trusted: true });
  for (const { place } of placed) await executorAt(place, lif).ready();
  const asked: Asked[] = [];
  for (const { folder } of runs) asked.push(await requestAnalysis(folder, { analysis, params }));
  const open = asked.filter(({ done, underWay }) => !done && !underWay).map(({ job }) => job);
  for (const { place, folders } of placed) {
    const jobs = open.filter(({ run }) => folders.includes(run));
    await submitByStore(executorAt(place, lif), jobs, { threads });
  }
  return asked.map(({ job }) => answerPlaceOf(job.run, job.analysis, job.key).name);
}
