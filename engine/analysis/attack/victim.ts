/** The networks under attack, asked in batches. */
import {
  type Network,
  NOT_FOUND,
  type Sample,
  type SampleScores,
  type Slopes,
  type Steepest,
  WHOLE,
} from '../../backends/backend.ts';
import type { SampleSlopes } from './threats/threat.ts';

/** What a network says of one sample. */
export interface NetworkAnswer {
  /** For the label that the sample came with. */
  loss: number;
  /** [C] */
  scores: Float32Array;
}

export interface Victim {
  ask(samples: readonly Sample[]): Promise<NetworkAnswer[]>;
  /** With dL/dx of each [T, M], with the surrogate of this index. */
  gradients(
    surrogate: number,
    samples: readonly Sample[],
  ): Promise<{ answer: NetworkAnswer; gradient: Float32Array }[]>;
  /** The same with what is wanted of each sample alone. undefined: of this network the whole gradient must be asked for. */
  slopes(surrogate: number, samples: readonly Sample[], ask: Steepest): Promise<Told[]> | undefined;
}

export interface Told {
  answer: NetworkAnswer;
  /** Neither where nothing was wanted, or only the whole gradient tells. */
  slopes?: SampleSlopes;
  gradient?: Float32Array;
}

/** Samples asked at once without gradients, so that a stop is heard within a second. */
const ASKED = 256;

/**
 * @param networks the same parameters with each surrogate; dropout is off in probes
 * @param batch samples asked at once with gradients
 */
export function victimOf(
  networks: readonly Network[],
  { classes, size, batch, signal }: { classes: number; size: number; batch: number; signal: AbortSignal },
): Victim {
  const inTurn = turns();
  const answers = ({ samples }: { samples: SampleScores }): NetworkAnswer[] =>
    Array.from(samples.loss, (loss, b) => ({ loss, scores: samples.scores.slice(b * classes, (b + 1) * classes) }));
  return {
    async ask(samples) {
      const all: NetworkAnswer[] = [];
      for (let from = 0; from < samples.length; from += ASKED) {
        signal.throwIfAborted();
        const part = samples.slice(from, from + ASKED);
        all.push(...answers(await inTurn(() => networks[0]!.probe({ samples: part }, {}))));
      }
      return all;
    },
    async gradients(surrogate, samples) {
      const all: { answer: NetworkAnswer; gradient: Float32Array }[] = [];
      for (let from = 0; from < samples.length; from += batch) {
        signal.throwIfAborted();
        const part = samples.slice(from, from + batch);
        const recording = await inTurn(() => networks[surrogate]!.probe({ samples: part }, { inputGradient: true }));
        const whole = recording.inputGradient!;
        all.push(
          ...answers(recording).map((answer, b) => ({ answer, gradient: whole.subarray(b * size, (b + 1) * size) })),
        );
      }
      return all;
    },
    slopes(surrogate, samples, ask) {
      const network = networks[surrogate]!;
      if (!network.steepest) return undefined;
      const inBatches = async () => {
        const all: Told[] = [];
        for (let from = 0; from < samples.length; from += batch) {
          signal.throwIfAborted();
          const to = from + batch;
          const own = { ...ask, wanted: ask.wanted.subarray(from, to) };
          if (own.what === 'moves') own.spikes = { ...own.spikes, starts: own.spikes.starts.subarray(from, to + 1) };
          const found = await inTurn(() => network.steepest!(samples.slice(from, to), own));
          const told = toldBy(found, own.wanted, size);
          all.push(...answers(found).map((answer, b) => ({ answer, ...told[b] })));
        }
        return all;
      };
      return inBatches();
    },
  };
}

function toldBy(
  { found, places, values, to, whole }: Slopes,
  wanted: Uint32Array,
  size: number,
): Omit<Told, 'answer'>[] {
  const most = places.length / wanted.length;
  let next = 0;
  return Array.from(wanted, (own, b) => {
    if (own === WHOLE) return { gradient: whole.subarray(next * size, ++next * size) };
    const count = found[b]!;
    if (own === 0 || count === NOT_FOUND) return {};
    const part = <A extends Uint32Array | Float64Array>(all: A): A => all.subarray(b * most, b * most + count) as A;
    return { slopes: { places: part(places), values: part(values), to: part(to), all: count < own } };
  });
}

/** Runs one piece of work after the other: networks share the cores, while whoever waits for none of them goes on. */
function turns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work, work);
    last = turn;
    return turn;
  };
}

/**
 * Whether an attack has reached its goal. Untargeted: some class scores more than the true one. Targeted: the target scores more
 * than all others. Equal scores are no success.
 */
export function isFooled(scores: ArrayLike<number>, label: number, target: number | undefined): boolean {
  let best = Number.NEGATIVE_INFINITY;
  const own = target ?? label;
  for (let c = 0; c < scores.length; c++) if (c !== own) best = Math.max(best, scores[c]!);
  return target === undefined ? best > scores[own]! : scores[own]! > best;
}

/** The class with the highest score; of equal ones the first. */
export function classOf(scores: Float32Array): number {
  return scores.reduce((best, value, c) => (value > scores[best]! ? c : best), 0);
}
