import { expect, test } from 'vitest';
import { Diary } from '../../../engine/jobs/diary.ts';
import type { EpochLine } from '../../../engine/runs/metrics/history.ts';
import { addLine, emptyHistory } from '../../../engine/runs/metrics/history.ts';

const score = (accuracy: number) => ({ accuracy, loss: 1 - accuracy });
const line = (epoch: number, validation: number, test: number): EpochLine => ({
  kind: 'epoch',
  step: epoch,
  epoch,
  learningRate: 0.1,
  train: score(0.5),
  validation: score(validation),
  test: score(test),
  seconds: 1,
});
const STATUS = {
  state: 'running',
  heartbeat: 0,
  epoch: 3,
  epochs: 3,
  progress: 1,
  seconds: 75,
  samplesPerSecond: 0,
} as const;

test('each epoch with its scores, the best so far marked, and at the end the epoch that counts', () => {
  const diary = new Diary();
  expect([line(1, 0.6, 0.61), line(2, 0.8, 0.79), line(3, 0.7, 0.69)].map((one) => diary.epoch(one, 3))).toEqual([
    'Epoch 1 of 3: train 50.00 %, loss 0.5; validation 60.00 %, loss 0.4 (best so far); test 61.00 %, loss 0.39.',
    'Epoch 2 of 3: train 50.00 %, loss 0.5; validation 80.00 %, loss 0.2 (best so far); test 79.00 %, loss 0.21.',
    'Epoch 3 of 3: train 50.00 %, loss 0.5; validation 70.00 %, loss 0.3; test 69.00 %, loss 0.31.',
  ]);
  expect(diary.end('finished', STATUS)).toBe(
    'Finished after 3 epochs and 1 min 15 s: test 79.00 %, loss 0.21 at epoch 2.',
  );
});

test('a resumed run remembers the best epoch of before, however many there were', () => {
  const before = emptyHistory();
  for (let epoch = 1; epoch <= 200_000; epoch++) addLine(before, line(epoch, 0.9, 0.9));
  expect(new Diary(before).epoch(line(200_001, 0.8, 0.8), 300_000)).not.toContain('best so far');
});

test('what a resumed run drops counts no more: neither as the best so far nor as the epoch that counts', () => {
  const diary = new Diary();
  for (const one of [line(1, 0.6, 0.6), line(2, 0.5, 0.5), line(3, 0.9, 0.9)]) diary.epoch(one, 9);
  expect(diary.counting()).toBe(3);
  diary.resumed({ kind: 'resume', step: 2, epoch: 2 });
  expect(diary.counting()).toBe(1);
  expect(diary.epoch(line(3, 0.7, 0.7), 9)).toContain('best so far');
  expect(diary.counting()).toBe(3);
});
