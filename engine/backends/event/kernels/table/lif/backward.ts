/** Entries of lifBackward, lifBackwardRecurrent and lifBackwardSteps: from potentials to derivatives of the loss by them, last step first, in place. */
import type { Rng } from '../../../../../base/random.ts';
import { namesOf, RESETS } from '../../../../../models/neuron.ts';
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
import { array, type KernelCase, type KernelEntry, type KernelWork, matrix, type Region, room } from '../entry.ts';
import { type BackwardWay, DRIVES, type DrawnCase, draw, expectedOf, HEIGHT } from './backward-cases.ts';
import { type LifSize, labelOf, lifSizes, STRIP, THRESHOLD, WIDTH } from './layers.ts';

/** Columns of the next layer: within a panel, one panel, more. Step by step they count their padding, else they need not. */
const NEXT_SIZES = {
  lifBackwardSteps: [4, 12, 16, 20, 36, 52],
  lifBackward: [2, 12, 16, 17, 36, 47],
  lifBackwardRecurrent: [2, 12, 16, 17, 36, 47],
};

function make(rng: Rng, way: BackwardWay, size: LifSize, columnsAbove: number): KernelCase {
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
function call(kernels: Kernels, address: (region: string) => number, drawn: DrawnCase): void {
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
const shapes = Object.keys(SURROGATE) as BackwardWay['shape'][];

/** Below a wide layer one goes by steps, too, without recurrence. */
const KERNELS = [
  { kernel: 'lifBackward', recurrent: false },
  { kernel: 'lifBackwardSteps', recurrent: false },
  { kernel: 'lifBackwardSteps', recurrent: true },
  { kernel: 'lifBackwardRecurrent', recurrent: true },
] as const;

const ways: BackwardWay[] = [
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
  ...flags.map((learnable): BackwardWay => {
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

const words = (way: BackwardWay): string =>
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

const sizesOf = ({ kernel }: BackwardWay): LifSize[] =>
  lifSizes.filter(({ size }) => kernel !== 'lifBackwardRecurrent' || size <= MAX_PANELWISE_RECURRENT);

export const lifBackwardEntries: KernelEntry[] = ways.map((way) => ({
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
function benchWork({ shape, drive, recurrent, learnable }: BackwardWay): KernelWork {
  const { size } = bench;
  const steps = bench.steps * bench.samples;
  const columns = (drive.startsWith('next') ? BENCH_NEXT : 0) + (recurrent ? size : 0);
  // The potentials lie twice as wide as a window; without one every neuron is inside.
  const active = shape === 'rectangular' || shape === 'triangular' ? size / 2 : size;
  const elementwise = (3 + Number(learnable)) * size;
  return { adds: (steps * (elementwise + active * columns)) / 4, bytes: 4 * steps * (2 * size + columns) };
}
