/** How a batch is divided: into shards, each with a gradient of its own, and these into blocks of samples. */
import { type Rows, rows } from './units.ts';

/**
 * Rows (samples × steps) that are worked on at once: with 1,600 of them the potentials of two panels of neurons take 205 KB
 * and stay in the second cache, beside the weights that they are gathered from; so do 3,200 of one panel.
 */
const SPIKING_ROWS = { onePanel: 3200, more: 1600 };

/** Rows of a block of units with gates at most, as for spiking layers, and the bytes that their states may take. */
const GATED_ROWS = 6400;
const GATED_BYTES = 64 * 2 ** 20;
/** Samples of such a block at most. The more there are, the more often a panel of the recurrent weights is used once it is in the cache. */
const GATED_SAMPLES = 32;

export interface Blocks {
  shards: number;
  /** Samples of a block. */
  block: number;
  /**
   * Rows of a matrix of potentials: one for each sample and step of a block, and one more where their number is even,
   * so that the panels of a row fall into different sets of the cache.
   */
  rows: Rows;
}

/**
 * Functions of the network and the batch alone, never of the number of threads: the bits of a run depend on them. `maxSamples` is
 * how many samples a block may have.
 */
export function blocksOf(batchSize: number, steps: number, maxSamples: number): Blocks {
  const shards = Math.max(1, Math.min(batchSize * steps >= 16_384 ? 8 : 4, Math.floor(batchSize / 8)));
  const block = Math.max(1, Math.min(Math.ceil(batchSize / shards), maxSamples));
  return { shards, block, rows: rows((block * steps) | 1) };
}

/** Samples of a block of spiking layers, all of them at most one panel wide or not. */
export function spikingBlock(narrow: boolean, steps: number): number {
  return Math.round((narrow ? SPIKING_ROWS.onePanel : SPIKING_ROWS.more) / steps);
}

/** Samples of a block of `size` units with `columns` columns in all their gates. */
export function gatedBlock({ size, columns }: { size: number; columns: number }, steps: number): number {
  const maxRows = Math.min(GATED_ROWS, GATED_BYTES / (4 * (columns + 2 * size)));
  const samples = Math.max(1, Math.min(GATED_SAMPLES, Math.floor(maxRows / steps)));
  // Four samples are one tile of the product.
  return samples < 4 ? samples : samples - (samples % 4);
}
