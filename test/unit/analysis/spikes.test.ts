/** What `spikes` says: by hand on tiny rasters, and of whole networks as the float64 reference has it. */
import { expect, test } from 'vitest';
import { efficiencyOf } from '../../../engine/analysis/spikes/efficiency.ts';
import { spikesResult } from '../../../engine/analysis/spikes/schema.ts';
import { binsFor, spikes } from '../../../engine/analysis/spikes/spikes.ts';
import { histogram, layerStatistics, preference } from '../../../engine/analysis/spikes/statistics.ts';
import { createActivity } from '../../../engine/backends/activity.ts';
import * as spikesReport from '../../../engine/cli/analyses/spikes.ts';
import { shapeOf } from '../../../engine/datasets/describe.ts';
import { ANALYSIS_PARAMS, settingsSchema } from '../../../engine/experiment/schema.ts';
import { planNetwork } from '../../../engine/models/build/network.ts';
import type { Lif } from '../../../engine/models/plan.ts';
import { forward } from '../../../engine/reference/network.ts';
import type { SpikesResult } from '../../../protocol/analyses/spikes.ts';
import { spikes as events, pictures, sampleOf } from '../backends/event/support.ts';
import { contextOf } from './context.ts';

const NEURON: Lif = {
  kind: 'lif',
  threshold: 0.5,
  leak: 0.25,
  reset: 'hard',
  resetGradient: true,
  recurrent: false,
  recurrentGain: 1,
  surrogate: { shape: 'rectangular', width: 0.2, height: 2.5 },
};
const defaults = ANALYSIS_PARAMS.spikes.parse({});

// Two samples, of classes 0 and 2, five steps, three neurons. Neuron 0: 11111 and 10010, neuron 1: 00000 twice,
// neuron 2: 01101 and 00000.
const RASTER = {
  byTime: Float64Array.of(3, 0, 1, 3, 0, 1, 1, 0, 1),
  byClass: Float64Array.of(5, 0, 3, 0, 0, 0, 2, 0, 0),
  inWindow: Float64Array.of(4, 0, 10),
  // Neuron 0 in sample 0: intervals 1 1 1 1, so three pairs alike. Neuron 2: intervals 1 2, one pair.
  pairs: Float64Array.of(3, 0, 1),
  cv2: Float64Array.of(0, 0, 2 / 3),
  lv: Float64Array.of(0, 0, 1 / 3),
};

test('a raster by hand', () => {
  const layer = { layer: 1, name: 'layers.1', neuron: NEURON, leak: Float64Array.of(0.25, 0.25, 0.25) };
  const counted = { samples: 2, perClass: [1, 0, 1], steps: 5, stepsPerBin: 2, limits: { silent: 0, saturated: 0.7 } };
  const said = layerStatistics(layer, RASTER, counted);
  expect(said.rates).toEqual([0.7, 0, 0.3]);
  expect(said.rate).toBe(0.333333);
  // Bins of 2, 2 and 1 steps.
  expect(said.rateOverTime).toEqual([4 / 12, 4 / 12, 2 / 6].map((x) => Number(x.toPrecision(6))));
  expect(said.neuronOverTime).toEqual([0.75, 0.75, 0.5, 0, 0, 0, 0.25, 0.25, 0.5]);
  expect(said.neuronByClass).toEqual([1, 0, 0.4, 0, 0, 0, 0.6, 0, 0]);
  expect(said.preferredClass).toEqual([0, null, 0]);
  expect(said.selectivity).toEqual([Number((0.6 / 1.4).toPrecision(4)), null, 1]);
  expect([said.silent, said.saturated]).toEqual([1, 1]);
  expect(said.window).toEqual({
    threshold: 0.5,
    halfWidth: 0.2,
    bounded: true,
    share: Number((14 / 30).toPrecision(6)),
    shares: [0.4, 0, 1],
    never: 1,
  });
  expect(said.cv2).toMatchObject({ values: [0, null, 0.6667], neurons: 2, mean: 0.333333 });
  expect(said.lv).toMatchObject({ values: [0, null, 0.3333], neurons: 2, mean: 0.166667 });
  expect([said.histogram[35], said.histogram[0], said.histogram[15]]).toEqual([1, 1, 1]);
});

