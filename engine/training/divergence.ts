/**
 * Where numbers stop being numbers. A loss that is not finite says so itself. Weights may be broken and the loss not
 * show it: a potential that is NaN never reaches the threshold, so a network read by its spikes just falls silent.
 */
import type { Network, Sums } from '../backends/backend.ts';
import type { RunSpec } from '../experiment/schema.ts';
import { type LayerPlan, type NetworkPlan, unreachable } from '../models/plan.ts';
import { orderOf, type Position, restore, start } from './codec.ts';
import { optimizerStep } from './schedule.ts';

/** No gradient is multiplied by more in use. */
const GREAT_HEIGHT = 1e6;
const REMEDY = 'lower training.learningRate or network.weightGain, or set training.clipNorm';

/** What to do: first about settings that are a cause by themselves. */
function remedyFor({ neuron, network, training: { optimizer, learningRate }, model }: RunSpec): string {
  const { conv = [], resnet, hidden, readout } = network;
  const own: [string, { surrogate?: { height?: number | undefined } | undefined } | undefined][] = [
    ['neuron', neuron],
    ...conv.map((layer, i) => [`network.conv[${i}].neuron`, layer.neuron] as [string, typeof layer.neuron]),
    ['network.resnet.neuron', resnet?.neuron],
    ...hidden.map(
      (layer, i) =>
        [`network.hidden[${i}].neuron`, typeof layer === 'object' ? layer.neuron : undefined] as [
          string,
          typeof neuron | undefined,
        ],
    ),
    ['network.readout.neuron', 'neuron' in readout ? readout.neuron : undefined],
  ];
  const great = own.find(([, fields]) => (fields?.surrogate?.height ?? 0) >= GREAT_HEIGHT);
  if (model === 'lif' && great)
    return `lower ${great[0]}.surrogate.height (${great[1]!.surrogate!.height}), which multiplies the gradient in every layer; if that is not enough, ${REMEDY}`;
  const share = optimizer.kind === 'adamw' ? optimizer.weightDecay * learningRate : 0;
  if (share >= 1)
    return `lower training.optimizer.weightDecay, which at this learning rate takes ${Number(share.toPrecision(3))} times every weight away in each update; if that is not enough, ${REMEDY}`;
  return REMEDY;
}

/** Whether any of these weight updates broke something; which one, `firstDivergence` finds out. */
export function hasDiverged(network: Network, sums: Sums[]): boolean {
  return sums.some(({ loss }) => !Number.isFinite(loss)) || network.broken() !== undefined;
}

/** What a run needs to be trained again from a point on its way. */
export interface Replay {
  spec: RunSpec;
  plan: NetworkPlan;
  /** A new network with the initial weights: what broke the last one may have left its traces all over its memory. */
  open: () => Promise<Network>;
  /** The checkpoint to begin with; absent: the beginning. */
  from?: Uint8Array | undefined;
  /** Training samples, and weight updates in an epoch. */
  samples: number;
  updates: number;
  signal: AbortSignal;
}

/**
 * One sentence: the first weight update that broke something, at most number `until`, and the layer. The updates are
 * repeated one by one, so that the answer does not hang on how many ran between two looks.
 */
export async function firstDivergence(until: number, replay: Replay): Promise<string> {
  let begin = 0;
  try {
    const network = await replay.open();
    try {
      const position = replay.from ? restore(network, replay.from) : start(replay.plan);
      begin = position.step;
      while (position.step < until && !replay.signal.aborted) {
        const problem = await repeatUpdate(network, position, replay);
        if (problem) return problem;
      }
    } finally {
      await network.close();
    }
  } catch {
    // No memory for a second network, say: what is known is said below.
  }
  return `Loss or weights stopped being finite between the weight updates ${begin} and ${until}: ${remedyFor(replay.spec)}.`;
}

async function repeatUpdate(network: Network, position: Position, replay: Replay): Promise<string | undefined> {
  const { spec, plan, samples, updates } = replay;
  if (position.update === updates) {
    position.epoch++;
    position.update = 0;
  }
  const { epoch, update } = position;
  network.beginEpoch(epoch, orderOf(spec.seed, epoch, samples));
  const step = optimizerStep(spec.training, position, update + 1, updates);
  const [sums] = await network.train(update, update + 1, step, replay.signal);
  // Stopped within the update.
  if (!sums) return undefined;
  position.step++;
  position.update++;
  return divergence(sums, network, position, plan, remedyFor(spec));
}

/** What the update that led to this position broke, in one sentence; undefined when nothing. */
function divergence(
  sums: Sums,
  network: Network,
  position: Position,
  plan: NetworkPlan,
  remedy: string,
): string | undefined {
  const when = `at weight update ${position.step} in epoch ${position.epoch + 1}`;
  if (!Number.isFinite(sums.loss))
    return `The loss became ${sums.loss} ${when}, beginning with ${placeOfDivergence(sums.divergedLayer, plan)}: ${remedy}.`;
  const broken = network.broken();
  if (!broken) return undefined;
  const value = Number.isFinite(broken.value) ? broken.value.toExponential(1) : broken.value;
  return `The weights of ${layerName(broken.layer, plan.layers)} became ${value} ${when}: ${remedy}.`;
}

/** A loss on held-out data that is not finite, in one sentence. */
export function evaluationDivergence(
  split: string,
  { loss }: Sums,
  { step, epoch }: Position,
  spec: RunSpec,
): string | undefined {
  if (Number.isFinite(loss)) return undefined;
  return `The loss on the ${split} set became ${loss} after weight update ${step} in epoch ${epoch + 1}: ${remedyFor(spec)}.`;
}

/** Which numbers of which layer were the first that are not finite; one layer beyond the last: the loss. */
function placeOfDivergence(index: number | undefined, { layers }: NetworkPlan): string {
  const layer = index === undefined ? undefined : layers[index];
  if (!layer) return 'the loss itself';
  return `the ${numbersOf(layer)} of ${layerName(index!, layers)}`;
}

function numbersOf({ neuron }: LayerPlan): string {
  switch (neuron.kind) {
    case 'lif':
    case 'integrator':
      return 'membrane potentials';
    case 'rnn':
    case 'lstm':
    case 'gru':
      return 'states';
    case 'linear':
      return 'scores';
    default:
      return unreachable(neuron);
  }
}

function layerName(index: number, layers: LayerPlan[]): string {
  const { kind } = layers[index]!.neuron;
  const spiking = kind === 'lif' || kind === 'integrator';
  return `layer ${index + 1} of ${layers.length}${spiking ? '' : ` (${kind})`}`;
}
