/**
 * Sums of rows. A matrix lies in panels (panels.ts); events of row r are indices[offsets[r] … offsets[r + 1]), with offsets u32
 * [rows + 1] and indices u16.
 */
import { portable, twofold } from './signature.ts';

export const gather = {
  /** out[firstRow + r] = start + Σ source[index] over the events of row r. */
  gatherRows: twofold({
    /** f32 [outRows × columns] */
    out: 'pointer',
    outRows: 'i32',
    firstRow: 'i32',
    /** With `out`, rows without events are left as they are. */
    start: 'START',
    /** f32 [columns], where sums start from it */
    bias: 'pointer?',
    /** f32 [sourceRows × columns] */
    source: 'pointer',
    sourceRows: 'i32',
    offsets: 'pointer',
    indices: 'pointer',
    rows: 'i32',
    columns: 'i32',
  }),
  /** out[r] = start + Σ value·source[index] over the events of row r: a constant, real-valued input. */
  gatherRowsWeighted: twofold({
    /** f32 [outRows × columns] */
    out: 'pointer',
    outRows: 'i32',
    start: 'START',
    /** f32 [columns], where sums start from it */
    bias: 'pointer?',
    /** f32 [sourceRows × columns] */
    source: 'pointer',
    sourceRows: 'i32',
    offsets: 'pointer',
    indices: 'pointer',
    /** f32, one for each event */
    values: 'pointer',
    rows: 'i32',
    columns: 'i32',
  }),
  /** out[r] = bias in the first `rows` rows. */
  fillRows: twofold({
    /** f32 [outRows × columns] */
    out: 'pointer',
    outRows: 'i32',
    /** f32 [columns] */
    bias: 'pointer',
    rows: 'i32',
    columns: 'i32',
  }),
  /** out[outRow] (+)= Σ source[r] over the rows firstRow … firstRow + rows: the gradient of a bias, or of a constant input. */
  sumRows: twofold({
    /** f32 [outRows × columns] */
    out: 'pointer',
    outRows: 'i32',
    outRow: 'i32',
    accumulate: 'flag',
    /** f32 [sourceRows × columns] */
    source: 'pointer',
    sourceRows: 'i32',
    firstRow: 'i32',
    rows: 'i32',
    columns: 'i32',
  }),
};

export const scatter = {
  /** out[index] += source[r] for every event of every row r, in their order: the gradient of few weights. */
  scatterRows: twofold({
    /** f32 [outRows × columns] */
    out: 'pointer',
    outRows: 'i32',
    /** f32 [sourceRows × columns] */
    source: 'pointer',
    sourceRows: 'i32',
    offsets: 'pointer',
    indices: 'pointer',
    rows: 'i32',
    columns: 'i32',
    /**
     * 0, or the steps of a sample: events of row r then meet row r + 1 of the source, and those of the last step none, as
     * spikes act on the recurrent input one step later.
     */
    delayWithin: 'i32',
  }),
  /** out[outIndices[e]] += source[sourceIndices[e]] for the first `count` events in their order. */
  addRows: twofold({
    /** f32 [outRows × columns] */
    out: 'pointer',
    outRows: 'i32',
    /** u16 [count] */
    outIndices: 'pointer',
    /** f32 [sourceRows × columns] */
    source: 'pointer',
    sourceRows: 'i32',
    /** u16 [count] */
    sourceIndices: 'pointer',
    count: 'u32',
    columns: 'i32',
  }),
};

export const transpose = {
  /** From "which channels fired in this row" to "in which rows did this channel fire": a stable counting sort. */
  transposeEvents: twofold({
    /** u32 [rows + 1] */
    offsets: 'pointer',
    /** u16, one for each event */
    channels: 'pointer',
    /** f32, one for each event */
    values: 'pointer?',
    rows: 'i32',
    channelCount: 'i32',
    /** 0, or the steps of a sample: events are then filed one row later, and those of the last step are dropped. */
    delayWithin: 'i32',
    /** u32 [channelCount + 2] */
    outOffsets: 'pointer',
    /** u16, one for each event */
    outIndices: 'pointer',
    /** f32, one for each event, where there are values */
    outValues: 'pointer?',
  }),
  /** rowOf[e] = r for the events of every row r. */
  rowsOfEvents: twofold({
    /** u32 [rows + 1] */
    offsets: 'pointer',
    rows: 'i32',
    /** u16, one for each event, and SPARE_EVENTS more that may be overwritten */
    rowOf: 'pointer',
  }),
};

export const dropout = {
  /** The events of the channels whose factor is not 0. */
  dropEvents: portable({
    /** u32 [rows + 1] */
    offsets: 'pointer',
    /** u16, one for each event */
    channels: 'pointer',
    rows: 'i32',
    /** f32, one for each channel: 0 or 1/(1 − p) */
    dropoutMask: 'pointer',
    /** u32 [rows + 1], the first of which is given */
    outOffsets: 'pointer',
    /** u16, one for each event that is kept, and one more */
    outChannels: 'pointer',
  }),
  /** out[i] = factor·source[i] */
  scale: portable({
    /** f32 [count] */
    out: 'pointer',
    /** f32 [count], may be `out` */
    source: 'pointer',
    factor: 'f32',
    /** A multiple of 4 */
    count: 'i32',
  }),
  /** a[i] = a[i]·m[i] */
  multiplyElements: portable({
    /** f32 [count] */
    a: 'pointer',
    /** f32 [count] */
    m: 'pointer',
    /** A multiple of 4 */
    count: 'i32',
  }),
};
