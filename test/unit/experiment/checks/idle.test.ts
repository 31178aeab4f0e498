/** Fields that change nothing are said to, with the field that switches them off; variants are compared by what they mean. */
import { expect, test } from 'vitest';
import { idleFields } from '../../../../engine/experiment/checks/idle.ts';
import { checkExperiment } from '../../../../engine/experiment/parse.ts';
import { settingsSchema } from '../../../../engine/experiment/schema.ts';
import { marked, messages } from '../marked.ts';

const FIELDS =
  'neuron: { threshold: 0.3, surrogate: { width: 0.25 } }\ntraining: { learningRate: 1e-4, batchSize: 1024 }';

interface Case {
  dataset?: string;
  network?: string;
  more?: string;
  variants?: string;
}

const file = ({
  dataset = '{ name: delayed-xor }',
  network = '{ hidden: [8] }',
  more = '',
  variants = 'a: {}',
}: Case) => `name: Idle\ndataset: ${dataset}\nnetwork: ${network}\n${more}\nvariants: { ${variants} }\n`;

const GESTURE = { dataset: '{ name: dvs128-gesture, ⟦dt⟧: 20 }', more: FIELDS };

const ONE_STEP = { dataset: '{ name: mnist, steps: 1 }' };

test.each<[string, Case, string, string]>([
  ['gestures cut by count', GESTURE, 'dataset.dt', 'dataset.frames'],
  ['one pulse has no gaps', { dataset: '{ name: delayed-xor, ⟦gap⟧: 7 }' }, 'dataset.gap', 'dataset.form'],
  [
    'pictures as spikes are not normalised',
    { dataset: '{ name: cifar10, coding: { kind: bernoulli }, ⟦normalise⟧: true }', more: FIELDS },
    'dataset.normalise',
    'dataset.coding.kind',
  ],
  ['no recurrence to scale', { more: 'neuron: { ⟦recurrentGain⟧: 3 }' }, 'neuron.recurrentGain', 'neuron.recurrent'],
  [
    'no reset to differentiate',
    { more: 'neuron: { reset: none, ⟦resetGradient⟧: false }' },
    'neuron.resetGradient',
    'neuron.reset',
  ],
  [
    'nor in one layer',
    { network: '{ hidden: [8, { size: 4, neuron: { ⟦recurrentGain⟧: 3 } }] }' },
    'network.hidden[1].neuron.recurrentGain',
    'neuron.recurrent',
  ],
  ['an LSTM at the top has no neurons', { more: 'model: lstm\n⟦neuron⟧: { leak: 0.5 }' }, 'neuron', 'model'],
  [
    'nor spikes with a price',
    { more: 'model: gru\ntraining: { ⟦spikePenalty⟧: { weight: 1 } }' },
    'training.spikePenalty',
    'model',
  ],
  [
    'training ends before the first change',
    { more: 'training: { epochs: 10, ⟦schedule⟧: { kind: step, every: 20, factor: 0.5 } }' },
    'training.schedule',
    'training.epochs',
  ],
  [
    'training ends before patience does',
    { more: 'training: { epochs: 10, evaluateEvery: 2, ⟦earlyStopping⟧: { patience: 5 } }' },
    'training.earlyStopping',
    'training.epochs',
  ],
  ['nothing outlives a step', { more: 'neuron: { leak: 0, ⟦reset⟧: soft }' }, 'neuron.reset', 'neuron.leak'],
  ['no leak is learned', { more: 'training: { ⟦leakLearningRate⟧: 0.1 }' }, 'training.leakLearningRate', 'neuron.leak'],
  [
    'nothing is left to scale by',
    { more: 'neuron: { leak: 0, ⟦scaleInput⟧: true }' },
    'neuron.scaleInput',
    'neuron.leak',
  ],
  [
    'a cosine that ends where it begins',
    { more: 'training: { learningRate: 0.01, ⟦schedule⟧: { kind: cosine, minimum: 0.01 } }' },
    'training.schedule',
    'training.schedule.minimum',
  ],
  [
    'steps that multiply by 1',
    { more: 'training: { ⟦schedule⟧: { kind: step, every: 5, factor: 1 } }' },
    'training.schedule',
    'training.schedule.factor',
  ],
  [
    'the last potential is in every window',
    { network: '{ hidden: [8], readout: { kind: last-membrane, ⟦window⟧: 5 } }' },
    'network.readout.window',
    'network.readout.kind',
  ],
  [
    'and that of an integrator',
    { network: '{ hidden: [8], readout: { kind: leaky-integrator, leak: 0.9, decode: last, ⟦window⟧: 5 } }' },
    'network.readout.window',
    'network.readout.decode',
  ],
  [
    'nothing is left of a state before the first step',
    { more: 'neuron: { leak: 0, ⟦initialState⟧: random }' },
    'neuron.initialState',
    'neuron.leak',
  ],
  [
    'nor of that of integrators',
    {
      network: '{ hidden: [8], readout: { kind: leaky-integrator, leak: 0, ⟦initialState⟧: random } }',
    },
    'network.readout.initialState',
    'network.readout.leak',
  ],
  [
    'a GRU has no spiking neurons',
    { network: '{ hidden: [{ size: 8, ⟦neuron⟧: { leak: 0.9 } }] }', more: 'model: gru' },
    'network.hidden[0].neuron',
    'model',
  ],
  [
    'every layer has its own reset',
    {
      network: '{ hidden: [{ size: 8, neuron: { reset: none } }], readout: { kind: leaky-integrator } }',
      more: 'neuron: { ⟦reset⟧: soft }',
    },
    'neuron.reset',
    'network.hidden[0].neuron.reset',
  ],
  ...['leak: 1', 'reset: none', 'resetGradient: false'].map((written): [string, Case, string, string] => [
    `a single step: ${written}`,
    {
      ...ONE_STEP,
      more: `neuron: { threshold: 0.3, surrogate: { width: 0.25 }, ⟦${written.split(':')[0]}⟧:${written.slice(written.indexOf(':') + 1)} }\ntraining: { learningRate: 1e-4 }`,
    },
    `neuron.${written.split(':')[0]}`,
    'dataset.steps',
  ]),
  [
    'a single step of integrators',
    { ...ONE_STEP, network: '{ hidden: [8], readout: { kind: leaky-integrator, ⟦leak⟧: 0.9 } }', more: FIELDS },
    'network.readout.leak',
    'dataset.steps',
  ],
  [
    'in a variant',
    { variants: 'a: {}, b: { dataset: { form: single, steps: 90, ⟦gap⟧: 9 } }' },
    'dataset.gap',
    'dataset.form',
  ],
])('%s: a warning on the line of the field', (_title, parts, field, by) => {
  const { text, place } = marked(file(parts));
  const { diagnostics } = checkExperiment(text, 'idle.lif.yaml');
  expect(diagnostics).toHaveLength(1);
  expect(diagnostics[0]).toMatchObject({ ...place, severity: 'warning' });
  expect(diagnostics[0]!.message).toContain(`\`${field}\` changes nothing here, since \`${by}\` is `);
});

