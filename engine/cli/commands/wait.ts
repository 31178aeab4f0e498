import { setTimeout as delay } from 'node:timers/promises';
import { isActive, type RunSummary } from '../../../protocol/runs.ts';
import { warningNow } from '../../../protocol/warnings.ts';
import { UserError } from '../../base/errors.ts';
import type { StoreReader } from '../../runs/store.ts';
import { type Command, jsonOption, storeOption } from '../command.ts';
import { printJson, printLines } from '../output.ts';
import { withSignals } from '../signals.ts';
import { findRuns } from '../stores.ts';

const POLL_MS = 250;
/** What a timer of Node can wait for. */
const MOST_SECONDS = 2_000_000;

/** How it ended, and the exit code that says so. */
const CODES = { finished: 0, ended: 1, warned: 3, waiting: 4 } as const;
type Outcome = keyof typeof CODES;

export const waitCommand: Command = {
  name: 'wait',
  usage: 'RUN…',
  summary:
    'Waits until one of these runs is warned of something that keeps it from learning, or until all have ended. Exit code 0: all finished, 1: one did not, 3: one is warned, 4: they still train after the timeout.',
  example: 'lif wait k3f9 --timeout 600 || lif stop k3f9',
  positionals: [1, 10_000],
  options: {
    timeout: { type: 'string', value: 'SECONDS', help: 'how long to wait at most (default: as long as it takes)' },
    store: storeOption,
    json: jsonOption,
  },
  async run(_cli, input) {
    const deadline = performance.now() + 1000 * secondsOf(input.text('timeout'));
    const { reader, runs } = findRuns(input.store, input.positionals);
    const ids = runs.map(({ id }) => id);
    let interrupted: number | undefined;
    const now = await withSignals(async ({ stop, exitCode }) => {
      const found = await waitFor(reader, ids, deadline, stop);
      interrupted = exitCode();
      return found;
    });
    if (interrupted !== undefined) return interrupted;
    const outcome = outcomeOf(now);
    if (input.flag('json')) printJson({ outcome, code: CODES[outcome], runs: now });
    else
      printLines(
        now.map((run) => {
          const warning = warningNow(run);
          return `${run.id}: ${warning ? `${warning.cause}: ${warning.sentence}` : run.state}`;
        }),
      );
    return CODES[outcome];
  },
};

function secondsOf(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds >= 0 && seconds <= MOST_SECONDS))
    throw new UserError(`--timeout is a number of seconds from 0 to ${MOST_SECONDS}, not "${text}".`);
  return seconds;
}

/** The runs as they are when one is warned, all have ended, the time is over or `stop` is signalled. */
async function waitFor(
  reader: StoreReader,
  ids: readonly string[],
  deadline: number,
  stop: AbortSignal,
): Promise<RunSummary[]> {
  for (;;) {
    reader.refresh([...ids]);
    const runs = ids.flatMap((id) => reader.summary(id) ?? []);
    if (outcomeOf(runs) !== 'waiting' || performance.now() >= deadline || stop.aborted) return runs;
    await delay(Math.min(POLL_MS, Math.max(0, deadline - performance.now())), undefined, { signal: stop }).catch(
      () => {},
    );
  }
}

function outcomeOf(runs: readonly RunSummary[]): Outcome {
  if (runs.some(warningNow)) return 'warned';
  if (runs.some(({ state }) => isActive(state))) return 'waiting';
  return runs.length > 0 && runs.every(({ state }) => state === 'finished') ? 'finished' : 'ended';
}
