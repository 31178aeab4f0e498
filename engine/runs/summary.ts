/** A run in short: its state as a person should see it, how far it came, and its scores, of whatever could be read of it. */
import { basename } from 'node:path';
import { isActive, type RunState, type RunSummary } from '../../protocol/runs.ts';
import { isAlive } from '../base/lock.ts';
import { isTaskActive, type TaskState } from './cluster.ts';
import { HEARTBEAT_MS, HEARTBEAT_TIMEOUT_MS, type Note, type RunFile, type Status } from './format.ts';
import { timeOfId } from './key.ts';
import { type History, scoresOf } from './metrics/history.ts';
import { asObject, cut, MAX_NAME, MAX_PATH, MAX_SENTENCE, type Parsed } from './read.ts';
import { isStopRequested } from './write.ts';

/** Texts of a run are cut to this where no room is left. */
const BRIEF = 200;
const UNKNOWN = '(unknown)';
/** Heartbeats on a cluster may be so many times older. */
const CLUSTER_PATIENCE = 8;

/**
 * The state as a person should see it: a run whose process is gone is interrupted, whatever it last wrote. `age` is that
 * of its heartbeat in milliseconds; where clocks disagree it may be negative.
 */
export function shownStateOf(
  status: Pick<Status, 'state' | 'pid' | 'host' | 'started' | 'cluster'>,
  age: number,
  timeoutMs = HEARTBEAT_TIMEOUT_MS,
): RunState {
  const { state, pid, host, started, cluster } = status;
  if (state !== 'running' && state !== 'queued') return state;
  if (cluster?.ended !== undefined) return 'interrupted';
  // What waits in the queue of a cluster has no process that could show signs of life.
  if (cluster && state === 'queued') return state;
  // Network file systems tell of changes on other machines late.
  if (cluster) timeoutMs *= CLUSTER_PATIENCE;
  const known = pid !== undefined && host !== undefined;
  const alive = known ? isAlive({ pid, host, ...(started !== undefined && { started }) }) : undefined;
  // A process that is seen to live is better evidence than a heartbeat: clocks jump, and full disks hold heartbeats up.
  // Without its start time it may be another one that got its number.
  if (alive && started !== undefined) return state;
  if (age > timeoutMs) return 'interrupted';
  // On this machine a dead process shows at once; one that was alive a moment ago gets the benefit of the doubt.
  return alive === false && Math.abs(age) > 3 * HEARTBEAT_MS ? 'interrupted' : state;
}

/** Puts a summary together from what could be read. */
export function summarize(
  folder: string,
  run: Parsed<RunFile>,
  status: Parsed<Status>,
  metrics: { history: History; damage: string[] },
  note: Parsed<Note> | undefined,
  age: number,
  timeoutMs = HEARTBEAT_TIMEOUT_MS,
  task?: TaskState,
): RunSummary {
  const damage = [run, status, ...(note ? [note] : [])].flatMap((part) => ('damage' in part ? [part.damage] : []));
  const identity = 'value' in run ? identityOf(run.value) : salvageIdentity(run.raw, basename(folder));
  const progress =
    'value' in status
      ? progressOf(status.value, age, timeoutMs, task)
      : guessProgress(metrics.history, identity.epochs, identity.createdAt);
  const { epochs: _, ...named } = identity;
  const stopping = isActive(progress.state) && isStopRequested(folder);
  return {
    id: basename(folder),
    folder,
    ...named,
    ...progress,
    ...(stopping && { stopping: true as const }),
    ...scoresOf(metrics.history),
    ...(note && 'value' in note && note.value.starred && { starred: true as const }),
    ...(note && 'value' in note && note.value.note !== '' && { note: note.value.note }),
    ...(note && 'value' in note && note.value.tags.length > 0 && { tags: note.value.tags }),
    damage: [...damage, ...metrics.damage],
  };
}

/**
 * What a summary says of a run where there is no room for all: which one it is, how far it came and its scores. Without
 * it, hundreds of layers and long sentences in each of many runs would fill the memory.
 */
export function briefSummary(run: RunSummary): RunSummary {
  const { warnings: _, message: __, last: ___, note: ____, tags: ______, dataRemarks: _____, result, ...rest } = run;
  const { loss, accuracy, epoch, chosenBy } = result ?? {};
  return {
    ...rest,
    study: cut(run.study, BRIEF),
    variant: cut(run.variant, BRIEF),
    ...(result && { result: { loss, accuracy, epoch, chosenBy } as NonNullable<RunSummary['result']> }),
    damage: ['The store holds more than can be shown; of this run, details are left out.'],
  };
}

