/**
 * Loss and gradients against the independent autodiff. tfjs computes in float32: seven digits, of which a few tens of
 * additions cost about one. Tolerance: |seen − expected| <= 5e-6 · max(1, |expected|).
 */
import { describe, expect, test } from 'vitest';
import type { NetworkPlan } from '../../../engine/models/plan.ts';
import { backward, forward } from '../../../engine/reference/network.ts';
import {
  combinations,
  type LayerFields,
  network,
  randomParameters,
  randomSample,
  readouts,
  resets,
  scaledCombinations,
  shapes,
  streamOf,
  surrogateOf,
} from './networks.ts';
import { oracle } from './oracle.ts';

const TOLERANCE = 5e-6;
const BATCH = 2;

/** Compares a batch; returns the share of gradients that are not zero. */
function expectSame(name: string, plan: NetworkPlan): number {
  const rng = streamOf(name);
  const params = randomParameters(plan, rng);
  const samples = Array.from({ length: BATCH }, () => randomSample(plan, rng));
  const expected = oracle(plan, params, samples);
  let loss = 0;
  const sums: Record<string, Float64Array> = {};
  for (const sample of samples) {
    const pass = forward(plan, params, sample);
    loss += pass.loss / BATCH;
    for (const [key, grad] of Object.entries(backward(plan, params, sample, pass))) {
      sums[key] ??= new Float64Array(grad.length);
      grad.forEach((g, i) => {
        sums[key]![i]! += g / BATCH;
      });
    }
  }
  expectClose(`${name}: loss`, loss, expected.loss);
  let nonZero = 0;
  let entries = 0;
  for (const [key, grad] of Object.entries(expected.grads)) {
    expect(sums[key]!.length, `${name}: length of ${key}`).toBe(grad.length);
    grad.forEach((g, i) => {
      expectClose(`${name}: ${key}[${i}]`, sums[key]![i]!, g);
      if (g !== 0) nonZero++;
    });
    entries += grad.length;
  }
  return nonZero / entries;
}

function expectClose(what: string, seen: number, expected: number): void {
  // Written so that NaN on either side fails.
  if (!(Math.abs(seen - expected) <= TOLERANCE * Math.max(1, Math.abs(expected))))
    expect.fail(`${what} expected ${expected}, seen ${seen}`);
}

function expectAllSame(cases: { name: string; plan: NetworkPlan }[]): void {
  const share = cases.reduce((sum, { name, plan }) => sum + expectSame(name, plan), 0) / cases.length;
  expect(share, 'share of gradients that are not zero').toBeGreaterThan(0.4);
}

describe('loss and gradients equal those of tfjs', () => {
  const all = combinations();
  test.each(readouts)('every leak × reset × detached reset × recurrence × loss, $kind $decode', ({ kind, decode }) => {
    const cases = all.filter(({ name }) => name.includes(`${kind} ${decode},`));
    expect(cases.length).toBe(5 * resets.length * 2 * 2 * 2);
    expectAllSame(cases);
  });

  test('scaled inputs, states that are not 0 at first, two softmaxes: every leak × reset × recurrence', () => {
    expectAllSame(scaledCombinations());
  });

  test.each(shapes)('surrogate %s, every reset, with recurrence', (shape) => {
    const cases = resets.flatMap((reset) =>
      [surrogateOf(shape), surrogateOf(shape, 0.8, 0.7)].map((surrogate, i) => {
        const neuron: Partial<LayerFields> = { reset, surrogate, recurrent: true, leak: 0.7 };
        return { name: `${shape} ${reset} ${i}`, plan: network([neuron, neuron], 'rate', 'cross-entropy') };
      }),
    );
    expectAllSame(cases);
  });

  test.each([1, 2, 3, 4])('%i layers', (depth) => {
    const layers = Array.from({ length: depth }, () => ({ recurrent: true }));
    expectAllSame(
      (['rate', 'mean', 'last', 'max'] as const).map((decode) => ({
        name: `${depth} layers, ${decode}`,
        plan: network(layers, decode, 'cross-entropy'),
      })),
    );
  });

  test('layers of different kinds, sizes and surrogates, without biases, with a constant current', () => {
    const layers: Partial<LayerFields>[] = [
      { size: 5, leak: 1, reset: 'none', recurrent: true, surrogate: surrogateOf('arctan') },
      { size: 2, bias: false, reset: 'soft', resetGradient: false, surrogate: surrogateOf('triangular', 1) },
      {
        size: 4,
        threshold: 0.3,
        leak: { learnable: true, per: 'layer', init: 0.5 },
        surrogate: surrogateOf('sigmoid'),
      },
      { kind: 'integrator', bias: false, reset: 'none', leak: { learnable: true, per: 'neuron', init: 0.5 } },
    ];
    for (const encoding of ['current', 'events'] as const)
      expectAllSame([{ name: `mixed, ${encoding}`, plan: network(layers, 'each-step', 'mse', encoding) }]);
  });
});
