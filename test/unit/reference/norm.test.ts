/**
 * Normalisation over batches: numbers by hand, and gradients through the statistics of a batch against 4-point finite
 * differences of the smoothed network, where samples meet.
 */
import { expect, test } from 'vitest';
import { isLearned, parametersOf } from '../../../engine/models/parameters.ts';
import {
  INPUT,
  type LayerPlan,
  type NetworkPlan,
  type Norm,
  type Planes,
  shareOfBatch,
} from '../../../engine/models/plan.ts';
import { backwardBatch, forward, forwardBatch, runningStatistics } from '../../../engine/reference/network.ts';
import { normalise, running, type Statistics, statisticsOf } from '../../../engine/reference/norm.ts';
import { CLASSES, network, randomParameters, randomSample, STEPS, streamOf, surrogateOf } from './networks.ts';

const norm = (input: Norm['input'], gain = 1): Norm => ({ kind: 'norm', input, gain, epsilon: 1e-5, momentum: 0.1 });

test('two planes by hand: mean and variance over samples, steps and places, and what is kept of them', () => {
  const layer = { ...norm([2, 1, 2], 3), epsilon: 1 };
  // One sample of two steps and one of one: plane 0 has 1, 3, 5, 7, 9, 11, plane 1 a constant.
  const xs = [Float64Array.of(1, 3, 4, 4, 5, 7, 4, 4), Float64Array.of(9, 11, 4, 4)];
  const batch = statisticsOf(layer, xs);
  expect([...batch.mean]).toEqual([6, 4]);
  expect(batch.variance[0]).toBeCloseTo(70 / 6, 12);
  expect(batch.variance[1]).toBe(0);
  const y = new Float64Array(4);
  const p = { mean: Float64Array.of(6, 4), variance: Float64Array.of(8, 0) };
  normalise(layer, { ...p, scale: Float64Array.of(2, 1), shift: Float64Array.of(0, 5) }, xs[1]!, y);
  expect([...y]).toEqual([6, 10, 5, 5]);
  const kept = running(0.1, p, { mean: Float64Array.of(16, 4), variance: Float64Array.of(5, 5) }, 6);
  expect(kept.mean[0]).toBeCloseTo(7, 12);
  expect(kept.variance[1]).toBeCloseTo(0.6, 12);
});

const lif = network([{ threshold: 0.4, surrogate: surrogateOf('sigmoid') }], 'rate', 'cross-entropy').layers[0]!.neuron;

/** A convolution, a normalisation before a sum of two ways, one of them normalised again, and one without places. */
function normalised(): NetworkPlan {
  const plain = network([{ surrogate: surrogateOf('sigmoid') }], 'rate', 'cross-entropy');
  const planes: Planes = [2, 3, 2];
  const conv = (name: string, from: string, input: Planes): LayerPlan => ({
    name,
    input: [from],
    connection: {
      ...{ kind: 'conv', input, filters: 2, kernel: [3, 3], stride: [1, 1], padding: [1, 1] },
      bias: false,
      weightGain: 1,
    },
    neuron: { kind: 'linear' },
    output: planes,
  });
  const layers: LayerPlan[] = [
    conv('a', INPUT, [1, 3, 2]),
    { name: 'b', input: ['a'], connection: norm(planes), neuron: lif, output: planes },
    conv('c', 'b', planes),
    { name: 'd', input: ['c'], connection: norm(planes, 0.4 / Math.SQRT2), neuron: { kind: 'linear' }, output: planes },
    { name: 'e', input: ['b', 'd'], connection: { kind: 'residual', input: planes }, neuron: lif, output: planes },
    {
      name: 'f',
      input: ['e'],
      connection: { kind: 'dense', inputs: 12, size: CLASSES, bias: true, weightGain: 1 },
      neuron: { kind: 'linear' },
      output: [CLASSES],
    },
    { ...plain.layers[0]!, name: 'g', input: ['f'], connection: norm([CLASSES], 2), output: [CLASSES] },
  ];
  return { ...plain, inputs: 6, classes: CLASSES, layers };
}

