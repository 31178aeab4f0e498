/** Entries of lifForward and lifForwardRecurrent: the membrane potentials and spikes of a layer. */
import type { Rng } from '../../../../../base/random.ts';
import { namesOf, RESETS } from '../../../../../models/neuron.ts';
import { lifForward } from '../../../../../reference/lif.ts';
import { RESET, recurrentWork } from '../../kernels.ts';
import { PANEL } from '../../panels.ts';
import {
  array,
  type KernelCase,
  type KernelEntry,
  type KernelWork,
  matrix,
  type Region,
  room,
  type Shape,
} from '../entry.ts';
import { drawClear, eighths, uniform } from '../inputs.ts';
import {
  identity,
  type LifSize,
  labelOf,
  layerOf,
  leaks,
  lifSizes,
  logit,
  neuronOf,
  rowsOf,
  STRIP,
  THRESHOLD,
} from './layers.ts';

interface Way {
  spiking: boolean;
  reset: keyof typeof RESET;
  recurrent: boolean;
  constant: boolean;
}

interface Inputs {
  u: Float64Array;
  constant: Float64Array;
  recurrent: Float64Array;
  k: Float64Array;
  /** Potentials and spikes [rows × neurons]. */
  after: Float64Array;
  spikes: Float64Array;
}

/** How strongly the neurons are driven: none fires, some do, all of them do in every step. */
type Drive = 'silent' | 'some' | 'all' | 'exact';

const BOUNDS: Record<Exclude<Drive, 'exact'>, [number, number]> = { silent: [-1, 0.01], some: [-0.8, 1], all: [3, 4] };
const TOLERANCE = 2e-6;

function draw(rng: Rng, way: Way, size: LifSize, drive: Drive): Inputs {
  const { size: n, steps, samples } = size;
  const exact = drive === 'exact';
  const [low, high] = exact ? [0, 0] : BOUNDS[drive];
  const numbers = (count: number): Float64Array => (exact ? eighths(rng, count) : uniform(rng, count, low, high));
  const u = numbers(samples * steps * n);
  const constant = numbers(samples * n);
  // Small enough that a driven neuron stays driven and a silent one silent.
  const recurrent = exact ? eighths(rng, n * n) : uniform(rng, n * n, -1 / n, 1 / n);
  const halves = new Float64Array(n).map(() => rng.below(3) / 2);
  const k = exact ? halves : drive === 'silent' ? new Float64Array(n).fill(0.5) : leaks(rng, n, rng.below(2) > 0).k;
  const layer = layerOf(n, neuronOf({ spiking: way.spiking, reset: way.reset, recurrent: way.recurrent }));
  const parameters = { weight: identity(n), leak: k.map(logit), recurrent: way.recurrent ? recurrent : undefined };
  const after = u.slice();
  const spikes = new Float64Array(u.length);
  for (let sample = 0; sample < samples; sample++) {
    const [begin, end] = rowsOf(size, sample);
    const x = u.slice(begin, end);
    if (way.constant) for (let i = 0; i < x.length; i++) x[i] = constant[sample * n + (i % n)]!;
    const trace = lifForward(layer, parameters, x, steps);
    after.set(trace.u, begin);
    spikes.set(trace.o, begin);
  }
  return { u, constant, recurrent, k, after, spikes };
}

/** Distance to the threshold of the nearest potential, relative to the largest one. */
function clearance({ after }: Inputs): number {
  let nearest = Number.POSITIVE_INFINITY;
  let largest = 0;
  for (const u of after) {
    nearest = Math.min(nearest, Math.abs(u - THRESHOLD));
    largest = Math.max(largest, Math.abs(u));
  }
  return nearest / largest;
}

