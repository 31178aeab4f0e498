/** The training loop on the reference backend, which needs no threads: log, checkpoints, stop, resume, learned leaks. */
import { expect, test, vi } from 'vitest';
import { type RunSpec, settingsSchema } from '../../../engine/experiment/schema.ts';
import { type MetricLine, metricSchema } from '../../../engine/runs/format.ts';
import { addLine, emptyHistory } from '../../../engine/runs/metrics/history.ts';
import { seriesOf } from '../../../engine/runs/metrics/series.ts';
import { decodeSafetensors } from '../../../engine/runs/safetensors.ts';
import { leakSpreadOf } from '../../../engine/training/leaks.ts';
import { train } from '../../../engine/training/train.ts';

function specOf(neuron: object): RunSpec {
  const settings = settingsSchema.parse({
    dataset: { name: 'delayed-xor', steps: 20, pulse: 6, trainSamples: 40, testSamples: 12, validationSamples: 8 },
    backend: 'reference',
    network: { hidden: [6, 5], readout: { kind: 'leaky-integrator', leak: 0.9 } },
    neuron,
    training: { epochs: 3, batchSize: 10, learningRate: 0.05 },
  });
  return { study: 's', variant: 'v', seed: 3, file: '/s.lif.yaml', ...settings };
}

async function record(spec: RunSpec, { checkpoint, stopAt }: { checkpoint?: Uint8Array; stopAt?: number } = {}) {
  const abort = new AbortController();
  const metrics: MetricLine[] = [];
  const checkpoints: Uint8Array[] = [];
  let reports = 0;
  const outcome = await train(spec, {
    threads: 1,
    ...(checkpoint && { checkpoint }),
    signal: abort.signal,
    observer: {
      metric: (line) => metrics.push(metricSchema.parse(JSON.parse(JSON.stringify(line)))),
      checkpoint: (_, bytes) => checkpoints.push(bytes),
      progress: () => {
        if (++reports === stopAt) abort.abort();
      },
      preparing: () => {},
      dataset: () => {},
      log: () => {},
    },
  });
  return { outcome, metrics, checkpoint: checkpoints.at(-1)! };
}

const LEARNED = { leak: { learnable: true, init: { low: -2, high: 2 } } };

test('stopped after any update and resumed, it ends with the bits and the log of a straight run', async () => {
  const spec = specOf(LEARNED);
  const straight = await record(spec);
  expect(straight.outcome).toBe('finished');
  const history = (lines: MetricLine[]) => {
    const all = emptyHistory();
    for (const line of lines) addLine(all, line.kind === 'epoch' ? { ...line, seconds: 0 } : line);
    // That training was interrupted is told, and is no result.
    return { ...all, resumes: [] };
  };
  for (const stopAt of [1, 3, 5]) {
    // A clock on which every update takes long: one of them between two looks, however fast the machine is.
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 20_000));
    const first = await record(spec, { stopAt }).finally(() => clock.mockRestore());
    expect(first.outcome).toBe('stopped');
    const rest = await record(spec, { checkpoint: first.checkpoint });
    expect(decodeSafetensors(rest.checkpoint).tensors).toEqual(decodeSafetensors(straight.checkpoint).tensors);
    expect(history([...first.metrics, ...rest.metrics]), `stopped at ${stopAt}`).toEqual(history(straight.metrics));
  }
});

test('every epoch logs the leak of the layers that learn it, and the curves have it', async () => {
  const { metrics, checkpoint } = await record(specOf(LEARNED));
  const history = emptyHistory();
  for (const line of metrics) addLine(history, line);
  const { tensors } = decodeSafetensors(checkpoint);
  const last = history.epochs.at(-1)!;
  expect(last.leaks, 'two layers that learn it and a readout that does not').toHaveLength(3);
  expect(last.leaks![2]).toBeNull();
  for (const l of [0, 1]) {
    const k = Array.from(tensors.get(`model.layers.${l}.leak`)!.data, (a) => 1 / (1 + Math.exp(-a)));
    const seen = last.leaks![l]!;
    expect(seen.least).toBeCloseTo(Math.min(...k), 12);
    expect(seen.greatest).toBeCloseTo(Math.max(...k), 12);
    expect(seen.mean).toBeCloseTo(k.reduce((a, b) => a + b) / k.length, 12);
    const { x, y } = seriesOf('run', history, `leak.${l + 1}`);
    expect(x).toEqual([1, 2, 3]);
    expect(y).toEqual(history.epochs.map(({ leaks }) => leaks![l]!.mean));
  }
  expect(seriesOf('run', history, 'leak.3').x, 'of a fixed leak there is no curve').toEqual([]);
});

test('a run without learned leaks logs none, as earlier builds did', async () => {
  const { metrics } = await record(specOf({ leak: 0.5 }));
  for (const line of metrics) expect(line).not.toHaveProperty('leaks');
});

test('quartiles lie between the two nearest neurons', () => {
  expect(leakSpreadOf([0.4, 0.1, 0.3, 0.2])).toEqual({
    mean: 0.25,
    least: 0.1,
    lowerQuartile: expect.closeTo(0.175, 12),
    median: expect.closeTo(0.25, 12),
    upperQuartile: expect.closeTo(0.325, 12),
    greatest: 0.4,
  });
  expect(leakSpreadOf([0.7]).median).toBe(0.7);
});
