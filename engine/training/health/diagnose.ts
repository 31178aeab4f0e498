/**
 * From what was seen of a network to one cause. Troubles hide one another: above a silent layer all are silent, nothing is
 * learned and the loss is that of guessing. So the causes stand in an order, and the first that fits is the only one.
 */
import type { Cause } from '../../../protocol/warnings.ts';
import type { Training } from '../../experiment/schema.ts';

/** A part of a number of neuron-steps. */
export interface Share {
  part: number;
  of: number;
}

export interface LayerSeen {
  /** Spikes of the training samples of the epoch so far; absent where nobody reads them or the layer has none. */
  fired?: Share;
  /** Spikes of the probe: those of now, while the epoch's began before the layer died; absent likewise. */
  firedNow?: Share;
  /** Potentials of the probe inside of a window beyond which the surrogate is zero; absent where there is none, or it is not needed. */
  window?: Share;
  /** Potentials of the probe that reach the threshold, of those above 0; absent where that is as it should be: in outputs, and without a reset. */
  reached?: Share;
  /** Median k of a learned leak. */
  leak?: number;
}

export interface Seen {
  layers: readonly LayerSeen[];
  /** How far the parameters are from where they began, in parts of their length; absent while it is too early to say. */
  moved?: number;
  /** Whether the gradient of every layer was exactly 0 in this look and in the one before. */
  flat?: boolean;
  /** Weight updates of the run so far. */
  updates: number;
  /** Training samples of the epoch so far; loss and accuracy are means over them. */
  samples: number;
  loss: number;
  accuracy: number;
  classes: number;
  lossKind: Training['loss'];
  /** Of the data set: for how many weight updates guessing is nothing to worry about. */
  mayGuess: { updates: number; moved?: number };
}

export interface HealthFinding {
  cause: Cause;
  /** By its place in the plan. */
  layer?: number;
}

/**
 * Spikes per neuron and step below which nothing is left to learn from, and above which they tell nothing. A layer that
 * hardly fires is silent only where hardly a potential comes near the threshold: an output layer often begins so and learns.
 */
const SILENT = 1e-5;
const HARDLY = 5e-4;
const HARDLY_NEAR = 1e-3;
export const SATURATED = 0.95;
/**
 * A layer of which nearly every potential above 0 reaches the threshold, and that fires often, fires whenever its input is
 * more than nothing: its threshold decides nothing. Of healthy layers less than nine in ten do.
 */
const ALWAYS_REACHED = 0.98;
const OFTEN = 0.2;
/** Less of the potentials than this in the window: the gradient of a whole batch hangs on a handful of neurons. */
const BLIND = 1e-3;
/** Where none of n was seen the share is below 3/n with 95 % (the rule of three): a handful of potentials proves nothing. */
const UNSEEN = 3;
/** In parts of the length of the parameters: less is no move. */
export const STILL = 1e-4;
/** a = ln(k / (1 − k)) beyond ±6.2, where dk/da is less than a hundredth of its greatest value. */
export const LEAK_END = 0.002;
/** Weights that have come this far from where they began have had the time to learn something, in most data sets. */
export const FAR = 0.1;
/** How far below that of guessing a loss is more than that, and how far above 1/C an accuracy is: in parts of it, and of its standard deviation. */
const LOSS_BELOW = 0.005;
const ACCURACY_MARGIN = 0.2;
const DEVIATIONS = 2;

const share = ({ part, of }: Share): number => part / of;

export function isSilent({ fired, window }: LayerSeen): boolean {
  if (!fired) return false;
  return share(fired) < SILENT || (share(fired) < HARDLY && window !== undefined && share(window) < HARDLY_NEAR);
}

function isSaturated({ fired, reached }: LayerSeen): boolean {
  if (!fired) return false;
  if (share(fired) > SATURATED) return true;
  return reached !== undefined && share(fired) > OFTEN && (reached.part - UNSEEN) / reached.of > ALWAYS_REACHED;
}