test.each<[string, Case]>([
  [
    'a variant uses it',
    { more: 'neuron: { recurrentGain: 3 }', variants: 'a: {}, b: { neuron: { recurrent: true } }' },
  ],
  [
    'a layer uses it',
    { network: '{ hidden: [{ size: 8, neuron: { recurrent: true } }] }', more: 'neuron: { recurrentGain: 3 }' },
  ],
  ['one of several models uses it', { more: 'neuron: { leak: 0.5 }', variants: 'a: {}, b: { model: lstm }' }],
  [
    'a single step begins with a state',
    {
      dataset: '{ name: mnist, steps: 1, coding: { kind: bernoulli } }',
      more: `neuron: { threshold: 0.3, surrogate: { width: 0.25 }, leak: 0.5, reset: soft, initialState: random }\ntraining: { learningRate: 1e-4 }`,
    },
  ],
  [
    'a single step is scaled by it',
    {
      ...ONE_STEP,
      more: `neuron: { threshold: 0.3, surrogate: { width: 0.25 }, leak: 0.5, scaleInput: true }\ntraining: { learningRate: 1e-4 }`,
    },
  ],
  [
    'integrators of a single step inherit and scale by it',
    {
      ...ONE_STEP,
      network: '{ hidden: [8], readout: { kind: leaky-integrator, scaleInput: true } }',
      more: `neuron: { threshold: 0.3, surrogate: { width: 0.25 }, leak: 0.5 }\ntraining: { learningRate: 1e-4 }`,
    },
  ],
  [
    'two steps of a convolution reset',
    {
      dataset: '{ name: mnist, steps: 2 }',
      network: '{ conv: [{ filters: 2 }], hidden: [8] }',
      more: `backend: tfjs\nneuron: { threshold: 0.3, surrogate: { width: 0.25 }, leak: 0.5, reset: soft }\ntraining: { learningRate: 1e-4 }`,
    },
  ],
  [
    'the spikes before the first step are heard',
    { more: 'neuron: { leak: 0, initialState: random, recurrent: true }' },
  ],
  ['or taken off', { more: 'neuron: { leak: 0, initialState: random, reset: soft-undecayed }' }],
  ['a window is a mean', { network: '{ hidden: [8], readout: { kind: leaky-integrator, leak: 0.9, window: 5 } }' }],
  ['nobody has written it', { variants: 'a: {}, b: { neuron: { reset: none } }' }],
])('nothing is said of a field when %s', (_title, parts) => {
  expect(messages(file(parts))).toEqual([]);
});

