/** Where a run stands between two weight updates, and the checkpoint that holds it together with weights and moments. */
import { z } from 'zod';
import type { EventEngine, Sums } from '../backends/event/engine.ts';
import { shuffle, stream } from '../base/random.ts';
import { decodeSafetensors, encodeSafetensors } from '../runs/safetensors.ts';

const count = z.int().min(0);
const sums = z.object({ samples: count, loss: z.number(), accuracy: z.number(), spikes: z.array(z.number()) });

/** Where a run stands between two weight updates; with the weights and moments, all that a resumed run needs. */
const positionSchema = z.object({
  /** Weight updates so far, whole epochs so far, updates within the current epoch. */
  step: count,
  epoch: count,
  update: count,
  /** Sums over the current epoch and since the last logged training point. */
  epochSums: sums,
  pointSums: sums,
  /** Seconds of training in all, and at the start of the current epoch. */
  seconds: z.number(),
  epochBegan: z.number(),
  /** Best validation accuracy so far, and evaluations since. */
  best: z.number(),
  stale: count,
});

export type Position = z.output<typeof positionSchema>;

/** The order of an epoch is a function of the seed and the epoch alone. */
export function setOrder(order: Uint32Array, seed: number, epoch: number): void {
  for (let i = 0; i < order.length; i++) order[i] = i;
  shuffle(order, stream(seed, 'shuffle', epoch));
}

export function start(engine: EventEngine): Position {
  return {
    step: 0,
    epoch: 0,
    update: 0,
    epochSums: zeroSums(engine),
    pointSums: zeroSums(engine),
    seconds: 0,
    epochBegan: 0,
    best: -1,
    stale: 0,
  };
}

export function encodeCheckpoint(engine: EventEngine, position: Position): Uint8Array {
  return encodeSafetensors({
    tensors: engine.exportState(),
    metadata: { format: 'lif-lab checkpoint 1', position: JSON.stringify(position) },
  });
}

export function restore(engine: EventEngine, bytes: Uint8Array): Position {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata.format !== 'lif-lab checkpoint 1' || !metadata.position)
    throw new Error('The file is not a checkpoint of LIF Lab.');
  engine.importState(tensors);
  try {
    return positionSchema.parse(JSON.parse(metadata.position));
  } catch {
    throw new Error('The checkpoint does not say where the run stood.');
  }
}

export function zeroSums(engine: EventEngine): Sums {
  return { samples: 0, loss: 0, accuracy: 0, spikes: engine.layout.layers.map(() => 0) };
}

export function add(into: Sums, more: Sums): void {
  into.samples += more.samples;
  into.loss += more.loss;
  into.accuracy += more.accuracy;
  more.spikes.forEach((n, l) => {
    into.spikes[l]! += n;
  });
}

export function mean({ loss, accuracy, samples }: Sums): { loss: number; accuracy: number } {
  return { loss: loss / samples, accuracy: accuracy / samples };
}
