import { describe, expect, test } from 'vitest';
import type { PreparedDataset } from '../../../../engine/datasets/dataset.ts';
import { namesOf, RESETS } from '../../../../engine/models/neuron.ts';
import { backward, forward, type Parameters } from '../../../../engine/reference/network.ts';
import { dropoutMasksOf, initialOf, localEngine, pictures, sampleOf, spikes } from './support.ts';

/** float32 sums of some hundred terms against float64. */
const TOLERANCE = 2e-4;
/** No potential may come closer than this to the threshold or the edge of the surrogate's window: there float32 may decide otherwise. */
const MARGIN = 2e-5;
const BATCH = 20;

const leaks = {
  '0.3': 0.3,
  '1': 1,
  '0': 0,
  'per neuron': { learnable: true },
  'per layer': { learnable: true, per: 'layer', init: 0.6 },
};
const resets = namesOf(RESETS);
const readouts = {
  rate: { kind: 'spike-rate' },
  mean: { kind: 'mean-membrane', window: 6 },
  last: { kind: 'last-membrane' },
  max: { kind: 'max-membrane' },
  'each step': { kind: 'leaky-integrator', window: 5 },
  'integrator mean': { kind: 'leaky-integrator', decode: 'mean', leak: 0.9 },
};

/** Compares loss, accuracy and every gradient of a batch with the float64 reference. */
function compare(settings: object, dataset: PreparedDataset): void {
  for (let seed = 1; seed < 200; seed++) {
    const engine = localEngine(settings, dataset, 32, seed);
    const params: Parameters = Object.fromEntries(engine.weights.map((w) => [w.name, Float64Array.from(w.data)]));
    const sums: Parameters = Object.fromEntries(engine.weights.map((w) => [w.name, new Float64Array(w.data.length)]));
    let loss = 0;
    let accuracy = 0;
    let margin = Number.POSITIVE_INFINITY;
    for (let i = 0; i < BATCH; i++) {
      const sample = sampleOf(dataset, i);
      const dropoutMasks = dropoutMasksOf(engine.plan, seed, i);
      const pass = forward(engine.plan, params, sample, { dropoutMasks, initial: initialOf(engine.plan, seed, i) });
      pass.layers.forEach(({ u }, l) => {
        const { neuron } = engine.plan.layers[l]!;
        if (neuron.kind !== 'lif') return;
        const { threshold, surrogate } = neuron;
        for (const x of u)
          margin = Math.min(margin, Math.abs(x - threshold), Math.abs(Math.abs(x - threshold) - surrogate.width));
      });
      loss += pass.loss / BATCH;
      accuracy += pass.accuracy / BATCH;
      const gradients = backward(engine.plan, params, sample, pass, { dropoutMasks });
      for (const name in sums) gradients[name]!.forEach((g, j) => (sums[name]![j]! += g / BATCH));
    }
    if (margin < MARGIN) continue;
    const seen = engine.gradient(0, BATCH);
    expect(seen.loss).toBeCloseTo(loss, 4);
    expect(seen.accuracy).toBeCloseTo(accuracy, 6);
    for (const { name, data } of seen.gradients) {
      const expected = sums[name]!;
      const scale = Math.max(1e-3, ...expected.map(Math.abs));
      data.forEach((g, j) => {
        if (!(Math.abs(g - expected[j]!) <= TOLERANCE * scale))
          expect.fail(`${name}[${j}]: expected ${expected[j]}, saw ${g} (seed ${seed}, largest ${scale})`);
      });
    }
    return;
  }
  expect.fail(`No seed keeps all potentials ${MARGIN} away from the threshold.`);
}

for (const [leakName, leak] of Object.entries(leaks)) {
  describe(`leak ${leakName}`, () => {
    for (const reset of resets)
      for (const recurrent of [false, true])
        for (const [readoutName, readout] of Object.entries(readouts))
          test(`reset ${reset}, ${recurrent ? 'recurrent, ' : ''}${readoutName}`, () => {
            const neuron = { threshold: 0.4, leak, reset, recurrent, recurrentGain: 0.5, surrogate: { width: 0.3 } };
            const network = { hidden: [6], readout, weightGain: 2 };
            compare({ neuron, network, training: { loss: reset === 'soft' ? 'mse' : 'cross-entropy' } }, spikes());
          });
  });
}

