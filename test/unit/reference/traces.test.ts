/** Potentials, spikes and gradients worked out by hand; every number is exact in binary, so equality is exact too. */
import { describe, expect, test } from 'vitest';
import type { Lif } from '../../../engine/models/plan.ts';
import { type LifParameters, lifBackward, lifForward } from '../../../engine/reference/lif.ts';
import { backward, forward } from '../../../engine/reference/network.ts';
import { type LayerFields, layer, network, surrogateOf } from './networks.ts';

/** One neuron behind one channel of weight 1/8 that fires so often in each step: currents 1/4, 3/8, 1/8, 1/2, … */
const COUNTS = [2, 3, 1, 4, 0, 2, 3, 4];
const one: Partial<LayerFields> = { inputs: 1, size: 1, bias: false, threshold: 0.5, leak: 0.5 };

function trace(fields: Partial<LayerFields>, p: Partial<Record<keyof LifParameters, number[]>>, counts: number[]) {
  const parameters = Object.fromEntries(Object.entries(p).map(([name, values]) => [name, Float64Array.from(values)]));
  const plan = layer({ ...one, ...fields });
  const { u, o } = lifForward(plan, parameters as unknown as LifParameters, Float64Array.from(counts), counts.length);
  return { u: [...u], o: [...o] };
}

describe('one neuron: u[t] and o[t], u = 0.5 = θ fires', () => {
  const none = [0.25, 0.5, 0.375, 0.6875, 0.34375, 0.421875, 0.5859375, 0.79296875];
  const current = [0.25, 0.375, 0.125, 0.5, 0, 0.25, 0.375, 0.5];
  const rows: { leak: number; reset: Lif['reset']; u: number[]; o: number[] }[] = [
    { leak: 0.5, reset: 'hard', u: [0.25, 0.5, 0.125, 0.5625, 0, 0.25, 0.5, 0.5], o: [0, 1, 0, 1, 0, 0, 1, 1] },
    {
      leak: 0.5,
      reset: 'soft',
      u: [0.25, 0.5, 0.125, 0.5625, 0.03125, 0.265625, 0.5078125, 0.50390625],
      o: [0, 1, 0, 1, 0, 0, 1, 1],
    },
    { leak: 0.5, reset: 'none', u: none, o: [0, 1, 0, 1, 0, 0, 1, 1] },
    { leak: 1, reset: 'hard', u: [0.25, 0.625, 0.125, 0.625, 0, 0.25, 0.625, 0.5], o: [0, 1, 0, 1, 0, 0, 1, 1] },
    { leak: 1, reset: 'soft', u: [0.25, 0.625, 0.25, 0.75, 0.25, 0.5, 0.375, 0.875], o: [0, 1, 0, 1, 0, 1, 0, 1] },
    { leak: 1, reset: 'none', u: [0.25, 0.625, 0.75, 1.25, 1.25, 1.5, 1.875, 2.375], o: [0, 1, 1, 1, 1, 1, 1, 1] },
    { leak: 0, reset: 'hard', u: current, o: [0, 0, 0, 1, 0, 0, 0, 1] },
    { leak: 0, reset: 'soft', u: current, o: [0, 0, 0, 1, 0, 0, 0, 1] },
    { leak: 0, reset: 'none', u: current, o: [0, 0, 0, 1, 0, 0, 0, 1] },
  ];
  test.each(rows)('k = $leak, reset $reset', ({ leak, reset, u, o }) => {
    expect(trace({ leak, reset }, { weight: [0.125] }, COUNTS)).toEqual({ u, o });
  });

  test.each(['neuron', 'layer'] as const)('a learnable leak per %s of σ(0) is k = 0.5', (per) => {
    const seen = trace({ leak: { learnable: true, per, init: 0.5 } }, { weight: [0.125], leak: [0] }, COUNTS);
    expect(seen).toEqual({ u: rows[0]!.u, o: rows[0]!.o });
  });

  test('an integrator with bias 1/4 never fires', () => {
    const seen = trace(
      { kind: 'integrator', reset: 'none', bias: true },
      { weight: [0.125], bias: [0.25] },
      COUNTS.slice(0, 6),
    );
    expect(seen).toEqual({ u: [0.5, 0.875, 0.8125, 1.15625, 0.828125, 0.9140625], o: [0, 0, 0, 0, 0, 0] });
  });
});

