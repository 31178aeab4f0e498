/** What neurons do, counted for statistics. */
import { portable, twofold } from './signature.ts';

export const tally = {
  /** Spikes of each neuron by sample and by stretch of time; neurons are padded to whole panels. */
  tallySpikes: twofold({
    /** u16 [samples · steps × panels] */
    spikeMasks: 'pointer',
    panels: 'i32',
    samples: 'i32',
    steps: 'i32',
    /** Steps of a stretch; the last one may be shorter. */
    stepsPerBin: 'i32',
    /** u32 [samples × 16·panels] */
    perSample: 'pointer',
    /** u32 [bins × 16·panels] in panels, bins = ⌈steps / stepsPerBin⌉: what the samples come to is added */
    perBin: 'pointer',
    /** u32 [4·panels · bins] */
    work: 'pointer',
  }),
  /** Adds the pairs of intervals between the spikes of one sample. */
  tallyIntervals: portable({
    /** u16 [steps × panels] */
    spikeMasks: 'pointer',
    panels: 'i32',
    steps: 'i32',
    /** u32 [32] */
    work: 'pointer',
    /** f64 [3 × 16·panels]: how many, terms of CV2, terms of LV */
    sums: 'pointer',
  }),
  /** What the events of one sample are, and the synapses that they reach. */
  tallyEvents: portable({
    /** u32 [rows + 1] */
    offsets: 'pointer',
    /** u16 */
    channels: 'pointer',
    /** f32, of each event; left out: 1 */
    values: 'pointer?',
    rows: 'i32',
    /** u32 [channels] */
    fanOut: 'pointer',
    /** 1 where all of fanOut is the same */
    same: 'i32',
    /** u32 [channels], for rows out of order: the row in which each was last */
    seen: 'pointer',
    /** What the first row is counted as, from 1 */
    first: 'i32',
    /** f64 [3]: pairs of row and channel, their fan-out, 1 where one is not binary */
    result: 'pointer',
  }),
  /** counts[n] = in how many of the first `used` rows |u − threshold| < width. */
  countWithin: twofold({
    /** f32 [rows × columns] */
    u: 'pointer',
    rows: 'i32',
    used: 'i32',
    columns: 'i32',
    threshold: 'f32',
    width: 'f32',
    /** u32 [columns] */
    counts: 'pointer',
  }),
};
