/** Settings that are allowed and probably not meant, and numbers that 32 bits cannot hold. */
import { expect, test } from 'vitest';
import { checkExperiment } from '../../../../engine/experiment/parse.ts';
import { marked, messages } from '../marked.ts';

const SPATIAL =
  'neuron: { threshold: 0.3, surrogate: { width: 0.25 } }\ntraining: { learningRate: 1e-4, batchSize: 1024 }\n';

const file = (dataset: string, more = '', variants = 'a: {}', network = '{ hidden: [8] }') =>
  `name: Hints\ndataset: ${dataset}\nnetwork: ${network}\n${more}\nvariants: { ${variants} }\n`;

function diagnosed(text: string) {
  const { text: bare, place } = marked(text);
  const { diagnostics } = checkExperiment(bare, 'hints.lif.yaml');
  expect(diagnostics.map(({ message }) => message)).toHaveLength(1);
  expect(diagnostics[0]!.range).toEqual(place.range);
  return diagnostics[0]!;
}

test.each([
  ['training: { optimizer: { kind: adam, epsilon: ⟦1e-46⟧ } }', '`training.optimizer.epsilon` is 1e-46, which is 0 in'],
  [
    'training: { optimizer: { kind: adam, beta2: ⟦0.99999999999⟧ } }',
    '`training.optimizer.beta2` is 0.99999999999, which is 1 in',
  ],
  ['neuron: { surrogate: { height: ⟦1e39⟧ } }', '`neuron.surrogate.height` is 1e+39, which is infinite in'],
  ['neuron: { threshold: ⟦1e-50⟧ }', '`neuron.threshold` is 1e-50, which is 0 in'],
  ['training: { clipNorm: ⟦1e300⟧ }', '`training.clipNorm` is 1e+300, which is infinite in'],
  ['neuron: { surrogate: { width: ⟦1e-39⟧ } }', '`neuron.surrogate.width` is so small that the height'],
])('%s is refused for what it becomes in 32 bits', (line, message) => {
  const { severity, message: said } = diagnosed(file('{ name: delayed-xor }', line));
  expect(severity).toBe('error');
  expect(said.startsWith(message), said).toBe(true);
});

test('the same in one layer and in a variant; numbers that rounding leaves within their limits pass', () => {
  const layer = file('{ name: delayed-xor }', '', 'a: {}', '{ hidden: [{ size: 8, neuron: { threshold: ⟦1e-46⟧ } }] }');
  expect(diagnosed(layer).message).toMatch(/^`network.hidden\[0\].neuron.threshold` is 1e-46, which is 0/);
  const variant = file('{ name: delayed-xor }', '', 'a: {}, b: { training: { learningRate: ⟦1e60⟧ } }');
  expect(diagnosed(variant).message).toMatch(/^`training.learningRate` is 1e\+60, which is infinite/);
  expect(messages(file('{ name: delayed-xor }', 'training: { optimizer: { kind: adam, epsilon: 1e-37 } }'))).toEqual(
    [],
  );
});

test('a variant that changes the leak of the readout along with that of the neurons is told so', () => {
  const integrator = (leak: string) => `{ hidden: [8], readout: { kind: leaky-integrator${leak} } }`;
  const changed = file('{ name: delayed-xor }', '', 'a: {}, b: { neuron: { leak: ⟦1⟧ } }', integrator(''));
  const { severity, message } = diagnosed(changed);
  expect(severity).toBe('warning');
  expect(message).toMatch(/changes the leak of the readout along with that of the neurons; .*readout: \{ leak:/);
  const own = file('{ name: delayed-xor }', '', 'a: {}, b: { neuron: { leak: 1 } }', integrator(', leak: 0.9'));
  expect(messages(own), 'the readout has a leak of its own').toEqual([]);
});

test('pictures with the defaults for temporal data are told what Table 5 has', () => {
  const { severity, message } = diagnosed(file('{ name: ⟦mnist⟧ }'));
  expect(severity).toBe('warning');
  for (const value of ['neuron.threshold: 0.3', 'neuron.surrogate.width: 0.25', 'training.learningRate: 0.0001'])
    expect(message).toContain(`\`${value}\``);
  expect(messages(file('{ name: mnist }', SPATIAL)), 'all of them are written').toEqual([]);
  expect(messages(file('{ name: shd }')), 'temporal data').toEqual([]);
});

test.each([
  [
    '{ name: nmnist, dt: ⟦1000⟧ }',
    SPATIAL,
    /^`dataset.dt` is 1000 ms, .* longer than 315 ms: did you mean 1000 µs, which is 1\?$/,
  ],
  ['{ name: shd, dt: ⟦2000⟧, steps: 10 }', '', /^`dataset.dt` is 2000 ms/],
  [
    '{ name: nmnist, dt: ⟦0.003⟧ }',
    SPATIAL,
    /^`dataset.dt` is 0.003 ms, so that a recording of 315 ms has more than 65535 steps/,
  ],
  [
    '{ name: mnist, trainSamples: ⟦100000⟧ }',
    SPATIAL,
    /^`dataset.trainSamples` is 100,000, but mnist has 60,000 training/,
  ],
  [
    '{ name: mnist, validationSamples: ⟦60000⟧ }',
    SPATIAL,
    /^`dataset.validationSamples` is 60,000, .*; hold out fewer\.$/,
  ],
  [
    '{ name: mnist, trainSamples: ⟦59900⟧, validationSamples: 200 }',
    SPATIAL,
    /^`dataset.trainSamples` is 59,900, .* of which 200 are held out/,
  ],
  [
    '{ name: cifar10, testSamples: ⟦10001⟧ }',
    SPATIAL,
    /^`dataset.testSamples` is 10,001, but cifar10 has 10,000 test samples/,
  ],
  [
    '{ name: mnist, trainSamples: ⟦40⟧ }',
    SPATIAL,
    /^There are 40 training samples, fewer than `training.batchSize` \(1024\)/,
  ],
])('%s', (dataset, more, message) => expect(diagnosed(file(dataset, more)).message).toMatch(message));

test('a warm-up that training does not outlast is said', () => {
  const { message } = diagnosed(file('{ name: delayed-xor }', 'training: { epochs: 10, warmup: ⟦50⟧ }'));
  expect(message).toMatch(/^`training.warmup` is 50 epochs, but training ends after 10/);
});

test.each(['2024', 'true', '1.0', '1e3', '007', '0x1F', '0.30', '.5'])(
  'a name that YAML takes for something else gets its quotes, as it is written: %s',
  (name) => {
    const { message } = diagnosed(file('{ name: delayed-xor }').replace('name: Hints', `name: ⟦${name}⟧`));
    expect(message.endsWith(`; put it in quotes: "${name}".`), message).toBe(true);
  },
);