describe('other shapes of network', () => {
  const neuron = { threshold: 0.4, leak: { learnable: true }, recurrent: true, surrogate: { width: 0.3 } };
  test.each(['hard', 'soft', 'soft-undecayed'])('%s reset, detached', (reset) => {
    compare({ neuron: { ...neuron, reset, resetGradient: false }, network: { hidden: [6], weightGain: 2 } }, spikes());
  });
  test('three hidden layers that differ, no bias', () => {
    const hidden = [
      9,
      { size: 5, neuron: { leak: 0.5, reset: 'none', recurrent: false } },
      { size: 7, neuron: { reset: 'soft' } },
    ];
    compare({ neuron, network: { hidden, bias: false, weightGain: 3 } }, spikes());
  });
  test('layers wider than a strip of registers', () => {
    compare({ neuron, network: { hidden: [61, 37], weightGain: 2 } }, spikes(40, 6));
  });
  test.each([[[40]], [[16, 8]], [[12, 20, 4]]])('hidden layers of %j, without recurrence', (hidden) => {
    compare({ neuron: { ...neuron, recurrent: false }, network: { hidden, weightGain: 2 } }, spikes(40, 6));
    compare({ neuron: { ...neuron, recurrent: false }, network: { hidden, weightGain: 4 } }, spikes(5, 8));
  });
  test.each(['triangular', 'sigmoid', 'arctan', 'superspike', 'multi-gaussian'])('surrogate %s', (shape) => {
    compare(
      { neuron: { ...neuron, surrogate: { shape, width: 0.3 } }, network: { hidden: [6, 5], weightGain: 2 } },
      spikes(),
    );
  });
  test.each([false, true])('constant input current, recurrent %s', (recurrent) => {
    compare(
      { neuron: { ...neuron, recurrent }, network: { hidden: [10], weightGain: 2 }, training: { loss: 'mse' } },
      pictures(),
    );
  });
  test.each([
    ['below a narrow layer', [9]],
    ['between several layers', [9, 7, 6]],
    ['below a wide layer', [24, 61]],
  ])('dropout %s', (_, hidden) => {
    const network = { hidden, weightGain: 2, dropout: 0.4 };
    compare({ neuron, network }, spikes(12, 8));
    compare({ neuron: { ...neuron, recurrent: false }, network }, spikes(12, 8));
  });
  test('dropout, constant input current', () => {
    compare({ neuron, network: { hidden: [10, 8], weightGain: 2, dropout: 0.25 } }, pictures());
  });
  test('constant input current, wide', () => {
    compare({ neuron: { ...neuron, leak: 0.3 }, network: { hidden: [50], weightGain: 1 } }, pictures(30, 4));
  });
});

describe('scaled inputs and random states at first', () => {
  const scaled = { scaleInput: true, initialState: 'random' };
  const surrogate = { width: 0.3 };
  for (const [leakName, leak] of Object.entries(leaks))
    for (const reset of resets)
      test.each([false, true])(`leak ${leakName}, reset ${reset}, recurrent %s`, (recurrent) => {
        if (leak === 1) return; // Nothing is received.
        const neuron = { threshold: 0.2, leak, reset, recurrent, recurrentGain: 0.5, surrogate, ...scaled };
        const readout = { kind: 'leaky-integrator', window: 5, leak: { learnable: true }, ...scaled };
        compare(
          { neuron, network: { hidden: [6], readout, weightGain: 3 }, training: { loss: 'double-softmax' } },
          spikes(),
        );
      });
  test.each([false, true])(
    'wide layers, one of them with neurons of its own, spikes read out, recurrent %s',
    (recurrent) => {
      const neuron = { threshold: 0.2, leak: { learnable: true, per: 'layer' }, recurrent, surrogate, ...scaled };
      const hidden = [61, { size: 20, neuron: { scaleInput: false, initialState: 'zero' } }, 37];
      compare({ neuron, network: { hidden, weightGain: 4 } }, spikes(40, 6));
    },
  );
  test('with dropout', () => {
    const neuron = { threshold: 0.2, leak: { learnable: true }, recurrent: true, surrogate, ...scaled };
    compare({ neuron, network: { hidden: [9, 7], weightGain: 4, dropout: 0.4 } }, spikes(12, 8));
  });
  test('scaled inputs of a constant current; a random state is refused there', () => {
    const neuron = { threshold: 0.2, leak: { learnable: true }, recurrent: true, surrogate, scaleInput: true };
    compare({ neuron, network: { hidden: [10], weightGain: 3 } }, pictures());
    expect(() =>
      localEngine({ neuron: { ...neuron, ...scaled }, network: { hidden: [10] } }, pictures(), 32, 1),
    ).toThrow(
      /^Layer 1 starts in a random state and receives a constant current, which .+: change the network or the backend\.$/,
    );
  });
});
