/** Samples into the lists of a thread: what the first layer receives. */
import type { SampleReader, Split } from '../../../datasets/dataset.ts';
import type { Layout } from '../layout/layout.ts';
import type { Scratch } from '../layout/memory.ts';

export interface Samples {
  split: Split;
  epoch: number;
  /** Sample numbers, and which of them. */
  order: Uint32Array;
  from: number;
  to: number;
  /** Draw what training draws, from the streams of this epoch and these samples: dropout, initial states. */
  dropout: boolean;
}

export class BlockInput {
  /** Labels of the samples that were read last. */
  readonly labels: Uint32Array;
  private readonly currentValues: Float32Array;

  constructor(
    private readonly buffer: ArrayBufferLike,
    private readonly layout: Layout,
    private readonly scratch: Scratch,
    private readonly reader: SampleReader,
  ) {
    this.labels = new Uint32Array(layout.block);
    this.currentValues = new Float32Array(layout.network.inputs);
  }

  /** Reads samples into the block's event lists (rows = sample × steps + step) or value lists (rows = samples). */
  read({ split, epoch, order }: Samples, from: number, count: number, reader = this.reader): void {
    const { scratch, layout } = this;
    const { steps, encoding, inputs } = layout.network;
    if (encoding === 'events') {
      new Uint32Array(this.buffer, scratch.offsets, 1)[0] = 0;
      let events = 0;
      for (let b = 0; b < count; b++) {
        const offsets = new Uint32Array(this.buffer, scratch.offsets + b * steps * 4, steps + 1);
        const channels = new Uint16Array(this.buffer, scratch.channels + events * 2, layout.maxEvents);
        this.labels[b] = reader.events(split, epoch, order[from + b]!, offsets, channels);
        events = offsets[steps]!;
      }
      return;
    }
    const offsets = new Uint32Array(this.buffer, scratch.offsets, count + 1);
    const channels = new Uint16Array(this.buffer, scratch.channels, count * inputs);
    const values = new Float32Array(this.buffer, scratch.values, count * inputs);
    let events = 0;
    offsets[0] = 0;
    for (let b = 0; b < count; b++) {
      this.labels[b] = reader.current(split, epoch, order[from + b]!, this.currentValues);
      for (let i = 0; i < inputs; i++) {
        const x = this.currentValues[i]!;
        if (x === 0) continue;
        channels[events] = i;
        values[events++] = x;
      }
      offsets[b + 1] = events;
    }
  }
}
