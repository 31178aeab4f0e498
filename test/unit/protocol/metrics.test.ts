import { expect, test } from 'vitest';
import { allMetrics, describeMetric, type Metric, parseMetric } from '../../../protocol/metrics.ts';

test('every metric of a run with two spiking layers has a name that can be read back', () => {
  const names = allMetrics(2);
  expect(names).toEqual([
    ...['train', 'validation', 'test'].map((split) => `${split}.accuracy`),
    ...['train', 'validation', 'test'].map((split) => `${split}.loss`),
    ...['spikes', 'leak', 'window', 'gradient'].flatMap((quantity) => [`${quantity}.1`, `${quantity}.2`]),
    ...['rate', 'pace', 'update', 'time'].map((quantity) => `run.${quantity}`),
  ]);
  for (const name of names) {
    const { quantity, split, layer } = parseMetric(name)!;
    expect(split ? `${split}.${quantity}` : layer ? `${quantity}.${layer}` : `run.${quantity}`).toBe(name);
  }
  expect(describeMetric('leak.2' as Metric)).toMatchObject({ label: 'Leak k, layer 2', unit: '', better: 'neither' });
});

test('what names no metric is none', () => {
  const names = ['', 'train', 'train.leak', 'accuracy.train', 'loss.1', 'leak', 'leak.0', 'leak.-1', 'leak.1e3'];
  for (const name of [
    ...names,
    'leak.1.1',
    'run',
    'run.loss',
    'run.rate.1',
    'rate.1',
    'test.rate',
    'run.constructor',
    'test.loss.1',
    'leak.99999',
    'constructor.1',
    'train.constructor',
  ])
    expect(parseMetric(name), name).toBeUndefined();
});
