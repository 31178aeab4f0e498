/** A benchmark network, its initial weights and its input, written into a folder where every peer reads them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '../../engine/models/parameters.ts';
import { type BenchNetwork, type Events, NEURON } from '../networks.ts';

export interface ProblemFile {
  network: {
    model: string;
    inputs: number;
    hidden: number;
    classes: number;
    steps: number;
    batch: number;
    threshold: number;
    leak: number;
    /** Half-width of the rectangular surrogate. */
    width: number;
  };
  /** Shape of each parameter, by its name in checkpoints. */
  parameters: Record<string, number[]>;
}

/** Files: problem.json, labels.u16, starts.f64 and events.bin (records as in the engine's cache), one .f32 per parameter. */
export function writeProblem(folder: string, network: BenchNetwork, dataset: Events, weights: Tensor[]): void {
  if (dataset.body.kind !== 'memory') throw new Error('The input of a benchmark network is in memory.');
  const { model = 'lif', inputs, hidden, classes, steps, batch } = network;
  const { threshold, leak, surrogate } = NEURON;
  const about: ProblemFile = {
    network: { model, inputs, hidden, classes, steps, batch, threshold, leak, width: surrogate.width },
    parameters: Object.fromEntries(weights.map(({ name, shape }) => [name, shape])),
  };
  writeFileSync(join(folder, 'problem.json'), JSON.stringify(about));
  writeFileSync(join(folder, 'labels.u16'), dataset.labels);
  writeFileSync(join(folder, 'starts.f64'), dataset.starts);
  writeFileSync(join(folder, 'events.bin'), dataset.body.bytes);
  for (const { name, data } of weights) writeFileSync(join(folder, `${name}.f32`), data);
}
