/** A data set as a person wants to see it: counts, class balance, event statistics, one sample as a picture in text. */
import type { PreparedDataset, Split } from './dataset.ts';
import { openReader } from './reader.ts';
import type { InputShape } from './sets/definition.ts';

type Pixels = Extract<InputShape, { planes: number }>;

const SHADES = ' .:-=+*#%@';
const COLUMNS = 72;
const ROWS = 24;
/** Samples read for the statistics. */
const SAMPLED = 500;

export interface DatasetSummary {
  inputs: number;
  classes: number;
  steps: number;
  encoding: string;
  sizes: Record<Split, number>;
  /** Samples of each class, per split that has any. */
  balance: Partial<Record<Split, number[]>>;
  /** Of the first samples of the training split; absent for currents. */
  events?: { samples: number; mean: number; least: number; most: number; density: number; silentSteps: number };
  /** Events beyond the last step, over all recordings. */
  dropped?: number;
  checksums: Record<string, string>;
}

export function summarise(data: PreparedDataset): DatasetSummary {
  const reader = openReader(data);
  const balance: DatasetSummary['balance'] = {};
  for (const split of ['train', 'validation', 'test'] as const) {
    if (data.sizes[split] === 0) continue;
    const counts = new Array<number>(data.classes).fill(0);
    for (let i = 0; i < data.sizes[split]; i++) counts[reader.label(split, 0, i)]!++;
    balance[split] = counts;
  }
  const { inputs, classes, steps, encoding, sizes, checksums } = data;
  return {
    inputs,
    classes,
    steps,
    encoding,
    sizes,
    balance,
    ...(encoding === 'events' && { events: eventSummary(data) }),
    ...(data.source === 'events' && { dropped: data.dropped }),
    checksums,
  };
}

function eventSummary(data: PreparedDataset): NonNullable<DatasetSummary['events']> {
  const reader = openReader(data);
  const offsets = new Uint32Array(data.steps + 1);
  const channels = new Uint16Array(data.maxEvents);
  const samples = Math.min(SAMPLED, data.sizes.train);
  let total = 0;
  let silent = 0;
  let least = Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < samples; i++) {
    reader.events('train', 0, i, offsets, channels);
    const n = offsets[data.steps]!;
    total += n;
    least = Math.min(least, n);
    largest = Math.max(largest, n);
    for (let t = 0; t < data.steps; t++) if (offsets[t] === offsets[t + 1]) silent++;
  }
  return {
    samples,
    mean: total / samples,
    least,
    most: largest,
    density: total / samples / (data.steps * data.inputs),
    silentSteps: silent / samples / data.steps,
  };
}

/** Lines of text that show one sample: its picture, for pixels, and its raster, for events. */
export function drawSample(data: PreparedDataset, input: InputShape, split: Split, index: number): string[] {
  const pixels = 'planes' in input ? input : undefined;
  const reader = openReader(data);
  const sums = new Float64Array(data.inputs);
  const lines: string[] = [];
  if (data.encoding === 'current') {
    const values = new Float32Array(data.inputs);
    lines.push(`${split} sample ${index}: class ${reader.current(split, 0, index, values)}`);
    sums.set(values);
  } else {
    const offsets = new Uint32Array(data.steps + 1);
    const channels = new Uint16Array(data.maxEvents);
    const label = reader.events(split, 0, index, offsets, channels);
    const n = offsets[data.steps]!;
    lines.push(`${split} sample ${index}: class ${label}, ${n} events`);
    for (let i = 0; i < n; i++) sums[channels[i]!]!++;
    if (!pixels) return [...lines, '', ...drawRaster(data.inputs, data.steps, offsets, channels)];
    lines.push('', ...drawRaster(data.inputs, data.steps, offsets, channels, 8));
  }
  return pixels ? [...lines, '', ...drawPicture(sums, pixels)] : lines;
}

/** Channels from top to bottom, time from left to right, darker where there are more events. */
export function drawRaster(
  inputs: number,
  steps: number,
  offsets: Uint32Array,
  channels: Uint16Array,
  maxRows = ROWS,
): string[] {
  const columns = Math.min(COLUMNS, steps);
  const rows = Math.min(maxRows, inputs);
  const cells = new Float64Array(rows * columns);
  for (let t = 0; t < steps; t++)
    for (let i = offsets[t]!; i < offsets[t + 1]!; i++)
      cells[Math.floor((channels[i]! * rows) / inputs) * columns + Math.floor((t * columns) / steps)]!++;
  const lines = shade(cells, columns, 1);
  const ruler = `step 0${String(steps - 1).padStart(Math.max(1, columns - 6))}`;
  return [...lines.map((line) => `|${line}|`), ` ${ruler}`];
}

/** The sum over planes of a picture, two characters a pixel, so that it looks square. */
export function drawPicture(values: Float64Array, { planes, height, width }: Pixels): string[] {
  const size = height * width;
  const cells = new Float64Array(size);
  for (let p = 0; p < planes; p++) for (let i = 0; i < size; i++) cells[i]! += values[p * size + i]!;
  if (width <= 40) return shade(cells, width, 2);
  const half = Math.ceil(width / 2);
  const coarse = new Float64Array(half * Math.ceil(height / 2));
  for (let i = 0; i < size; i++) coarse[(Math.floor(i / width) >> 1) * half + ((i % width) >> 1)]! += cells[i]!;
  return shade(coarse, half, 2);
}

function shade(cells: Float64Array, columns: number, repeat: number): string[] {
  let low = Math.min(0, ...cells);
  const high = cells.reduce((a, b) => Math.max(a, b), low);
  if (high === low) low = high - 1;
  const lines: string[] = [];
  for (let from = 0; from < cells.length; from += columns) {
    let line = '';
    for (let i = from; i < from + columns; i++) {
      const level = ((cells[i]! - low) / (high - low)) * (SHADES.length - 1);
      // Anything at all shows as something.
      const index = high > 0 && cells[i]! > low ? Math.max(1, Math.round(level)) : 0;
      line += SHADES[index]!.repeat(repeat);
    }
    lines.push(line);
  }
  return lines;
}
