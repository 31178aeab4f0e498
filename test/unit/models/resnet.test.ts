/** Residual networks as experiment files ask for them: the paper's ResNet-18_LIF, how its blocks are wired, what cannot be. */
import { describe, expect, test } from 'vitest';
import { shapeOf } from '../../../engine/datasets/describe.ts';
import { refusesNir } from '../../../engine/exchange/nir/from-plan.ts';
import { scriptOf } from '../../../engine/exchange/pytorch/script.ts';
import { settingsSchema } from '../../../engine/experiment/schema.ts';
import { layerFields } from '../../../engine/models/build/conv.ts';
import { planNetwork } from '../../../engine/models/build/network.ts';
import { countOf, lengthOf } from '../../../engine/models/parameters.ts';
import type { NetworkPlan } from '../../../engine/models/plan.ts';

function planned(network: object, settings: object = {}, dataset: object = { name: 'cifar10', steps: 4 }) {
  const readout = { kind: 'leaky-integrator', decode: 'mean', leak: 0 };
  const all = { dataset, network: { hidden: [], readout, ...network }, backend: 'tfjs', ...settings };
  const full = settingsSchema.parse(all);
  return { full, plan: planNetwork(full, shapeOf(full.dataset)) };
}

const spiking = ({ layers }: NetworkPlan) => layers.filter(({ neuron }) => neuron.kind === 'lif');

test('ResNet-18 has 17 layers of spiking neurons, one for each convolution of 3 × 3, and the parameters known of it', () => {
  const { full, plan } = planned({ resnet: {} });
  const convolutions = plan.layers.filter(({ connection }) => connection.kind === 'conv' && connection.kernel[0] === 3);
  expect(convolutions).toHaveLength(17);
  expect(spiking(plan)).toHaveLength(17);
  expect(plan.layers.filter(({ connection }) => connection.kind === 'conv')).toHaveLength(20);
  // What every ResNet-18 for pictures of 32 × 32 with ten classes has.
  expect(countOf(plan)).toBe(11_173_962);
  expect(spiking(plan).map(({ output }) => output.join('×'))).toEqual([
    ...new Array<string>(5).fill('64×32×32'),
    ...new Array<string>(4).fill('128×16×16'),
    ...new Array<string>(4).fill('256×8×8'),
    ...new Array<string>(4).fill('512×4×4'),
  ]);
  expect(lengthOf(plan.layers.at(-2)!.output)).toBe(512);
  expect(layerFields(full.network)).toHaveLength(plan.layers.length - 1);
});

test('exports that do not have its connections refuse it by the name of a layer', () => {
  const { plan } = planned({ resnet: { width: 4, blocks: [1] } });
  expect(refusesNir(plan)).toBe('layer 2 is a normalisation');
  expect(() => scriptOf(plan, { about: [], weights: 'w', data: 'd' })).toThrow(
    'Layer 7 receives layer 6 and layer 2, and the script has one layer after another alone.',
  );
});

test('blocks: the sum receives the branch and what came in, or a normalised 1 × 1 convolution of it', () => {
  const { plan } = planned({ resnet: { width: 4, blocks: [1, 1] } }, { neuron: { threshold: 0.5 } });
  const wired = plan.layers.map(({ name, input, connection, neuron }) => [
    name.replace('layers.', ''),
    input.map((from) => from.replace('layers.', '')).join('+'),
    connection.kind === 'norm' ? `norm ${connection.gain.toFixed(4)}` : connection.kind,
    neuron.kind,
  ]);
  expect(wired.map((row) => row.join(' '))).toEqual([
    '0 input conv linear',
    '1 0 norm 0.5000 lif',
    '2 1 conv linear',
    '3 2 norm 0.5000 lif',
    '4 3 conv linear',
    '5 4 norm 0.3536 linear',
    '6 5+1 residual lif',
    '7 6 conv linear',
    '8 7 norm 0.5000 lif',
    '9 8 conv linear',
    '10 9 norm 0.3536 linear',
    '11 6 conv linear',
    '12 11 norm 0.3536 linear',
    '13 10+12 residual lif',
    '14 13 pool linear',
    '15 14 dense integrator',
  ]);
  const batch = planned({ resnet: { width: 4, blocks: [1], norm: { kind: 'batch' } } }).plan;
  for (const { connection } of batch.layers) if (connection.kind === 'norm') expect(connection.gain).toBe(1);
});

test('leak and reset of its neurons are fields of resnet.neuron, or of neuron', () => {
  const resnet = { width: 2, blocks: [1], neuron: { leak: 0.9 } };
  const { plan } = planned({ resnet }, { neuron: { reset: 'none', leak: 0.1 } });
  for (const { neuron } of spiking(plan)) expect(neuron).toMatchObject({ reset: 'none', leak: 0.9 });
});

test('a convolution with a normalisation has no bias, and its neurons behind it', () => {
  const { full, plan } = planned({ conv: [{ filters: 4, norm: { kind: 'batch' }, pool: {} }, { filters: 2 }] });
  expect(plan.layers.map(({ connection, neuron }) => `${connection.kind} ${neuron.kind}`)).toEqual([
    'conv linear',
    'norm lif',
    'pool linear',
    'conv lif',
    'dense integrator',
  ]);
  expect(plan.layers.map(({ connection }) => 'bias' in connection && connection.bias)).toEqual([
    false,
    false,
    false,
    true,
    true,
  ]);
  expect(layerFields(full.network).map((path) => path.join('.'))).toEqual([
    'network.conv.0',
    'network.conv.0',
    'network.conv.0.pool',
    'network.conv.1',
  ]);
});

describe('refused', () => {
  test.each([
    [
      'recurrence, with the reason of the paper',
      { resnet: {} },
      { neuron: { recurrent: true } },
      undefined,
      /^neuron\.recurrent cannot be true for network\.resnet\.neuron: recurrent connections are inconvenient to add onto/,
    ],
    [
      'recurrence of its own',
      { resnet: { neuron: { recurrent: true } } },
      {},
      undefined,
      /^network\.resnet\.neuron\.recurrent cannot be true: recurrent connections/,
    ],
    ['data without places', { resnet: {} }, {}, { name: 'shd' }, /^network\.resnet needs inputs with places/],
    [
      'convolutions beside it',
      { resnet: {}, conv: [{ filters: 2 }] },
      {},
      undefined,
      /^network\.conv cannot stand beside/,
    ],
    ['an LSTM', { resnet: {}, hidden: [5] }, { model: 'lstm' }, undefined, /^network\.resnet is for spiking neurons/],
  ])('%s', (_what, network, settings, dataset, sentence) => {
    expect(() => planned(network, settings, dataset)).toThrow(sentence);
  });
});
