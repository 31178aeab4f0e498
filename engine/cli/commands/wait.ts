import { setTimeout as delay } from 'node:timers/promises';
import { isActive, type RunSummary } from '../../../protocol/runs.ts';
import { warningNow } from '../../../protocol/warnings.ts';
import { UserError } from '../../base/errors.ts';
import { lookAtCluster } from '../../executors/slurm/look.ts';
import type { StoreReader } from '../../runs/store.ts';
import { toldRuns } from '../answers/told.ts';
import { type Command, jsonOption, MAX_SECONDS, storeOption, testOption } from '../command.ts';
import { TIME_IS_OVER } from '../exit-codes.ts';
import { printJson, printLines } from '../output.ts';
import { withSignals } from '../signals.ts';
import { findRuns } from '../stores.ts';

const POLL_MS = 250;

/** How it ended, and the exit code that says so. */
const CODES = { finished: 0, reached: 0, ended: 1, warned: 3, waiting: TIME_IS_OVER } as const;
type Outcome = keyof typeof CODES;

/** What is waited for: `undefined` while it has not come. */
type Condition = (runs: readonly RunSummary[]) => Outcome | undefined;

export const waitCommand: Command = {
  name: 'wait',
  usage: 'RUN…',
  summary:
    'Waits until one of these runs is warned of something that keeps it from learning, or until all have ended; --until waits for something else. Exit code 0: all finished or what was waited for has come, 1: one did not finish, 3: one is warned, 4: they still train after the timeout.',
  example: 'lif wait k3f9 --timeout 600 || lif stop k3f9',
  positionals: [1, 10_000],
  options: {
    until: {
      type: 'string',
      value: 'CONDITION',
      help: 'end: all have ended, whatever they are warned of; any: one has ended; epoch=N: all have done N epochs (default: a warning, or all have ended)',
    },
    timeout: { type: 'string', value: 'SECONDS', help: 'how long to wait at most (default: as long as it takes)' },
    store: storeOption,
    test: testOption,
    json: jsonOption,
  },
  async run(_cli, input) {
    const deadline = performance.now() + 1000 * secondsOf(input.text('timeout'));
    const condition = conditionOf(input.text('until'));
    const { reader, runs } = findRuns(input.store, input.positionals);
    const ids = runs.map(({ id }) => id);
    let interrupted: number | undefined;
    const now = await withSignals(async ({ stop, exitCode }) => {
      const found = await waitFor(input.store, reader, ids, condition, deadline, stop);
      interrupted = exitCode();
      return found;
    });
    if (interrupted !== undefined) return interrupted;
    const outcome = condition(now) ?? 'waiting';
    if (input.flag('json')) printJson({ outcome, code: CODES[outcome], runs: toldRuns(now, input.flag('test')) });
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
  if (text.trim() === '' || !(seconds >= 0 && seconds <= MAX_SECONDS))
    throw new UserError(`--timeout is a number of seconds from 0 to ${MAX_SECONDS}, not "${text}".`);
  return seconds;
}

/** Throws a UserError for what is no condition. */
function conditionOf(text: string | undefined): Condition {
  if (text === undefined) return (runs) => (runs.some(warningNow) ? 'warned' : allEnded(runs));
  if (text === 'end') return allEnded;
  if (text === 'any')
    return (runs) => {
      const ended = runs.filter(({ state }) => !isActive(state));
      return ended.length === 0 ? (runs.length === 0 ? 'ended' : undefined) : allEnded(ended.slice(0, 1));
    };
  const epochs = /^epoch=(\d{1,7})$/.exec(text)?.[1];
  if (epochs !== undefined)
    return (runs) => {
      // One that finished early will do no more of them.
      if (runs.every(({ epoch, state }) => epoch >= Number(epochs) || state === 'finished')) return 'reached';
      return runs.some(({ epoch, state }) => epoch < Number(epochs) && !isActive(state) && state !== 'finished')
        ? 'ended'
        : undefined;
    };
  throw new UserError(`--until is end, any or epoch=N, not "${text}".`);
}

function allEnded(runs: readonly RunSummary[]): Outcome | undefined {
  if (runs.some(({ state }) => isActive(state))) return undefined;
  return runs.length > 0 && runs.every(({ state }) => state === 'finished') ? 'finished' : 'ended';
}

/** The runs as they are when the condition has come, the time is over or `stop` is signalled. */
async function waitFor(
  store: string,
  reader: StoreReader,
  ids: readonly string[],
  condition: Condition,
  deadline: number,
  stop: AbortSignal,
): Promise<RunSummary[]> {
  for (;;) {
    await lookAtCluster(store);
    reader.refresh([...ids]);
    const runs = ids.flatMap((id) => reader.summary(id) ?? []);
    if (condition(runs) !== undefined || performance.now() >= deadline || stop.aborted) return runs;
    await delay(Math.min(POLL_MS, Math.max(0, deadline - performance.now())), undefined, { signal: stop }).catch(
      () => {},
    );
  }
}
