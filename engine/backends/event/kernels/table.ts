/**
 * The kernel table: every exported kernel in every way of working, with its shapes, its float64 reference, the error
 * that is allowed and why, and a case to time. The tests walk it (test/unit/backends/event/kernels/table.test.ts) and so does
 * `npm run bench -- --kernels`; a kernel without an entry fails the tests.
 */
import { byteEntries } from './table/bytes.ts';
import { cellEntries } from './table/cell.ts';
import { dropoutEntries } from './table/dropout.ts';
import type { KernelEntry } from './table/entry.ts';
import { gatherEntries } from './table/gather.ts';
import { lifAroundEntries } from './table/lif/around.ts';
import { lifBackwardEntries } from './table/lif/backward.ts';
import { lifForwardEntries } from './table/lif/forward.ts';
import { optimizerEntries } from './table/optimizer.ts';
import { productEntries } from './table/product.ts';
import { readoutEntries } from './table/readout.ts';
import { scatterEntries } from './table/scatter.ts';
import { spikeEntries } from './table/spikes.ts';
import { tallyEntries } from './table/tally.ts';
import { transposeEntries } from './table/transpose.ts';

export const TABLE: readonly KernelEntry[] = [
  ...gatherEntries,
  ...scatterEntries,
  ...transposeEntries,
  ...lifForwardEntries,
  ...lifAroundEntries,
  ...spikeEntries,
  ...tallyEntries,
  ...lifBackwardEntries,
  ...dropoutEntries,
  ...readoutEntries,
  ...productEntries,
  ...byteEntries,
  ...cellEntries,
  ...optimizerEntries,
];
