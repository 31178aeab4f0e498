/** Entries of lifBackward, lifBackwardRecurrent and lifBackwardSteps: from potentials to derivatives of the loss by them, last step first, in place. */
import type { Rng } from '../../../../../base/random.ts';
import { namesOf, RESETS } from '../../../../../models/neuron.ts';
import { addColumns, lifBackward } from '../../../../../reference/lif.ts';
import {
  BACKWARD_WORK,
  type Kernels,
  MAX_PANELWISE_RECURRENT,
  RESET,
  recurrentWork,
  SURROGATE,
  stepsWork,
} from '../../kernels.ts';
import { roundUp, toPanels } from '../../panels.ts';
import { dropoutMaskOf } from '../dropout.ts';
import { array, type Entry, type KernelCase, matrix, type Region, room, type Work } from '../entry.ts';
import { uniform } from '../inputs.ts';
import {
  identity,
  type LifSize,
  labelOf,
  layerOf,
  leaks,
  lifSizes,
  neuronOf,
  rowsOf,
  STRIP,
  THRESHOLD,
  WIDTH,
} from './layers.ts';

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
  /** Step by step, panel by panel, or that with recurrence. */
  kernel: 'lifBackwardSteps' | 'lifBackward' | 'lifBackwardRecurrent';
}

const HEIGHT = 1.5;
/** Distance of potentials to the threshold and to the edges of the window; a tie with the threshold is exact. */
const MARGIN = 1e-4;
/** Columns of the next layer: within a panel, one panel, more. Step by step they count their padding, else they need not. */
const NEXT_SIZES = {
  lifBackwardSteps: [4, 12, 16, 20, 36, 52],
  lifBackward: [2, 12, 16, 17, 36, 47],
  lifBackwardRecurrent: [2, 12, 16, 17, 36, 47],
};

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

interface Drawn {
  way: Way;
  size: LifSize;
  rows: number;
  u: Float64Array;
  k: Float64Array;
  /** k = σ(a) */
  a: Float64Array;
  /** First step that the readout looks at. */
  from: number;
  nextSize: number;
  next: Float64Array;
  nextDelta: Float64Array;
  dropoutMask: Float64Array;
  recurrent: Float64Array;
  gO: Float64Array;
  gU: Float64Array;
  dk: Float64Array;
  /** Where the gradient enters. */
  use: { next: boolean; o: boolean; u: boolean };
}

function draw(rng: Rng, way: Way, size: LifSize, columnsAbove: number): Drawn {
  const { size: n, steps, samples } = size;
  const rows = samples * steps;
  const u = potentials(rng, rows * n);
  const { k, a } = leaks(rng, n, way.learnable);
  const fromNext = way.drive.startsWith('next');
  const from = way.drive === 'next layer' ? 0 : rng.below(steps);
  const nextSize = fromNext ? columnsAbove : 0;
  return {
    way,
    size,
    rows,
    u,
    k,
    a,
    from,
    nextSize,
    next: uniform(rng, n * nextSize),
    nextDelta: uniform(rng, rows * nextSize),
    dropoutMask: dropoutMaskOf(rng, samples * n, way.dropout ? 0.4 : 0),
    recurrent: uniform(rng, n * n, -2 / n, 2 / n),
    gO: uniform(rng, samples * n),
    gU: uniform(rng, samples * (steps - from) * n),
    dk: uniform(rng, n),
    use: {
      next: fromNext,
      o: way.drive === 'rates' || way.drive === 'next layer and a price on spikes',
      u: way.drive === 'potentials',
    },
  };
}

