/** What metrics.jsonl says, in memory: columns of numbers for training, whole lines for epochs. */
import type { EpochScores, RunSummary, Score } from '../../../protocol/runs.ts';
import type { RunWarning } from '../../../protocol/warnings.ts';
import type { MetricLine } from '../format.ts';

export type EpochLine = Extract<MetricLine, { kind: 'epoch' }>;

export type WarningLine = Extract<MetricLine, { kind: 'warning' }>;

export interface History {
  /** One entry per `train` line, ascending in step; NaN where the log says null. */
  train: { step: number[]; epoch: number[]; loss: number[]; accuracy: number[] };
  /** `epoch` lines, ascending in step. */
  epochs: EpochLine[];
  /** `warning` lines, ascending in step. */
  warnings: WarningLine[];
  /** Where training went on after it had ended, ascending in step. */
  resumes: { step: number; epoch: number }[];
}

export function emptyHistory(): History {
  return { train: { step: [], epoch: [], loss: [], accuracy: [] }, epochs: [], warnings: [], resumes: [] };
}

/** More is not kept of one run: a training curve of half a million points is one no screen can show. */
const MAX_POINTS = 500_000;
const MAX_EPOCHS = 50_000;
/** Of the warnings of a run, and of its resumptions, that a summary tells. */
const MAX_WARNINGS = 20;

/**
 * Adds a line. A `resume` line drops what was logged beyond its step; a line at the step of the last one replaces it.
 * Returns false, and adds nothing, when steps or epochs go backwards without a `resume`, or when there are too many.
 */
export function addLine(history: History, line: MetricLine): boolean {
  switch (line.kind) {
    case 'resume':
      dropBeyond(history, line.step);
      // What begins anew resumes nothing.
      if (line.step > 0 && history.resumes.length < MAX_EPOCHS)
        history.resumes.push({ step: line.step, epoch: line.epoch });
      return true;
    case 'train': {
      const { step, epoch, loss, accuracy } = history.train;
      const last = step.at(-1) ?? -1;
      if (line.step < last || line.epoch < (epoch.at(-1) ?? 0)) return false;
      const index = line.step === last ? step.length - 1 : step.length;
      if (index === MAX_POINTS) return false;
      step[index] = line.step;
      epoch[index] = line.epoch;
      loss[index] = line.loss ?? Number.NaN;
      accuracy[index] = line.accuracy ?? Number.NaN;
      return true;
    }
    case 'epoch': {
      const { epochs } = history;
      const last = epochs.at(-1);
      if (last && (line.step < last.step || line.epoch < last.epoch)) return false;
      const index = line.step === last?.step ? epochs.length - 1 : epochs.length;
      if (index === MAX_EPOCHS) return false;
      epochs[index] = line;
      return true;
    }
    case 'warning': {
      const { warnings } = history;
      const last = warnings.at(-1);
      if (last && (line.step < last.step || line.epoch < last.epoch)) return false;
      const index = line.step === last?.step ? warnings.length - 1 : warnings.length;
      if (index === MAX_EPOCHS) return false;
      warnings[index] = line;
      return true;
    }
    // Large and seldom wanted: read from the log when somebody asks (neurons.ts).
    case 'neurons':
      return true;
  }
}

function dropBeyond(history: History, step: number): void {
  const { train, epochs, warnings, resumes } = history;
  let kept = train.step.length;
  while (kept > 0 && train.step[kept - 1]! > step) kept--;
  for (const column of Object.values(train)) column.length = kept;
  while (epochs.length > 0 && epochs.at(-1)!.step > step) epochs.pop();
  while (warnings.length > 0 && warnings.at(-1)!.step > step) warnings.pop();
  while (resumes.length > 0 && resumes.at(-1)!.step >= step) resumes.pop();
}

/** Lines in a row about the same are one warning; the newest ones. Undefined where there are none. */
export function warningsOf({ warnings, epochs }: History): RunWarning[] | undefined {
  const found: RunWarning[] = [];
  const looks = epochs.map(({ step }) => step);
  let next = 0;
  let before = -1;
  for (const { step, epoch, cause, layer, field, sentence } of warnings) {
    while (next < looks.length && looks[next]! < step) next++;
    const last = found.at(-1);
    // Nothing but the look of this line lies between: the last look saw the same.
    const inARow = next === 0 || looks[next - 1]! <= before;
    if (last && inARow && last.cause === cause && last.layer === layer)
      Object.assign(last, { until: epoch, field, sentence });
    else
      found.push({
        cause,
        since: epoch,
        until: epoch,
        lasts: false,
        ...(layer !== undefined && { layer }),
        field,
        sentence,
      });
    before = step;
  }
  const last = found.at(-1);
  if (last) last.lasts = (epochs.at(-1)?.step ?? -1) <= before;
  return last && found.slice(-MAX_WARNINGS);
}

