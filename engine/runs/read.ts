/** Reading one run folder, whatever state it is in: what can be saved, and in words what cannot. */
import { basename, join } from 'node:path';
import type { RunState, RunSummary } from '../../protocol/runs.ts';
import { type Content, errorCode, readSmall, reason } from '../base/files.ts';
import { isAlive } from '../base/lock.ts';
import { fileNow, fileOf } from './folder.ts';
import {
  HEARTBEAT_MS,
  HEARTBEAT_TIMEOUT_MS,
  type MetricLine,
  metricSchema,
  type RunFile,
  runFileSchema,
  type Status,
  statusSchema,
} from './format.ts';
import { timeOfId } from './key.ts';
import { addLine, emptyHistory, type History, scoresOf } from './metrics/history.ts';
import { LineTail } from './metrics/tail.ts';

/** Ours have a few kilobytes. */
const MAX_JSON = { 'run.json': 1024 * 1024, 'status.json': 64 * 1024 };
/** Answers of analyses. */
const MAX_RESULT = 16 * 1024 * 1024;
/** Longer texts of a run are cut when they are shown. */
const MAX_NAME = 1000;
export const MAX_SENTENCE = 2000;
/** And there where no room is left. */
const BRIEF = 200;
const UNKNOWN = '(unknown)';

/** A JSON file of the store against its schema. */
export type Parsed<T> = { value: T } | { damage: string; raw?: unknown };

interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { issues: Issue[] } };
}
interface Issue {
  path: PropertyKey[];
  message: string;
}

/** A JSON file of a run; `names` lead to it. */
export function readJson<T>(folder: string, names: string | string[], schema: Schema<T>): Parsed<T> {
  const path = [names].flat();
  const name = path.join('/');
  let content: Content;
  try {
    content = readSmall(fileOf(folder, ...path), MAX_JSON[name as keyof typeof MAX_JSON] ?? MAX_RESULT);
  } catch (error) {
    content = errorCode(error) === 'ENOENT' ? { missing: true } : { problem: `cannot be opened (${reason(error)})` };
  }
  if ('missing' in content) return { damage: `${name} is missing.` };
  if ('problem' in content) return { damage: `${name} ${content.problem}.` };
  let raw: unknown;
  try {
    raw = JSON.parse(content.text);
  } catch {
    return { damage: content.text === '' ? `${name} is empty.` : `${name} is not valid JSON.` };
  }
  const checked = schema.safeParse(raw);
  if (checked.success) return { value: checked.data };
  const issue = checked.error.issues[0];
  const where = issue?.path.map(String).join('.');
  return {
    damage: `${name} is damaged${where ? ` at ${where}` : ''}: ${issue?.message ?? 'unexpected content'}.`,
    raw,
  };
}

export function readRunFile(folder: string): Parsed<RunFile> {
  return readJson(folder, 'run.json', runFileSchema);
}

/** What the list of runs has to know of run.json: without the settings, which may be large. */
export function readRunHead(folder: string): Parsed<RunFile> {
  const run = readRunFile(folder);
  if ('value' in run) {
    const { study, variant, seed, file, training } = run.value.spec;
    const spec = {
      study,
      variant,
      seed,
      file: fileNow(folder, file, run.value.place),
      training: { epochs: training.epochs },
    };
    const { format, id, createdAt, key, provenance } = run.value;
    const samples = provenance.samples && { samples: provenance.samples };
    // Ours are of 64 signs: one that was cut is no other's.
    return {
      value: { format, id: cut(id, MAX_NAME), createdAt, key: cut(key, 100), spec, provenance: { ...samples } },
    };
  }
  const { spec, createdAt } = asObject(run.raw);
  const { study, variant, seed, file, training } = asObject(spec);
  const head = {
    study: brief(study),
    variant: brief(variant),
    seed: brief(seed),
    file: brief(file),
    training: { epochs: brief(asObject(training).epochs) },
  };
  return { damage: cut(run.damage, MAX_SENTENCE), raw: { createdAt: brief(createdAt), spec: head } };
}

/** A number, or a text that is not long. */
function brief(value: unknown): string | number | undefined {
  return typeof value === 'string' ? cut(value, MAX_NAME) : typeof value === 'number' ? value : undefined;
}

export function cut(text: string, length: number): string {
  // Through bytes: a slice of a text would keep all of it in memory.
  return text.length > length ? `${Buffer.from(text.slice(0, length - 1)).toString()}…` : text;
}

export function readStatus(folder: string): Parsed<Status> {
  const status = readJson(folder, 'status.json', statusSchema);
  if (!('value' in status)) return { damage: cut(status.damage, MAX_SENTENCE) };
  const { message } = status.value;
  return message === undefined ? status : { value: { ...status.value, message: cut(message, MAX_SENTENCE) } };
}

/** Follows metrics.jsonl of one run. */
export class MetricsReader {
  history: History = emptyHistory();
  private readonly tail: LineTail;
  private lines = 0;
  private bad = 0;
  private firstBad = 0;
  /** Line that could not be read, if it was the last one: harmless when the next one is a `resume`. */
  private torn = 0;
  private problem = '';

  constructor(folder: string) {
    this.tail = new LineTail(join(folder, 'metrics.jsonl'));
  }

  /** Bytes read so far, and whether the last look left some for the next. */
  get bytes(): number {
    return this.tail.bytes;
  }
  get behind(): boolean {
    return this.tail.behind;
  }

