import { expect, test } from 'vitest';
import { trainingSchema } from '../../../engine/experiment/sections/training.ts';
import { learningRateAt, optimizerStep } from '../../../engine/training/schedule.ts';

const rates = (settings: object, epochs: number, updates = 1): number[] => {
  const training = trainingSchema.parse({ epochs, learningRate: 0.8, ...settings });
  return Array.from({ length: epochs * updates }, (_, i) =>
    learningRateAt(training, Math.floor(i / updates), i % updates, updates),
  );
};

test('StepLR halves every two epochs', () => {
  expect(rates({ schedule: { kind: 'step', every: 2, factor: 0.5 } }, 5)).toEqual([0.8, 0.8, 0.4, 0.4, 0.2]);
});

test('half a cosine from the learning rate to the end', () => {
  const seen = rates({ schedule: { kind: 'cosine', minimum: 0.2 } }, 4);
  const expected = [0, 0.25, 0.5, 0.75].map((x) => 0.2 + 0.3 * (1 + Math.cos(Math.PI * x)));
  seen.forEach((rate, i) => {
    expect(rate).toBeCloseTo(expected[i]!, 12);
  });
});

test('warm-up rises update by update, then the schedule goes on', () => {
  const seen = rates({ warmup: 2, schedule: { kind: 'step', every: 3, factor: 0.5 } }, 4, 2);
  [0.2, 0.4, 0.6, 0.8, 0.8, 0.8, 0.4, 0.4].forEach((rate, i) => {
    expect(seen[i]).toBeCloseTo(rate, 12);
  });
});

test('leaks have the share of every learning rate that they have of the first', () => {
  const stepOf = (settings: object) =>
    optimizerStep(trainingSchema.parse({ learningRate: 0.1, ...settings }), { step: 0, epoch: 0, update: 0 }, 2, 4);
  expect(stepOf({}).leakFactor).toBeUndefined();
  expect(stepOf({ leakLearningRate: 0.2 }).leakFactor).toBe(2);
  expect(stepOf({ leakLearningRate: 0.2 }).learningRates).toEqual([0.1, 0.1]);
});