test.each([
  {
    reset: 'hard' as const,
    u: [0.5, 0.25, 0.5, 0.625, -0.125, 0.375, 0.1875, 0.3125, 0.59375, 0.40625, 0.5, 0.703125],
    o: [1, 0, 1, 1, 0, 0, 0, 0, 1, 0, 1, 1],
  },
  {
    reset: 'none' as const,
    u: [0.5, 0.25, 0.75, 0.625, 0.25, 0.6875, 0.25, 0.59375, 0.5, 0.671875, 0.625, 0.9609375],
    o: [1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1],
  },
])('two neurons with recurrence, reset $reset: neuron 0 excites 1, which inhibits 0 and excites itself', (row) => {
  const fields = { size: 2, recurrent: true, reset: row.reset };
  const seen = trace(fields, { weight: [0.125, 0.0625], recurrent: [0, 0.25, -0.125, 0.125] }, [4, 4, 0, 2, 4, 4]);
  expect(seen).toEqual({ u: row.u, o: row.o });
});

describe('gradients of one neuron over four steps, dL/do[3] = 1, h = 1 for 0 < u < 1', () => {
  const rows: { reset: Lif['reset']; resetGradient: boolean; delta: number[]; dk: number }[] = [
    { reset: 'hard', resetGradient: true, delta: [-0.041015625, -0.109375, 0.4375, 1], dk: 0.09765625 },
    { reset: 'hard', resetGradient: false, delta: [0, 0, 0.5, 1], dk: 0.125 },
    { reset: 'soft', resetGradient: true, delta: [0.015625, 0.0625, 0.25, 1], dk: 0.140625 },
    { reset: 'soft', resetGradient: false, delta: [0.125, 0.25, 0.5, 1], dk: 0.1875 },
    { reset: 'none', resetGradient: true, delta: [0.125, 0.25, 0.5, 1], dk: 0.6875 },
  ];
  test.each(rows)('reset $reset, gradient through the reset $resetGradient', ({ reset, resetGradient, delta, dk }) => {
    const leak = { learnable: true, per: 'neuron', init: 0.5 } as const;
    const surrogate = surrogateOf('rectangular', 0.5, 1);
    const plan = layer({ ...one, reset, resetGradient, leak, surrogate, bias: true });
    const zero = () => new Float64Array(1);
    const p = { weight: Float64Array.of(0.125), bias: zero(), leak: zero() };
    const grad = { weight: zero(), bias: zero(), leak: zero() };
    const x = Float64Array.from(COUNTS.slice(0, 4));
    const dx = new Float64Array(4);
    lifBackward(plan, p, x, 4, lifForward(plan, p, x, 4), new Float64Array(4), Float64Array.of(0, 0, 0, 1), grad, dx);
    expect([...dx].map((d) => d / 0.125)).toEqual(delta);
    expect(grad.bias[0]).toBe(delta.reduce((sum, d) => sum + d));
    expect(grad.weight[0]).toBe(delta.reduce((sum, d, t) => sum + d * COUNTS[t]!, 0));
    expect(grad.leak[0]).toBe(dk * 0.5 * 0.5);
  });
});

describe('a network as a whole', () => {
  const plan = { ...network([{ inputs: 3 }, {}], 'rate', 'cross-entropy'), steps: 2 };
  const silent = {
    'layers.0.weight': new Float64Array(12),
    'layers.0.bias': Float64Array.of(0.5, 0, 0, 0),
    'layers.1.weight': new Float64Array(12).fill(0.25),
    'layers.1.bias': new Float64Array(3),
  };
  test('spike rates are spikes per neuron and step', () => {
    const pass = forward(plan, silent, { label: 0, current: [1, 1, 1] });
    expect(pass.spikeRates).toEqual([0.25, 0]);
    expect(pass.loss).toBeCloseTo(Math.log(3), 14);
  });
  test('a channel that fires twice in a step counts twice, and a step without events is silent', () => {
    const pass = forward(plan, silent, { label: 0, offsets: [0, 3, 3], channels: [2, 0, 2] });
    expect([...pass.inputs[0]!]).toEqual([1, 0, 2, 0, 0, 0]);
  });
  test('gradients come in the order and shapes of the parameters', () => {
    const sample = { label: 0, current: [1, 1, 1] };
    const grads = backward(plan, silent, sample, forward(plan, silent, sample));
    expect(Object.entries(grads).map(([name, g]) => [name, g.length])).toEqual([
      ['layers.0.weight', 12],
      ['layers.0.bias', 4],
      ['layers.1.weight', 12],
      ['layers.1.bias', 3],
    ]);
  });
  test('a parameter of the wrong length is refused by name', () => {
    const padded = { ...silent, 'layers.1.bias': new Float64Array(4) };
    expect(() => forward(plan, padded, { label: 0, current: [1, 1, 1] })).toThrow(
      'layers.1.bias must have 3 values [3], not 4.',
    );
  });
});