  /** Reads what is new, about `most` bytes at a time; true when there was anything. */
  refresh(most?: number): boolean {
    const before = this.problem;
    let changed = false;
    this.problem = this.tail.read(
      {
        line: (text) => {
          changed = true;
          this.add(text);
        },
        reset: () => {
          changed = true;
          this.history = emptyHistory();
          this.lines = this.bad = this.firstBad = this.torn = 0;
        },
      },
      most,
    );
    return changed || this.problem !== before;
  }

  get damage(): string[] {
    const bad = this.bad + (this.torn ? 1 : 0);
    const lines = bad === 1 ? '1 line' : `${bad} lines`;
    return [
      ...(this.problem ? [`metrics.jsonl ${this.problem}.`] : []),
      ...(bad ? [`metrics.jsonl: ${lines} could not be read, the first is line ${this.firstBad || this.torn}.`] : []),
    ];
  }

  private add(text: string | null): void {
    this.lines++;
    const line = text === null ? undefined : parseMetric(text);
    if (this.torn && line?.kind !== 'resume') this.countBad(this.torn);
    this.torn = 0;
    if (!line) this.torn = this.lines;
    else if (!addLine(this.history, line)) this.countBad(this.lines);
  }

  private countBad(line: number): void {
    this.bad++;
    this.firstBad ||= line;
  }
}

/** What metrics.jsonl of a run says now. */
export function readHistory(folder: string): History {
  const reader = new MetricsReader(folder);
  reader.refresh();
  return reader.history;
}

function parseMetric(text: string): MetricLine | undefined {
  try {
    return metricSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * The state as a person should see it: a run whose process is gone is interrupted, whatever it last wrote. `age` is that
 * of its heartbeat in milliseconds; where clocks disagree it may be negative.
 */
export function stateOf(
  status: Pick<Status, 'state' | 'pid' | 'host' | 'started'>,
  age: number,
  timeoutMs = HEARTBEAT_TIMEOUT_MS,
): RunState {
  const { state, pid, host, started } = status;
  if (state !== 'running' && state !== 'queued') return state;
  const known = pid !== undefined && host !== undefined;
  const alive = known ? isAlive({ pid, host, ...(started !== undefined && { started }) }) : undefined;
  // A process that is seen to live is better evidence than a heartbeat: clocks jump, and full disks hold heartbeats up.
  // Without its start time it may be another one that got its number.
  if (alive && started !== undefined) return state;
  if (age > timeoutMs) return 'interrupted';
  // On this machine a dead process shows at once; one that was alive a moment ago gets the benefit of the doubt.
  return alive === false && Math.abs(age) > 3 * HEARTBEAT_MS ? 'interrupted' : state;
}

/** Everything known about one run. */
export interface RunRecord {
  summary: RunSummary;
  history: History;
  /** Absent when run.json cannot be read. */
  run?: RunFile;
}

/** Puts a summary together from what could be read. */
export function summarize(
  folder: string,
  run: Parsed<RunFile>,
  status: Parsed<Status>,
  metrics: { history: History; damage: string[] },
  age: number,
  timeoutMs = HEARTBEAT_TIMEOUT_MS,
): RunSummary {
  const damage = [run, status].flatMap((part) => ('damage' in part ? [part.damage] : []));
  const identity = 'value' in run ? identityOf(run.value) : salvageIdentity(run.raw, basename(folder));
  const progress =
    'value' in status
      ? progressOf(status.value, age, timeoutMs)
      : guessProgress(metrics.history, identity.epochs, identity.createdAt);
  const { epochs: _, ...named } = identity;
  return {
    id: basename(folder),
    folder,
    ...named,
    ...progress,
    ...scoresOf(metrics.history),
    damage: [...damage, ...metrics.damage],
  };
}

/**
 * What a summary says of a run where there is no room for all: which one it is, how far it came and its scores. Without
 * it, hundreds of layers and long sentences in each of many runs would fill the memory.
 */
export function briefSummary(run: RunSummary): RunSummary {
  const { warnings: _, message: __, last: ___, result, ...rest } = run;
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

function identityOf({ spec, createdAt, provenance: { samples } }: RunFile): Identity {
  const { study, variant, seed, file, training } = spec;
  const epochs = training.epochs;
  return {
    study: cut(study, MAX_NAME),
    variant: cut(variant, MAX_NAME),
    seed,
    file: cut(file, 4096),
    createdAt,
    epochs,
    ...(samples && { samples }),
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

function asObject(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
}

type Progress = Pick<
  RunSummary,
  'state' | 'epoch' | 'epochs' | 'progress' | 'updatedAt' | 'seconds' | 'samplesPerSecond' | 'message'
>;

function progressOf(status: Status, age: number, timeoutMs: number): Progress {
  const { epoch, epochs, progress, heartbeat, seconds, samplesPerSecond } = status;
  const state = stateOf(status, age, timeoutMs);
  const message = state === 'interrupted' ? 'Its process is gone; the run can be resumed.' : status.message;
  return {
    state,
    epoch,
    epochs,
    progress: Math.min(1, Math.max(0, progress)),
    updatedAt: heartbeat,
    seconds,
    samplesPerSecond: state === 'running' ? samplesPerSecond : 0,
    ...(message !== undefined && { message: cut(message, MAX_SENTENCE) }),
  };
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
