/** The inputs of samples, to be looked at or altered and asked again with `Network.probe`. */
import type { Sample } from '../backends/backend.ts';
import type { PreparedDataset, Split } from '../datasets/dataset.ts';
import { openReader } from '../datasets/reader.ts';
import type { RunSpec } from '../experiment/schema.ts';

/**
 * Copies of the events, or the currents, of these samples of a split; of the training split as its first epoch has them.
 * Channels of a step are in no order, and one may come more than once.
 */
export function readSamples(data: PreparedDataset, split: Split, indices: ArrayLike<number>): Sample[] {
  const reader = openReader(data);
  const offsets = new Uint32Array(data.steps + 1);
  const channels = new Uint16Array(data.maxEvents);
  return Array.from(indices, (index) => {
    if (data.encoding === 'current') {
      const current = new Float32Array(data.inputs);
      return { label: reader.current(split, 0, index, current), current };
    }
    offsets.fill(0);
    const label = reader.events(split, 0, index, offsets, channels);
    return { label, offsets: offsets.slice(), channels: channels.slice(0, offsets[data.steps]) };
  });
}

/** Whether a channel fires once in a step at most: of recordings by their `values`, of generated data and coded pictures always. */
export function isBinary(dataset: RunSpec['dataset']): boolean {
  return !('values' in dataset) || dataset.values === 'binary';
}
