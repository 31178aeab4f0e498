/** Networks with convolutions as experiment files ask for them: shapes, parameters, wiring, and what cannot be. */
import { describe, expect, test } from 'vitest';
import { shapeOf } from '../../../engine/datasets/describe.ts';
import { settingsSchema } from '../../../engine/experiment/schema.ts';
import { layerFields } from '../../../engine/models/build/conv.ts';
import { planNetwork } from '../../../engine/models/build/network.ts';
import { parametersOf } from '../../../engine/models/parameters.ts';
import type { Conv } from '../../../engine/models/plan.ts';
import { eachTap, tapsOf } from '../../../engine/models/taps.ts';

const MNIST = { name: 'mnist', steps: 4 };

function plan(network: object, settings: object = {}, dataset: object = MNIST) {
  const full = settingsSchema.parse({ dataset, network: { hidden: [], ...network }, backend: 'tfjs', ...settings });
  return { full, plan: planNetwork(full, shapeOf(full.dataset)) };
}

test('LeNet of MNIST: planes, places and parameters of each layer', () => {
  const conv = [
    { filters: 6, kernel: 5, pool: {} },
    { filters: 16, kernel: 5, padding: 0, pool: { operation: 'max' } },
  ];
  const { full, plan: lenet } = plan({ conv, hidden: [120, 84] });
  expect(lenet.layers.map(({ name, connection, output }) => [name, connection.kind, [...output]])).toEqual([
    ['layers.0', 'conv', [6, 28, 28]],
    ['layers.1', 'pool', [6, 14, 14]],
    ['layers.2', 'conv', [16, 10, 10]],
    ['layers.3', 'pool', [16, 5, 5]],
    ['layers.4', 'dense', [120]],
    ['layers.5', 'dense', [84]],
    ['layers.6', 'dense', [10]],
  ]);
  const weights = parametersOf(lenet).filter(({ part }) => part === 'weight');
  expect(weights.map(({ shape }) => shape)).toEqual([[6, 1, 5, 5], [16, 6, 5, 5], [400, 120], [120, 84], [84, 10]]); // biome-ignore format: one line
  expect(weights[1]!.initial.high).toBeCloseTo(1 / Math.sqrt(6 * 25), 12);
  expect(layerFields(full.network).map((path) => path.join('.'))).toEqual([
    'network.conv.0',
    'network.conv.0.pool',
    'network.conv.1',
    'network.conv.1.pool',
    'network.hidden.0',
    'network.hidden.1',
  ]);
});

test('a layer has its own neuron where it says so', () => {
  const { plan: own } = plan({ conv: [{ filters: 2, neuron: { reset: 'soft', leak: 0.9 } }, { filters: 3 }] });
  expect(own.layers.map(({ neuron }) => ('reset' in neuron ? [neuron.reset, neuron.leak] : neuron.kind))).toEqual([
    ['soft', 0.9],
    ['hard', expect.anything()],
    ['hard', expect.anything()],
  ]);
});

describe('refused', () => {
  test.each([
    [
      'recurrence',
      { conv: [{ filters: 2 }] },
      { neuron: { recurrent: true } },
      MNIST,
      /^neuron\.recurrent cannot be true for network\.conv\[0\]\.neuron: /,
    ],
    [
      'data without places',
      { conv: [{ filters: 2 }] },
      {},
      { name: 'shd' },
      /network\.conv needs inputs with places, but those of shd are 700/,
    ],
    [
      'a filter that is too large',
      { conv: [{ filters: 2, kernel: 31, padding: 0 }] },
      {},
      MNIST,
      /conv\[0\]\.kernel is 31, but the layer below has 28 × 28/,
    ],
    [
      'a window that is too large',
      { conv: [{ filters: 2, stride: 9, pool: { window: 5 } }] },
      {},
      MNIST,
      /conv\[0\]\.pool\.window is 5, but the layer below has 4 × 4/,
    ],
    [
      'an LSTM',
      { conv: [{ filters: 2 }], hidden: [5] },
      { model: 'lstm' },
      MNIST,
      /network\.conv is for spiking neurons, but the model is lstm/,
    ],
    ['no layer at all', {}, {}, MNIST, /network\.hidden must have at least one layer/],
  ])('%s', (_what, network, settings, dataset, sentence) => {
    expect(() => plan(network, settings, dataset)).toThrow(sentence);
  });
});

test.each([
  [1, 0, 3],
  [2, 1, 3],
  [3, 2, 4],
  [1, 3, 2],
])('taps with stride %i, margin %i and kernel %i are counted as they are visited', (stride, padding, kernel) => {
  const shape = { kernel: [kernel, 2], stride: [stride, 1], padding: [padding, 1] } as const;
  const conv: Conv = { kind: 'conv', input: [2, 7, 5], filters: 3, ...shape, bias: false, weightGain: 1 };
  const rows = Math.floor((7 + 2 * padding - kernel) / stride) + 1;
  const output = [3, rows, 6] as const;
  let n = 0;
  eachTap(conv, output, () => n++);
  expect(tapsOf(conv, output)).toBe(n);
});
