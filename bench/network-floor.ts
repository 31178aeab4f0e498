/**
 * The least work of one training sample of a two-layer network of LIF neurons, whatever the code: docs/performance.md,
 * "The floor". What depends on the potentials (how many lie within the surrogate's window) is left out, so the true
 * least is above this.
 */
import type { Floor } from './floor.ts';
import type { BenchNetwork } from './networks.ts';

export interface NetworkWork {
  /** Additions of as many float32 as a register has room for, per sample. */
  adds: number;
  /** Bytes read or written per sample. */
  bytes: number;
  /** Bytes read or written per weight update. */
  updateBytes: number;
}

/** `events`: input spikes per sample; `activity`: share of the hidden neurons that fire in a step; `lanes` of a register. */
export function networkWork(network: BenchNetwork, events: number, activity: number, lanes: number): NetworkWork {
  const vectors = (n: number): number => Math.ceil(n / lanes);
  const { inputs, hidden, classes, steps } = network;
  const spikes = activity * hidden * steps;
  const rows = events * vectors(hidden) + spikes * vectors(classes);
  const neurons = steps * (vectors(hidden) + vectors(classes));
  const parameters = (inputs + 1) * hidden + (hidden + 1) * classes;
  return {
    // Forward and backward: a row for each spike, one operation for each neuron and step.
    adds: 2 * rows + 2 * neurons,
    // Channels are two bytes, read twice; potentials four, written and read again.
    bytes: 2 * 2 * events + 2 * 4 * steps * (hidden + classes),
    // Adam reads weight, gradient and two moments and writes all but the gradient.
    updateBytes: 4 * 7 * parameters,
  };
}

/** Samples/s that one thread cannot exceed on this machine. */
export function floorRate({ adds, bytes, updateBytes }: NetworkWork, batch: number, floor: Floor): number {
  const nanoseconds =
    Math.max(adds * (floor.lanes / 4) * floor.add, floor.move(bytes)) + floor.move(updateBytes) / batch;
  return 1e9 / nanoseconds;
}
