/** Table 7 on simulated recordings: binned anew here, tested in float64, with leaks raised to powers by hand. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Subject } from '../../../engine/analysis/analysis.ts';
import { rescaledParameter, withFixedLeaks } from '../../../engine/analysis/resolution/rescaled-leaks.ts';
import { resolution } from '../../../engine/analysis/resolution/resolution.ts';
import { lengthsOf, specAt, trainedAt } from '../../../engine/analysis/resolution/times.ts';
import type { Sample } from '../../../engine/backends/backend.ts';
import { BACKENDS } from '../../../engine/backends/registry.ts';
import { prepareDataset } from '../../../engine/datasets/prepare.ts';
import { type RunSpec, settingsSchema } from '../../../engine/experiment/schema.ts';
import { openSubject } from '../../../engine/jobs/subject.ts';
import { planNetwork } from '../../../engine/models/build/network.ts';
import { initialTensors } from '../../../engine/models/parameters.ts';
import type { ResolutionResult } from '../../../protocol/analyses/resolution.ts';
import { readSample, temporaryFolder, writeMnist } from '../datasets/helpers.ts';
import { ask } from './subject.ts';

let folder: string;
const before = process.env.LIF_DATA;
beforeAll(() => {
  folder = temporaryFolder();
  process.env.LIF_DATA = join(folder, 'cache');
  writeMnist(join(folder, 'mnist'), 4, 12);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  if (before === undefined) delete process.env.LIF_DATA;
  else process.env.LIF_DATA = before;
});

const LEARNED = { learnable: true, init: { low: -1, high: 3 } };
function specOf(settings: object = {}, dataset: object = {}): RunSpec {
  const parsed = settingsSchema.parse({
    dataset: { name: 'nmnist-simulated', path: 'mnist', dt: 3, ...dataset },
    network: { hidden: [{ size: 16, neuron: { leak: LEARNED } }, 12], weightGain: 4 },
    neuron: { leak: 0.6, threshold: 0.3 },
    ...settings,
  });
  return { ...parsed, study: 'S', variant: 'v', seed: 3, file: join(folder, 'study.lif.yaml') };
}

/** As a job opens them; every network is closed at the end. */
async function asked(
  spec: RunSpec,
  params: object,
  { threads = 2, earlier }: { threads?: number; earlier?: ResolutionResult } = {},
): Promise<ResolutionResult> {
  const data = await prepareDataset(spec.dataset, { file: spec.file, seed: spec.seed });
  const state = new Map(
    [...initialTensors(planNetwork(spec, data), spec.seed)].flatMap(([name, tensor]) =>
      ['model.', 'adam.m.', 'adam.v.'].map((prefix) => [prefix + name, { ...tensor, name: prefix + name }] as const),
    ),
  );
  const opened: Subject[] = [];
  const open = async (of: RunSpec): Promise<Subject> => {
    const subject = await openSubject(of, state, { threads, signal: new AbortController().signal });
    opened.push(subject);
    return subject;
  };
  try {
    return await ask(
      resolution,
      await open(spec),
      { ...params },
      {
        open: (change) => open(change(structuredClone(spec))),
        ...(earlier && { earlier }),
      },
    );
  } finally {
    for (const { network } of opened) await network.close();
  }
}

