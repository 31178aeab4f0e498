/** How long a run will take, by training it for a moment without writing anything. */
import { UserError } from '../base/errors.ts';
import type { RunSpec } from '../experiment/schema.ts';
import type { Trainer } from '../training/trainer.ts';

/** Seconds of a run: until its first epoch begins, and of each epoch with its share of evaluations. */
export interface Pace {
  start: number;
  epoch: number;
}

/** Of the time that a sample takes in training, where no evaluation was seen: the forward pass without the backward one. */
const EVALUATION_SHARE = 0.4;
const UNPREPARED = 'its data are not prepared yet; the first run does that, and so does --estimate SECONDS';
/** Who has seen less than two epochs after the time goes on for so many times as long. */
const PATIENCE = 3;

/** A moment of training: seconds since the beginning, and epochs done, fractions included. */
interface Moment {
  time: number;
  epochs: number;
}

interface Seen {
  /** When the data were open. */
  opened: number;
  samples: { train: number; validation: number; test: number };
  moments: Moment[];
  /** When each epoch ended. */
  ends: number[];
}

export interface RehearsalOptions {
  trainer: Trainer;
  threads: number;
  seconds: number;
  signal: AbortSignal;
  /** Hears how far the data are, which are prepared first where they are not. Without it they are not: it may take many minutes. */
  preparing: ((text: string) => void) | undefined;
}

/**
 * Trains for about `seconds`, longer where two epochs may be seen to the end. Rejects with what training rejects with, with a
 * UserError where data would have to be prepared, and with an Error when nothing of it was seen.
 */
export async function rehearse(
  spec: RunSpec,
  { trainer, threads, seconds, signal, preparing }: RehearsalOptions,
): Promise<Pace> {
  const began = performance.now();
  const time = (): number => (performance.now() - began) / 1000;
  const enough = new AbortController();
  const seen: Seen = { opened: 0, samples: { train: 1, validation: 0, test: 0 }, moments: [], ends: [] };
  const look = (): void => {
    const first = seen.moments[0]?.time ?? time();
    const limit = seen.ends.length >= 2 ? seconds : PATIENCE * seconds;
    if (time() - first > limit) enough.abort();
  };
  await trainer(spec, {
    threads,
    signal: AbortSignal.any([signal, enough.signal]),
    checkpointSeconds: 86_400,
    observer: {
      dataset: (_, samples) => Object.assign(seen, { opened: time(), samples }),
      progress: ({ progress }) => {
        seen.moments.push({ time: time(), epochs: progress * spec.training.epochs });
        look();
      },
      metric: ({ kind }) => {
        if (kind === 'epoch') seen.ends.push(time());
        look();
      },
      checkpoint: () => {},
      preparing: (text) => {
        if (text === undefined) return;
        if (!preparing) throw new UserError(UNPREPARED);
        preparing(text);
      },
      log: () => {},
    },
  }).catch((error) => {
    // A stop may be heard before there is anything to save.
    if (!enough.signal.aborted) throw error;
  });
  return paceOf(seen, spec.training.evaluateEvery);
}

/** @throws Error where no weight was updated in the time. */
export function paceOf({ opened, samples, moments, ends }: Seen, evaluateEvery: number): Pace {
  if (ends.length >= 2) {
    // Code is compiled and memory made during the first one: it begins before its length would have it.
    const epoch = (ends.at(-1)! - ends[0]!) / (ends.length - 1);
    return { start: Math.max(0, ends[0]! - epoch), epoch };
  }
  const inFirst = moments.filter(({ time }) => time <= (ends[0] ?? Number.POSITIVE_INFINITY));
  const [first, last] = [inFirst[0], inFirst.at(-1)];
  if (!first || !last) throw new Error('No weight update was seen in the time.');
  const training =
    last.epochs > first.epochs
      ? (last.time - first.time) / (last.epochs - first.epochs)
      : (first.time - opened) / first.epochs;
  const evaluation =
    ends.length === 1
      ? ends[0]! - last.time
      : (EVALUATION_SHARE * training * (samples.validation + samples.test)) / Math.max(1, samples.train);
  return { start: Math.max(0, first.time - first.epochs * training), epoch: training + evaluation / evaluateEvery };
}
