/** What a finding is in a sentence, and the field of the experiment file that cures it. */
import { count, percent, thousands } from '../../../protocol/format.ts';
import { type Path, pathText } from '../../base/errors.ts';
import type { RunSpec } from '../../experiment/schema.ts';
import { layerFields } from '../../models/build/conv.ts';
import type { NetworkPlan } from '../../models/plan.ts';
import {
  guessingLoss,
  type HealthFinding,
  isGuessing,
  isSilent,
  LEAK_END,
  SATURATED,
  type Seen,
  type Share,
} from './diagnose.ts';

export interface Advice {
  /** Dotted path. */
  field: string;
  sentence: string;
}

/** Weights that were made this much smaller than they usually begin are why a layer is silent, before its threshold is. */
const LOW_GAIN = 0.1;

/** @param epoch when, as a fraction; @param probed how many samples were looked at more closely */
export function adviceOn(
  { cause, layer = 0 }: HealthFinding,
  seen: Seen,
  { spec, plan, probed }: { spec: RunSpec; plan: NetworkPlan; probed: number },
): Advice {
  const name = `layer ${layer + 1} of ${plan.layers.length}`;
  const neuron = (...path: string[]): Field => fieldOf(spec, plan, layer, path);
  const gain: Field = [['network', 'weightGain'], spec.network.weightGain];
  const rate: Field = [['training', 'learningRate'], spec.training.learningRate];
  const { fired, firedNow, window, reached, leak } = seen.layers[layer] ?? {};
  switch (cause) {
    case 'silent': {
      const threshold = neuron('threshold');
      const counted = isSilent(seen.layers[layer]!)
        ? times(fired!)
        : `${times(firedNow!)} in the last look (${count(probed, 'training sample')}; ${thousands(fired!.part)} of ${thousands(fired!.of)} times since the epoch began)`;
      const [field, cures] =
        spec.network.weightGain < LOW_GAIN
          ? [gain, `raise ${named(gain)} or lower ${named(threshold)}`]
          : [threshold, `lower ${named(threshold)} or raise ${named(gain)}`];
      return advice(
        field,
        `${name} fired ${counted}, so that next to nothing passes it or is learned below it${guess(seen)}; ${cures}`,
      );
    }
    case 'saturated': {
      const threshold = neuron('threshold');
      const always = fired!.part / fired!.of > SATURATED;
      const why = always
        ? 'so that its spikes tell next to nothing'
        : `and at ${percent(reached!.part / reached!.of)} % of its potentials above 0 (${thousands(reached!.of)} in ${count(probed, 'training sample')}), so that the threshold decides next to nothing`;
      return advice(
        threshold,
        `${name} fired ${times(fired!)}, ${why}${guess(seen)}; raise ${named(threshold)} or lower ${named(gain)}`,
      );
    }
    case 'blind': {
      const width = neuron('surrogate', 'width');
      return advice(
        width,
        `${thousands(window!.part)} of ${thousands(window!.of)} potentials of ${name} lay within ${named(width)} of the threshold (${count(probed, 'training sample')}), so that hardly any gradient passes it; raise that width`,
      );
    }
    case 'still': {
      const by =
        seen.moved === 0 ? 'not moved at all' : `moved by ${(100 * seen.moved!).toExponential(0)} % of their length`;
      return advice(
        rate,
        `after ${count(seen.updates, 'weight update')} the weights have ${by}${guess(seen)}; raise ${named(rate)}`,
      );
    }
    case 'leak': {
      const field = neuron('leak');
      const end = leak! < 0.5 ? 0 : 1;
      return advice(
        [field[0], undefined],
        `the learned leak of ${name} is at its end: half of it or more is within ${LEAK_END} of ${end} (median ${leak!.toPrecision(4)}), from where it hardly moves any more; write ${pathText(field[0])}: ${end}, or let it begin elsewhere with its init`,
      );
    }
    case 'guessing':
      return advice(
        [['dataset'], undefined],
        `after ${count(seen.updates, 'weight update')} layers fire and weights move${guess(seen, ', but ')}, so nothing has been learned; look at the labels of the data set, at what this variant takes away, or change ${named(rate)}`,
      );
  }
}

/**
 * Of a first epoch at chance, in a data set that is learned later than that; undefined where something was learned.
 * @param epoch weight updates of one
 */
export function remarkOn(seen: Seen, epoch: number): string | undefined {
  const said = guess(seen, 'After the first epoch ');
  const { updates } = seen.mayGuess;
  if (said === '') return undefined;
  return `${said}. Early that is nothing to worry about; if it lasts for ${thousands(updates)} weight updates (epoch ${Math.ceil(updates / epoch)}), it is warned of.`;
}

/** A field and its value. */
type Field = readonly [Path, unknown];

const advice = ([path]: Field, sentence: string): Advice => ({ field: pathText(path), sentence: `${sentence}.` });

const named = ([path, value]: Field): string => `${pathText(path)} (${value})`;

/** `0 of 5,120,000 times (0 %)`. */
const times = ({ part, of }: Share): string => `${thousands(part)} of ${thousands(of)} times (${percent(part / of)} %)`;

/** What the loss says to it, where it is that of guessing. */
function guess(seen: Seen, before = '; '): string {
  if (!isGuessing(seen)) return '';
  const { loss, lossKind, classes } = seen;
  const value = guessingLoss(lossKind, classes);
  const how =
    lossKind === 'mse' ? `scores of 1/${classes}: ${value.toFixed(3)}` : `ln ${classes} = ${value.toFixed(3)}`;
  const above = loss > 1.02 * value ? 'above ' : '';
  return `${before}the loss of ${loss.toFixed(3)} is ${above}that of guessing among ${classes} classes (${how})`;
}

/** A field of the neuron of a layer: where the layer has its own, that one; else that of all. */
function fieldOf(spec: RunSpec, plan: NetworkPlan, layer: number, path: readonly string[]): Field {
  const { network, neuron } = spec;
  const last = layer === plan.layers.length - 1;
  const { readout } = network;
  // The leak of integrators is the readout's.
  if (last && readout.kind === 'leaky-integrator' && readout.leak !== undefined)
    return [['network', 'readout', 'leak'], readout.leak];
  const owner: Path = [...(last ? ['network', 'readout'] : layerFields(network)[layer]!), 'neuron'];
  const own = valueAt(spec, owner);
  const value = valueAt(own, path);
  return value === undefined ? [['neuron', ...path], valueAt(neuron, path)] : [[...owner, ...path], value];
}

function valueAt(record: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string | number, unknown> | undefined)?.[key], record);
}
