/** Samples that are in no data set, as a reader gives them; over memory that all threads share. */
import type { SampleReader } from '../../../datasets/dataset.ts';
import type { Sample, Steepest } from '../../backend.ts';

/** Events of sample b: offsets[b·(T+1) ..] count from the start of all channels. Or values [B, M]. */
export interface SharedSamples {
  labels: Uint32Array;
  offsets: Uint32Array;
  channels: Uint16Array;
  values: Float32Array;
}

/** @param steps, inputs of the network, which the samples fit */
export function shareSamples(samples: readonly Sample[], steps: number, inputs: number): SharedSamples {
  const events = samples.map((s) => ('current' in s ? 0 : s.offsets[steps]! - s.offsets[0]!));
  const currents = samples.some((s) => 'current' in s);
  const shared: SharedSamples = {
    labels: new Uint32Array(new SharedArrayBuffer(4 * samples.length)),
    offsets: new Uint32Array(new SharedArrayBuffer(4 * samples.length * (steps + 1))),
    channels: new Uint16Array(new SharedArrayBuffer(2 * events.reduce((sum, n) => sum + n, 0))),
    values: new Float32Array(new SharedArrayBuffer(currents ? 4 * samples.length * inputs : 0)),
  };
  let next = 0;
  samples.forEach((sample, b) => {
    shared.labels[b] = sample.label;
    if ('current' in sample) shared.values.set(sample.current, b * inputs);
    else {
      const { offsets, channels } = sample;
      const [first, end] = [offsets[0]!, offsets[steps]!];
      for (let t = 0; t <= steps; t++) shared.offsets[b * (steps + 1) + t] = next + offsets[t]! - first;
      if (channels instanceof Uint16Array) shared.channels.set(channels.subarray(first, end), next);
      else for (let e = first; e < end; e++) shared.channels[next + e - first] = channels[e]!;
      next += end - first;
    }
  });
  return shared;
}

/** Sample `index` is the one at that place of the batch, in any split. */
export function sharedReader({ labels, offsets, channels, values }: SharedSamples, steps: number): SampleReader {
  const inputs = values.length / labels.length;
  return {
    label: (_split, _epoch, index) => labels[index]!,
    events(_split, _epoch, index, into, list) {
      const from = offsets.subarray(index * (steps + 1), (index + 1) * (steps + 1));
      const shift = into[0]! - from[0]!;
      for (let t = 1; t <= steps; t++) into[t] = from[t]! + shift;
      list.set(channels.subarray(from[0]!, from[steps]!));
      return labels[index]!;
    },
    current(_split, _epoch, index, into) {
      into.set(values.subarray(index * inputs, (index + 1) * inputs));
      return labels[index]!;
    },
  };
}

/** The same over shared memory, so that no thread gets a copy of its own. */
export function sharedSteepest(ask: Steepest): Steepest {
  const wanted = sharedCopy(ask.wanted, Uint32Array);
  if (ask.what === 'bins') return { ...ask, wanted };
  const { starts, home, place, amount } = ask.spikes;
  const spikes = {
    starts: sharedCopy(starts, Uint32Array),
    home: sharedCopy(home, Uint32Array),
    place: sharedCopy(place, Uint32Array),
    amount: sharedCopy(amount, Uint16Array),
  };
  return { ...ask, wanted, spikes };
}

function sharedCopy<A extends Uint32Array | Uint16Array>(
  from: A,
  Type: { new (buffer: SharedArrayBuffer): A; BYTES_PER_ELEMENT: number },
): A {
  const copy = new Type(new SharedArrayBuffer(Type.BYTES_PER_ELEMENT * from.length));
  copy.set(from);
  return copy;
}
