/** Small random networks and samples for the tests of the reference. */

import { type Rng, stream } from '../../../engine/base/random.ts';
import { namesOf, RESETS, SURROGATES } from '../../../engine/models/neuron.ts';
import { parametersOf } from '../../../engine/models/parameters.ts';
import {
  type Dense,
  INPUT,
  type Integrator,
  type LayerPlan,
  type Lif,
  type NetworkPlan,
  type ReadoutPlan,
} from '../../../engine/models/plan.ts';
import type { Sample } from '../../../engine/reference/network.ts';

export const INPUTS = 3;
export const CLASSES = 3;
export const STEPS = 6;

export const leaks: Record<string, Lif['leak']> = {
  'k=0': 0,
  'k=1': 1,
  'k=0.3': 0.3,
  'k per neuron': { learnable: true, per: 'neuron', init: 0.5 },
  'k per layer': { learnable: true, per: 'layer', init: 0.5 },
};
export const resets = namesOf(RESETS);
export const losses = ['cross-entropy', 'mse'] as const;
export const shapes = namesOf(SURROGATES);

/** Every pair of output layer and decoding that an experiment file can ask for. */
export const readouts = (
  [
    ['spiking', 'rate'],
    ['spiking', 'mean'],
    ['spiking', 'last'],
    ['spiking', 'max'],
    ['integrator', 'each-step'],
    ['integrator', 'mean'],
    ['integrator', 'last'],
    ['integrator', 'max'],
  ] as const
).map(([kind, decode]) => ({ kind, decode }));

export function surrogateOf(shape: (typeof shapes)[number], width = 0.5, height = SURROGATES[shape].height(width)) {
  return { shape, width, height };
}

/** What the tests vary of a layer of neurons that spike or integrate. */
export interface LayerFields extends Omit<Lif, 'kind'> {
  kind: 'spiking' | 'integrator';
  inputs: number;
  size: number;
  bias: boolean;
}

export function layer(fields: Partial<LayerFields>, index = 0): LayerPlan<Lif | Integrator, Dense> {
  const { kind = 'spiking', inputs = INPUTS, size = 4, bias = true, ...own } = fields;
  const lif: Lif = {
    kind: 'lif',
    threshold: 0.5,
    leak: 0.3,
    reset: 'hard',
    resetGradient: true,
    recurrent: false,
    recurrentGain: 1,
    surrogate: surrogateOf('rectangular', 0.75),
    ...own,
  };
  return {
    name: `layers.${index}`,
    input: [index === 0 ? INPUT : `layers.${index - 1}`],
    connection: { kind: 'dense', inputs, size, bias, weightGain: 1 },
    neuron:
      kind === 'spiking' ? lif : { kind, leak: lif.leak, scaleInput: lif.scaleInput, initialState: lif.initialState },
    output: [size],
  };
}

/** Layers of these fields, one after another; the last gets `CLASSES` neurons. */
export function network(
  layers: Partial<LayerFields>[],
  decode: ReadoutPlan['decode'],
  loss: NetworkPlan['loss'],
  encoding: NetworkPlan['encoding'] = 'events',
): NetworkPlan {
  let inputs = INPUTS;
  const plans = layers.map((fields, i) => {
    const plan = layer({ size: i === layers.length - 1 ? CLASSES : 4, ...fields, inputs }, i);
    inputs = plan.connection.size;
    return plan;
  });
  const readout = { decode, from: decode === 'last' ? STEPS - 1 : 1 };
  return { inputs: INPUTS, classes: CLASSES, steps: STEPS, encoding, layers: plans, readout, dropout: 0, loss };
}

export interface Combination {
  name: string;
  plan: NetworkPlan;
}

/** One hidden layer and an output layer for every leak × reset × reset gradient × recurrence × readout × loss. */
export function combinations(): Combination[] {
  const list: Combination[] = [];
  for (const [leakName, leak] of Object.entries(leaks))
    for (const reset of resets)
      for (const resetGradient of [true, false])
        for (const recurrent of [false, true])
          for (const { kind, decode } of readouts)
            for (const loss of losses) {
              const neuron = { leak, reset, resetGradient, recurrent };
              const output = kind === 'integrator' ? { kind, leak, reset: 'none' as const } : neuron;
              const name = [
                leakName,
                `reset ${reset}${resetGradient ? '' : ' detached'}`,
                recurrent ? 'recurrent' : 'feedforward',
                `${kind} ${decode}`,
                loss,
              ].join(', ');
              list.push({ name, plan: network([neuron, output], decode, loss) });
            }
  return list;
}

/** Weights around 1 so that there is both firing and silence; rounded to float32 so that every engine sees the same. */
export function randomParameters(plan: NetworkPlan, rng: Rng): Record<string, Float64Array> {
  return Object.fromEntries(
    parametersOf(plan).map(({ name, shape }) => {
      const values = new Float64Array(shape.reduce((a, b) => a * b));
      const [low, high] = name.endsWith('bias')
        ? [-0.1, 0.2]
        : name.endsWith('leak')
          ? [-1, 2]
          : name.endsWith('variance')
            ? [0.5, 2]
            : [-0.7, 1.1];
      for (let i = 0; i < values.length; i++) values[i] = Math.fround(low + (high - low) * rng.uniform());
      return [name, values];
    }),
  );
}

/** About half of the channels fire in a step, one of them twice; or a current per channel. */
export function randomSample(plan: NetworkPlan, rng: Rng): Sample {
  const label = rng.below(plan.classes);
  if (plan.encoding === 'current')
    return { label, current: Array.from({ length: plan.inputs }, () => Math.fround(rng.uniform())) };
  const offsets = [0];
  const channels: number[] = [];
  for (let t = 0; t < plan.steps; t++) {
    for (let c = 0; c < plan.inputs; c++) if (rng.uniform() < 0.5) channels.push(c);
    if (t === 2) channels.push(0, 0);
    offsets.push(channels.length);
  }
  return { label, offsets, channels };
}

export function streamOf(name: string, i = 0): Rng {
  return stream(7, name, i);
}

/** What the code of reference [23] does otherwise, for every leak but none × reset × recurrence, read from integrators. */
export function scaledCombinations(): Combination[] {
  return Object.entries(leaks)
    .filter(([, leak]) => leak !== 1)
    .flatMap(([leakName, leak]) =>
      resets.flatMap((reset) =>
        [false, true].map((recurrent) => {
          const scaled = { leak, scaleInput: true, initialState: 'random' as const };
          const layers = [
            { ...scaled, reset, recurrent },
            { ...scaled, kind: 'integrator' as const },
          ];
          const name = `scaled, ${leakName}, reset ${reset}, ${recurrent ? 'recurrent' : 'feedforward'}`;
          return { name, plan: network(layers, 'each-step', 'double-softmax') };
        }),
      ),
    );
}
