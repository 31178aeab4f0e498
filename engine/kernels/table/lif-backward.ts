/** Entries of lifBackward: from potentials to derivatives of the loss by them, last step first, in place. */
import type { Rng } from '../../random.ts';
import { backwardWork, RESET, SURROGATE } from '../kernels.ts';
import { addColumns, lifBackward } from '../reference/lif.ts';
import { keepOf } from './dropout.ts';
import { array, type Entry, type KernelCase, matrix, room, type Work } from './entry.ts';
import { uniform } from './inputs.ts';
import { identity, type LifSize, labelOf, layerOf, leaks, lifSizes, rowsOf, THRESHOLD, WIDTH } from './neuron.ts';

/** Where the gradient enters: dL/do of a readout of rates, dL/du of one of potentials, the next layer, that and a price on spikes. */
const DRIVES = ['rates', 'potentials', 'next layer', 'next layer and a price on spikes'] as const;

interface Way {
  spiking: boolean;
  reset: keyof typeof RESET;
  resetGradient: boolean;
  recurrent: boolean;
  shape: keyof typeof SURROGATE;
  drive: (typeof DRIVES)[number];
  learnable: boolean;
  dropout: boolean;
}

const HEIGHT = 1.5;
/** Distance of potentials to the threshold and to the edges of the window; a tie with the threshold is exact. */
const MARGIN = 1e-4;
/** Columns of the next layer: within a panel, one panel, more. */
const NEXT_SIZES = [4, 12, 16, 20, 36, 52];

/** Potentials in and around the window, a few of them exactly at the threshold. */
function potentials(rng: Rng, count: number): Float64Array {
  const clear = (u: number): boolean =>
    [THRESHOLD, THRESHOLD - WIDTH, THRESHOLD + WIDTH].every((edge) => Math.abs(u - edge) > MARGIN);
  return Float64Array.from({ length: count }, () => {
    if (rng.below(12) === 0) return THRESHOLD;
    let u = 0;
    do u = Math.fround(THRESHOLD + 2 * WIDTH * (2 * rng.uniform() - 1));
    while (!clear(u));
    return u;
  });
}

function make(rng: Rng, way: Way, size: LifSize, columnsAbove: number): KernelCase {
  const { size: n, steps, samples, sample } = size;
  const rows = samples * steps;
  const [begin, end] = rowsOf(size);
  const u = potentials(rng, rows * n);
  const { k, a } = leaks(rng, n, way.learnable);
  const fromNext = way.drive.startsWith('next');
  const from = way.drive === 'next layer' ? 0 : rng.below(steps);
  const nextSize = fromNext ? columnsAbove : 0;
  const next = uniform(rng, n * nextSize);
  const nextDelta = uniform(rng, rows * nextSize);
  const keep = keepOf(rng, n, way.dropout ? 0.4 : 0);
  const recurrent = uniform(rng, n * n, -2 / n, 2 / n);
  const gO = uniform(rng, n);
  const gU = uniform(rng, (steps - from) * n);
  const dk = uniform(rng, n);
  const useO = way.drive === 'rates' || way.drive === 'next layer and a price on spikes';
  const useU = way.drive === 'potentials';

  // The same derivatives from outside the layer, step by step.
  const dU = new Float64Array(steps * n);
  const dO = new Float64Array(steps * n);
  if (useU) dU.set(gU, from * n);
  for (let t = 0; t < steps; t++) {
    if (useO && t >= from) dO.set(gO, t * n);
    const delta = nextDelta.subarray((sample * steps + t) * nextSize, (sample * steps + t + 1) * nextSize);
    if (!fromNext) continue;
    const received = new Float64Array(n);
    addColumns(received, next, delta);
    for (let i = 0; i < n; i++) dO[t * n + i]! += keep[i]! * received[i]!;
  }
  const { spiking, reset, resetGradient } = way;
  const surrogate = { shape: way.shape, width: WIDTH, height: HEIGHT };
  const kind = spiking ? 'spiking' : 'integrator';
  const layer = layerOf(n, { kind, reset, resetGradient, recurrent: way.recurrent, surrogate });
  const parameters = { weight: identity(n), leak: a, recurrent: way.recurrent ? recurrent : undefined };
  const trace = { u: u.slice(begin, end), o: u.slice(begin, end).map((x) => Number(spiking && x >= THRESHOLD)) };
  const gradients = { weight: new Float64Array(n * n), leak: new Float64Array(n) };
  const delta = new Float64Array(steps * n);
  lifBackward(layer, parameters, new Float64Array(steps * n), steps, trace, dU, dO, gradients, delta);
  const expected = u.slice();
  expected.set(delta, begin);
  return {
    regions: {
      u: matrix(u, rows, n, expected),
      leak: array('f32', k),
      next: matrix(next, n, nextSize),
      nextDelta: matrix(nextDelta, rows, nextSize),
      keep: array('f32', keep),
      recurrent: matrix(recurrent, n, n),
      gO: array('f32', gO),
      gU: matrix(gU, steps - from, n),
      // da = dk·k·(1 − k)
      dk: array(
        'f32',
        dk,
        way.learnable ? dk.map((x, i) => x + gradients.leak[i]! / (k[i]! * (1 - k[i]!))) : undefined,
      ),
      work: room('f32', backwardWork(n)),
    },
    call: (kernels, at) =>
      // biome-ignore format: one line per group of arguments
      kernels.lifBackward(
        at('u'), rows, sample * steps, steps, n, at('leak'), THRESHOLD, RESET[reset], Number(resetGradient),
        Number(spiking), SURROGATE[way.shape], WIDTH, HEIGHT,
        fromNext ? at('next') : 0, nextSize, fromNext ? at('nextDelta') : 0, way.dropout ? at('keep') : 0,
        way.recurrent ? at('recurrent') : 0, useO ? at('gO') : 0, useU ? at('gU') : 0, from,
        way.learnable ? at('dk') : 0, at('work'),
      ),
  };
}

