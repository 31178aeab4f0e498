/**
 * δ and dL/dx against 4-point finite differences of the smoothed network, whose true gradient is the surrogate gradient.
 * The input may be any real numbers there; δ of the first layer is seen through channels that feed one neuron each.
 */
import { describe, expect, test } from 'vitest';
import type { NetworkPlan } from '../../../engine/models/plan.ts';
import { backward, denseInput, forward, type Parameters } from '../../../engine/reference/network.ts';
import {
  INPUTS,
  type LayerFields,
  leaks,
  network,
  randomParameters,
  randomSample,
  readouts,
  resets,
  STEPS,
  streamOf,
  surrogateOf,
} from './networks.ts';

const STEP = 1e-4;
const TOLERANCE = 1e-6;

/** Every derivative by the input at every step, also where no spike was; of a smoothed network that has no kinks. */
function compare(plan: NetworkPlan, name: string, change: (params: Parameters) => void = () => {}) {
  const rng = streamOf(name);
  const params = randomParameters(plan, rng);
  change(params);
  const sample = randomSample(plan, rng);
  const input = denseInput(plan, sample).slice();
  const pass = forward(plan, params, sample, { smooth: true, input });
  const record: { delta: Float64Array[]; dx?: Float64Array } = { delta: [] };
  backward(plan, params, sample, pass, { record });
  const loss = (): number => forward(plan, params, sample, { smooth: true, input }).loss;
  const expected = Float64Array.from(input, (value, i) => {
    const lossAt = (offset: number): number => {
      input[i] = value + offset * STEP;
      const result = loss();
      input[i] = value;
      return result;
    };
    return (lossAt(-2) - 8 * lossAt(-1) + 8 * lossAt(1) - lossAt(2)) / (12 * STEP);
  });
  return { expected, dx: record.dx!, delta: record.delta, input };
}

function expectClose(seen: Float64Array, expected: Float64Array, name: string): void {
  expect(seen).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    const error = Math.abs(seen[i]! - value) / Math.max(Math.abs(value), 1e-2);
    expect(error, `${name} at ${i}: expected ${value}, saw ${seen[i]}`).toBeLessThan(TOLERANCE);
  });
}

const surrogate = surrogateOf('sigmoid');

describe.each(resets)('reset %s', (reset) => {
  test.each(readouts.filter(({ decode }) => decode !== 'max'))('dL/dx, $kind $decode', ({ kind, decode }) => {
    for (const [leakName, leak] of Object.entries(leaks))
      for (const recurrent of [false, true]) {
        const hidden: Partial<LayerFields> = { leak, reset, recurrent, surrogate };
        const output: Partial<LayerFields> = kind === 'integrator' ? { kind, leak } : hidden;
        const name = `${reset}, ${kind} ${decode}, ${leakName}, ${recurrent}`;
        const plan = network([hidden, output], decode, 'cross-entropy');
        const { expected, dx, input } = compare(plan, name);
        expectClose(dx, expected, name);
        const silent = expected.filter((_, i) => input[i] === 0);
        expect(
          silent.some((d) => d !== 0),
          'also where no spike was',
        ).toBe(true);
      }
  });

  test('δ is dL/dx of a channel that feeds one neuron alone', () => {
    const neuron = { reset, recurrent: true, surrogate };
    const plan = network([neuron, neuron], 'rate', 'mse');
    const size = plan.layers[0]!.output[0];
    for (let first = 0; first + INPUTS <= size; first++) {
      const feed = (params: Parameters): void => {
        params['layers.0.weight']!.forEach((_, i, weight) => {
          weight[i] = i % size === first + Math.floor(i / size) ? 1 : 0;
        });
      };
      const { expected, delta } = compare(plan, `δ, ${reset} ${first}`, feed);
      const seen = Float64Array.from({ length: STEPS * INPUTS }, (_, i) => {
        const [t, j] = [Math.floor(i / INPUTS), i % INPUTS];
        return delta[0]![t * size + first + j]!;
      });
      expectClose(seen, expected, `neurons from ${first}`);
    }
  });
});