interface Identity {
  study: string;
  variant: string;
  seed: number;
  file: string;
  createdAt: number;
  epochs: number;
  samples?: NonNullable<RunSummary['samples']>;
}

function identityOf({ spec, createdAt, provenance: { samples, dataRemarks } }: RunFile): Identity {
  const { study, variant, seed, file, training } = spec;
  const epochs = training.epochs;
  return {
    study: cut(study, MAX_NAME),
    variant: cut(variant, MAX_NAME),
    seed,
    file: cut(file, MAX_PATH),
    createdAt,
    epochs,
    ...(samples && { samples }),
    ...(dataRemarks && { dataRemarks }),
  };
}

/** What a damaged run.json still says, and the id of the run. */
function salvageIdentity(raw: unknown, id: string): Identity {
  const run = asObject(raw);
  const spec = asObject(run.spec);
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const number = (value: unknown) => (typeof value === 'number' ? value : 0);
  return {
    study: text(spec.study) ?? UNKNOWN,
    variant: text(spec.variant) ?? UNKNOWN,
    seed: number(spec.seed),
    file: text(spec.file) ?? '',
    createdAt: number(run.createdAt) || timeOfId(id),
    epochs: number(asObject(spec.training).epochs),
  };
}

type Progress = Pick<
  RunSummary,
  | 'state'
  | 'stoppedBy'
  | 'cluster'
  | 'epoch'
  | 'epochs'
  | 'progress'
  | 'updatedAt'
  | 'seconds'
  | 'samplesPerSecond'
  | 'message'
>;

function progressOf(status: Status, age: number, timeoutMs: number, task?: TaskState): Progress {
  const { epoch, epochs, progress, heartbeat, seconds, samplesPerSecond, stoppedBy, cluster } = status;
  const state = stateWithTask(status, age, timeoutMs, task);
  const message = messageOf(status, state, task);
  return {
    state,
    epoch,
    epochs,
    progress: Math.min(1, Math.max(0, progress)),
    updatedAt: heartbeat,
    seconds,
    samplesPerSecond: state === 'running' ? samplesPerSecond : 0,
    ...(message !== undefined && { message: cut(message, MAX_SENTENCE) }),
    ...(state === 'stopped' && stoppedBy && { stoppedBy }),
    ...(cluster && {
      cluster: {
        ...(cluster.task !== undefined && { task: cluster.task }),
        ...(state === 'running' && task?.node !== undefined && { node: task.node }),
        cpuSeconds: cluster.cpuSeconds,
        givenSeconds: cluster.givenSeconds,
      },
    }),
  };
}

/** As `shownStateOf`, of something that a task of a cluster may do: `task` is what Slurm last said of it. */
export function stateWithTask(
  status: Parameters<typeof shownStateOf>[0],
  age: number,
  timeoutMs?: number,
  task?: TaskState,
): RunState {
  const seen = shownStateOf(status, age, timeoutMs);
  // A process that is gone while Slurm has its task: it was sent back into the queue.
  return seen === 'interrupted' && status.cluster?.ended === undefined && isTaskActive(task) ? 'queued' : seen;
}

/** What something waits for that a cluster will do: what Slurm last said, and what it said itself. */
export function waitingText(message: string | undefined, task?: TaskState): string {
  const waits = task
    ? `${task.state.toLowerCase()} in Slurm${task.reason ? `: ${task.reason}` : ''}`
    : 'submitted to Slurm';
  return message === undefined ? waits : `${waits}; ${message}`;
}

/** Of a run of a cluster that waits or trains also what Slurm last said. */
function messageOf({ message, cluster, host }: Status, state: RunState, task?: TaskState): string | undefined {
  if (cluster?.ended !== undefined) return message;
  if (state === 'interrupted') return 'Its process is gone; the run can be resumed.';
  if (!cluster) return message;
  if (state === 'running')
    return message ?? `Slurm task ${cluster.task ?? cluster.index} on ${task?.node ?? host ?? 'a node'}`;
  return state === 'queued' ? waitingText(message, task) : message;
}

/** Without a status, the metrics tell how far it came. */
function guessProgress(history: History, epochs: number, createdAt: number): Progress {
  const epoch = Math.floor(history.epochs.at(-1)?.epoch ?? history.train.epoch.at(-1) ?? 0);
  return {
    state: epochs > 0 && epoch >= epochs ? 'finished' : 'interrupted',
    epoch,
    epochs,
    progress: epochs > 0 ? Math.min(1, epoch / epochs) : 0,
    updatedAt: createdAt,
    seconds: history.epochs.reduce((sum, line) => sum + line.seconds, 0),
    samplesPerSecond: 0,
  };
}
