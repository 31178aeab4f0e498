/** Entries of readout: from the output layer to scores, loss, accuracy and the gradient that starts the backward pass. */

import type { Rng } from '../../../../base/random.ts';
import type { NetworkPlan, ReadoutPlan } from '../../../../models/plan.ts';
import { accuracy, decodeBackward, decodeForward, lossBackward, lossForward } from '../../../../reference/readout.ts';
import { DECODE, LOSS } from '../kernels.ts';
import { array, type KernelCase, type KernelEntry, matrix, type Region, room } from './entry.ts';
import { drawClear, uniform } from './inputs.ts';
import { THRESHOLD } from './lif/layers.ts';

interface Way {
  decode: ReadoutPlan['decode'];
  loss: NetworkPlan['loss'];
  gradient: boolean;
}

interface Size {
  classes: number;
  steps: number;
  from: number;
  samples: number;
  sample: number;
}

const SCALE = 1 / 64;
const TOLERANCE = 2e-6;

interface Inputs {
  u: Float64Array;
  label: number;
}

function make(rng: Rng, way: Way, size: Size): KernelCase {
  const { classes, steps, from, samples, sample } = size;
  const padded = Math.ceil(classes / 4) * 4;
  const rows = samples * steps;
  const draw = (): Inputs => {
    // Rates, last and greatest potentials are compared exactly: on a grid ties occur, also with the threshold.
    const grid = way.decode !== 'mean' && way.decode !== 'each-step';
    const u = uniform(rng, rows * padded, -2, 2).map((x) => (grid ? Math.round(8 * x) / 8 : x));
    // Padding neurons have no weights.
    for (let i = 0; i < u.length; i++) if (i % padded >= classes) u[i] = 0;
    return { u, label: rng.below(classes) };
  };
  const scoresOf = ({ u }: Inputs): Float64Array => {
    const own = plain(u, size, padded);
    const trace = { u: own, o: own.map((x) => Number(x >= THRESHOLD)) };
    return decodeForward({ decode: way.decode, from }, steps, classes, trace);
  };
  const margin = (inputs: Inputs): number => lead(meanOf(scoresOf(inputs), classes), way.decode);
  const inputs = drawClear(draw, margin, 1e-4);
  const { u, label } = inputs;

  const scores = scoresOf(inputs);
  const mean = meanOf(scores, classes);
  const own = plain(u, size, padded);
  const trace = { u: own, o: own.map((x) => Number(x >= THRESHOLD)) };
  const dU = new Float64Array(steps * classes);
  const dO = new Float64Array(steps * classes);
  const slopes = lossBackward(way.loss, scores, classes, label).map((d) => d * SCALE);
  decodeBackward({ decode: way.decode, from }, steps, classes, trace, slopes, dU, dO);
  const window = steps - from;
  const rate = way.decode === 'rate';
  // Every step of the window gets the same dL/do, so the kernel writes one row of it.
  const gradient = pad((rate ? dO : dU).subarray(from * classes, (rate ? from + 1 : steps) * classes), classes, padded);
  const before = [0.5, 2];
  const result = [
    before[0]! + lossForward(way.loss, scores, classes, label),
    before[1]! + accuracy(scores, classes, label),
  ];
  return {
    margin: margin(inputs),
    returns: mean.indexOf(Math.max(...mean)),
    regions: {
      u: matrix(u, rows, padded),
      scores: { ...room('f32', 2 * padded), expected: pad(mean, classes, padded) },
      ...(way.gradient && { gradient: gradientRegion(gradient, rate ? 1 : window, padded) }),
      result: array('f64', before, result),
    },
    call: (k, address) =>
      k.readout({
        decode: DECODE[way.decode],
        windowStart: from,
        steps,
        size: padded,
        classes,
        u: address('u'),
        rows,
        firstRow: sample * steps,
        threshold: THRESHOLD,
        loss: LOSS[way.loss],
        label,
        scale: SCALE,
        scores: address('scores'),
        gradient: way.gradient ? address('gradient') : 0,
        result: address('result'),
      }),
  };
}