test('variants that differ in such fields alone are called equal', () => {
  const gestures = file({
    dataset: '{ name: dvs128-gesture, dt: 20 }',
    more: FIELDS,
    variants: '20 ms: {}, 200 ms: { dataset: { dt: 200 } }',
  });
  expect(messages(gestures).at(-2)).toBe(
    'The variant `200 ms` means the same as `20 ms`, since what differs changes nothing, so its runs will be the same.',
  );
  const lstm = file({ variants: 'a: { model: lstm }, b: { model: lstm, neuron: { leak: 1 } }' });
  expect(messages(lstm)[0]).toMatch(/^The variant `b` means the same as `a`/);
  const gains = 'neuron: { reset: none }';
  const variants = 'a: {}, b: { neuron: { recurrentGain: 3 } }, c: { neuron: { resetGradient: false } }';
  expect(messages(file({ more: gains, variants })).filter((text) => /means the same as `a`/.test(text))).toHaveLength(
    2,
  );
  const oneStep = file({
    ...ONE_STEP,
    more: FIELDS,
    variants:
      'a: {}, b: { neuron: { leak: 1 } }, c: { neuron: { reset: none } }, d: { neuron: { recurrent: true } }, e: { neuron: { leak: { learnable: true } } }',
  });
  const told = messages(oneStep);
  expect(told.filter((text) => /means the same as `a`/.test(text))).toHaveLength(2);
  // These draw other initial weights.
  expect(told.filter((text) => /`neuron.(recurrent|leak)` acts from one step to the next/.test(text))).toHaveLength(2);
  const layers = file({ variants: 'a: {}, b: { network: { hidden: [{ size: 8, neuron: { reset: hard } }] } }' });
  expect(messages(layers), 'a layer that says what the file says').toEqual([
    expect.stringMatching(/^The variant `b` means the same as `a`/),
  ]);
});

test('a variant that differs in a field that is used is not called equal', () => {
  const cut = '{ name: dvs128-gesture, frames: fixed, dt: 20 }';
  expect(messages(file({ dataset: cut, more: FIELDS, variants: 'a: {}, b: { dataset: { dt: 200 } }' }))).toEqual([]);
});

