/** What runs have logged as one long table: a row for each number. */
import type { RunSummary, Score } from '../../../protocol/runs.ts';
import { UserError } from '../../base/errors.ts';
import type { RunFile } from '../../runs/format.ts';
import type { EpochLine, History } from '../../runs/metrics/history.ts';

/** A run with all that it has logged. */
export interface LoggedRun {
  summary: RunSummary;
  history: History;
  /** Undefined where run.json cannot be read. */
  file?: RunFile | undefined;
}

/** One number of one run. */
export interface MetricRow {
  /** `point`: of training, averaged over the weight updates since the last one. `epoch`: after a whole epoch. */
  kind: 'point' | 'epoch';
  /** A fraction in points. */
  epoch: number;
  /** Weight updates so far. */
  step: number;
  /** What it was measured on; empty where it is of no samples. */
  split: 'train' | 'validation' | 'test' | '';
  quantity: string;
  /** Counted from 1, spike rates among the layers that spike; absent: the whole network. */
  layer?: number | undefined;
  /** null: it was not a finite number. */
  value: number | null;
}

/** More is no table that anybody reads in one piece. */
const MAX_ROWS = 20_000_000;

/** The rows of a run: its training points, then its epochs. */
export function* metricRows({ train, epochs }: History): Generator<MetricRow> {
  for (let i = 0; i < train.step.length; i++) {
    const moment = { kind: 'point', epoch: train.epoch[i]!, step: train.step[i]!, split: 'train' } as const;
    yield { ...moment, quantity: 'loss', value: finite(train.loss[i]!) };
    yield { ...moment, quantity: 'accuracy', value: finite(train.accuracy[i]!) };
  }
  for (const line of epochs) yield* epochRows(line);
}

/** How many there are. Throws a UserError when they are too many. */
export function countRows(runs: readonly LoggedRun[]): number {
  let rows = 0;
  for (const { history } of runs) {
    rows += 2 * history.train.step.length;
    for (const line of history.epochs) for (const _ of epochRows(line)) rows++;
  }
  if (rows > MAX_ROWS)
    throw new UserError(
      `These runs have logged ${rows} numbers, more than the ${MAX_ROWS} of one table; export fewer.`,
    );
  return rows;
}

function* epochRows(line: EpochLine): Generator<MetricRow> {
  const moment = { kind: 'epoch', epoch: line.epoch, step: line.step } as const;
  for (const split of ['train', 'validation', 'test'] as const) {
    const score: { [key in keyof Score]: number | null } | undefined = line[split];
    if (!score) continue;
    yield { ...moment, split, quantity: 'loss', value: score.loss };
    yield { ...moment, split, quantity: 'accuracy', value: score.accuracy };
  }
  yield { ...moment, split: '', quantity: 'learning_rate', value: line.learningRate };
  yield { ...moment, split: '', quantity: 'seconds', value: line.seconds };
  yield* layered(line.spikeRates, 'test', 'spike_rate', moment);
  yield* layered(line.windowShares, 'train', 'window_share', moment);
  // Here null is no layer without a norm, but a norm that is no number.
  for (const [i, value] of (line.gradientNorms ?? []).entries())
    yield { ...moment, split: 'train', quantity: 'gradient_norm', layer: i + 1, value };
  for (const [i, leak] of (line.leaks ?? []).entries())
    for (const [name, value] of Object.entries(leak ?? {}))
      yield { ...moment, split: '', quantity: `leak_${snake(name)}`, layer: i + 1, value };
}

/** Layers that have no such number are left out. */
function* layered(
  values: readonly (number | null)[] | undefined,
  split: MetricRow['split'],
  quantity: string,
  moment: Pick<MetricRow, 'kind' | 'epoch' | 'step'>,
): Generator<MetricRow> {
  for (const [i, value] of (values ?? []).entries())
    if (value !== null) yield { ...moment, split, quantity, layer: i + 1, value };
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
