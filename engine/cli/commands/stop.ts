import { setTimeout as delay } from 'node:timers/promises';
import { isActive, type RunSummary } from '../../../protocol/runs.ts';
import type { AnalyseJob } from '../../jobs/job.ts';
import { answerOf, answerPlaceOf } from '../../runs/analyses.ts';
import { idOf } from '../../runs/folder.ts';
import type { StoreReader } from '../../runs/store.ts';
import { stopAnalyses, stopRuns } from '../../studies/stop.ts';
import { toldRuns } from '../answers/told.ts';
import { type Command, jsonOption, storeOption, testOption } from '../command.ts';
import { printJson, printLines } from '../output.ts';
import { findRuns } from '../stores.ts';

const POLL_MS = 250;
const PATIENCE_MS = 60_000;

export const stopCommand: Command = {
  name: 'stop',
  usage: 'RUN…',
  summary:
    'Stops runs after a last checkpoint, and what is being asked of them, and waits until they have stopped; they can be resumed.',
  example: 'lif stop 20261123-141530-delayed-xor-baseline-s1-k3f9',
  positionals: [1, 10_000],
  options: { store: storeOption, test: testOption, json: jsonOption },
  async run(_cli, input) {
    const { reader, runs } = findRuns(input.store, input.positionals);
    const active = await stopRuns(runs);
    const asked = await stopAnalyses(runs);
    const left = await waitUntilStopped(reader, active, asked);
    const now = runs.map((run) => reader.summary(run.id) ?? run);
    const analyses = asked.map((job) => ({ run: idOf(job.run), analysis: job.analysis, state: stateOf(job) }));
    if (input.flag('json'))
      printJson({ runs: toldRuns(now, input.flag('test')), ...(analyses.length > 0 && { analyses }) });
    else
      printLines([
        ...now.map(({ id, state }) => `${id}: ${endText(state)}`),
        ...analyses.map(({ run, analysis, state }) => `${analysis} of ${run}: ${endText(state)}`),
      ]);
    return left === 0 ? 0 : 1;
  },
};

function endText(state: RunSummary['state']): string {
  return isActive(state) ? 'does not answer; it will stop when it can' : state;
}

function stateOf({ run, analysis, key }: AnalyseJob): RunSummary['state'] {
  return answerOf(idOf(run), answerPlaceOf(run, analysis, key)).state;
}

async function waitUntilStopped(
  reader: StoreReader,
  runs: readonly RunSummary[],
  asked: readonly AnalyseJob[],
): Promise<number> {
  const ids = runs.map((run) => run.id);
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    reader.refresh(ids);
    const left =
      ids.filter((id) => isActive(reader.summary(id)?.state ?? 'stopped')).length +
      asked.filter((job) => isActive(stateOf(job))).length;
    if (left === 0 || performance.now() > deadline) return left;
    await delay(POLL_MS);
  }
}