/** δ [rows, n] and dL/dk [n] as the reference has them, sample by sample. */
function expectedOf(drawn: Drawn): { delta: Float64Array; dk: Float64Array } {
  const { way, size, u, k, a, from, nextSize, next, nextDelta, dropoutMask, recurrent, gO, gU, use } = drawn;
  const { size: n, steps, samples } = size;
  const { spiking, reset, resetGradient } = way;
  const surrogate = { shape: way.shape, width: WIDTH, height: HEIGHT };
  const layer = layerOf(n, neuronOf({ spiking, reset, resetGradient, recurrent: way.recurrent, surrogate }));
  const parameters = { weight: identity(n), leak: a, recurrent: way.recurrent ? recurrent : undefined };
  const expected = u.slice();
  const dk = drawn.dk.slice();
  for (let sample = 0; sample < samples; sample++) {
    const [begin, end] = rowsOf(size, sample);
    // The same derivatives from outside the layer, step by step.
    const dU = new Float64Array(steps * n);
    const dO = new Float64Array(steps * n);
    if (use.u) dU.set(gU.subarray(sample * (steps - from) * n, (sample + 1) * (steps - from) * n), from * n);
    for (let t = 0; t < steps; t++) {
      if (use.o && t >= from) dO.set(gO.subarray(sample * n, (sample + 1) * n), t * n);
      const delta = nextDelta.subarray((sample * steps + t) * nextSize, (sample * steps + t + 1) * nextSize);
      if (!use.next) continue;
      const received = new Float64Array(n);
      addColumns(received, next, delta);
      for (let i = 0; i < n; i++) dO[t * n + i]! += dropoutMask[sample * n + i]! * received[i]!;
    }
    const trace = { u: u.slice(begin, end), o: u.slice(begin, end).map((x) => Number(spiking && x >= THRESHOLD)) };
    const gradients = { weight: new Float64Array(n * n), leak: new Float64Array(n) };
    const delta = new Float64Array(steps * n);
    lifBackward(layer, parameters, new Float64Array(steps * n), steps, trace, dU, dO, gradients, delta);
    expected.set(delta, begin);
    // da = dk·k·(1 − k)
    for (let i = 0; i < n; i++) dk[i]! += gradients.leak[i]! / (k[i]! * (1 - k[i]!));
  }
  return { delta: expected, dk };
}

function make(rng: Rng, way: Way, size: LifSize, columnsAbove: number): KernelCase {
  const drawn = draw(rng, way, size, columnsAbove);
  const expected = expectedOf(drawn);
  const { rows, u, k, from, nextSize, next, nextDelta, dropoutMask, recurrent, gO, gU, dk } = drawn;
  const { size: n, steps, samples } = size;
  return {
    regions: {
      u: matrix(u, rows, n, expected.delta),
      leak: array('f32', k),
      next: paddedMatrix(next, n, nextSize),
      nextDelta: paddedMatrix(nextDelta, rows, nextSize),
      dropoutMask: array('f32', dropoutMask),
      recurrent: matrix(recurrent, n, n),
      gO: array('f32', gO),
      gU: array('f32', samplesToPanels(gU, samples, steps - from, n)),
      dk: array('f32', dk, way.learnable ? expected.dk : undefined),
      work: room('f32', Math.max(BACKWARD_WORK, recurrentWork(n, nextSize, samples), stepsWork(n, nextSize, samples))),
    },
    call: (kernels, address) => call(kernels, address, drawn),
  };
}

/** The kernel on what was drawn: a whole layer, or strip by strip. */
function call(kernels: Kernels, address: (region: string) => number, drawn: Drawn): void {
  const { way, rows, from, nextSize, use } = drawn;
  const { size: n, samples, steps } = drawn.size;
  const optional = (used: boolean, region: string, element = 0): number => (used ? address(region) + 4 * element : 0);
  const shared = {
    rows,
    samples,
    steps,
    threshold: THRESHOLD,
    reset: RESET[way.reset],
    resetGradient: way.resetGradient,
    shape: SURROGATE[way.shape],
    width: WIDTH,
    height: HEIGHT,
    next: optional(use.next, 'next'),
    nextSize,
    nextDelta: optional(use.next, 'nextDelta'),
    windowStart: from,
    work: address('work'),
  };
  if (way.kernel !== 'lifBackward') {
    kernels[way.kernel]({
      ...shared,
      u: address('u'),
      size: n,
      leak: address('leak'),
      dropoutMask: optional(way.dropout, 'dropoutMask'),
      recurrent: optional(way.recurrent, 'recurrent'),
      gO: optional(use.o, 'gO'),
      gU: optional(use.u, 'gU'),
      dk: optional(way.learnable, 'dk'),
    });
    return;
  }
  for (let c = 0; c < n; c += STRIP)
    kernels.lifBackward({
      ...shared,
      u: address('u') + 4 * rows * c,
      columns: Math.min(STRIP, n - c),
      leak: address('leak') + 4 * c,
      spiking: way.spiking,
      nextRows: n,
      nextFirst: c,
      dropoutMask: optional(way.dropout, 'dropoutMask', c),
      gO: optional(use.o, 'gO', c),
      gU: optional(use.u, 'gU', (steps - from) * c),
      stride: n,
      dk: optional(way.learnable, 'dk', c),
    });
}