test('histograms hold every value, and preferences need two classes with samples', () => {
  expect(histogram([0, 0.49, 0.5, 1], 2)).toEqual([2, 2]);
  expect(preference([0.2, 0.2], [3, 3])).toEqual({ best: 0, index: 0 });
  expect(preference([0.4, 0.1, 0], [3, 3, 0])).toEqual({ best: 0, index: expect.closeTo(0.6, 12) });
  expect(preference([0.4], [3])).toBeUndefined();
});

const SETTINGS = {
  network: { weightGain: 3, hidden: [20, 9], readout: { kind: 'leaky-integrator', window: 7 } },
  neuron: { leak: { learnable: true }, recurrent: true },
};

test('both backends say of a network what passes of the reference say, whatever the threads', async () => {
  const data = events();
  const answers: SpikesResult[] = [];
  for (const [backend, threads] of [
    ['reference', 1],
    ['event', 1],
    ['event', 2],
  ] as const) {
    const { context, network, plan, progress } = await contextOf<SpikesResult>(backend, data, SETTINGS, threads);
    const answer = await spikes.run(context, defaults);
    answers.push(answer);
    expect(spikesResult.parse(answer)).toEqual(answer);
    expect(progress.every((done) => done > 0 && done <= 1)).toBe(true);
    const params = Object.fromEntries(
      network.parameters().map(({ name, data: values }) => [name, Float64Array.from(values)]),
    );
    const passes = Array.from({ length: 32 }, (_, i) => forward(plan, params, sampleOf(data, i)));
    answer.layers.forEach(({ rate, neurons, leak }, l) => {
      const fired = passes.reduce((n, { layers }) => n + layers[l]!.o.reduce((a, b) => a + b, 0), 0);
      expect(rate).toBe(Number((fired / (32 * plan.steps * neurons)).toPrecision(6)));
      const a = params[`layers.${l}.leak`]!;
      leak.forEach((k, n) => expect(k).toBeCloseTo(1 / (1 + Math.exp(-a[n]!)), 5));
    });
    // Means have six digits. No weight is exactly zero, so that every spike meets all neurons above, and all beside it in the next step.
    const spikesOf = (l: number, till: number): number =>
      passes.reduce(
        (n, { layers }) => n + layers[l]!.o.subarray(0, till * answer.layers[l]!.neurons).reduce((a, b) => a + b, 0),
        0,
      );
    const { layers, accumulates, dense } = answer.efficiency;
    const expected = [
      passes.reduce((n, { inputs }) => n + inputs[0]!.filter((x) => x !== 0).length, 0) * 20 +
        spikesOf(0, plan.steps - 1) * 20,
      spikesOf(0, plan.steps) * 9 + spikesOf(1, plan.steps - 1) * 9,
      spikesOf(1, plan.steps) * 2,
    ];
    layers.forEach(({ operations, recurrent }, l) =>
      expect(32 * (operations.mean + (recurrent?.operations.mean ?? 0))).toBeCloseTo(expected[l]!, 0),
    );
    expect(32 * accumulates.mean).toBeCloseTo(
      expected.reduce((a, b) => a + b),
      0,
    );
    expect(dense).toBe(plan.steps * (7 * 20 + 20 * 20 + 20 * 9 + 9 * 9 + 9 * 2));
    expect(answer.efficiency.membraneUpdates).toBe(plan.steps * (20 + 9 + 2));
    expect(answer.efficiency.footprint.state).toBe(4 * (20 + 9 + 2));
    await network.close();
  }
  expect(answers[1]).toEqual(answers[0]);
  const text = spikesReport.lines(answers[0]!).join('\n');
  expect(text).toMatch(/ itself +AC /);
  expect(text).not.toMatch(/undefined|NaN/);
  expect(spikesReport.columns.row(answers[0]!)).toHaveLength(spikesReport.columns.header.length);
  expect(answers[2]).toEqual(answers[0]);
});

