import { expect, test } from 'vitest';
import { addLine, type EpochLine, emptyHistory } from '../../../../engine/runs/metrics/history.ts';
import { seriesOf } from '../../../../engine/runs/metrics/series.ts';
import { epochLine, trainLine } from '../fixtures.ts';

function curve(losses: (number | null)[]) {
  const history = emptyHistory();
  losses.forEach((loss, i) => void addLine(history, trainLine(i + 1, (i + 1) / 10, loss)));
  return history;
}

test('all points when they fit, null where the log says null', () => {
  expect(seriesOf('r', curve([3, null, 1]), 'train.loss')).toEqual({
    runId: 'r',
    metric: 'train.loss',
    x: [0.1, 0.2, 0.3],
    y: [3, null, 1],
    total: 3,
  });
});

test('a range takes both of its ends along', () => {
  const { x, total } = seriesOf('r', curve([1, 2, 3, 4, 5]), 'train.loss', { from: 0.2, to: 0.4 });
  expect({ x, total }).toEqual({ x: [0.2, 0.3, 0.4], total: 3 });
  expect(seriesOf('r', curve([1, 2]), 'train.loss', { from: 5, to: 1 })).toMatchObject({ x: [], y: [], total: 0 });
});

test.each([1, 2, 3, 7, 20, 99])('at most %i points, ascending, with the extremes of the whole', (maxPoints) => {
  const losses = Array.from({ length: 1000 }, (_, i) => (Math.sin(i * 12.9898) * 43758.5453) % 1);
  losses[123] = -50;
  losses[877] = 50;
  const { x, y, total } = seriesOf('r', curve(losses), 'train.loss', { maxPoints });
  expect(total).toBe(1000);
  expect(x.length).toBeLessThanOrEqual(maxPoints);
  expect(x).toEqual([...x].sort((a, b) => a - b));
  if (maxPoints >= 2) expect(y).toEqual(expect.arrayContaining([-50, 50]));
});

test('a single null among thousands survives thinning', () => {
  const losses: (number | null)[] = Array.from({ length: 5000 }, (_, i) => i);
  losses[2500] = null;
  const { y } = seriesOf('r', curve(losses), 'train.loss', { maxPoints: 30 });
  expect(y.filter((value) => value === null)).toHaveLength(1);
  expect(y.length).toBeLessThanOrEqual(30);
});

test('held-out metrics come from epoch lines, and train does when there is nothing finer', () => {
  const history = emptyHistory();
  addLine(history, epochLine(10, 1, { test: 0.5 }));
  addLine(history, epochLine(20, 2));
  addLine(history, epochLine(30, 3, { test: 0.7 }));
  expect(seriesOf('r', history, 'test.accuracy')).toMatchObject({ x: [1, 3], y: [0.5, 0.7] });
  expect(seriesOf('r', history, 'train.accuracy')).toMatchObject({ x: [1, 2, 3], y: [0.8, 0.8, 0.8] });
  expect(seriesOf('r', history, 'validation.loss')).toMatchObject({ x: [], total: 0 });
});

test('spike rates are a curve for each layer, of the epochs that say them', () => {
  const history = emptyHistory();
  addLine(history, { ...(epochLine(1, 1) as EpochLine), spikeRates: [0.1, 0.2] });
  addLine(history, { ...(epochLine(2, 2) as EpochLine), spikeRates: [0.3, 0.4] });
  expect(seriesOf('r', history, 'spikes.2')).toMatchObject({ x: [1, 2], y: [0.2, 0.4], total: 2 });
  expect(seriesOf('r', history, 'spikes.3')).toMatchObject({ x: [], y: [], total: 0 });
});

test('learning rate, updates, and seconds and samples of the epochs that count', () => {
  const history = emptyHistory();
  const lines = [1, 2, 3].map((epoch) => ({
    ...epochLine(10 * epoch, epoch),
    learningRate: 1 / epoch,
    seconds: 2 * epoch,
  }));
  // The second epoch is made again: what it took the first time counts no more.
  const all = [lines[0]!, lines[1]!, { kind: 'resume' as const, step: 10, epoch: 1 }, lines[1]!, lines[2]!];
  for (const line of all) addLine(history, line);
  const of = (metric: 'run.rate' | 'run.update' | 'run.time' | 'run.pace') => seriesOf('r', history, metric, {}, 120);
  expect(of('run.rate')).toMatchObject({ x: [1, 2, 3], y: [1, 0.5, 1 / 3] });
  expect(of('run.update').y).toEqual([10, 20, 30]);
  expect(of('run.time').y).toEqual([2, 6, 12]);
  expect(of('run.pace').y).toEqual([60, 30, 20]);
  expect(seriesOf('r', history, 'run.pace').x, 'where the number of samples is not known').toEqual([]);
});