function gradientRegion(expected: Float64Array, rows: number, columns: number): Region {
  return matrix(new Float64Array(rows * columns).fill(Number.NaN), rows, columns, expected);
}

/** The rows of the sample without padding. */
function plain(u: Float64Array, { classes, steps, sample }: Size, padded: number): Float64Array {
  return Float64Array.from({ length: steps * classes }, (_, i) => {
    const row = sample * steps + Math.floor(i / classes);
    return u[row * padded + (i % classes)]!;
  });
}

function pad(rows: Float64Array, classes: number, padded: number): Float64Array {
  const out = new Float64Array((rows.length / classes) * padded);
  for (let i = 0; i < rows.length; i++) out[Math.floor(i / classes) * padded + (i % classes)] = rows[i]!;
  return out;
}

/** What the prediction is made from: with each-step the mean over the steps. */
function meanOf(scores: Float64Array, classes: number): Float64Array {
  const rows = scores.length / classes;
  const mean = new Float64Array(classes);
  scores.forEach((s, i) => {
    mean[i % classes]! += s / rows;
  });
  return mean;
}

/**
 * By how much the best class leads. Rates are counts, and last and max are inputs: they are compared exactly, ties and
 * all.
 */
function lead(scores: Float64Array, decode: Way['decode']): number {
  if (scores.length === 1 || (decode !== 'mean' && decode !== 'each-step')) return Number.POSITIVE_INFINITY;
  const [best, second] = [...scores].sort((a, b) => b - a);
  return best! - second!;
}

const sizes: Size[] = [
  { classes: 2, steps: 9, from: 0, samples: 2, sample: 1 },
  { classes: 4, steps: 6, from: 2, samples: 1, sample: 0 },
  { classes: 10, steps: 7, from: 6, samples: 3, sample: 1 },
  { classes: 11, steps: 1, from: 0, samples: 2, sample: 1 },
  { classes: 16, steps: 5, from: 1, samples: 2, sample: 0 },
  { classes: 20, steps: 12, from: 3, samples: 1, sample: 0 },
  { classes: 35, steps: 4, from: 0, samples: 2, sample: 1 },
  { classes: 64, steps: 3, from: 1, samples: 1, sample: 0 },
  { classes: 197, steps: 2, from: 0, samples: 1, sample: 0 },
  { classes: 1, steps: 3, from: 1, samples: 1, sample: 0 },
];

const label = ({ classes, steps, from }: Size): string => `${classes} classes, steps ${from} to ${steps - 1}`;

const ways: Way[] = (Object.keys(DECODE) as Way['decode'][]).flatMap((decode) =>
  (Object.keys(LOSS) as Way['loss'][]).flatMap((loss) => [true, false].map((gradient) => ({ decode, loss, gradient }))),
);

/** The output layer of the SHD network. */
const bench: Size = { classes: 20, steps: 100, from: 0, samples: 1, sample: 0 };

export const readoutEntries: KernelEntry[] = ways.map((way) => ({
  kernel: 'readout',
  variant: `${way.decode}, ${way.loss}${way.gradient ? ', with gradient' : ''}`,
  reference: 'decodeForward, lossForward, accuracy, lossBackward, decodeBackward (reference/readout.ts)',
  tolerance: TOLERANCE,
  because: 'float32 means over the steps and sums over the classes, exponentials and a logarithm',
  shapes: sizes.map((size) => ({ label: label(size), make: (rng) => make(rng, way, size) })),
  bench: {
    label: label(bench),
    make: (rng) => make(rng, way, bench),
    work: {
      adds: (100 * 20) / 4,
      bytes: 4 * 100 * 20 * (way.gradient && way.decode !== 'rate' ? 2 : 1),
    },
  },
}));