const flags = [false, true];
const resets = [
  { reset: 'hard', resetGradient: true },
  { reset: 'hard', resetGradient: false },
  { reset: 'soft', resetGradient: true },
  { reset: 'soft', resetGradient: false },
  { reset: 'none', resetGradient: true },
] as const;
const shapes = Object.keys(SURROGATE) as Way['shape'][];

const ways: Way[] = [
  ...resets.flatMap((reset) =>
    shapes.flatMap((shape) =>
      DRIVES.flatMap((drive) =>
        flags.flatMap((recurrent) =>
          flags.flatMap((learnable) =>
            (drive.startsWith('next') ? flags : [false]).map((dropout) => ({
              spiking: true,
              ...reset,
              recurrent,
              shape,
              drive,
              learnable,
              dropout,
            })),
          ),
        ),
      ),
    ),
  ),
  ...flags.map((learnable): Way => {
    const fixed = {
      spiking: false,
      reset: 'none',
      resetGradient: true,
      recurrent: false,
      shape: 'rectangular',
      dropout: false,
    } as const;
    return { ...fixed, drive: 'potentials', learnable };
  }),
];

const words = (way: Way): string =>
  [
    way.spiking ? `${way.reset} reset` : 'integrator',
    ...(way.resetGradient ? [] : ['detached']),
    ...(way.recurrent ? ['recurrent'] : []),
    ...(way.spiking ? [way.shape] : []),
    `from ${way.drive}`,
    ...(way.learnable ? ['learned leak'] : []),
    ...(way.dropout ? ['dropout'] : []),
  ].join(', ');

/** The hidden layer of the SHD network, below its 20 outputs. */
const bench: LifSize = { size: 64, steps: 100, samples: 1, sample: 0 };
const BENCH_NEXT = 20;

export const lifBackwardEntries: Entry[] = ways.map((way) => ({
  kernel: 'lifBackward',
  variant: words(way),
  reference: 'lifBackward (reference/lif.ts) with the identity for weights, whose dx is δ',
  tolerance: 5e-6,
  because: 'a few float32 roundings per step, carried on to the steps before; exponentials of some surrogates',
  shapes: lifSizes.map((size) => ({
    label: labelOf(size),
    make: (rng) => make(rng, way, size, NEXT_SIZES[rng.below(NEXT_SIZES.length)]!),
  })),
  bench: {
    label: labelOf(bench),
    make: (rng) => make(rng, way, bench, BENCH_NEXT),
    work: benchWork(way),
  },
}));

/** Of every neuron: window, δ, and the leak's share. Of those in the window: dot products with the columns above and beside. */
function benchWork({ shape, drive, recurrent, learnable }: Way): Work {
  const { size, steps } = bench;
  const columns = (drive.startsWith('next') ? BENCH_NEXT : 0) + (recurrent ? size : 0);
  // The potentials lie twice as wide as a window; without one every neuron is inside.
  const open = shape === 'rectangular' || shape === 'triangular' ? size / 2 : size;
  const elementwise = (3 + Number(learnable)) * size;
  return { adds: (steps * (elementwise + open * columns)) / 4, bytes: 4 * steps * (2 * size + columns) };
}
