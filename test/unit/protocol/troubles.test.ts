import { expect, test } from 'vitest';
import { troublesOf } from '../../../protocol/troubles.ts';

const score = (loss: number, accuracy: number) => ({ loss, accuracy });

test('a layer that never or hardly ever fires is named, with what to change', () => {
  const never = troublesOf({ epoch: 1, test: score(1.2, 0.5), spikeRates: [0.1, 0, 0] });
  expect(never).toEqual([
    expect.stringMatching(
      /^layer 2 of 3 that spike never fires \(spike rate 0 at epoch 1\), .*lower its neuron\.threshold/,
    ),
  ]);
  expect(troublesOf({ epoch: 4, spikeRates: [2e-4] })[0]).toMatch(
    /^layer 1 hardly ever fires \(spike rate 2e-4 at epoch 4\)/,
  );
});

test('a layer that fires in almost every step is named', () => {
  const [said] = troublesOf({ epoch: 2, spikeRates: [0.99, 0.3] });
  expect(said).toMatch(/^layer 1 of 2 that spike fires in 99 % of all steps at epoch 2, .*raise its neuron\.threshold/);
});

test.each([
  [2.3041, 0.1, 10],
  [2.3008, 0.112, 10],
  [0.6933, 0.51, 2],
])('a loss of %s with an accuracy of %s is called that of guessing among %s classes', (loss, accuracy, classes) => {
  expect(troublesOf({ epoch: 3, test: score(loss, accuracy) })).toEqual([
    `the loss of ${loss.toFixed(3)} at epoch 3 is that of guessing among ${classes} classes (ln ${classes}): nothing has been learned so far.`,
  ]);
});

test.each([
  ['a loss beside ln 10', { epoch: 1, test: score(2.25, 0.15) }],
  ['that loss with a good accuracy', { epoch: 1, test: score(0.6933, 0.8) }],
  ['the rates of a network that works', { epoch: 1, test: score(0.3, 0.9), spikeRates: [0.02, 0.6] }],
  ['nothing measured', undefined],
])('%s is no trouble', (_what, scores) => expect(troublesOf(scores)).toEqual([]));
