/**
 * The backward pass against 4-point finite differences of the smoothed network, whose true gradient is the surrogate
 * gradient. Error: |seen − expected| / max(|seen|, |expected|, 1e-2); the differences themselves are good to 1e-9.
 */
import { describe, expect, test } from 'vitest';
import { type Dense, INPUT, type LayerPlan, type NetworkPlan, type Planes } from '../../../engine/models/plan.ts';
import {
  backward,
  type ForwardOptions,
  forward,
  type Parameters,
  type Pass,
  type Sample,
} from '../../../engine/reference/network.ts';
import { surrogateDerivative } from '../../../engine/reference/surrogate.ts';
import {
  CLASSES,
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

const dense = (inputs: number, size: number): Dense => ({ kind: 'dense', inputs, size, bias: true, weightGain: 1 });

const STEP = 1e-5;
const TOLERANCE = 1e-7;
/** No potential may lie so close to a kink, and no two steps of a max so close to each other, that a step crosses it. */
const MARGIN = 20 * STEP;

interface Case {
  params: Parameters;
  sample: Sample;
  pass: Pass;
}

/** Dropout, and where neurons start. */
type Given = Pick<ForwardOptions, 'dropoutMasks' | 'initial'>;

/** Draws until the loss is smooth within the reach of the differences. */
function smoothCase(plan: NetworkPlan, name: string, conditions: Given): Case {
  for (let attempt = 0; attempt < 50; attempt++) {
    const rng = streamOf(name, attempt);
    const params = randomParameters(plan, rng);
    const sample = randomSample(plan, rng);
    const pass = forward(plan, params, sample, { smooth: true, ...conditions });
    if (isSmooth(plan, pass)) return { params, sample, pass };
  }
  throw new Error(`${name}: every draw lies on a kink.`);
}

function isSmooth(plan: NetworkPlan, pass: Pass): boolean {
  const clear = plan.layers.every(({ neuron: l }, i) => {
    if (l.kind !== 'lif') return true;
    const kinks = l.surrogate.shape === 'rectangular' ? [-l.surrogate.width, l.surrogate.width] : [];
    return kinks.every((kink) => pass.layers[i]!.u.every((u) => Math.abs(u - l.threshold - kink) > MARGIN));
  });
  if (!clear || plan.readout.decode !== 'max') return clear;
  const { u } = pass.layers.at(-1)!;
  for (let c = 0; c < plan.classes; c++) {
    const window = u.filter((_, i) => i % plan.classes === c && i >= plan.readout.from * plan.classes).sort();
    if (window.at(-1)! - window.at(-2)! < MARGIN) return false;
  }
  return true;
}

interface Result {
  /** The largest relative error, and where. */
  worst: { error: number; text: string };
  nonZero: number;
}

/** Compares every entry of every parameter's gradient, taken from a network of another plan where one is given. */
function compare(plan: NetworkPlan, name: string, backwardPlan = plan, conditions: Given = {}): Result {
  const { params, sample, pass } = smoothCase(plan, name, conditions);
  const resetSpikes = pass.layers.map(({ o }) => o);
  const loss = () => forward(plan, params, sample, { smooth: true, resetSpikes, ...conditions }).loss;
  const grads = backward(backwardPlan, params, sample, pass, { dropoutMasks: conditions.dropoutMasks });
  const result: Result = { worst: { error: -1, text: '' }, nonZero: 0 };
  for (const [key, values] of Object.entries(params))
    values.forEach((value, i) => {
      const lossAt = (offset: number) => {
        values[i] = value + offset * STEP;
        const result = loss();
        values[i] = value;
        return result;
      };
      const expected = (lossAt(-2) - 8 * lossAt(-1) + 8 * lossAt(1) - lossAt(2)) / (12 * STEP);
      const seen = grads[key]![i]!;
      if (seen !== 0) result.nonZero++;
      const error = Math.abs(seen - expected) / Math.max(Math.abs(seen), Math.abs(expected), 1e-2);
      // A NaN must become the worst error, not slip through the comparison.
      if (!(error <= result.worst.error))
        result.worst = { error, text: `${name}: ${key}[${i}] expected ${expected}, seen ${seen}` };
    });
  return result;
}

/** Fails with the worst entry of all the plans, and when too many gradients vanish for that to mean anything. */
function expectGradients(cases: ({ name: string; plan: NetworkPlan } & Given)[]): void {
  let entries = 0;
  let nonZero = 0;
  for (const { name, plan, ...conditions } of cases) {
    const result = compare(plan, name, plan, conditions);
    expect(result.worst.error, result.worst.text).toBeLessThan(TOLERANCE);
    nonZero += result.nonZero;
    entries += Object.values(randomParameters(plan, streamOf(name))).reduce((sum, p) => sum + p.length, 0);
  }
  expect(nonZero / entries, 'share of gradients that are not zero').toBeGreaterThan(0.4);
}

describe('the gradient equals finite differences of the smoothed network', () => {
  const all = combinations();
  test.each(readouts)('every leak × reset × detached reset × recurrence × loss, $kind $decode', ({ kind, decode }) => {
    const cases = all.filter(({ name }) => name.includes(`${kind} ${decode},`));
    expect(cases.length).toBe(5 * resets.length * 2 * 2 * 2);
    expectGradients(cases);
  });

  test.each(shapes)('surrogate %s, every reset, with recurrence', (shape) => {
    const cases = resets.flatMap((reset) =>
      [surrogateOf(shape), surrogateOf(shape, 0.8, 0.7)].map((surrogate, i) => {
        const neuron: Partial<LayerFields> = { reset, surrogate, recurrent: true, leak: 0.7 };
        return { name: `${shape} ${reset} ${i}`, plan: network([neuron, neuron], 'rate', 'cross-entropy') };
      }),
    );
    expectGradients(cases);
  });

  test.each([1, 2, 3, 4])('%i layers', (depth) => {
    const layers = Array.from({ length: depth }, () => ({ recurrent: true }));
    expectGradients(
      (['rate', 'mean', 'last', 'max'] as const).map((decode) => ({
        name: `${depth} layers, ${decode}`,
        plan: network(layers, decode, 'cross-entropy'),
      })),
    );
  });

  test('dropout between layers', () => {
    const layers = [{ recurrent: true }, { reset: 'soft' as const }, {}];
    const dropoutMasks = [Float64Array.of(2, 0, 2, 2), Float64Array.of(0, 2, 2, 2)];
    expectGradients([{ name: 'dropout', plan: network(layers, 'rate', 'cross-entropy'), dropoutMasks }]);
  });

  test('scaled inputs, states that are not 0 at first, two softmaxes: every leak × reset × recurrence', () => {
    expectGradients(
      scaledCombinations().map(({ name, plan }) => {
        const rng = streamOf(name, 99);
        const draw = (size: number) => Float64Array.from({ length: size }, () => rng.uniform());
        const initial = plan.layers.map(({ output: [size] }) => ({ u: draw(size), o: draw(size) }));
        return { name, plan, initial };
      }),
    );
  });

  test.each(readouts)('the loss of two softmaxes, $kind $decode', ({ kind, decode }) => {
    const layers = [{ recurrent: true }, { kind, ...(kind === 'integrator' && { reset: 'none' as const }) }];
    expectGradients([{ name: `two softmaxes, ${kind} ${decode}`, plan: network(layers, decode, 'double-softmax') }]);
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
      expectGradients([{ name: `mixed, ${encoding}`, plan: network(layers, 'each-step', 'mse', encoding) }]);
  });
});

test('convolutions with margins and strides, poolings, and a sum of two ways', () => {
  const lif = network([{ leak: { learnable: true, per: 'neuron', init: 0.5 } }], 'rate', 'cross-entropy').layers[0]!
    .neuron;
  const plain = network([{}], 'rate', 'cross-entropy');
  const conv = (name: string, from: string, input: Planes, output: Planes, kernel: number, stride = 1): LayerPlan => {
    const padding = [1, 0] as const;
    const connection = { kind: 'conv', input, filters: output[0], kernel: [3, kernel], stride: [1, stride] } as const;
    return {
      name,
      input: [from],
      connection: { ...connection, padding, bias: true, weightGain: 1 },
      neuron: lif,
      output,
    };
  };
  for (const operation of ['mean', 'max'] as const) {
    const pool = { kind: 'pool', input: [2, 3, 2], operation, window: [3, 2], stride: [3, 2] } as const;
    const layers: LayerPlan[] = [
      conv('a', INPUT, [1, 3, 4], [2, 3, 2], 2, 2),
      conv('b', 'a', [2, 3, 2], [2, 3, 2], 1),
      {
        name: 'c',
        input: ['a', 'b'],
        connection: { kind: 'residual', input: [2, 3, 2] },
        neuron: lif,
        output: [2, 3, 2],
      },
      { name: 'd', input: ['c'], connection: pool, neuron: { kind: 'linear' }, output: [2, 1, 1] },
      { ...plain.layers[0]!, name: 'e', input: ['d'], connection: dense(2, CLASSES), output: [CLASSES] },
    ];
    expectGradients([{ name: `wired, ${operation}`, plan: { ...plain, inputs: 12, classes: CLASSES, layers } }]);
  }
});

test.each(['hard', 'soft'] as const)('a gradient without the %s reset term is noticed', (reset) => {
  const plan = network([{ reset }, { reset }], 'rate', 'cross-entropy');
  const detached = network(
    [
      { reset, resetGradient: false },
      { reset, resetGradient: false },
    ],
    'rate',
    'cross-entropy',
  );
  const { worst } = compare(plan, `noticed ${reset}`, detached);
  expect(worst.error, worst.text).toBeGreaterThan(1000 * TOLERANCE);
});

test('outside the window of the rectangular surrogate the derivative is exactly zero, also on its edge', () => {
  const s = surrogateOf('rectangular', 0.25);
  expect([-0.25, -0.2499, 0, 0.2499, 0.25].map((x) => surrogateDerivative(s, x))).toEqual([0, 2, 2, 2, 0]);
});
