/** Pictures as input over time: a constant current per pixel, or Bernoulli spikes with fresh draws every epoch. */
import { hashName, lastDraw, Rng } from '../../base/random.ts';
import type { PreparedDataset, SampleReader, Split } from '../dataset.ts';

type Images = Extract<PreparedDataset, { source: 'images' }>;

const PURPOSE: Record<Split, number> = {
  train: hashName('images/train'),
  validation: hashName('images/validation'),
  test: hashName('images/test'),
};
const AUGMENT = hashName('images/augment');

/** Reads pictures in place; nothing is allocated per sample. */
export class ImageReader implements SampleReader {
  private readonly data: Images;
  private readonly rng = new Rng();
  /** Current of each of the 256 levels, for each colour plane. */
  private readonly currents: Float32Array;
  /** A pixel of a level above zero fires when its draw is not above this. */
  private readonly lastOf = new Int32Array(256);
  /** The pixels above zero of the picture at hand. */
  private readonly lit: Uint16Array;
  private readonly litLast: Int32Array;
  /** A shifted or mirrored picture. */
  private readonly moved: Uint8Array;
  private readonly augments: boolean;

  constructor(data: Images) {
    this.data = data;
    const { coding, colour, inputs } = data;
    const planes = colour?.planes ?? 1;
    this.currents = new Float32Array(256 * planes);
    for (let v = 0; v < 256; v++)
      if (coding.kind === 'bernoulli') this.lastOf[v] = lastDraw((v / 255) * coding.maxRate);
      else
        for (let p = 0; p < planes; p++)
          this.currents[256 * p + v] =
            coding.gain * (colour ? (v / 255 - colour.mean[p]!) / colour.deviation[p]! : v / 255);
    this.lit = new Uint16Array(inputs);
    this.litLast = new Int32Array(inputs);
    this.moved = new Uint8Array(inputs);
    this.augments = colour !== undefined && (colour.padding > 0 || colour.flip);
  }

  label(split: Split, _epoch: number, index: number): number {
    return split === 'test' ? this.data.test.labels[index]! : this.data.train.labels[this.position(split, index)]!;
  }

  events(split: Split, epoch: number, index: number, offsets: Uint32Array, channels: Uint16Array): number {
    const { data, rng, lastOf, lit, litLast } = this;
    if (data.coding.kind === 'direct') throw new Error('direct-coded pictures are currents, not spikes');
    const augmented = this.augments && split === 'train';
    const start = augmented ? this.move(epoch, index) : this.position(split, index) * data.inputs;
    const pixels = augmented ? this.moved : this.pixels(split);
    let count = 0;
    for (let c = 0; c < data.inputs && data.coding.maxRate > 0; c++) {
      const v = pixels[start + c]!;
      if (v > 0) {
        lit[count] = c;
        litLast[count++] = lastOf[v]!;
      }
    }
    rng.reset(data.seed, PURPOSE[split], split === 'train' ? epoch : 0, index);
    const first = offsets[0]!;
    let n = 0;
    for (let t = 0; t < data.steps; t++) {
      offsets[t] = first + n;
      n = rng.select(channels, n, lit, litLast, 0, count);
    }
    offsets[data.steps] = first + n;
    return this.label(split, epoch, index);
  }

  current(split: Split, epoch: number, index: number, values: Float32Array): number {
    const { data, currents } = this;
    if (data.coding.kind !== 'direct') throw new Error('Bernoulli-coded pictures are spikes, not currents');
    const augmented = this.augments && split === 'train';
    const start = augmented ? this.move(epoch, index) : this.position(split, index) * data.inputs;
    const pixels = augmented ? this.moved : this.pixels(split);
    const planeSize = data.colour ? data.colour.side * data.colour.side : data.inputs;
    for (let c = 0, table = 0; c < data.inputs; table += 256)
      for (const end = c + planeSize; c < end; c++) values[c] = currents[table + pixels[start + c]!]!;
    return this.label(split, epoch, index);
  }

  private pixels(split: Split): Uint8Array {
    return split === 'test' ? this.data.test.pixels : this.data.train.pixels;
  }

  /** Validation pictures are stored behind the training pictures. */
  private position(split: Split, index: number): number {
    return split === 'validation' ? this.data.sizes.train + index : index;
  }

  /** Shifts and mirrors a training picture into `moved`, with fresh draws every epoch. Returns where it starts: 0. */
  private move(epoch: number, index: number): 0 {
    const { rng, moved, data } = this;
    const { side, planes, padding, flip } = data.colour!;
    rng.reset(data.seed, AUGMENT, epoch, index);
    const dx = rng.below(2 * padding + 1) - padding;
    const dy = rng.below(2 * padding + 1) - padding;
    const mirrored = flip && rng.uint32() >>> 31 === 1;
    const pixels = data.train.pixels;
    let to = 0;
    for (let p = 0; p < planes; p++)
      for (let y = 0; y < side; y++) {
        const row = ((index * planes + p) * side + y + dy) * side;
        const inside = y + dy >= 0 && y + dy < side;
        for (let x = 0; x < side; x++) {
          const from = (mirrored ? side - 1 - x : x) + dx;
          moved[to++] = inside && from >= 0 && from < side ? pixels[row + from]! : 0;
        }
      }
    return 0;
  }
}