function make(rng: Rng, way: Way, size: LifSize, drive: Drive): KernelCase {
  const { size: n, steps, samples } = size;
  const decides = way.spiking && drive !== 'exact';
  const clear = decides ? clearance : () => Number.POSITIVE_INFINITY;
  const inputs = drawClear(() => draw(rng, way, size, drive), clear, 2 * TOLERANCE);
  const rows = samples * steps;
  const panels = Math.ceil(n / PANEL);
  return {
    ...(drive === 'exact' ? { exact: true } : { margin: clear(inputs) }),
    regions: {
      u: matrix(inputs.u, rows, n, inputs.after),
      constant: matrix(inputs.constant, samples, n),
      leak: array('f32', inputs.k),
      recurrent: matrix(inputs.recurrent, n, n),
      spikeMasks: maskRegion(inputs.spikes, n, way.spiking),
      work: room('f32', recurrentWork(n, 0, samples)),
    },
    call: (k, address) => {
      const constant = way.constant ? address('constant') : 0;
      const shared = { rows, samples, steps, constantRows: samples, threshold: THRESHOLD, reset: RESET[way.reset] };
      if (way.recurrent)
        k.lifForwardRecurrent({
          ...shared,
          u: address('u'),
          size: n,
          constant,
          leak: address('leak'),
          recurrent: address('recurrent'),
          spikeMasks: address('spikeMasks'),
          work: address('work'),
        });
      else
        for (let c = 0; c < n; c += STRIP)
          k.lifForward({
            ...shared,
            u: address('u') + 4 * rows * c,
            columns: Math.min(STRIP, n - c),
            constant: constant && constant + 4 * samples * c,
            leak: address('leak') + 4 * c,
            spiking: way.spiking,
            spikeMasks: address('spikeMasks') + (2 * c) / PANEL,
            panels,
          });
    },
  };
}

/** Masks of sixteen neurons: bit i of (row, p) for neuron 16p + i. */
function maskRegion(spikes: Float64Array, n: number, spiking: boolean): Region {
  const panels = Math.ceil(n / PANEL);
  const masks = new Uint16Array((spikes.length / n) * panels);
  spikes.forEach((o, i) => {
    const [row, neuron] = [Math.floor(i / n), i % n];
    if (o) masks[row * panels + Math.floor(neuron / PANEL)]! |= 1 << (neuron % PANEL);
  });
  return spiking ? array('u16', new Array(masks.length).fill(0xbeef), masks) : array('u16', masks);
}

const all = (way: Way): Shape[] => [
  ...lifSizes.map((size) => ({ label: labelOf(size), make: (rng: Rng) => make(rng, way, size, 'some') })),
  ...(['silent', 'all', 'exact', 'exact'] as const).map((drive, i) => {
    const size = { size: [36, 20, 16, 8][i]!, steps: 4, samples: 2 };
    return { label: `${labelOf(size)}, ${drive}`, make: (rng: Rng) => make(rng, way, size, drive) };
  }),
];

const flags = [false, true];
const ways: Way[] = [
  ...namesOf(RESETS).flatMap((reset) =>
    flags.flatMap((recurrent) => flags.map((constant) => ({ spiking: true, reset, recurrent, constant }))),
  ),
  ...flags.map((constant) => ({ spiking: false, reset: 'none' as const, recurrent: false, constant })),
];

const words = ({ spiking, reset, constant }: Way): string =>
  [spiking ? `${reset} reset` : 'integrator', ...(constant ? ['constant input'] : [])].join(', ');

/** The hidden layer of the SHD network. */
const bench: LifSize = { size: 64, steps: 100, samples: 4 };

function bitsOf(mask: number): number {
  let count = 0;
  for (let m = mask; m; m &= m - 1) count++;
  return count;
}

/** An operand each for the input, the potential before and the comparison; a row of V for every spike received. */
function workOf({ recurrent, constant }: Way, { regions }: KernelCase): KernelWork {
  const { size, steps, samples } = bench;
  const spikes = recurrent ? Array.from(regions.spikeMasks!.expected!).reduce((sum, mask) => sum + bitsOf(mask), 0) : 0;
  return {
    adds: ((3 * samples * steps + spikes) * size) / 4,
    bytes: (constant ? 1 : 2) * 4 * samples * steps * size,
  };
}

const layers = ways.map(
  (way): KernelEntry => ({
    kernel: way.recurrent ? 'lifForwardRecurrent' : 'lifForward',
    variant: words(way),
    reference: 'lifForward (reference/lif.ts) with the identity for weights',
    tolerance: TOLERANCE,
    because: 'a float32 rounding per step and per spike received; no potential is that close to the threshold',
    shapes: all(way),
    bench: {
      label: labelOf(bench),
      make: (rng) => make(rng, way, bench, 'some'),
      work: (c) => workOf(way, c),
    },
  }),
);

export const lifForwardEntries: KernelEntry[] = layers;