/** A matrix with columns up to the next multiple of 4 that nobody may look at. */
function paddedMatrix(values: Float64Array, rows: number, columns: number): Region {
  const padded = roundUp(columns, 4);
  const all = new Float64Array(rows * padded).fill(Number.NaN);
  for (let r = 0; r < rows; r++) all.set(values.subarray(r * columns, (r + 1) * columns), r * padded);
  return matrix(all, rows, padded);
}

/** A matrix [rows × columns] for each sample, each in panels. */
function samplesToPanels(plain: Float64Array, samples: number, rows: number, columns: number): Float64Array {
  const stored = new Float64Array(plain.length);
  const size = rows * columns;
  for (let b = 0; b < samples; b++)
    stored.set(toPanels(plain.subarray(b * size, (b + 1) * size), rows, columns), b * size);
  return stored;
}

const flags = [false, true];
const resets = namesOf(RESETS).flatMap((reset) =>
  (reset === 'none' ? [true] : [true, false]).map((resetGradient) => ({ reset, resetGradient })),
);
const shapes = Object.keys(SURROGATE) as Way['shape'][];

/** Below a wide layer one goes by steps, too, without recurrence. */
const KERNELS = [
  { kernel: 'lifBackward', recurrent: false },
  { kernel: 'lifBackwardSteps', recurrent: false },
  { kernel: 'lifBackwardSteps', recurrent: true },
  { kernel: 'lifBackwardRecurrent', recurrent: true },
] as const;

const ways: Way[] = [
  ...resets.flatMap((reset) =>
    shapes.flatMap((shape) =>
      DRIVES.flatMap((drive) =>
        KERNELS.flatMap((kernel) =>
          flags.flatMap((learnable) =>
            (drive.startsWith('next') ? flags : [false]).map((dropout) => ({
              spiking: true,
              ...reset,
              ...kernel,
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
      kernel: 'lifBackward',
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
const bench: LifSize = { size: 64, steps: 100, samples: 4 };
const BENCH_NEXT = 20;

const sizesOf = ({ kernel }: Way): LifSize[] =>
  lifSizes.filter(({ size }) => kernel !== 'lifBackwardRecurrent' || size <= MAX_PANELWISE_RECURRENT);

export const lifBackwardEntries: Entry[] = ways.map((way) => ({
  kernel: way.kernel,
  variant: words(way),
  reference: 'lifBackward (reference/lif.ts) with the identity for weights, whose dx is δ',
  tolerance: 5e-6,
  because: 'a few float32 roundings per step, carried on to the steps before; exponentials of some surrogates',
  shapes: sizesOf(way).map((size) => ({
    label: labelOf(size),
    make: (rng) => {
      const sizes = NEXT_SIZES[way.kernel];
      return make(rng, way, size, sizes[rng.below(sizes.length)]!);
    },
  })),
  bench: {
    label: labelOf(bench),
    make: (rng) => make(rng, way, bench, BENCH_NEXT),
    work: benchWork(way),
  },
}));

/** Of every neuron: window, δ, and the leak's share. Of those in the window: dot products with the columns above and beside. */
function benchWork({ shape, drive, recurrent, learnable }: Way): Work {
  const { size } = bench;
  const steps = bench.steps * bench.samples;
  const columns = (drive.startsWith('next') ? BENCH_NEXT : 0) + (recurrent ? size : 0);
  // The potentials lie twice as wide as a window; without one every neuron is inside.
  const active = shape === 'rectangular' || shape === 'triangular' ? size / 2 : size;
  const elementwise = (3 + Number(learnable)) * size;
  return { adds: (steps * (elementwise + active * columns)) / 4, bytes: 4 * steps * (2 * size + columns) };
}
