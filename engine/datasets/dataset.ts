/**
 * A data set ready to train on. `PreparedDataset` is plain data whose arrays lie over SharedArrayBuffers, so that
 * worker threads receive it without a copy; `openReader` turns it, in each thread, into samples.
 */
import type { DelayedXor } from './sets/delayed-xor/schema.ts';

export type Split = 'train' | 'validation' | 'test';

export interface DatasetShape {
  /** Input channels, classes and time steps. */
  inputs: number;
  classes: number;
  steps: number;
  /**
   * events: binary spikes (several in one step and channel count as often).
   * current: one constant real-valued input per channel, the same in every step.
   */
  encoding: 'events' | 'current';
  /** Samples per split; 0 where there is none. */
  sizes: Record<Split, number>;
  /** Upper bound of the events in one sample (0 for current). */
  maxEvents: number;
  /** What the samples were read from: file → SHA-256, or generator → version. Recorded with every run. */
  checksums: Record<string, string>;
}

/** Discriminated by `source`; one member per way of making samples. Grows with the data sets. */
export type PreparedDataset = DatasetShape &
  (
    | { source: 'delayed-xor'; spec: DelayedXor; seed: number }
    | {
        source: 'images';
        seed: number;
        /** [count × inputs] bytes and [count] labels for the stored train (with validation) and test pictures. */
        train: { pixels: Uint8Array; labels: Uint8Array };
        test: { pixels: Uint8Array; labels: Uint8Array };
        coding: { kind: 'direct'; gain: number } | { kind: 'bernoulli'; maxRate: number };
        /** Colour pictures, stored plane by plane, and what is done to them. */
        colour?: {
          side: number;
          planes: number;
          /** Of each plane, on the scale [0, 1]; direct coding gives (value - mean) / deviation. */
          mean: number[];
          deviation: number[];
          /** Training only: shift by up to this many pixels, mirror every other picture. */
          padding: number;
          flip: boolean;
        };
      }
    | {
        /** Recordings cut into steps: SHD, SSC, N-MNIST, DVS128 Gesture, randman. */
        source: 'events';
        /** Stored position of each sample of a split. */
        samples: Record<Split, Uint32Array>;
        /** By stored position. */
        labels: Uint16Array;
        /** Byte at which each stored recording starts; one more for the end of the last. */
        starts: Float64Array;
        /** The cache file (see cache.ts) in memory, or where to read single recordings from. */
        body: { kind: 'memory'; file: string; bytes: Uint8Array } | { kind: 'file'; file: string; digest: string };
        /** Events beyond the last step, over all recordings. */
        dropped: number;
      }
  );

/**
 * Samples of one prepared data set, for one thread. Sample (split, epoch, index) is always the same, whoever asks:
 * its randomness comes from a stream of that name. `epoch` matters only for the training split.
 */
export interface SampleReader {
  label(split: Split, epoch: number, index: number): number;
  /**
   * Writes the spikes of a sample, grouped by step: those of step t are channels[offsets[t] .. offsets[t+1]), counted from
   * offsets[0], which is given (0, or how many there are before them in a longer list). `offsets` has steps + 1 entries,
   * `channels` room for maxEvents. Returns the label. Throws for current data.
   */
  events(split: Split, epoch: number, index: number, offsets: Uint32Array, channels: Uint16Array): number;
  /** Writes the constant input of each channel into `values` [inputs]. Returns the label. Throws for event data. */
  current(split: Split, epoch: number, index: number, values: Float32Array): number;
}
