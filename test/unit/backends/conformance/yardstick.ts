/** What the float64 reference says of the same samples and parameters, and how near a backend must come. */
import { expect } from 'vitest';
import type { Network, Sample } from '../../../../engine/backends/backend.ts';
import type { PreparedDataset } from '../../../../engine/datasets/dataset.ts';
import type { Tensor } from '../../../../engine/models/parameters.ts';
import type { NetworkPlan } from '../../../../engine/models/plan.ts';
import { backward, forward, type Parameters, zeroParameters } from '../../../../engine/reference/network.ts';
import { sampleOf } from '../event/support.ts';

/** float32 sums of some hundred terms against float64. */
const TOLERANCE = 5e-5;
export const COUNT = 21;

export const parametersOf = (tensors: readonly Tensor[]): Parameters =>
  Object.fromEntries(tensors.map(({ name, data }) => [name, Float64Array.from(data)]));
export const indices = Array.from({ length: COUNT }, (_, i) => i);

/** Largest difference, over the largest number expected. */
export function expectClose(
  seen: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
  tolerance = TOLERANCE,
): void {
  expect(seen.length, `${what}: how many`).toBe(expected.length);
  let scale = 1e-6;
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i]!));
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(seen[i]! - expected[i]!) / scale;
    if (!(error <= tolerance)) expect.fail(`${what}[${i}]: expected ${expected[i]}, saw ${seen[i]}`);
  }
}

/** Rows [size] of all samples one after another. */
export const joined = (arrays: ArrayLike<number>[]): number[] => arrays.flatMap((a) => Array.from(a));

/** What the reference sees of samples of the test set with the parameters of a network. */
export function yardstick(plan: NetworkPlan, data: PreparedDataset, network: Network, samples?: readonly Sample[]) {
  const params = parametersOf(network.parameters());
  const gradient = zeroParameters(plan);
  const all = samples ?? indices.map((i) => sampleOf(data, i));
  const passes = all.map((sample) => {
    const pass = forward(plan, params, sample);
    const record: { delta: Float64Array[]; dx?: Float64Array } = { delta: [] };
    const one = backward(plan, params, sample, pass, { record });
    for (const [part, values] of Object.entries(one))
      for (let i = 0; i < values.length; i++) gradient[part]![i]! += values[i]! / all.length;
    return { ...pass, ...record, label: sample.label };
  });
  return { passes, gradient };
}
