/**
 * Where numbers stop being numbers. A loss that is not finite says so itself. Weights may be broken and the loss not
 * show it: a potential that is NaN never reaches the threshold, so a network read by its spikes just falls silent.
 */
import type { EventEngine, Sums } from '../backends/event/engine.ts';
import type { Layout } from '../backends/event/layout/layout.ts';
import type { RunSpec } from '../experiment/schema.ts';
import type { NetworkPlan } from '../models/network.ts';
import { type Position, restore, setOrder, start } from './position.ts';
import { optimizerStep } from './schedule.ts';

/** Products of weights beyond this overflow float32. */
const MOST_WEIGHT = 1e30;

const REMEDY = 'lower training.learningRate or network.weightGain, or set training.clipNorm';

/** Whether any of these weight updates broke something; which one, `firstDivergence` finds out. */
export function hasDiverged(engine: EventEngine, sums: Sums[]): boolean {
  return sums.some(({ loss }) => !Number.isFinite(loss)) || brokenWeight(weightsOf(engine)) >= 0;
}

/** A view, not a copy: this is looked at several times a second. */
function weightsOf({ order, layout }: EventEngine): Float32Array {
  return new Float32Array(order.buffer, layout.weights, layout.parameters);
}

function brokenWeight(weights: Float32Array): number {
  for (let i = 0; i < weights.length; i++) if (!(Math.abs(weights[i]!) < MOST_WEIGHT)) return i;
  return -1;
}

/** What a run needs to be trained again from a point on its way. */
export interface Replay {
  spec: RunSpec;
  network: NetworkPlan;
  /** A new engine with the initial weights: what broke the last one may have left its traces all over the memory. */
  restart: () => Promise<EventEngine>;
  /** The checkpoint to begin with; absent: the beginning. */
  from?: Uint8Array | undefined;
  /** Weight updates in an epoch. */
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
    const engine = await replay.restart();
    try {
      const position = replay.from ? restore(engine, replay.from) : start(engine);
      begin = position.step;
      while (position.step < until && !replay.signal.aborted) {
        const problem = await repeatUpdate(engine, position, replay);
        if (problem) return problem;
      }
    } finally {
      await engine.close();
    }
  } catch {
    // No memory for a second engine, say: what is known is said below.
  }
  return `Loss or weights stopped being finite between the weight updates ${begin} and ${until}: ${REMEDY}.`;
}

async function repeatUpdate(engine: EventEngine, position: Position, replay: Replay): Promise<string | undefined> {
  const { spec, network, updates } = replay;
  if (position.update === updates) {
    position.epoch++;
    position.update = 0;
  }
  const { epoch, update } = position;
  setOrder(engine.order, spec.seed, epoch);
  const step = optimizerStep(spec.training, position, update + 1, updates);
  const [sums] = await engine.train(epoch, update, update + 1, step);
  position.step++;
  position.update++;
  return divergence(sums!, engine, position, network);
}

/** What the update that led to this position broke, in one sentence; undefined when nothing. */
function divergence(sums: Sums, engine: EventEngine, position: Position, network: NetworkPlan): string | undefined {
  const when = `at weight update ${position.step} in epoch ${position.epoch + 1}`;
  if (!Number.isFinite(sums.loss))
    return `The loss became ${sums.loss} ${when}, beginning with ${placeOfDivergence(sums.divergedLayer, network)}: ${REMEDY}.`;
  const weights = weightsOf(engine);
  const at = brokenWeight(weights);
  if (at < 0) return undefined;
  const value = Number.isFinite(weights[at]!) ? weights[at]!.toExponential(1) : weights[at];
  return `The weights of ${layerOfWeight(at, engine.layout)} became ${value} ${when}: ${REMEDY}.`;
}

/** A loss on held-out data that is not finite, in one sentence. */
export function evaluationDivergence(split: string, { loss }: Sums, { step, epoch }: Position): string | undefined {
  if (Number.isFinite(loss)) return undefined;
  return `The loss on the ${split} set became ${loss} after weight update ${step} in epoch ${epoch + 1}: ${REMEDY}.`;
}

function placeOfDivergence(layer: number | undefined, { layers, cell }: NetworkPlan): string {
  if (cell && layer === 0) return `the states of layer 1 of 2 (${cell.kind})`;
  if (cell && layer === 1) return 'the scores of layer 2 of 2 (linear)';
  if (layer === undefined || layer >= layers.length) return 'the loss itself';
  return `the membrane potentials of layer ${layer + 1} of ${layers.length}`;
}

/** The layer that element `at` of the parameter vector belongs to. */
function layerOfWeight(at: number, { layers, cell }: Layout): string {
  if (cell) return at < cell.readout ? `layer 1 of 2 (${cell.plan.kind})` : 'layer 2 of 2 (linear)';
  return `layer ${layers.findLastIndex(({ weight }) => weight <= at) + 1} of ${layers.length}`;
}
