/** Samples and parameters as files, as bench/peers/analyses/network.py reads them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSamples } from '../../engine/analysis/read-samples.ts';
import type { PreparedDataset, Split } from '../../engine/datasets/dataset.ts';
import type { Tensor } from '../../engine/models/parameters.ts';

/** Files: samples.json, labels.u16, starts.u32 and bins.u32, the events t·M + c of one sample after the other, ascending. */
export function writeSamples(folder: string, data: PreparedDataset, split: Split, indices: ArrayLike<number>): void {
  const { steps, inputs } = data;
  const starts = [0];
  const bins: number[] = [];
  const labels: number[] = [];
  for (const sample of readSamples(data, split, indices)) {
    if ('current' in sample) throw new TypeError('These samples have no events.');
    const own: number[] = [];
    for (let t = 0; t < steps; t++)
      for (let e = sample.offsets[t]!; e < sample.offsets[t + 1]!; e++) own.push(t * inputs + sample.channels[e]!);
    for (const bin of own.sort((a, b) => a - b)) bins.push(bin);
    starts.push(bins.length);
    labels.push(sample.label);
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'samples.json'), JSON.stringify({ steps, inputs }));
  writeFileSync(join(folder, 'labels.u16'), Uint16Array.from(labels));
  writeFileSync(join(folder, 'starts.u32'), Uint32Array.from(starts));
  writeFileSync(join(folder, 'bins.u32'), Uint32Array.from(bins));
}

/** A file for each tensor. @returns their shapes by name */
export function writeTensors(folder: string, tensors: readonly Tensor[]): Record<string, number[]> {
  mkdirSync(folder, { recursive: true });
  for (const { name, data } of tensors) writeFileSync(join(folder, `${name}.f32`), data);
  return Object.fromEntries(tensors.map(({ name, shape }) => [name, [...shape]]));
}