test('a reset after the decay acts without a leak, and one learned leak is enough for its learning rate', () => {
  const diagnosed = (parts: Case) => checkExperiment(file(parts), 'idle.lif.yaml').diagnostics;
  expect(diagnosed({ more: 'neuron: { leak: 0, reset: soft-undecayed, resetGradient: false }' })).toEqual([]);
  const training = 'training: { leakLearningRate: 0.1 }';
  const learned = '{ learnable: true }';
  for (const network of [
    `{ hidden: [8], readout: { kind: leaky-integrator, leak: ${learned} } }`,
    `{ hidden: [8, { size: 4, neuron: { leak: ${learned} } }] }`,
    `{ hidden: [8], readout: { kind: spike-rate, neuron: { leak: ${learned} } } }`,
  ])
    expect(diagnosed({ network, more: training })).toEqual([]);
});

test('neurons of convolutions use the fields of neurons, also where no other layer spikes', () => {
  const fields = (neuron: object, own?: object, place: 'conv' | 'resnet' = 'conv'): string[] =>
    idleFields(
      settingsSchema.parse({
        dataset: { name: 'mnist' },
        network: {
          ...(place === 'conv' ? { conv: [{ filters: 2, ...(own && { neuron: own }) }] } : { resnet: { neuron: own } }),
          hidden: [],
          readout: { kind: 'leaky-integrator', leak: 0.5 },
        },
        neuron,
        training: { leakLearningRate: 0.1 },
      }),
    ).map(({ field }) => field.join('.'));
  expect(fields({ reset: 'soft', leak: { learnable: true } })).toEqual(['neuron.recurrentGain']);
  expect(fields({ leak: 0 })).toEqual(expect.arrayContaining(['neuron.reset', 'training.leakLearningRate']));
  expect(fields({ leak: 0 }, { leak: { learnable: true } })).toEqual(['neuron.recurrentGain', 'neuron.leak']);
  expect(fields({}, { reset: 'none', resetGradient: false })).toContain('network.conv.0.neuron.resetGradient');
  expect(fields({ leak: 0 }, { leak: { learnable: true } }, 'resnet')).toEqual(['neuron.recurrentGain', 'neuron.leak']);
  expect(fields({}, { reset: 'none', resetGradient: false }, 'resnet')).toContain(
    'network.resnet.neuron.resetGradient',
  );
});

test('a cosine that rises is told on its line', () => {
  const { text, place } = marked(
    file({ more: 'training: { learningRate: 0.001, schedule: { kind: cosine, minimum: ⟦0.1⟧ } }' }),
  );
  const { diagnostics } = checkExperiment(text, 'idle.lif.yaml');
  expect(diagnostics).toEqual([
    expect.objectContaining({
      ...place,
      severity: 'warning',
      message: expect.stringContaining('rises over the epochs'),
    }),
  ]);
});

test('where steps are as long as recordings their length is to blame', () => {
  const text = file({ dataset: '{ name: nmnist, dt: 315 }', more: `${FIELDS.replace('{', '{ leak: 1,')}` });
  expect(messages(text)).toContainEqual(
    expect.stringMatching(/^`neuron.leak` changes nothing here, since `dataset.dt` is 315;/),
  );
});

test('a leak that is 1 in the numbers that are trained with is told on its line', () => {
  const { text, place } = marked(file({ more: 'neuron: { leak: ⟦0.99999999999⟧ }' }));
  const { diagnostics } = checkExperiment(text, 'idle.lif.yaml');
  expect(diagnostics).toEqual([
    expect.objectContaining({
      ...place,
      severity: 'warning',
      message: expect.stringContaining('which is 1 in the 32-bit numbers'),
    }),
  ]);
  expect(messages(file({ more: 'neuron: { leak: 0.9999999 }' }))).toEqual([]);
  expect(messages(file({ more: 'backend: reference\nneuron: { leak: 0.99999999999 }' }))).toEqual([]);
});