/** Where no weight moves or no gradient arrives, a window in which nothing was seen explains it, however little was looked at. */
function isBlind({ window }: LayerSeen, seen: Seen): boolean {
  if (!window) return false;
  const stuck = (seen.moved !== undefined && seen.moved < STILL) || isStuck(seen);
  return (window.part === 0 && stuck) || (window.part + UNSEEN) / window.of < BLIND;
}

/** Answers that are all right have no gradient either: only those of guessing show that none arrives. */
function isStuck(seen: Seen): boolean {
  return seen.flat === true && isGuessing(seen);
}

/** Fires no more, and not for want of a wider window: no potential of the probe is near the threshold or above it. */
function isQuiet({ firedNow, window }: LayerSeen): boolean {
  return firedNow?.part === 0 && (window === undefined || window.part === 0);
}

/** It fired so often before that none in the probe is no chance. */
function hasDied(layer: LayerSeen): boolean {
  return isQuiet(layer) && share(layer.fired!) * layer.firedNow!.of >= UNSEEN;
}

/**
 * The lowest silent layer: by the spikes of the epoch; else, where no gradient passes, by those of the probe. A layer that died
 * within the epoch has spikes from before.
 */
function silentLayer(seen: Seen): number {
  const { layers } = seen;
  const whole = layers.findIndex(isSilent);
  if (whole >= 0) return whole;
  const blind = layers.filter((layer) => isBlind(layer, seen));
  const shown = isStuck(seen) || blind.some(isQuiet) || (blind.length > 0 && layers.some(hasDied));
  return shown ? layers.findIndex(isQuiet) : -1;
}

/** The table: each cause with the test for it, the deepest first. Layers are those of the plan, undefined: the network. */
const TABLE: readonly [Cause, (seen: Seen) => number | boolean][] = [
  // The lowest: those above it are silent because of it.
  ['silent', silentLayer],
  ['saturated', ({ layers }) => layers.findIndex(isSaturated)],
  // The highest: gradients come from above.
  ['blind', (seen) => seen.layers.findLastIndex((layer) => isBlind(layer, seen))],
  ['still', ({ moved }) => moved !== undefined && moved < STILL],
  ['leak', ({ layers }) => layers.findIndex(({ leak }) => leak !== undefined && Math.min(leak, 1 - leak) < LEAK_END)],
  ['guessing', (seen) => isLate(seen) && isGuessing(seen)],
];

/** Whether something should have been learned by now. */
function isLate({ mayGuess, updates, moved = 0 }: Seen): boolean {
  return updates >= ((moved >= FAR ? mayGuess.moved : undefined) ?? mayGuess.updates);
}

/** What is wrong, if anything: the deepest cause. */
export function diagnose(seen: Seen): HealthFinding | undefined {
  for (const [cause, test] of TABLE) {
    const found = test(seen);
    if (found === true) return { cause };
    if (typeof found === 'number' && found >= 0) return { cause, layer: found };
  }
  return undefined;
}

/**
 * Loss of answers that are as likely for every class: ln C of a cross-entropy; of a mean squared error (C − 1)/C², with
 * which scores of 1/C do best.
 */
export function guessingLoss(lossKind: Seen['lossKind'], classes: number): number {
  return lossKind === 'mse' ? (classes - 1) / classes ** 2 : Math.log(classes);
}

/** Neither the loss nor the accuracy is better than what guessing gives. */
export function isGuessing({ samples, loss, accuracy, classes, lossKind }: Seen): boolean {
  const guess = guessingLoss(lossKind, classes);
  const chance = 1 / classes;
  const deviation = Math.sqrt((chance * (1 - chance)) / samples);
  const margin = Math.max(ACCURACY_MARGIN * chance, DEVIATIONS * deviation);
  return loss > guess - (LOSS_BELOW * guess) / Math.log(classes) && accuracy < chance + margin;
}
