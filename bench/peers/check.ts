/** Whether a peer trains the same network: its loss and gradients on a small one against those of our engine. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventNetwork } from '../../engine/backends/event/network.ts';
import { settingsSchema } from '../../engine/experiment/schema.ts';
import { planNetwork } from '../../engine/models/build/network.ts';
import { type BenchNetwork, NEURON, settingsOf, syntheticEvents } from '../networks.ts';
import { writeProblem } from './problem.ts';
import type { PeerProcess } from './process.ts';

const SMALL: BenchNetwork = {
  name: 'small',
  inputs: 30,
  hidden: 12,
  classes: 4,
  steps: 30,
  batch: 16,
  density: 0.1,
  weightGain: 4,
};

/** Largest difference, as a share of the largest gradient of the tensor: float32 sums in another order. */
export const TOLERANCE = 1e-4;

export interface Check {
  /** Largest difference of a gradient, as a share of the largest one of its tensor. */
  difference: number;
  /** Of the losses, as a share. */
  lossDifference: number;
  /** Fields of the experiment file's `neuron` in which the peer cannot do as we do. */
  differs: Record<string, unknown>;
}

export async function checkPeer(peer: PeerProcess, name: string, model?: BenchNetwork['model']): Promise<Check> {
  const network = { ...SMALL, ...(model && { model, weightGain: 1 }) };
  const dataset = syntheticEvents(network);
  const folder = mkdtempSync(join(tmpdir(), 'lif-peers-'));
  try {
    const ours = await gradient(network, dataset, NEURON);
    writeProblem(folder, network, dataset, ours.weights);
    await peer.ask({ do: 'load', folder, threads: 1, budget: 60 });
    const { loss, differs } = await peer.ask<{ loss: number; differs: Check['differs'] }>({ do: 'gradient', folder });
    const like = Object.keys(differs).length ? await gradient(network, dataset, { ...NEURON, ...differs }) : ours;
    const differences = like.gradients.map(({ name: parameter, data }) => {
      const theirs = new Float32Array(new Uint8Array(readFileSync(join(folder, `${name}.${parameter}.f32`))).buffer);
      return furthest(data, theirs);
    });
    return {
      difference: Math.max(...differences),
      lossDifference: Math.abs(loss - like.loss) / like.loss,
      differs,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function gradient(network: BenchNetwork, dataset: ReturnType<typeof syntheticEvents>, neuron: object) {
  const plan = planNetwork(settingsSchema.parse(settingsOf(network, neuron)), dataset);
  const engine = await EventNetwork.open(plan, dataset, { batchSize: network.batch, threads: 1, seed: 1 });
  engine.beginEpoch(
    0,
    Uint32Array.from({ length: network.batch }, (_, i) => i),
  );
  const { sums, gradients } = await engine.gradient('train', 0, 0, network.batch);
  const weights = engine.parameters();
  await engine.close();
  return { loss: sums.loss / sums.samples, gradients, weights };
}

function furthest(expected: Float32Array, seen: Float32Array): number {
  if (expected.length !== seen.length) return Number.POSITIVE_INFINITY;
  const largest = expected.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
  const difference = expected.reduce((largest, x, i) => Math.max(largest, Math.abs(x - seen[i]!)), 0);
  return largest > 0 ? difference / largest : Number.POSITIVE_INFINITY;
}