const STEP = 1e-4;

test.each([true, false])('gradients equal finite differences, with statistics of the batch: %s', (training) => {
  const plan = normalised();
  const rng = streamOf('normalised');
  const params = randomParameters(plan, rng);
  const samples = [1, 2, 3, 4].map(() => randomSample(plan, rng));
  const each = samples.map(() => ({ smooth: true }));
  const meanLoss = (): number => {
    const { passes } = forwardBatch(plan, params, samples, { each, training });
    return passes.reduce((sum, { loss }) => sum + loss, 0) / samples.length;
  };
  const grads = backwardBatch(plan, forwardBatch(plan, params, samples, { each, training }), samples);
  let nonZero = 0;
  for (const { name, part } of parametersOf(plan)) {
    if (!isLearned(part)) {
      expect(
        [...grads[name]!].every((g) => g === 0),
        name,
      ).toBe(true);
      continue;
    }
    params[name]!.forEach((value, i, values) => {
      const lossAt = (offset: number): number => {
        values[i] = value + offset * STEP;
        const loss = meanLoss();
        values[i] = value;
        return loss;
      };
      const expected = (lossAt(-2) - 8 * lossAt(-1) + 8 * lossAt(1) - lossAt(2)) / (12 * STEP);
      const seen = grads[name]![i]!;
      if (Math.abs(seen) > 1e-6) nonZero++;
      const error = Math.abs(seen - expected) / Math.max(Math.abs(seen), Math.abs(expected), 1e-2);
      expect(error, `${name}[${i}]: expected ${expected}, saw ${seen}`).toBeLessThan(1e-7);
    });
  }
  expect(nonZero).toBeGreaterThan(50);
});

test('with the running statistics a sample is the same in every company, with those of the batch it is not', () => {
  const plan = normalised();
  const rng = streamOf('company');
  const params = randomParameters(plan, rng);
  const samples = [1, 2, 3].map(() => randomSample(plan, rng));
  const scores = (training: boolean): number[] =>
    Array.from(forwardBatch(plan, params, samples, { training }).passes[0]!.layers[1]!.u);
  const alone = Array.from(forward(plan, params, samples[0]!).layers[1]!.u);
  expect(scores(false)).toEqual(alone);
  expect(scores(true)).not.toEqual(alone);
});

test('what is kept comes near the statistics of batches that stay the same', () => {
  const plan = normalised();
  const rng = streamOf('kept');
  const params = randomParameters(plan, rng);
  const samples = [1, 2, 3].map(() => randomSample(plan, rng));
  const batch = forwardBatch(plan, params, samples, { training: true });
  for (let t = 1; t <= 200; t++) Object.assign(params, runningStatistics(plan, params, batch, t));
  const n = samples.length * STEPS * 6;
  for (let plane = 0; plane < 2; plane++) {
    expect(params['b.mean']![plane]).toBeCloseTo(batch.params['b.mean']![plane]!, 6);
    expect(params['b.variance']![plane]).toBeCloseTo((batch.params['b.variance']![plane]! * n) / (n - 1), 6);
  }
});

test('batches count with weights that fall by 1 − momentum with their age, from the first one on', () => {
  const layer = norm([1]);
  const means = [3, -1, 2, 7];
  const zero = { mean: Float64Array.of(99), variance: Float64Array.of(1) };
  const kept = means.reduce<Statistics>(
    (before, mean, i) => running(shareOfBatch(layer, i + 1), before, { ...zero, mean: Float64Array.of(mean) }, 5),
    zero,
  );
  const weights = means.map((_, i) => 0.9 ** (means.length - 1 - i));
  const total = weights.reduce((a, b) => a + b);
  expect(kept.mean[0]).toBeCloseTo(
    means.reduce((sum, mean, i) => sum + (weights[i]! * mean) / total, 0),
    12,
  );
});
