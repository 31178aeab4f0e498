/** What is known of every data set without its files, and what is checked by it. */
import { expect, test } from 'vitest';
import { inputsOf, shapeOf } from '../../../engine/datasets/describe.ts';
import { CATALOGUE } from '../../../engine/datasets/library/catalogue.ts';
import { prepareDataset } from '../../../engine/datasets/prepare.ts';
import { messages } from '../experiment/marked.ts';
import { specOf } from './helpers.ts';

/** All but the user's own data, of which nothing is published. */
const NAMES = CATALOGUE.map(({ name }) => name);

const file = (dataset: string, training = '') =>
  `name: Test
dataset: ${dataset}
network: { hidden: [16] }
neuron: { threshold: 0.3, surrogate: { width: 0.25 } }
training: { learningRate: 1e-4, batchSize: 1024${training} }
variants:
  a: {}
`;

test.each(NAMES)('the shape of %s is known from its name alone', (name) => {
  const shape = shapeOf(specOf({ name }));
  expect(shape.inputs, 'inputs are the pixels or channels').toBe(inputsOf(shape.input));
  expect(shape.inputs).toBeGreaterThan(0);
  expect(shape.classes).toBeGreaterThanOrEqual(2);
  expect(shape.steps).toBeGreaterThan(0);
  expect(shape.sizes.test, 'every data set knows how many test samples it has').toBeGreaterThan(0);
});

test('the shape of your own data is what the file says', () => {
  const spec = specOf({
    name: 'events',
    path: 'x.npz',
    input: { planes: 2, height: 3, width: 4 },
    classes: 5,
    steps: 6,
  });
  expect(shapeOf(spec)).toMatchObject({ inputs: 24, classes: 5, steps: 6, encoding: 'events', sizes: {} });
  const own = '{ name: events, path: x.npz, input: { channels: 4 }, classes: 2, steps: 6';
  expect(messages(file(`${own} }`))).toEqual([]);
  expect(messages(file(`${own}, dt: 1, timeUnit: step }`))).toEqual([
    expect.stringMatching(/^`dataset.dt` has no meaning/),
  ]);
  expect(messages(file(`${own}, split: { by: share, test: 0.5, validation: 0.5 } }`))[0]).toMatch(
    /leaves nothing to train with/,
  );
  expect(messages(file(`${own} }`.replace('channels: 4', 'planes: 2, height: 200, width: 200')))[0]).toMatch(
    /80,000 channels/,
  );
});

test.each(NAMES)('the origin of %s is written down', (name) => {
  const { title, licence, citation, files, generated, manual, uses } = CATALOGUE.find((entry) => entry.name === name)!;
  for (const text of [title, licence, citation]) expect(text).not.toBe('');
  expect(files.length > 0 || generated || manual || uses, 'there is a way to have it').toBeTruthy();
});

test.each([
  ['delayed-xor', { form: 'multi-timescale', steps: 60, trainSamples: 7, validationSamples: 3, testSamples: 2 }],
  ['randman', { steps: 12, channels: 5, classes: 3, trainSamples: 6, validationSamples: 2, testSamples: 4 }],
])('a generated %s has the shape and the sizes that were promised', async (name, fields) => {
  const spec = specOf({ name, ...fields });
  const data = await prepareDataset(spec, { file: '/study.lif.yaml', seed: 1 });
  expect(data).toMatchObject({ inputs: shapeOf(spec).inputs, sizes: shapeOf(spec).sizes });
});

test('fields that choose samples change the sizes; what only the files tell is left out', () => {
  const sizes = (spec: Record<string, unknown>) => shapeOf(specOf(spec)).sizes;
  expect(sizes({ name: 'mnist' })).toEqual({ train: 60_000, validation: 0, test: 10_000 });
  expect(sizes({ name: 'mnist', trainSamples: 59_900, validationSamples: 200 })).toEqual({
    train: 59_800,
    validation: 200,
    test: 10_000,
  });
  expect(sizes({ name: 'ssc', validation: false })).toEqual({ train: 75_466, validation: 0, test: 20_382 });
  expect(sizes({ name: 'shd', validationSpeakers: [3] }), 'nobody knows how much speaker 3 says').toEqual({
    test: 2_264,
  });
});

test('weights for the ten classes of MNIST are right, and others are told the number of its classes', () => {
  const withWeights = (weights: string) => messages(file('{ name: mnist }', `, classWeights: ${weights}`));
  expect(withWeights('[1, 1, 1, 1, 1, 1, 1, 1, 1, 2]')).toEqual([]);
  expect(withWeights('[1, 2]')).toEqual(['`training.classWeights` has 2 entries, but the data set has 10 classes.']);
});

test('a window longer than a recording read in full is refused before the files are opened', () => {
  const window = (steps: number) =>
    messages(file('{ name: nmnist, dt: 3 }').replace('[16]', `[16], readout: { kind: spike-rate, window: ${steps} }`));
  expect(window(105), '315 ms at 3 ms each').toEqual([]);
  expect(window(106)).toEqual(['`network.readout.window` is 106 steps, but a sample has only 105.']);
});

test('the limit of weights counts the inputs of the data set', () => {
  const hidden = (side: number) => messages(file(`{ name: dvs128-gesture, side: ${side} }`).replace('[16]', '[10000]'));
  expect(hidden(32)).toEqual([]);
  expect(hidden(128)[0]).toMatch(/^`network.hidden` makes 327,\d{3},\d{3} weights/);
});
