/** Events as the numbers of their bins, t·M + c, ascending; a bin with several events comes several times. */
import type { Sample } from '../../../backends/backend.ts';

export interface Grid {
  /** T and M. */
  steps: number;
  inputs: number;
}

export interface Events {
  label: number;
  bins: Uint32Array;
}

/** Throws a TypeError for a sample of currents. */
export function eventsOf({ steps, inputs }: Grid, sample: Sample): Events {
  if ('current' in sample) throw new TypeError('a sample of currents has no events');
  const { offsets, channels, label } = sample;
  const first = offsets[0]!;
  const bins = new Uint32Array(offsets[steps]! - first);
  for (let t = 0; t < steps; t++)
    for (let e = offsets[t]!; e < offsets[t + 1]!; e++) bins[e - first] = t * inputs + channels[e]!;
  return { label, bins: bins.sort() };
}

export function sampleOf({ steps, inputs }: Grid, { label, bins }: Events): Sample {
  const offsets = new Uint32Array(steps + 1);
  const channels = new Uint16Array(bins.length);
  for (let t = 0, e = 0; t < steps; t++) {
    const first = t * inputs;
    for (const end = first + inputs; e < bins.length && bins[e]! < end; e++) channels[e] = bins[e]! - first;
    offsets[t + 1] = e;
  }
  return { label, offsets, channels };
}

/** Ascending bins with events added and taken: `by` says how many for each bin. Taking more than there are is a RangeError. */
export function changed(bins: Uint32Array, by: ReadonlyMap<number, number>): Uint32Array {
  const touched = Uint32Array.from(by.keys()).sort();
  let length = bins.length;
  for (const change of by.values()) length += change;
  const result = new Uint32Array(Math.max(0, length));
  let from = 0;
  let to = 0;
  for (const bin of touched) {
    while (from < bins.length && bins[from]! < bin) result[to++] = bins[from++]!;
    let there = by.get(bin)!;
    while (from < bins.length && bins[from] === bin) {
      there++;
      from++;
    }
    if (there < 0) throw new RangeError(`bin ${bin} does not have that many events to take`);
    while (there-- > 0) result[to++] = bin;
  }
  while (from < bins.length) result[to++] = bins[from++]!;
  return result;
}

/** Events in the fullest bin. */
export function fullest(bins: Uint32Array): number {
  let longest = 0;
  for (let e = 0, run = 0; e < bins.length; e++) {
    run = e > 0 && bins[e] === bins[e - 1] ? run + 1 : 1;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** Counts of all bins, made once and filled for one list of events at a time, so that a look does not cost T·M. */
export class Occupancy {
  private readonly counts: Uint16Array;
  private shown: Uint32Array = new Uint32Array(0);

  constructor({ steps, inputs }: Grid) {
    this.counts = new Uint16Array(steps * inputs);
  }

  /** [T, M], valid until the next call. */
  of(bins: Uint32Array): Uint16Array {
    if (bins === this.shown) return this.counts;
    for (const bin of this.shown) this.counts[bin] = 0;
    for (const bin of bins) this.counts[bin]!++;
    this.shown = bins;
    return this.counts;
  }
}
