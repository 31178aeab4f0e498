/**
 * What looks into networks see and say while they train: each warning provoked by settings of its own, none for healthy
 * ones, the numbers beside those of the float64 reference. Real worker threads over the built engine.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expandExperiment } from '../../../engine/experiment/expand.ts';
import { checkExperiment } from '../../../engine/experiment/parse.ts';
import { type RunSpec, settingsSchema } from '../../../engine/experiment/schema.ts';
import { type MetricLine, metricSchema } from '../../../engine/runs/format.ts';
import { addLine, emptyHistory, warningsOf } from '../../../engine/runs/metrics/history.ts';
import { readNeuronRates } from '../../../engine/runs/metrics/neuron-rates.ts';
import { train } from '../../../engine/training/train.ts';
import { temporaryFolder } from '../../unit/datasets/helpers.ts';
import { randomPictures } from './random-pictures.ts';

function specOf(settings: object, file = '/health.lif.yaml'): RunSpec {
  return { study: 'health', variant: 'a', seed: 1, file, ...settingsSchema.parse(settings) };
}

async function linesOf(spec: RunSpec, threads = 2): Promise<MetricLine[]> {
  const lines: MetricLine[] = [];
  const quiet = () => {};
  const metric = (line: MetricLine) => void lines.push(metricSchema.parse(JSON.parse(JSON.stringify(line))));
  const observer = { metric, progress: quiet, checkpoint: quiet, preparing: quiet, dataset: quiet, log: quiet };
  await train(spec, { threads, signal: new AbortController().signal, observer });
  return lines;
}

async function warningsOn(spec: RunSpec) {
  const history = emptyHistory();
  for (const line of await linesOf(spec)) expect(addLine(history, line), JSON.stringify(line)).toBe(true);
  return warningsOf(history) ?? [];
}

const XOR = { name: 'delayed-xor', steps: 20, pulse: 5, trainSamples: 640, validationSamples: 20, testSamples: 20 };
const hidden = [16, 12];
const training = { epochs: 1, batchSize: 32 };
const base = { dataset: XOR, network: { hidden, readout: { kind: 'leaky-integrator' } }, training };

describe('one warning each', () => {
  test.each<[string, object, object]>([
    [
      'a threshold far too high in one layer',
      {
        ...base,
        network: { ...base.network, hidden: [16, { size: 12, neuron: { threshold: 1000 } }] },
      },
      { cause: 'silent', since: 0.1, until: 1, layer: 2, field: 'network.hidden[1].neuron.threshold' },
    ],
    [
      'a surrogate as narrow as nothing',
      { ...base, dataset: { ...XOR, trainSamples: 3200 }, neuron: { surrogate: { width: 1e-7 } } },
      { cause: 'blind', since: 0.1, layer: 2, field: 'neuron.surrogate.width' },
    ],
    [
      'a learning rate of nothing',
      { ...base, training: { ...training, learningRate: 1e-12 } },
      { cause: 'still', since: 1, field: 'training.learningRate' },
    ],
    [
      'a leak that begins at its end',
      { ...base, neuron: { leak: { learnable: true, init: { low: 9, high: 10 } } } },
      { cause: 'leak', since: 0.1, layer: 1, field: 'neuron.leak' },
    ],
  ])('%s', async (_what, settings, expected) => {
    const warnings = await warningsOn(specOf(settings));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ lasts: true, ...expected });
  });

  test('one neuron with no threshold to speak of and a drive that never stops always fires, or never: as its weights add up', async () => {
    const dataset = { ...XOR, lowRate: 1, highRate: 1, noise: 1 };
    const network = { ...base.network, hidden: [1], weightGain: 50 };
    const neuron = { threshold: 1e-9, leak: 1, reset: 'none' };
    const causes: string[] = [];
    for (let seed = 1; seed <= 8; seed++) {
      const [warning, ...others] = await warningsOn({ ...specOf({ ...base, dataset, network, neuron }), seed });
      expect(others).toEqual([]);
      expect(warning).toMatchObject({ layer: 1, field: 'neuron.threshold' });
      causes.push(warning!.cause);
    }
    expect(new Set(causes)).toEqual(new Set(['saturated', 'silent']));
  });

  test('a threshold so low that a layer fires whenever its input is more than nothing', async () => {
    const neuron = { threshold: 1e-4, leak: 0.3 };
    const dataset = { ...XOR, lowRate: 0.5, highRate: 1, noise: 0.5 };
    for (const reset of ['hard', 'soft']) {
      const [warning, ...others] = await warningsOn(specOf({ ...base, dataset, neuron: { ...neuron, reset } }));
      expect(others).toEqual([]);
      expect(warning).toMatchObject({ cause: 'saturated', layer: 1, field: 'neuron.threshold', lasts: true });
      expect(warning!.sentence).toMatch(
        /^layer 1 of 3 fired [\d,]+ of 204,800 times \(\d\d\.\d\d %\), and at (?:9[89]\.\d\d|100\.00) % of its potentials above 0 \([\d,]+ in 4 training samples\), so that the threshold decides next to nothing.*; raise neuron\.threshold \(0\.0001\)/,
      );
    }
  });

  test('labels that have nothing to do with the pictures: a loss of ln 10', async () => {
    const folder = temporaryFolder();
    try {
      randomPictures(join(folder, 'noise'), 4000);
      const dataset = { name: 'mnist', path: 'noise', steps: 8, validationSamples: 0 };
      const network = { hidden: [64], readout: { kind: 'leaky-integrator', decode: 'mean' } };
      const how = { epochs: 1, batchSize: 32, learningRate: 1e-4 };
      const [warning, ...others] = await warningsOn(
        specOf({ dataset, network, training: how }, join(folder, 'health.lif.yaml')),
      );
      expect(others).toEqual([]);
      expect(warning).toMatchObject({ cause: 'guessing', since: 1, field: 'dataset' });
      expect(warning!.sentence).toMatch(/the loss of 2\.3\d\d is that of guessing among 10 classes \(ln 10 = 2\.303\)/);
      // Few updates an epoch: none of its epochs has as many as tell without looking at the weights.
      const few = { ...dataset, trainSamples: 640 };
      const fast = { ...how, batchSize: 32, learningRate: 1e-3 };
      const early = await warningsOn(
        specOf({ dataset: few, network, training: fast }, join(folder, 'health.lif.yaml')),
      );
      expect(early).toMatchObject([{ cause: 'guessing', since: 1 }]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a layer that dies within an epoch is silent at once, not first without a gradient', async () => {
    const settings = {
      dataset: { name: 'delayed-xor', steps: 50, trainSamples: 12_000, validationSamples: 20, testSamples: 20 },
      network: { hidden: [16, 8] },
      training: { epochs: 2, learningRate: 0.1 },
    };
    for (const seed of [1, 2]) {
      const lines = await linesOf({ ...specOf(settings), seed });
      const [warning, ...others] = lines.flatMap((line) => (line.kind === 'warning' ? line : []));
      expect(warning).toMatchObject({ cause: 'silent', epoch: 1, field: 'neuron.threshold' });
      expect(warning!.sentence).toMatch(
        /fired 0 of [\d,]+ times \(0\.00 %\) in the last look \(16 training samples; [1-9][\d,]+ of [\d,]+ times since the epoch began\)/,
      );
      expect(others).toMatchObject([{ cause: 'silent', epoch: 2, layer: warning!.layer }]);
    }
    const small = { ...settings, network: { ...settings.network, weightGain: 0.001 } };
    const [quiet] = await warningsOn(specOf({ ...small, dataset: { ...settings.dataset, trainSamples: 640 } }));
    expect(quiet).toMatchObject({ cause: 'silent', field: 'network.weightGain' });
    expect(quiet!.sentence).toMatch(/; raise network\.weightGain \(0\.001\) or lower neuron\.threshold \(0\.5\)\.$/);
  });

  test('a silent layer in numbers: samples times steps times neurons', async () => {
    const [warning] = await warningsOn(specOf({ ...base, neuron: { threshold: 1000 } }));
    expect(warning!.sentence).toMatch(
      /^layer 1 of 3 fired 0 of 204,800 times \(0\.00 %\), so .*; lower neuron\.threshold \(1000\) or raise network\.weightGain \(1\)\.$/,
    );
  });
});

test.each(['delayed-xor', 'a-a'])('%s.lif.yaml, every variant for three epochs: nothing to warn of', async (name) => {
  const file = join(import.meta.dirname, '../../../examples', `${name}.lif.yaml`);
  const { experiment } = checkExperiment(readFileSync(file, 'utf8'), file);
  for (const spec of expandExperiment(experiment!, file, { seeds: [1] })) {
    spec.training.epochs = 3;
    Object.assign(spec.dataset, { trainSamples: 4000, testSamples: 200, validationSamples: 100 });
    expect(await warningsOn(spec), spec.variant).toEqual([]);
  }
});

test('weights that move again and layers that fire again: the warning is over', () => {
  const history = emptyHistory();
  const score = { loss: 1, accuracy: 0.5 };
  const epoch = (n: number): MetricLine => ({
    kind: 'epoch',
    step: 10 * n,
    epoch: n,
    learningRate: 1,
    train: score,
    seconds: 1,
  });
  const warning = (step: number, cause: 'silent' | 'still'): MetricLine => ({
    kind: 'warning',
    step,
    epoch: step / 10,
    cause,
    ...(cause === 'silent' && { layer: 1 }),
    field: 'neuron.threshold',
    sentence: cause,
  });
  const lines = [
    warning(1, 'silent'),
    warning(10, 'silent'),
    epoch(1),
    epoch(2),
    warning(30, 'silent'),
    epoch(3),
    warning(40, 'still'),
    epoch(4),
  ];
  for (const line of lines) expect(addLine(history, line)).toBe(true);
  const said = () => warningsOf(history)?.map(({ cause, since, until, lasts }) => [cause, since, until, lasts]);
  expect(said()).toEqual([
    ['silent', 0.1, 1, false],
    ['silent', 3, 3, false],
    ['still', 4, 4, true],
  ]);
  addLine(history, { kind: 'resume', step: 15, epoch: 1 });
  expect(said()).toEqual([['silent', 0.1, 1, true]]);
  addLine(history, epoch(2));
  expect(said()).toEqual([['silent', 0.1, 1, false]]);
});

test('shares, gradient norms and rates are those of the float64 reference', async () => {
  const settings = {
    ...base,
    neuron: { recurrent: true, leak: { learnable: true } },
    network: { ...base.network, weightGain: 3 },
  };
  const small = { ...settings, dataset: { ...XOR, trainSamples: 64 } };
  // One update so small that the weights of both are the initial ones to the last bit.
  const still = { epochs: 1, batchSize: 64, learningRate: 1e-30, optimizer: { kind: 'sgd' } };
  const event = await linesOf(specOf({ ...small, training: still }));
  const reference = await linesOf(specOf({ ...small, training: still, backend: 'reference' }), 1);
  const epochOf = (lines: MetricLine[]) => lines.find((line) => line.kind === 'epoch')!;
  const [a, b] = [epochOf(event), epochOf(reference)];
  expect(b.gradientNorms!.every((norm) => norm! > 1e-4)).toBe(true);
  a.gradientNorms!.forEach((norm, l) => expect(norm! / b.gradientNorms![l]!).toBeCloseTo(1, 4));
  expect(b.windowShares!.slice(0, 2).every((share) => share! > 0.01 && share! < 1)).toBe(true);
  // A potential within rounding of the window's edge may fall on either side.
  a.windowShares!.forEach((share, l) => expect(share ?? -1).toBeCloseTo(b.windowShares![l] ?? -1, 2));
  const ratesOf = (lines: MetricLine[]) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'metrics.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const rates = readNeuronRates('r', folder);
    rmSync(folder, { recursive: true });
    return rates;
  };
  const [x, y] = [ratesOf(event), ratesOf(reference)];
  expect(x.layers.map((layer) => layer && [layer.neurons, layer.groups])).toEqual([[16, 16], [12, 12], null]);
  expect(y.layers[0]!.rates.some((rate) => rate > 0.05)).toBe(true);
  // Those that every neuron learns for itself are logged, too.
  for (const { layers } of [x, y]) expect(layers[0]!.leaks).toHaveLength(16);
  x.layers[0]!.leaks!.forEach((k, g) => expect(k).toBeCloseTo(y.layers[0]!.leaks![g]!, 2));
  expect(Math.max(...x.layers[0]!.leaks!) - Math.min(...x.layers[0]!.leaks!)).toBeGreaterThan(0.01);
  x.layers.forEach((layer, l) =>
    layer?.rates.forEach((rate, i) => expect(rate).toBeCloseTo(y.layers[l]!.rates[i]!, 1)),
  );
});
