/** Disturbed copies of samples. Draws depend on the seed, the sample and the strength's place alone: never on the network. */
import type { Rng } from '../../base/random.ts';

export interface EventSample {
  label: number;
  /** Of step t: channels[offsets[t] .. offsets[t+1]). */
  offsets: ArrayLike<number>;
  channels: ArrayLike<number>;
}

export interface EventShape {
  steps: number;
  inputs: number;
  /** A channel fires once in a step at most: what would come on top of an event is one with it. */
  binary: boolean;
}

/** What a disturbance does with a sample; `strength` as params describe it. */
export type Disturb = (sample: EventSample, strength: number, shape: EventShape, rng: Rng) => EventSample;

/** Leaves each event out with this probability. */
export const drop: Disturb = (sample, probability, shape, rng) =>
  regroup(sample, shape, (step, channel, put) => {
    if (rng.uniform() >= probability) put(step, channel);
  });

/** Moves each event by normal noise of this deviation in steps, to the nearest step that there is. */
export const jitter: Disturb = (sample, deviation, shape, rng) =>
  regroup(sample, shape, (step, channel, put) => {
    const moved = Math.round(step + deviation * rng.normal());
    put(Math.min(shape.steps - 1, Math.max(0, moved)), channel);
  });

/** Adds this share of the sample's events, each at any step and channel; of binary input fewer, where an event is already. */
export const noise: Disturb = (sample, share, shape, rng) => {
  const events = sample.offsets[shape.steps]! - sample.offsets[0]!;
  const added = Math.round(share * events);
  return regroup(
    sample,
    shape,
    (step, channel, put) => put(step, channel),
    (put) => {
      for (let e = 0; e < added; e++) put(rng.below(shape.steps), rng.below(shape.inputs));
    },
  );
};

/** A channel fires once more in every step, of binary input just once. `channels` are those that do: the same for all samples, as a sensor's are. */
export function hotPixels(sample: EventSample, channels: ArrayLike<number>, shape: EventShape): EventSample {
  return regroup(
    sample,
    shape,
    (step, channel, put) => put(step, channel),
    (put) => {
      for (let t = 0; t < shape.steps; t++) for (let e = 0; e < channels.length; e++) put(t, channels[e]!);
    },
  );
}

/** How many channels this share is, rounded. */
export const hotCount = (inputs: number, share: number): number => Math.round(share * inputs);

/** Different channels, drawn: this share of all. */
export function chooseChannels(inputs: number, share: number, rng: Rng): Uint32Array {
  const order = new Uint32Array(inputs).map((_, i) => i);
  const count = hotCount(inputs, share);
  for (let i = 0; i < count; i++) {
    const j = i + rng.below(inputs - i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order.slice(0, count).sort();
}

type Put = (step: number, channel: number) => void;

/** The events that `each` makes of those of the sample, and those of `more`, in the order of their steps. */
function regroup(
  { label, offsets, channels }: EventSample,
  { steps, inputs, binary }: EventShape,
  each: (step: number, channel: number, put: Put) => void,
  more: (put: Put) => void = () => {},
): EventSample {
  const madeSteps: number[] = [];
  const madeChannels: number[] = [];
  const taken = binary ? new Uint8Array(steps * inputs) : undefined;
  const put: Put = (step, channel) => {
    const bin = step * inputs + channel;
    if (taken?.[bin]) return;
    if (taken) taken[bin] = 1;
    madeSteps.push(step);
    madeChannels.push(channel);
  };
  for (let t = 0; t < steps; t++) for (let e = offsets[t]!; e < offsets[t + 1]!; e++) each(t, channels[e]!, put);
  more(put);
  const starts = new Uint32Array(steps + 1);
  for (const step of madeSteps) starts[step + 1]!++;
  for (let t = 0; t < steps; t++) starts[t + 1]! += starts[t]!;
  const next = starts.slice();
  const grouped = new Uint16Array(madeSteps.length);
  madeSteps.forEach((step, e) => {
    grouped[next[step]!++] = madeChannels[e]!;
  });
  return { label, offsets: starts, channels: grouped };
}