test('each row is the float64 network on recordings that are binned anew here, its leaks raised by hand', async () => {
  const spec = specOf();
  const result = await asked(spec, { dts: [1, 6, 315] });
  expect(result).toMatchObject({ trainedAt: 3, values: 'counts', rescaling: 'changes leaks', split: 'test' });
  expect(result.rows.map(({ dt, steps }) => [dt, steps])).toEqual([
    [1, 315],
    [3, 105],
    [6, 53],
    [315, 1],
  ]);
  const fine = await prepareDataset({ ...spec.dataset, dt: 1 } as RunSpec['dataset'], { file: spec.file, seed: 3 });
  const recordings = Array.from({ length: 12 }, (_, i) => readSample(fine, 'test', 0, i));
  for (const row of result.rows) {
    const samples = recordings.map(({ label, steps }): Sample => {
      const binned = Array.from({ length: row.steps }, (_, t) => steps.slice(t * row.dt, (t + 1) * row.dt).flat());
      const offsets = [0];
      for (const step of binned) offsets.push(offsets.at(-1)! + step.length);
      return { label, offsets, channels: binned.flat() };
    });
    const spikes = samples.reduce((sum, sample) => sum + ('channels' in sample ? sample.channels.length : 0), 0);
    expect(row.inputSpikes).toBeCloseTo(spikes / 12, 10);
    const occupied = recordings.reduce((sum, { steps }) => {
      for (let t = 0; t < row.steps; t++) sum += new Set(steps.slice(t * row.dt, (t + 1) * row.dt).flat()).size;
      return sum;
    }, 0);
    expect(row.occupied).toBeCloseTo(occupied / 12, 10);
    for (const [ratio, seen] of [
      [1, row.asIs],
      [row.dt / 3, row.rescaled],
    ] as const) {
      const plan = planNetwork(specOf({ neuron: { leak: 0.6 ** ratio, threshold: 0.3 } }), {
        ...fine,
        steps: row.steps,
      });
      const data = { ...fine, steps: row.steps };
      const network = await BACKENDS.reference.open(plan, data, { batchSize: 8, threads: 1, seed: 3 });
      network.setParameters(
        network.parameters().map((tensor) =>
          tensor.name.endsWith('.leak')
            ? {
                ...tensor,
                data: tensor.data.map((a) => {
                  const k = (1 / (1 + Math.exp(-a))) ** ratio;
                  return Math.log(k / (1 - k));
                }),
              }
            : tensor,
        ),
      );
      const { samples: scores, counts } = await network.probe({ samples }, { counts: [0] });
      expect(seen.accuracy).toBeCloseTo(scores.accuracy.reduce((a, b) => a + b) / 12, 10);
      const loss = scores.loss.reduce((a, b) => a + b) / 12;
      expect(Math.abs(seen.loss! - loss), `${row.dt} ms, ratio ${ratio}`).toBeLessThan(2e-3 * loss);
      const rate = counts.get(0)!.reduce((a, b) => a + b) / (12 * row.steps * 16);
      expect(Math.abs(seen.rates[0]! - rate)).toBeLessThan(2e-3 * rate);
      await network.close();
    }
  }
  const there = result.rows[1]!;
  expect(there.rescaled).toEqual(there.asIs);
}, 60_000);

test('at the length of training it is what training evaluates; the bits do not depend on threads or stops', async () => {
  const spec = specOf();
  const whole = await asked(spec, { factors: [1, 2] }, { threads: 1 });
  expect(whole.rows.map(({ dt }) => dt)).toEqual([3, 6]);
  const data = await prepareDataset(spec.dataset, { file: spec.file, seed: spec.seed });
  const plan = planNetwork(spec, data);
  const network = await BACKENDS.event.open(plan, data, { batchSize: 512, threads: 2, seed: spec.seed });
  const { accuracy, loss } = await network.evaluate('test');
  await network.close();
  expect(whole.rows[0]!.asIs).toMatchObject({ accuracy: accuracy / 12, loss: loss / 12 });
  expect(await asked(spec, { factors: [1, 2] }, { earlier: { ...whole, rows: whole.rows.slice(0, 1) } })).toEqual(
    whole,
  );
}, 60_000);

test('binary input keeps its pairs of step and channel, and a network without leaks has nothing to rescale', async () => {
  const settings = { neuron: { leak: 1, threshold: 0.3 }, network: { hidden: [8] } };
  const result = await asked(specOf(settings, { values: 'binary' }), { dts: [10] });
  for (const { inputSpikes, occupied, asIs, rescaled } of result.rows) {
    expect(inputSpikes).toBe(occupied);
    expect(rescaled).toEqual(asIs);
  }
  expect(result).toMatchObject({ values: 'binary', rescaling: 'changes nothing' });
  expect(result.rows[1]!.inputSpikes).toBeLessThan(result.rows[0]!.inputSpikes);
}, 60_000);

