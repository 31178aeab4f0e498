/** Where a run stands between two weight updates, and the checkpoint that holds it together with the network's state. */
import * as z from 'zod';
import type { Network } from '../backends/backend.ts';
import { zeroSums } from '../backends/scores.ts';
import { shuffle, stream } from '../base/random.ts';
import type { NetworkPlan } from '../models/plan.ts';
import { decodeSafetensors, encodeSafetensors } from '../runs/safetensors.ts';

const count = z.int().min(0);
const sums = z.object({ samples: count, loss: z.number(), accuracy: z.number(), spikes: z.array(z.number()) });

/** Where a run stands between two weight updates; with the weights and moments, all that a resumed run needs. */
const positionSchema = z.object({
  /** Weight updates so far, whole epochs so far, updates within the current epoch: all of them before its evaluation. */
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
  /** Whether the last look found no gradient in any layer. */
  flat: z.literal(true).optional(),
});

export type Position = z.output<typeof positionSchema>;

/** The order of an epoch's samples is a function of the seed and the epoch alone. */
export function orderOf(seed: number, epoch: number, samples: number): Uint32Array {
  const order = new Uint32Array(samples).map((_, i) => i);
  shuffle(order, stream(seed, 'shuffle', epoch));
  return order;
}

export function start(plan: NetworkPlan): Position {
  return {
    step: 0,
    epoch: 0,
    update: 0,
    epochSums: zeroSums(plan),
    pointSums: zeroSums(plan),
    seconds: 0,
    epochBegan: 0,
    best: -1,
    stale: 0,
  };
}

export function encodeCheckpoint(network: Network, position: Position): Uint8Array {
  return encodeSafetensors({
    tensors: network.state(),
    metadata: { format: 'lif-lab checkpoint 1', position: JSON.stringify(position) },
  });
}

export function restore(network: Network, bytes: Uint8Array): Position {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata.format !== 'lif-lab checkpoint 1' || !metadata.position)
    throw new Error('The file is not a checkpoint of LIF Lab.');
  network.restore(tensors);
  try {
    return positionSchema.parse(JSON.parse(metadata.position));
  } catch {
    throw new Error('The checkpoint does not say where the run stood.');
  }
}
