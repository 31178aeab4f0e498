/** What neurons do, counted for statistics. */
import { portable } from './signature.ts';

export const tally = {
  /** Spikes of each neuron by sample and by stretch of time; neurons are padded to whole panels. */
  tallySpikes: portable({
    /** u16 [samples · steps × panels] */
    spikeMasks: 'pointer',
    panels: 'i32',
    samples: 'i32',
    steps: 'i32',
    /** Steps of a stretch; the last one may be shorter. */
    stepsPerBin: 'i32',
    /** u32 [samples × 16·panels] */
    perSample: 'pointer',
    /** u32 [⌈steps / stepsPerBin⌉ × 16·panels] in panels, sums over the samples */
    perBin: 'pointer',
  }),
  /** counts[n] = in how many of the first `used` rows |u − threshold| < width. */
  countWithin: portable({
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