test('the window of the readout covers the same time, and factors stay within what a recording has', () => {
  const readout = { kind: 'leaky-integrator', window: 20 };
  const spec = specOf({ network: { hidden: [8], readout } });
  const windowAt = (dt: number): unknown => (specAt(spec, dt).network.readout as { window?: number }).window;
  expect([1, 3, 6, 200].map(windowAt)).toEqual([60, 20, 10, 1]);
  expect(lengthsOf(spec, { dts: [], factors: [1 / 3, 5 / 3, 10 / 3, 200, 1e-5] })).toEqual([1, 3, 5, 10]);
  expect(lengthsOf(spec, { dts: [5, 1], factors: [2] })).toEqual([1, 3, 5]);
  expect(specAt(specOf({}, { steps: 15 }), 5).dataset).toMatchObject({ dt: 5, steps: 9 });
});

test('a learned leak is k^ratio, also where it is all but 0 or 1', () => {
  for (const a of [-15, -2, 0, 0.7, 4, 15])
    for (const ratio of [1 / 3, 1, 4]) {
      const k = 1 / (1 + Math.exp(-a));
      const there = 1 / (1 + Math.exp(-rescaledParameter(a, ratio)));
      expect(Math.abs(there - k ** ratio)).toBeLessThan(1e-12);
      expect(Math.abs((1 - there) / -Math.expm1(ratio * Math.log1p(k - 1)) - 1)).toBeLessThan(1e-6);
    }
});

test('manifolds are drawn in parts of the whole sequence: cut finer, each spike lies within its step, noise included', async () => {
  const fields = { name: 'randman', channels: 12, steps: 20, classes: 3, jitter: 1.5, trainSamples: 3, testSamples: 6 };
  const dataset = settingsSchema.shape.dataset.parse(fields);
  const spec: RunSpec = { ...specOf({ neuron: { leak: 0.6, threshold: 0.3 } }), dataset };
  expect([trainedAt(spec), lengthsOf(spec, { dts: [], factors: [0.25, 2, 100] })]).toEqual([1, [0.25, 1, 2]]);
  const samplesAt = async (dt: number): Promise<string[][]> => {
    const data = await prepareDataset(specAt(spec, dt).dataset, { file: spec.file, seed: 3 });
    const all = Array.from({ length: 6 }, (_, index) => readSample(data, 'test', 0, index));
    return all.map(({ steps }) =>
      steps.flatMap((channels, t) => Array.from(channels, (c) => `${Math.floor(t * dt)}/${c}`)).sort(),
    );
  };
  expect(await samplesAt(0.25)).toEqual(await samplesAt(1));
  const result = await asked(spec, { dts: [0.5, 2], samples: 6 });
  expect(result).toMatchObject({ trainedAt: 1, values: 'binary' });
  expect(result.rows.map(({ dt, steps, covered }) => [dt, steps, covered])).toEqual([
    [0.5, 40, 20],
    [1, 20, 20],
    [2, 10, 20],
  ]);
}, 60_000);

test('data without an integration length are refused in a sentence', () => {
  for (const dataset of [{ name: 'delayed-xor' }, { name: 'mnist' }, { name: 'dvs128-gesture' }]) {
    const spec = { ...specOf(), dataset: settingsSchema.shape.dataset.parse(dataset) };
    expect(() => trainedAt(spec)).toThrow(/^dataset .+ has no integration length to change; use randman, shd, ssc, /);
  }
});

test('every fixed leak of the settings is rescaled, wherever it stands', () => {
  const layer = { neuron: { leak: 0.25 } };
  const spec = {
    neuron: { leak: 0.25 },
    network: { conv: [{ filters: 2, ...layer }, { filters: 3 }], hidden: [4, { size: 3, ...layer }], readout: layer },
  } as unknown as RunSpec;
  const half = { neuron: { leak: 0.5 } };
  expect(withFixedLeaks(spec, 0.5)).toEqual({
    neuron: { leak: 0.5 },
    network: { conv: [{ filters: 2, ...half }, { filters: 3 }], hidden: [4, { size: 3, ...half }], readout: half },
  });
});
