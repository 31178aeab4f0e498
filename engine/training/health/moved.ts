/** How far training has come from where it began. The beginning is drawn again from the seed, so nothing needs to be kept. */
import type { Network } from '../../backends/backend.ts';
import { initialValues, isLearned, parametersOf } from '../../models/parameters.ts';
import type { NetworkPlan } from '../../models/plan.ts';

/** Of a larger tensor only the first elements are compared. */
const MAX_ELEMENTS = 65_536;

/** ‖w − w₀‖ / ‖w₀‖ of the tensor of learned parameters that has moved most. */
export function movedBy(network: Network, plan: NetworkPlan, seed: number): number {
  const now = new Map(network.parameters().map(({ name, data }) => [name, data]));
  const each = parametersOf(plan).map((parameter, index) => {
    if (!isLearned(parameter.part)) return 0;
    const data = now.get(parameter.name)!.subarray(0, MAX_ELEMENTS);
    const before = initialValues(parameter, seed, index, data.length);
    const length = norm(before, () => 0);
    const moved = norm(data, (i) => before[i]!);
    // What began at zero has no length to compare with: any move is one.
    return length > 0 ? moved / length : moved;
  });
  return Math.max(...each);
}

/** Euclidean norm of the difference. */
function norm(values: Float32Array, from: (i: number) => number): number {
  return Math.sqrt(values.reduce((sum, x, i) => sum + (x - from(i)) ** 2, 0));
}