type Scores = Pick<RunSummary, 'train' | 'validation' | 'test' | 'result' | 'last' | 'warnings' | 'resumed'>;

/** The newest score on each split, and the one that counts. */
export function scoresOf(history: History): Scores {
  const { train, epochs } = history;
  const newest = (pick: (line: EpochLine) => EpochLine['test']) =>
    score(
      epochs.findLast((line) => pick(line)),
      pick,
    );
  const last = train.step.length - 1;
  const latest =
    last >= 0 && train.step[last]! > (epochs.at(-1)?.step ?? -1)
      ? complete({ loss: train.loss[last]!, accuracy: train.accuracy[last]! })
      : newest((line) => line.train);
  const validation = newest((line) => line.validation);
  const test = newest((line) => line.test);
  const chosen = countingLine(epochs);
  const result = score(chosen, (line) => line.test);
  const warnings = warningsOf(history);
  const newestEvaluated = epochs.findLast((line) => line.test || line.validation);
  return {
    ...(latest && { train: latest }),
    ...(validation && { validation }),
    ...(test && { test }),
    ...(result && chosen && { result: { ...epochScores(chosen), ...result, chosenBy: chosenBy(chosen) } }),
    ...(newestEvaluated && { last: epochScores(newestEvaluated) }),
    ...(warnings && { warnings }),
    ...(history.resumes.length > 0 && { resumed: history.resumes.slice(-MAX_WARNINGS).map(({ epoch }) => epoch) }),
  };
}

function epochScores(line: EpochLine): EpochScores {
  const [train, validation, test] = [line.train, line.validation, line.test].map((score) => score && complete(score));
  const { epoch, spikeRates, leaks, windowShares, gradientNorms } = line;
  return {
    epoch,
    ...(train && { train }),
    ...(validation && { validation }),
    ...(test && { test }),
    ...(spikeRates && { spikeRates }),
    ...(leaks && { leaks }),
    ...(windowShares && { windowShares }),
    ...(gradientNorms && { gradientNorms }),
  };
}

/**
 * The epoch that counts: the first with the best validation accuracy, else the last one tested. Training keeps its
 * checkpoint by the same rule.
 */
export function countingLine(epochs: readonly EpochLine[]): EpochLine | undefined {
  const evaluated = epochs.filter((line) => line.test ?? line.validation);
  if (!evaluated.some((line) => line.validation)) return evaluated.at(-1);
  const accuracy = (line: EpochLine) => line.validation?.accuracy ?? Number.NEGATIVE_INFINITY;
  return evaluated.reduce<EpochLine | undefined>(
    (best, line) => (accuracy(line) > (best ? accuracy(best) : Number.NEGATIVE_INFINITY) ? line : best),
    undefined,
  );
}

/** Which epoch the network after `step` weight updates is of, in words: `epoch 13 (best validation)`. */
export function nameOfStep({ epochs }: History, step: number): string {
  const line = epochs.find((one) => one.step === step);
  if (!line) return `${step} weight updates`;
  const notes = [
    ...(line === countingLine(epochs) ? [chosenBy(line)] : []),
    ...(line === epochs.at(-1) && line.validation ? ['last epoch'] : []),
  ];
  return `epoch ${line.epoch}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`;
}

function chosenBy({ validation }: EpochLine): 'best validation' | 'last epoch' {
  return validation ? 'best validation' : 'last epoch';
}

function score(line: EpochLine | undefined, pick: (line: EpochLine) => EpochLine['test']): Score | undefined {
  const found = line && pick(line);
  return found && complete(found);
}

function complete({ loss, accuracy }: { loss: number | null; accuracy: number | null }): Score | undefined {
  return loss !== null && accuracy !== null && Number.isFinite(loss) && Number.isFinite(accuracy)
    ? { loss, accuracy }
    : undefined;
}
