/** How many spikes samples bring in. */
import { setImmediate } from 'node:timers/promises';
import type { PreparedDataset, Split } from '../../datasets/dataset.ts';
import { openReader } from '../../datasets/reader.ts';

/** Samples between two looks at the signal. */
const BREATH = 200;

/**
 * Means over the first samples of a split: spikes, a count of n as n spikes, and non-zero pairs of step and channel.
 * Rejects with the signal's reason.
 */
export async function inputSpikes(
  data: PreparedDataset,
  split: Split,
  samples: number,
  signal: AbortSignal,
): Promise<{ inputSpikes: number; occupied: number }> {
  const reader = openReader(data);
  const offsets = new Uint32Array(data.steps + 1);
  const channels = new Uint16Array(data.maxEvents);
  /** The step in which a channel was seen last, counted through all samples from 1. */
  const seen = new Float64Array(data.inputs);
  let [spikes, occupied, step] = [0, 0, 0];
  for (let sample = 0; sample < samples; sample++) {
    if (sample % BREATH === 0) await setImmediate();
    signal.throwIfAborted();
    offsets[0] = 0;
    reader.events(split, 0, sample, offsets, channels);
    spikes += offsets[data.steps]!;
    for (let t = 0; t < data.steps; t++) {
      step++;
      for (let e = offsets[t]!; e < offsets[t + 1]!; e++) {
        if (seen[channels[e]!] === step) continue;
        seen[channels[e]!] = step;
        occupied++;
      }
    }
  }
  return { inputSpikes: spikes / samples, occupied: occupied / samples };
}
