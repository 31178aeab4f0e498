/** Optimizers, clipping, class weights and the spike penalty against float64 arithmetic on the engine's own gradients. */
import { expect, test } from 'vitest';
import { forward, type Parameters } from '../../../../engine/reference/network.ts';
import { localEngine, sampleOf, spikes } from './support.ts';

const base = {
  neuron: { threshold: 0.4, leak: { learnable: true }, recurrent: true, surrogate: { width: 0.3 } },
  network: { hidden: [6], weightGain: 2 },
};
const BATCH = 32;

function start(training: object = {}) {
  const engine = localEngine({ ...base, training: { batchSize: BATCH, ...training } }, spikes(), BATCH, 4);
  const { gradients } = engine.gradient(0, BATCH, 'train');
  const norm = Math.hypot(...gradients.flatMap((g) => [...g.data]));
  return { engine, gradients, norm };
}

function expectWeights(
  seen: { name: string; data: Float32Array }[],
  expected: (name: string, i: number) => number,
): void {
  for (const { name, data } of seen)
    data.forEach((w, i) => {
      if (!(Math.abs(w - expected(name, i)) < 2e-6))
        expect.fail(`${name}[${i}]: expected ${expected(name, i)}, saw ${w}`);
    });
}

test.each([undefined, 0.01])('SGD with momentum, two updates of the same gradient, clipNorm %s', (clipNorm) => {
  const { engine, gradients, norm } = start();
  expect(norm).toBeGreaterThan(0.02);
  const scale = clipNorm ? clipNorm / norm : 1;
  const before = engine.weights;
  // A learning rate of 0 leaves the second gradient equal to the first.
  const optimizer = { kind: 'sgd' as const, momentum: 0.5 };
  engine.update({ optimizer, updates: 0, learningRates: [0], clipNorm });
  const after = engine.update({ optimizer, updates: 1, learningRates: [0.1], clipNorm });
  expectWeights(after, (name, i) => {
    const index = before.findIndex((w) => w.name === name);
    return before[index]!.data[i]! - 0.1 * 1.5 * scale * gradients[index]!.data[i]!;
  });
});

test('AdamW lets matrices decay, biases and leaks not', () => {
  const { engine, gradients } = start();
  const before = engine.weights;
  const optimizer = { kind: 'adamw' as const, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.5 };
  const after = engine.update({ optimizer, updates: 0, learningRates: [0.01] });
  expectWeights(after, (name, i) => {
    const index = before.findIndex((w) => w.name === name);
    const g = gradients[index]!.data[i]!;
    const decay = /weight|recurrent/.test(name) ? 1 - 0.01 * 0.5 : 1;
    return decay * before[index]!.data[i]! - (0.01 * g) / (Math.abs(g) + 1e-8);
  });
});

test.each([undefined, 0.01])('leaks have a learning rate of their own, clipNorm %s', (clipNorm) => {
  const { engine, gradients, norm } = start();
  const scale = clipNorm ? clipNorm / norm : 1;
  const before = engine.weights;
  const optimizer = { kind: 'sgd' as const, momentum: 0 };
  const after = engine.update({ optimizer, updates: 0, learningRates: [0.1], leakFactor: 3, clipNorm });
  expectWeights(after, (name, i) => {
    const index = before.findIndex((w) => w.name === name);
    return before[index]!.data[i]! - (/leak/.test(name) ? 0.3 : 0.1) * scale * gradients[index]!.data[i]!;
  });
});

test('leaks have a learning rate of their own under Adam, and do not decay', () => {
  const { engine, gradients } = start();
  const before = engine.weights;
  const optimizer = { kind: 'adamw' as const, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.5 };
  const after = engine.update({ optimizer, updates: 0, learningRates: [0.01], leakFactor: 0.5 });
  expectWeights(after, (name, i) => {
    const index = before.findIndex((w) => w.name === name);
    const g = gradients[index]!.data[i]!;
    const [decay, rate] = [/weight|recurrent/.test(name) ? 1 - 0.01 * 0.5 : 1, /leak/.test(name) ? 0.005 : 0.01];
    return decay * before[index]!.data[i]! - (rate * g) / (Math.abs(g) + 1e-8);
  });
});

test('class weights scale the gradient of a sample by its label', () => {
  const plain = start().engine;
  const weighted = start({ classWeights: [1, 3] }).engine;
  for (let i = 0; i < 8; i++) {
    const factor = sampleOf(spikes(), i).label === 1 ? 3 : 1;
    const a = plain.gradient(i, i + 1).gradients;
    const b = weighted.gradient(i, i + 1).gradients;
    a.forEach(({ name, data }, l) =>
      data.forEach((g, j) => {
        if (!(Math.abs(b[l]!.data[j]! - factor * g) < 1e-6))
          expect.fail(`${name}[${j}] of sample ${i}: expected ${factor * g}, saw ${b[l]!.data[j]}`);
      }),
    );
  }
});

test.each([undefined, 0.3])('the spike penalty is the gradient of the smoothed rate, target %s', (target) => {
  // Without recurrence and leak every spike depends on its own step alone: d rate / d bias = Σ h' / (steps·size).
  const settings = { neuron: { threshold: 0.4, leak: 0, surrogate: { width: 0.3 } }, network: base.network };
  const weight = 2;
  const plain = localEngine(settings, spikes(), BATCH, 4);
  const priced = localEngine({ ...settings, training: { spikePenalty: { weight, target } } }, spikes(), BATCH, 4);
  const params: Parameters = Object.fromEntries(plain.weights.map((w) => [w.name, Float64Array.from(w.data)]));
  for (let i = 0; i < 4; i++) {
    const { u, o } = forward(plain.plan, params, sampleOf(spikes(), i)).layers[0]!;
    const rate = o.reduce((a, b) => a + b, 0) / o.length;
    const slope = (weight * (target === undefined ? 1 : 2 * (rate - target))) / o.length;
    const find = (list: { name: string; data: Float32Array }[]) => list.find((g) => g.name === 'layers.0.bias')!.data;
    const a = find(plain.gradient(i, i + 1).gradients);
    const b = find(priced.gradient(i, i + 1).gradients);
    // leak 0 with a hard reset: nothing is carried from step to step.
    a.forEach((g, n) => {
      let inside = 0;
      for (let t = 0; t < plain.plan.steps; t++) if (Math.abs(u[t * 6 + n]! - 0.4) < 0.3) inside++;
      expect(b[n]! - g, `bias of neuron ${n}`).toBeCloseTo((slope * inside) / (2 * 0.3), 5);
    });
  }
});
