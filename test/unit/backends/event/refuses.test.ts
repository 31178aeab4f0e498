/** Which plans the event backend takes, and the sentences with which it refuses the others. */
import { describe, expect, test } from 'vitest';
import { planLayout } from '../../../../engine/backends/event/layout/layout.ts';
import { refuses, runnable } from '../../../../engine/backends/event/refuses.ts';
import { settingsSchema } from '../../../../engine/experiment/schema.ts';
import { planNetwork } from '../../../../engine/models/build/network.ts';
import type { Connection, LayerPlan, NetworkPlan } from '../../../../engine/models/plan.ts';
import { refuses as referenceRefuses } from '../../../../engine/reference/network.ts';

const shape = { inputs: 12, classes: 3, steps: 5, encoding: 'events' as const };

function planOf(settings: object): NetworkPlan {
  return planNetwork(settingsSchema.parse({ dataset: { name: 'delayed-xor' }, ...settings }), shape);
}

/** A plan whose layer `l` is changed. */
function changed(plan: NetworkPlan, l: number, fields: Partial<LayerPlan>): NetworkPlan {
  return { ...plan, layers: plan.layers.map((layer, i) => (i === l ? { ...layer, ...fields } : layer)) };
}

const spiking = planOf({ network: { hidden: [8, 4], readout: { kind: 'leaky-integrator' } } });
const gated = planOf({ model: 'gru', network: { hidden: [8] } });
const END = ': change the network or the backend.';

test('every network that an experiment file can ask for is taken', () => {
  expect(refuses(spiking)).toBeUndefined();
  for (const model of ['rnn', 'lstm', 'gru'])
    expect(refuses(planOf({ model, network: { hidden: [8] } }))).toBeUndefined();
  expect(runnable(spiking).kind).toBe('spiking');
  expect(runnable(gated).kind).toBe('gated');
});

describe('connections that are not dense', () => {
  const planes = [1, 3, 4] as const;
  const cases: [string, Connection][] = [
    [
      'a convolution',
      {
        kind: 'conv',
        input: planes,
        filters: 2,
        kernel: [3, 3],
        stride: [1, 1],
        padding: [1, 1],
        bias: true,
        weightGain: 1,
      },
    ],
    ['a pooling', { kind: 'pool', input: planes, operation: 'mean', window: [2, 2], stride: [2, 2] }],
    ['a residual connection', { kind: 'residual', input: [8] }],
    ['a normalisation', { kind: 'norm', input: [8], gain: 1, epsilon: 1e-5, momentum: 0.1 }],
  ];
  test.each(cases)('%s is refused by name; the reference has it', (name, connection) => {
    const plan = changed(spiking, 1, { connection });
    expect(refuses(plan)).toBe(`Layer 2 is ${name}, which the event backend does not have${END}`);
    expect(referenceRefuses(plan)).toBeUndefined();
  });

  test('the reference has RNN, LSTM and GRU behind dense connections alone', () => {
    const pool: Connection = { kind: 'pool', input: planes, operation: 'mean', window: [2, 2], stride: [2, 2] };
    expect(referenceRefuses(changed(gated, 0, { connection: pool }))).toMatch(
      /^Layer 1 is a gru behind a pooling, .+\.$/,
    );
  });
});

test('a layer that does not receive the one before it is refused', () => {
  const why = 'but in the event backend every layer receives the one before it';
  expect(refuses(changed(spiking, 2, { input: ['layers.0'] }))).toBe(`Layer 3 receives layer 1, ${why}${END}`);
  expect(refuses(changed(spiking, 2, { input: ['layers.0', 'layers.1'] }))).toBe(
    `Layer 3 receives layer 1 and layer 2, ${why}${END}`,
  );
});

test('neurons in an order that nothing computes are refused, with a layout as without', () => {
  const early = changed(spiking, 0, { neuron: { kind: 'integrator', leak: 0.5 } });
  expect(refuses(early)).toMatch(/^Layer 1 of integrators is not the last, /);
  const mixed = changed(gated, 1, { neuron: { kind: 'integrator', leak: 0.5 } });
  expect(refuses(mixed)).toMatch(/^The event backend runs layers of spiking neurons, or one layer of an RNN, /);
  const sizes = { train: 8, validation: 0, test: 8 };
  expect(() => planLayout(mixed, { maxEvents: 60, sizes }, 4, 1)).toThrow(refuses(mixed)!);
});
