/**
 * Constant currents, of pictures: every channel may change by no more than the budget, a share of the range that its values can
 * have (L∞; 1/255 is one grey level), and stays in that range. The gradient is that of the sum over the steps; steps follow its
 * sign (Madry et al., arXiv 1706.06083), since real inputs need no converter.
 */
import type { Sample } from '../../../backends/backend.ts';
import type { Rng } from '../../../base/random.ts';
import type { PreparedDataset } from '../../../datasets/dataset.ts';
import { type Changes, type GradientStep, NO_CHANGES, type Threat } from './threat.ts';

export interface Shaded {
  label: number;
  clean: Float32Array;
  values: Float32Array;
}

/** Least and greatest value of each channel [M]. */
export interface Range {
  low: Float32Array;
  high: Float32Array;
}

/** Shares of the channels that a proposal of the search changes. */
const PATCHES = [0.02, 0.05, 0.1, 0.25, 0.5, 1];

export class Currents implements Threat<Shaded> {
  constructor(private readonly range: Range) {}

  start(sample: Sample): Shaded {
    if (!('current' in sample)) throw new TypeError('a sample of events has no currents');
    const clean = Float32Array.from(sample.current);
    return { label: sample.label, clean, values: clean };
  }

  sample({ label, values }: Shaded): Sample {
    return { label, current: values };
  }

  cost({ clean, values }: Shaded): number {
    const { low, high } = this.range;
    let largest = 0;
    for (let c = 0; c < clean.length; c++)
      largest = Math.max(largest, Math.abs(values[c]! - clean[c]!) / (high[c]! - low[c]!));
    return largest;
  }

  gradientStep(state: Shaded, gradient: Float32Array, { sign, budget, rng }: GradientStep) {
    const inputs = state.clean.length;
    const sums = new Float64Array(inputs);
    for (let i = 0; i < gradient.length; i++) sums[i % inputs]! += gradient[i]!;
    if (sums.every((sum) => sum === 0)) return { state: this.randomStep(state, budget, rng), random: true };
    const toward = Float32Array.from(sums, (sum) => sign * Math.sign(sum));
    // A channel whose sign has turned must be able to come back.
    const step = Math.max(budget - this.cost(state), budget / 4);
    return { state: this.moved(state, state.values, toward, step, budget), random: false };
  }

  randomStep(state: Shaded, budget: number, rng: Rng): Shaded {
    const sign = (value: number, clean: number): number => {
      const drawn = rng.uniform() < 0.5 ? -1 : 1;
      // As it was, so that what grows is one random perturbation.
      return Math.sign(value - clean) || drawn;
    };
    const toward = state.values.map((value, c) => sign(value, state.clean[c]!));
    return this.moved(state, state.clean, toward, budget, budget);
  }

  /** Neighbouring channels to the end of their room, all in one direction. */
  proposal(state: Shaded, budget: number, pattern: number, rng: Rng): Shaded {
    const { clean, values } = state;
    const length = Math.max(1, Math.round(PATCHES[pattern % PATCHES.length]! * clean.length));
    const from = rng.below(clean.length - length + 1);
    const direction = rng.uniform() < 0.5 ? -1 : 1;
    const toward = values.map((value, c) =>
      c >= from && c < from + length ? direction : Math.sign(value - clean[c]!),
    );
    return this.moved(state, clean, toward, budget, budget);
  }

  between(low: Shaded, high: Shaded, share: number): Shaded {
    return { ...high, values: high.values.map((value, c) => low.values[c]! + share * (value - low.values[c]!)) };
  }

  changes(): Changes {
    return NO_CHANGES;
  }

  /** from + step·range·toward, no further than `budget` from the clean values. */
  private moved(state: Shaded, from: Float32Array, toward: Float32Array, step: number, budget: number): Shaded {
    const { low, high } = this.range;
    const values = from.map((value, c) => {
      const width = high[c]! - low[c]!;
      const least = Math.max(low[c]!, state.clean[c]! - budget * width);
      const greatest = Math.min(high[c]!, state.clean[c]! + budget * width);
      return Math.min(greatest, Math.max(least, value + step * width * toward[c]!));
    });
    return { ...state, values };
  }
}

/** What black and white pixels are as currents, per channel. Throws a TypeError where samples are not currents. */
export function currentRangeOf(data: PreparedDataset): Range {
  if (data.source !== 'images' || data.coding.kind !== 'direct') throw new TypeError('these samples are not currents');
  const { coding, colour, inputs } = data;
  const plane = colour ? colour.side * colour.side : inputs;
  const currentsOf = (level: number) =>
    Float32Array.from({ length: inputs }, (_, c) => {
      const p = Math.floor(c / plane);
      return coding.gain * (colour ? (level - colour.mean[p]!) / colour.deviation[p]! : level);
    });
  return { low: currentsOf(0), high: currentsOf(1) };
}
