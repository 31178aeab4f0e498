import { expect, test } from 'vitest';
import type { MetricLine } from '../../../../engine/runs/format.ts';
import { addLine, emptyHistory, type History, scoresOf } from '../../../../engine/runs/metrics/history.ts';
import { fallAfterBest } from '../../../../protocol/runs.ts';
import { epochLine, trainLine } from '../fixtures.ts';

function historyOf(...lines: MetricLine[]): History {
  const history = emptyHistory();
  for (const line of lines) addLine(history, line);
  return history;
}

test('a resume line drops what was logged beyond its step', () => {
  const history = historyOf(
    trainLine(10, 0.5),
    trainLine(20, 1),
    epochLine(20, 1),
    trainLine(30, 1.5),
    { kind: 'resume', step: 20, epoch: 1 },
    trainLine(25, 1.25),
  );
  expect(history.train.step).toEqual([10, 20, 25]);
  expect(history.epochs.map((line) => line.epoch)).toEqual([1]);
});

test('resuming at step 0 drops everything', () => {
  const history = historyOf(trainLine(10, 0.5), epochLine(20, 1), { kind: 'resume', step: 0, epoch: 0 });
  expect(history).toEqual(emptyHistory());
});

test('a line at the step of the last one replaces it', () => {
  const history = historyOf(epochLine(20, 1, { test: 0.5 }), epochLine(20, 1, { test: 0.6 }));
  expect(history.epochs.map((line) => line.test?.accuracy)).toEqual([0.6]);
});

test('steps and epochs that go backwards without a resume are refused', () => {
  const history = historyOf(trainLine(10, 0.5));
  expect(addLine(history, trainLine(5, 0.6))).toBe(false);
  expect(addLine(history, trainLine(20, 0.4))).toBe(false);
  expect(history.train.step).toEqual([10]);
});

test('null becomes NaN in the columns and no score in the summary', () => {
  const history = historyOf(trainLine(10, 0.5, null));
  expect(history.train.loss).toEqual([Number.NaN]);
  expect(scoresOf(history)).toEqual({});
});

test('the newest train score comes from whichever line is newer', () => {
  expect(scoresOf(historyOf(epochLine(20, 1), trainLine(30, 1.5, 0.1, 0.9))).train).toEqual({
    loss: 0.1,
    accuracy: 0.9,
  });
  expect(scoresOf(historyOf(trainLine(20, 1, 0.1, 0.9), epochLine(20, 1))).train).toEqual({ loss: 0.4, accuracy: 0.8 });
});

test('without validation the last tested epoch counts, even when an earlier one was better', () => {
  const history = historyOf(epochLine(1, 1, { test: 0.9 }), epochLine(2, 2, { test: 0.6 }), epochLine(3, 3));
  expect(scoresOf(history).result).toMatchObject({ accuracy: 0.6, epoch: 2, chosenBy: 'last epoch' });
});

test('with validation the first epoch with the best validation accuracy counts', () => {
  const history = historyOf(
    epochLine(1, 1, { test: 0.95, validation: 0.5 }),
    epochLine(2, 2, { test: 0.7, validation: 0.8 }),
    epochLine(3, 3, { test: 0.99, validation: 0.8 }),
  );
  expect(scoresOf(history).result).toMatchObject({ accuracy: 0.7, epoch: 2, chosenBy: 'best validation' });
});

test('all that stands beside a result is of its epoch, and the last epoch is told beside it', () => {
  const lines = [epochLine(1, 1, { test: 0.9, validation: 0.9 }), epochLine(2, 2, { test: 0.5, validation: 0.5 })];
  const rates = [[0.1], [0.7]];
  const history = historyOf(...lines.map((line, i) => ({ ...line, spikeRates: rates[i]! }) as typeof line));
  const { result, last } = scoresOf(history);
  expect(result).toEqual({
    epoch: 1,
    chosenBy: 'best validation',
    loss: 0.2,
    accuracy: 0.9,
    train: { loss: 0.4, accuracy: 0.8 },
    validation: expect.objectContaining({ accuracy: 0.9 }),
    test: { loss: 0.2, accuracy: 0.9 },
    spikeRates: [0.1],
  });
  expect(last).toMatchObject({ epoch: 2, test: { accuracy: 0.5 }, spikeRates: [0.7] });
  expect(fallAfterBest({ result: result!, last: last! })).toBeCloseTo(0.4, 12);
});

test('a chosen epoch without a number gives no result instead of another epoch', () => {
  const last = epochLine(2, 2, { test: 0.9 });
  if (last.kind === 'epoch') last.test = { loss: null, accuracy: 0.9 };
  expect(scoresOf(historyOf(epochLine(1, 1, { test: 0.8 }), last)).result).toBeUndefined();
});

test('a summary tells from where a run went on, and forgets resumptions that were undone', () => {
  const resume = (step: number, epoch: number) => ({ kind: 'resume' as const, step, epoch });
  const resumed = (...lines: Parameters<typeof historyOf>) => scoresOf(historyOf(...lines)).resumed;
  expect(resumed(epochLine(20, 1), resume(20, 1), epochLine(40, 2), resume(30, 1.5))).toEqual([1, 1.5]);
  expect(resumed(epochLine(20, 1), resume(20, 1), resume(10, 0.5)), 'from earlier on').toEqual([0.5]);
  expect(resumed(epochLine(20, 1), resume(0, 0)), 'begun anew').toBeUndefined();
});
