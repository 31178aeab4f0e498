/** The log of a run as a story: its epochs, which was the best, and how it ended. */
import { count, duration, percent } from '../../protocol/format.ts';
import type { Score } from '../../protocol/runs.ts';
import type { MetricLine, Status } from '../runs/format.ts';
import {
  addLine,
  countingLine,
  type EpochLine,
  emptyHistory,
  type History,
  scoresOf,
  type WarningLine,
  warningsOf,
} from '../runs/metrics/history.ts';

type ResumeLine = Extract<MetricLine, { kind: 'resume' }>;

export class Diary {
  private readonly history: History;
  /** The best validation accuracy so far; below all there are when there is none. */
  private best: number;

  /** @param before what an earlier process of the run has logged and still counts */
  constructor(before: History = emptyHistory()) {
    this.history = before;
    this.best = bestOf(before);
  }

  /** What was logged beyond this line's step counts no more. */
  resumed(line: ResumeLine): void {
    addLine(this.history, line);
    this.best = bestOf(this.history);
  }

  /** Weight updates at the end of the epoch that counts so far. */
  counting(): number | undefined {
    return countingLine(this.history.epochs)?.step;
  }

  /** `Epoch 3 of 40: train 78.12 %, loss 0.4213; validation 75.00 %, loss 0.5 (best so far).` */
  epoch(line: EpochLine, epochs: number): string {
    addLine(this.history, line);
    const { train, validation, test } = line;
    const accuracy = validation?.accuracy ?? -1;
    const best = accuracy > this.best ? ' (best so far)' : '';
    this.best = Math.max(this.best, accuracy);
    const parts = [scoreText('train', train), scoreText('validation', validation) + best, scoreText('test', test)];
    return `Epoch ${line.epoch} of ${epochs}: ${parts.filter((part) => part !== '').join('; ')}.`;
  }

  /** `Warning: layer 1 of 2 fired 0 of 5,120,000 times …`; undefined when the last look saw the same. */
  warning(line: WarningLine): string | undefined {
    addLine(this.history, line);
    const { since, until, sentence } = warningsOf(this.history)!.at(-1)!;
    return since === until ? `Warning: ${sentence}` : undefined;
  }

  /** `Finished after 40 epochs and 12 min 03 s: test 90.40 %, loss 0.31 at epoch 13.` */
  end(state: 'finished' | 'stopped', { epoch, seconds }: Status): string {
    const { result } = scoresOf(this.history);
    const what = state === 'finished' ? 'Finished' : 'Stopped on request';
    const score = result ? `: ${scoreText('test', result.test)} at epoch ${result.epoch}` : '';
    return `${what} after ${count(epoch, 'epoch')} and ${duration(seconds)}${score}.`;
  }
}

function bestOf({ epochs }: History): number {
  return epochs.reduce((best, { validation }) => Math.max(best, validation?.accuracy ?? -1), -1);
}

function scoreText(split: string, score: { accuracy: number | null; loss: number | null } | Score | undefined): string {
  if (!score) return '';
  const accuracy = score.accuracy === null ? 'NaN' : percent(score.accuracy);
  return `${split} ${accuracy} %, loss ${score.loss === null ? 'NaN' : Number(score.loss.toPrecision(4))}`;
}
