/** What every backend counts alike of the activity of neurons: makes room for the sums, and adds up those of threads. */

import { layerParameters, lengthOf, type Tensor } from '../models/parameters.ts';
import { type LayerPlan, type NetworkPlan, unreachable } from '../models/plan.ts';
import { eachTap } from '../models/taps.ts';
import type { Activity, ActivityOptions, LayerActivity } from './backend.ts';

/** Synapses with a weight that is not zero, of each input of a layer [inputs] and of each of its own neurons [N]. */
export interface FanOut {
  below: Float64Array;
  within: Float64Array | undefined;
}

/**
 * Connections without weights, poolings and sums, have no synapses.
 * @param tensors the parameters of the network
 */
export function fanOuts(plan: NetworkPlan, tensors: readonly Tensor[]): FanOut[] {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return plan.layers.map((layer) => {
    const find = (part: 'weight' | 'recurrent'): Tensor | undefined => {
      const found = layerParameters(layer).find((parameter) => parameter.part === part);
      return found && byName.get(found.name);
    };
    const recurrent = find('recurrent');
    return { below: synapsesBelow(layer, find('weight')), within: recurrent && nonZeroByRow(recurrent) };
  });
}

/** Of each input, the synapses with a weight that is not zero [inputs]. */
function synapsesBelow({ connection, output }: LayerPlan, weight: Tensor | undefined): Float64Array {
  switch (connection.kind) {
    case 'dense':
      return nonZeroByRow(weight!);
    case 'conv': {
      const counts = new Float64Array(lengthOf(connection.input));
      eachTap(connection, output, (_, input, w) => {
        if (weight!.data[w] !== 0) counts[input]!++;
      });
      return counts;
    }
    case 'pool':
    case 'residual':
    case 'norm':
      return new Float64Array(lengthOf(connection.input));
    default:
      return unreachable(connection);
  }
}

/** Of a matrix. */
function nonZeroByRow({ shape: [rows, columns], data }: Tensor): Float64Array {
  return Float64Array.from({ length: rows! }, (_, r) => {
    let n = 0;
    for (let i = r * columns!; i < (r + 1) * columns!; i++) if (data[i] !== 0) n++;
    return n;
  });
}

/** Zeros for what is counted of that many samples, over memory that threads can share. */
export function createActivity(plan: NetworkPlan, samples: number, options: ActivityOptions): Activity {
  const floats = (length: number): Float64Array => new Float64Array(new SharedArrayBuffer(8 * length));
  return {
    labels: new Uint32Array(new SharedArrayBuffer(4 * samples)),
    inputs: floats(samples),
    graded: new Uint8Array(new SharedArrayBuffer(samples)),
    below: plan.layers.map(() => floats(samples)),
    within: new Map(plan.layers.flatMap((layer, l) => (feedsItself(layer) ? [[l, floats(samples)] as const] : []))),
    layers: createSums(plan, options),
  };
}

/** Zeros for the sums over samples, of every spiking layer. */
export function createSums(
  plan: NetworkPlan,
  { stepsPerBin }: Pick<ActivityOptions, 'stepsPerBin'>,
): Map<number, LayerActivity> {
  const floats = (length: number): Float64Array => new Float64Array(new SharedArrayBuffer(8 * length));
  const bins = Math.ceil(plan.steps / stepsPerBin);
  return new Map(
    plan.layers.flatMap(({ neuron, output }, l): [number, LayerActivity][] => {
      if (neuron.kind !== 'lif') return [];
      const N = lengthOf(output);
      return [
        [
          l,
          {
            byTime: floats(bins * N),
            byClass: floats(plan.classes * N),
            inWindow: floats(N),
            pairs: floats(N),
            cv2: floats(N),
            lv: floats(N),
          },
        ],
      ];
    }),
  );
}

/** Adds the sums of a thread; all are whole numbers of their unit, so that their order is of no matter. */
export function addSums(into: Map<number, LayerActivity>, more: ReadonlyMap<number, LayerActivity>): void {
  for (const [l, sums] of into)
    for (const name of ['byTime', 'byClass', 'inWindow', 'pairs', 'cv2', 'lv'] as const) {
      const [to, from] = [sums[name], more.get(l)![name]];
      for (let i = 0; i < to.length; i++) to[i]! += from[i]!;
    }
}

/** Sums of terms of CV2 and LV are whole numbers of this, which float64 adds without a rounding error up to 2^53 of them. */
const UNIT = 2 ** -24;

/**
 * What two intervals in a row add to CV2 = mean of 2·|a − b| / (a + b) (Holt et al., 1996) and to LV = mean of
 * 3·(a − b)² / (a + b)² (Shinomoto et al., 2003), to the nearest 2^-24.
 */
export function irregularity(a: number, b: number): { cv2: number; lv: number } {
  const r = Math.abs(a - b) / (a + b);
  return { cv2: Math.round((2 * r) / UNIT) * UNIT, lv: Math.round((3 * r * r) / UNIT) * UNIT };
}

/** Whether neurons of a layer receive what they gave in the step before. */
function feedsItself({ neuron }: LayerPlan): boolean {
  switch (neuron.kind) {
    case 'lif':
      return neuron.recurrent;
    case 'rnn':
    case 'lstm':
    case 'gru':
      return true;
    case 'integrator':
    case 'linear':
      return false;
    default:
      return unreachable(neuron);
  }
}
