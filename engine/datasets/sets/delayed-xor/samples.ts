/**
 * Delayed spiking XOR as in the code of the paper's reference [23]: a pulse of Bernoulli spikes at a low or high rate
 * in the first steps, another in the last, a Bernoulli background over the whole sequence OR-ed with them; the label
 * is the XOR of the two rate indices.
 *
 * The multi-timescale form has a slow pulse on the first `channels` inputs and then, each after a gap, fast pulses on
 * the other `channels`. The published code scores every fast pulse; a sample here has one label, so the last one
 * counts, and it ends with the sequence.
 */
import { hashName, lastDraw, Rng } from '../../../base/random.ts';
import type { PreparedDataset, SampleReader, Split } from '../../dataset.ts';
import { Gaps } from './gaps.ts';
import type { DelayedXor } from './schema.ts';

/** Raise when the same (spec, seed) gives other samples. */
export const GENERATOR_VERSION = '1';

const PURPOSE: Record<Split, number> = {
  train: hashName('delayed-xor/train'),
  validation: hashName('delayed-xor/validation'),
  test: hashName('delayed-xor/test'),
};

/** Generates samples in place; nothing is allocated per sample. */
export class DelayedXorReader implements SampleReader {
  private readonly rng = new Rng();
  private readonly spec: DelayedXor;
  /** Of the training and of the held-out sequences. */
  private readonly seed: number;
  private readonly heldOutSeed: number;
  private readonly noise: Gaps | undefined;
  /** 0, 1, 2 …, and for each channel the last draw that fires in a low and in a high pulse. */
  private readonly numbers: Uint16Array;
  private readonly last: Int32Array[];

  constructor({ spec, seed, inputs }: Extract<PreparedDataset, { source: 'delayed-xor' }>) {
    this.spec = spec;
    this.seed = seed;
    // Runs made before there was such a field have none.
    this.heldOutSeed = typeof spec.seed === 'number' ? spec.seed : seed;
    this.noise = spec.noise > 0 ? new Gaps(spec.noise) : undefined;
    this.numbers = Uint16Array.from({ length: inputs }, (_, c) => c);
    this.last = [spec.lowRate, spec.highRate].map((rate) => new Int32Array(inputs).fill(lastDraw(rate)));
  }

  label(split: Split, epoch: number, index: number): number {
    const rates = this.start(split, epoch, index);
    return (rates ^ (rates >>> 1)) & 1;
  }

  events(split: Split, epoch: number, index: number, offsets: Uint32Array, channels: Uint16Array): number {
    const { form, steps, channels: width, lowRate, highRate, pulse, gap } = this.spec;
    const rates = this.start(split, epoch, index);
    const { rng, noise, numbers } = this;
    const inputs = form === 'single' ? width : 2 * width;
    const secondPulse = steps - pulse;
    // Fast pulses are counted back from the last one, which ends with the sequence.
    const period = pulse + gap;
    const fastPulses = form === 'single' ? 1 : Math.floor((steps - pulse) / period);
    let otherBit = 0;
    // Counted over all cells, step by step.
    let nextNoise = noise ? noise.of(rng.uint32()) : steps * inputs;
    const first = offsets[0]!;
    let n = 0;
    for (let t = 0; t < steps; t++) {
      offsets[t] = first + n;
      const row = t * inputs;
      // Which channels pulse in this step, and at which of the two rates.
      let from = -1;
      let bit = 0;
      if (t < pulse) {
        from = 0;
        bit = rates & 1;
      } else if (t >= secondPulse) {
        from = inputs - width;
        bit = (rates >>> 1) & 1;
      } else if (form !== 'single') {
        const back = steps - 1 - t;
        if (back % period < pulse && Math.floor(back / period) < fastPulses) {
          if (back % period === pulse - 1) otherBit = rng.uint32() >>> 31;
          from = width;
          bit = otherBit;
        }
      }
      if (from >= 0) {
        const last = this.last[bit]!;
        const silent = (bit ? highRate : lowRate) === 0;
        for (; nextNoise < row + from; nextNoise += 1 + noise!.of(rng.uint32())) channels[n++] = nextNoise - row;
        for (let c = from; ; ) {
          const quiet = Math.min(nextNoise - row, from + width);
          const selected = rng.select(channels, n, numbers, last, c, quiet);
          if (!silent) n = selected;
          if (quiet === from + width) break;
          // A spike of both counts once; the pulse's draw is made all the same.
          rng.uint32();
          channels[n++] = quiet;
          nextNoise += 1 + noise!.of(rng.uint32());
          c = quiet + 1;
        }
      }
      for (; nextNoise < row + inputs; nextNoise += 1 + noise!.of(rng.uint32())) channels[n++] = nextNoise - row;
    }
    offsets[steps] = first + n;
    return (rates ^ (rates >>> 1)) & 1;
  }

  current(): number {
    throw new Error('delayed-xor has spikes, not currents');
  }

  /** Starts the sample's stream. Bit 0 of the result is the rate index of the first pulse, bit 1 of the second. */
  private start(split: Split, epoch: number, index: number): number {
    const training = split === 'train';
    const seed = training ? this.seed : this.heldOutSeed;
    return this.rng.reset(seed, PURPOSE[split], training ? epoch : 0, index).uint32() >>> 30;
  }
}
