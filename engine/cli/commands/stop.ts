import { setTimeout as delay } from 'node:timers/promises';
import { isActive, type RunSummary } from '../../../protocol/runs.ts';
import type { StoreReader } from '../../runs/store.ts';
import { stopRuns } from '../../studies/stop.ts';
import { toldRuns } from '../answers/told.ts';
import { type Command, jsonOption, storeOption, testOption } from '../command.ts';
import { printJson, printLines } from '../output.ts';
import { findRuns } from '../stores.ts';

const POLL_MS = 250;
const PATIENCE_MS = 60_000;

export const stopCommand: Command = {
  name: 'stop',
  usage: 'RUN…',
  summary: 'Stops runs after a last checkpoint and waits until they have stopped; they can be resumed.',
  example: 'lif stop 20261123-141530-delayed-xor-baseline-s1-k3f9',
  positionals: [1, 10_000],
  options: { store: storeOption, test: testOption, json: jsonOption },
  async run(_cli, input) {
    const { reader, runs } = findRuns(input.store, input.positionals);
    const active = await stopRuns(runs);
    const left = await waitUntilStopped(reader, active);
    const now = runs.map((run) => reader.summary(run.id) ?? run);
    if (input.flag('json')) printJson({ runs: toldRuns(now, input.flag('test')) });
    else
      printLines(
        now.map((run) => `${run.id}: ${isActive(run.state) ? 'does not answer; it will stop when it can' : run.state}`),
      );
    return left === 0 ? 0 : 1;
  },
};

async function waitUntilStopped(reader: StoreReader, runs: RunSummary[]): Promise<number> {
  const ids = runs.map((run) => run.id);
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    reader.refresh(ids);
    const left = ids.filter((id) => isActive(reader.summary(id)?.state ?? 'stopped')).length;
    if (left === 0 || performance.now() > deadline) return left;
    await delay(POLL_MS);
  }
}
