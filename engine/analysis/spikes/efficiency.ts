/**
 * What a sample costs, by NeuroBench's definitions (Yik et al., 2025): a synaptic operation is a pair of a non-zero input and
 * a non-zero weight in a step, biases left out; an accumulate where all inputs are 0 or 1, else a multiply-accumulate.
 */
import type { Efficiency, LayerEfficiency, Operation } from '../../../protocol/analyses/spikes.ts';
import type { Activity } from '../../backends/backend.ts';
import { layerParameters, lengthOf } from '../../models/parameters.ts';
import { gatesOf, type LayerPlan, type NetworkPlan, type NeuronPlan, unreachable } from '../../models/plan.ts';
import { tapsOf } from '../../models/taps.ts';
import { sampleSpreadOf } from '../numbers.ts';

/** Parameters and states are float32. */
const BYTES = 4;

/** Where no potential or sum stays in a register: of an operation read the weight, read and write the sum; of an update read and write the state. */
const ACCESSES = { operation: 3, update: 2 };

export function efficiencyOf(plan: NetworkPlan, activity: Activity, samples: number): Efficiency {
  const binary = !activity.graded.includes(1);
  const layers = plan.layers.map((_, l) => layerEfficiency(plan, l, activity, binary));
  const total = (operation: Operation) =>
    sumOf(
      plan.layers.flatMap((_, l) => {
        const { operation: below, recurrent } = layers[l]!;
        return [
          ...(below === operation ? [activity.below[l]!] : []),
          ...(recurrent?.operation === operation ? [activity.within.get(l)!] : []),
        ];
      }),
      samples,
    );
  return {
    input: { nonZero: sampleSpreadOf(activity.inputs), binary },
    layers,
    accumulates: sampleSpreadOf(total('accumulate')),
    multiplyAccumulates: sampleSpreadOf(total('multiply-accumulate')),
    dense: layers.reduce((sum, { dense, recurrent }) => sum + dense + (recurrent?.dense ?? 0), 0),
    activationSparsity: sparsityOf(plan, activity, samples),
    membraneUpdates: layers.reduce((sum, { membraneUpdates }) => sum + membraneUpdates, 0),
    memoryAccesses: sampleSpreadOf(
      sumOf(
        plan.layers.map((_, l) => accessesOf(activity, l, layers[l]!.membraneUpdates)),
        samples,
      ),
    ),
    footprint: {
      parameters: layers.reduce((sum, { parameters }) => sum + parameters, 0),
      state: layers.reduce((sum, { state }) => sum + state, 0),
    },
  };
}

function layerEfficiency(plan: NetworkPlan, l: number, activity: Activity, binary: boolean): LayerEfficiency {
  const layer = plan.layers[l]!;
  const { name, neuron, output } = layer;
  const N = lengthOf(output);
  const columns = gatesOf(neuron) * N;
  const from = seesSpikes(plan, layer, binary);
  const within = activity.within.get(l);
  const updates = statesOf(neuron) * N * plan.steps;
  return {
    layer: l,
    name,
    operation: operationOf(from),
    operations: sampleSpreadOf(activity.below[l]!),
    // A linear readout works once.
    dense: synapsesOf(layer) * (neuron.kind === 'linear' && l === plan.layers.length - 1 ? 1 : plan.steps),
    ...(within && {
      recurrent: {
        operation: operationOf(firesOnly(layer)),
        operations: sampleSpreadOf(within),
        dense: N * columns * plan.steps,
      },
    }),
    membraneUpdates: updates,
    memoryAccesses: sampleSpreadOf(accessesOf(activity, l, updates)),
    parameters: BYTES * layerParameters(layer).reduce((sum, { shape }) => sum + lengthOf(shape), 0),
    state: BYTES * statesOf(neuron) * N,
  };
}

const operationOf = (binary: boolean): Operation => (binary ? 'accumulate' : 'multiply-accumulate');
const firesOnly = ({ neuron }: LayerPlan): boolean => neuron.kind === 'lif';

/** Whether all that a layer receives is 0 or 1: spikes, also where the greatest of some is taken, but not their mean or sum. */
function seesSpikes(plan: NetworkPlan, { input }: LayerPlan, binary: boolean): boolean {
  return input.every((from) => {
    const below = plan.layers.find(({ name }) => name === from);
    if (!below) return binary;
    const { connection } = below;
    if (connection.kind === 'pool') return connection.operation === 'max' && seesSpikes(plan, below, binary);
    return firesOnly(below);
  });
}

/** Weights that all neurons of a layer receive through, each as often as it is used. */
function synapsesOf({ connection, neuron, output }: LayerPlan): number {
  switch (connection.kind) {
    case 'dense':
      return connection.inputs * gatesOf(neuron) * lengthOf(output);
    case 'conv':
      return tapsOf(connection, output);
    case 'pool':
    case 'residual':
    case 'norm':
      return 0;
    default:
      return unreachable(connection);
  }
}

/** Numbers that a neuron keeps from one step to the next. */
function statesOf(neuron: NeuronPlan): number {
  switch (neuron.kind) {
    case 'lif':
    case 'integrator':
    case 'rnn':
    case 'gru':
      return 1;
    case 'lstm':
      return 2;
    case 'linear':
      return 0;
    default:
      return unreachable(neuron);
  }
}

/** Of each sample [B]. */
function accessesOf(activity: Activity, l: number, updates: number): Float64Array {
  const within = activity.within.get(l);
  return activity.below[l]!.map((n, b) => ACCESSES.operation * (n + (within?.[b] ?? 0)) + ACCESSES.update * updates);
}

function sumOf(arrays: readonly Float64Array[], samples: number): Float64Array {
  const sum = new Float64Array(samples);
  for (const array of arrays) for (let b = 0; b < samples; b++) sum[b]! += array[b]!;
  return sum;
}

/** Share of the neuron-steps of spiking layers without a spike; null where there are none. */
function sparsityOf({ layers, steps }: NetworkPlan, activity: Activity, samples: number): number | null {
  let [spikes, all] = [0, 0];
  for (const [l, { byClass }] of activity.layers) {
    spikes += byClass.reduce((a, b) => a + b, 0);
    all += lengthOf(layers[l]!.output) * steps * samples;
  }
  return all > 0 ? 1 - spikes / all : null;
}