test('currents are multiplied, and what counts in one step is not binary', async () => {
  const { context, network } = await contextOf<SpikesResult>('event', pictures(), { network: { hidden: [6] } });
  const { efficiency } = await spikes.run(context, { ...defaults, samples: 10 });
  expect(efficiency.input.binary).toBe(false);
  expect(efficiency.layers.map(({ operation }) => operation)).toEqual(['multiply-accumulate', 'accumulate']);
  expect(efficiency.multiplyAccumulates.mean).toBeGreaterThan(0);
  await network.close();
});

test.each(['rnn', 'lstm', 'gru'] as const)('an %s has no spikes, but costs', async (model) => {
  const states = model === 'lstm' ? 2 : 1;
  const gates = { rnn: 1, lstm: 4, gru: 3 }[model];
  const { context, network, plan } = await contextOf<SpikesResult>('event', events(), {
    model,
    network: { hidden: [11] },
  });
  const { layers, efficiency } = await spikes.run(context, defaults);
  expect(layers).toEqual([]);
  expect(efficiency.activationSparsity).toBeNull();
  const [cell, readout] = efficiency.layers;
  // No state but the first is exactly zero.
  expect(cell!.recurrent).toMatchObject({
    operation: 'multiply-accumulate',
    operations: { mean: (plan.steps - 1) * 11 * 11 * gates, deviation: 0 },
  });
  expect(readout).toMatchObject({ operation: 'multiply-accumulate', operations: { mean: 22 }, dense: 22, state: 0 });
  expect(cell!.state).toBe(4 * 11 * states);
  await network.close();
});

test('what cannot be asked is refused in a sentence, and answers stay within their bounds', async () => {
  const { context, network, plan } = await contextOf<SpikesResult>('event', events(), { network: { hidden: [6] } });
  await expect(spikes.run(context, { ...defaults, split: 'validation' })).rejects.toThrow(
    'The data set has no validation samples; choose another split.',
  );
  await network.close();
  const wide = { ...plan, steps: 500, layers: plan.layers.map((layer) => ({ ...layer, output: [40_000] as const })) };
  expect(binsFor({ ...plan, steps: 500 })).toBe(128);
  expect(binsFor(wide)).toBe(6);
});

test('operations of convolutions are those of their patches; after a mean of spikes they multiply, after the greatest they do not', () => {
  const conv = [
    { filters: 2, kernel: 3, pool: { operation: 'max' } },
    { filters: 3, kernel: 3, padding: 0, pool: { operation: 'mean' } },
  ];
  const settings = settingsSchema.parse({
    dataset: { name: 'mnist', steps: 4 },
    network: { conv, hidden: [], readout: { kind: 'leaky-integrator' } },
    backend: 'reference',
  });
  const plan = planNetwork(settings, shapeOf(settings.dataset));
  const activity = createActivity(plan, 1, { stepsPerBin: 1, intervalsEvery: 1 });
  const { layers } = efficiencyOf(plan, activity, 1);
  // Of 28 × 28 places with a margin, the first and the last row and column see two thirds of their patch.
  const taps = [2 * (3 * 28 - 2) ** 2, 0, 3 * 2 * 9 * 12 * 12, 0, 3 * 6 * 6 * 10];
  expect(layers.map(({ dense }) => dense)).toEqual(taps.map((n) => 4 * n || 0));
  expect(layers.map(({ operation }) => operation)).toEqual([
    'accumulate',
    'accumulate',
    'accumulate',
    'accumulate',
    'multiply-accumulate',
  ]);
});
