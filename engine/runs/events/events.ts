/**
 * What happened in a store since somebody looked, told from what the runs themselves hold. Nobody writes a list of events:
 * so none can be missing, grow without bound or be torn, and runs of any machine are in it.
 */
import type { RunState, RunSummary, Score } from '../../../protocol/runs.ts';
import type { Cause } from '../../../protocol/warnings.ts';
import type { EpochLine, History, WarningLine } from '../metrics/history.ts';

/** How much of a run has been told. */
export interface Told {
  state: RunState;
  /** The last epoch, and the epoch (fractions included) of the last warning. */
  epoch: number;
  warning: number;
  /** How often it had gone on after an end. */
  resumes: number;
}

/** A position in everything that happens in a store: what has been told of each run. */
export type Position = ReadonlyMap<string, Told>;

export interface RunEvent {
  run: string;
  variant: string;
  seed: number;
  /** A state: the run is in it now. */
  kind: RunState | 'resumed' | 'epoch' | 'warning';
  epoch: number;
  train?: Score;
  validation?: Score;
  test?: Score;
  cause?: Cause;
  sentence?: string;
}

/** An event, and what has been told of its run once it has been. */
interface Step {
  event: RunEvent;
  after: Told;
}

/**
 * The first `limit` events after `position`, run by run in the order in which the runs were made, each run's in the order in
 * which they happened; and the position behind them. Test scores are told only where `test` says so or there are no others.
 */
export function eventsSince(
  position: Position,
  runs: readonly RunSummary[],
  historyOf: (id: string) => History | undefined,
  { limit, test = false }: { limit: number; test?: boolean },
): { events: RunEvent[]; position: Position; more: boolean } {
  const events: RunEvent[] = [];
  // Runs that were deleted are forgotten.
  const next = new Map(runs.flatMap(({ id }) => (position.has(id) ? [[id, position.get(id)!] as const] : [])));
  for (const run of runs) {
    const steps = stepsOf(run, position.get(run.id), historyOf, test);
    for (const { event, after } of steps) {
      if (events.length === limit) return { events, position: next, more: true };
      events.push(event);
      next.set(run.id, after);
    }
  }
  return { events, position: next, more: false };
}

/** The position at which nothing that has happened so far is told again. */
export function positionNow(runs: readonly RunSummary[], historyOf: (id: string) => History | undefined): Position {
  return eventsSince(new Map(), runs, historyOf, { limit: Number.POSITIVE_INFINITY }).position;
}

const NOTHING: Told = { state: 'queued', epoch: 0, warning: 0, resumes: 0 };

function stepsOf(
  run: RunSummary,
  told: Told | undefined,
  historyOf: (id: string) => History | undefined,
  test: boolean,
): Step[] {
  const { state, message } = run;
  const before = told ?? NOTHING;
  // Only runs that moved are read: the logs of a large store need not be in memory.
  if (told && told.state === state && !isMoving(state) && run.epoch <= told.epoch && !wasResumed(run, told)) return [];
  const { epochs = [], warnings = [], resumes = [] } = historyOf(run.id) ?? {};
  const steps: Step[] = [];
  let at = before;
  const add = (event: Omit<RunEvent, 'run' | 'variant' | 'seed'>, change: Partial<Told>): void => {
    at = { ...at, ...change };
    steps.push({ event: { run: run.id, variant: run.variant, seed: run.seed, ...event }, after: at });
  };
  if (!told) add({ kind: 'queued', epoch: 0 }, { state: 'queued' });
  for (const { epoch } of resumes.slice(before.resumes))
    add(
      { kind: 'resumed', epoch },
      // What was told of later epochs counts no more; the network took them back.
      {
        state: 'running',
        resumes: at.resumes + 1,
        epoch: Math.min(at.epoch, Math.floor(epoch)),
        warning: Math.min(at.warning, epoch),
      },
    );
  // One that ended between two looks has trained, too.
  if (state !== 'queued' && at.state !== 'running' && (epochs.length > 0 || state === 'running'))
    if (state === 'running' || epochs.some(({ epoch }) => epoch > at.epoch))
      add({ kind: 'running', epoch: at.epoch }, { state: 'running' });
  const lines = [
    ...epochs.filter(({ epoch }) => epoch > at.epoch),
    ...warnings.filter(({ epoch }, i) => epoch > at.warning && isNews(warnings, i)),
  ].sort((a, b) => a.step - b.step || order(a) - order(b));
  for (const line of lines)
    if (line.kind === 'epoch') add({ kind: 'epoch', epoch: line.epoch, ...scores(line, test) }, { epoch: line.epoch });
    else
      add({ kind: 'warning', epoch: line.epoch, cause: line.cause, sentence: line.sentence }, { warning: line.epoch });
  if (state !== at.state)
    add({ kind: state, epoch: run.epoch, ...(message !== undefined && { sentence: message }) }, { state });
  return steps;
}

/** Summaries tell of the last resumptions alone, up to twenty. */
function wasResumed({ resumed = [] }: RunSummary, { resumes }: Told): boolean {
  return resumed.length !== Math.min(resumes, 20);
}

const isMoving = (state: RunState): boolean => state === 'running' || state === 'queued';

/** A warning is told before the epoch of the same step, as it is logged. */
const order = ({ kind }: EpochLine | WarningLine): number => (kind === 'warning' ? 0 : 1);

/** The same warning at every look is one event. */
function isNews(warnings: readonly WarningLine[], i: number): boolean {
  const before = warnings[i - 1];
  return before?.cause !== warnings[i]!.cause || before?.layer !== warnings[i]!.layer;
}

function scores({ train, validation, test: onTest }: EpochLine, test: boolean): Partial<RunEvent> {
  return {
    ...scoreIn('train', train),
    ...scoreIn('validation', validation),
    ...((test || !validation) && scoreIn('test', onTest)),
  };
}

function scoreIn(name: 'train' | 'validation' | 'test', score: EpochLine['test']): Partial<RunEvent> {
  if (!score || score.loss === null || score.accuracy === null) return {};
  return { [name]: { loss: score.loss, accuracy: score.accuracy } };
}
