import { expect, test } from 'vitest';
import { trainingSchema } from '../../../engine/experiment/sections/training.ts';
import { obstacleToEpochs } from '../../../engine/runs/comparison/further.ts';

const training = (change: object) => ({ training: trainingSchema.parse({ epochs: 40, ...change }) });

test.each([
  ['a constant learning rate', {}],
  ['steps of the learning rate', { schedule: { kind: 'step', every: 20, factor: 0.5 }, warmup: 5 }],
  ['evaluations that divide the epochs', { evaluateEvery: 4 }],
])('more epochs are possible with %s', (_, change) => {
  expect(obstacleToEpochs(training(change), 40, 80)).toBeUndefined();
});

test.each([
  ['a cosine over all epochs', { schedule: { kind: 'cosine' } }, 40, /falls with a cosine over 40 epochs/],
  ['a last evaluation out of turn', { evaluateEvery: 3 }, 40, /evaluated out of turn \(training\.evaluateEvery is 3\)/],
  ['not more epochs than before', { epochs: 80 }, 40, /it has 80 epochs already/],
])('more epochs are refused after %s, and the sentence says why', (_, change, done, sentence) => {
  expect(obstacleToEpochs(training(change), done, 80)).toMatch(sentence);
});
