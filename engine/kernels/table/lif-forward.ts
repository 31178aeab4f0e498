/** Entries of lifForward: the membrane potentials and spikes of a layer over the steps of one sample. */
import type { Rng } from '../../random.ts';
import { RESET, SPARE_EVENTS } from '../kernels.ts';
import { type LifTrace, lifForward } from '../reference/lif.ts';
import { array, type Entry, type KernelCase, matrix, type Shape } from './entry.ts';
import { drawClear, eighths, uniform } from './inputs.ts';
import { identity, type LifSize, labelOf, layerOf, leaks, lifSizes, logit, rowsOf, THRESHOLD } from './neuron.ts';

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
  trace: LifTrace;
}

/** How strongly the neurons are driven: none fires, some do, all of them do in every step. */
type Drive = 'silent' | 'some' | 'all' | 'exact';

const BOUNDS: Record<Exclude<Drive, 'exact'>, [number, number]> = { silent: [-1, 0.01], some: [-0.8, 1], all: [3, 4] };
const TOLERANCE = 2e-6;

function draw(rng: Rng, way: Way, size: LifSize, drive: Drive): Inputs {
  const n = size.size;
  const exact = drive === 'exact';
  const [low, high] = exact ? [0, 0] : BOUNDS[drive];
  const numbers = (count: number): Float64Array => (exact ? eighths(rng, count) : uniform(rng, count, low, high));
  const u = numbers(size.samples * size.steps * n);
  const constant = numbers(size.samples * n);
  // Small enough that a driven neuron stays driven and a silent one silent.
  const recurrent = exact ? eighths(rng, n * n) : uniform(rng, n * n, -1 / n, 1 / n);
  const halves = new Float64Array(n).map(() => rng.below(3) / 2);
  const k = exact ? halves : drive === 'silent' ? new Float64Array(n).fill(0.5) : leaks(rng, n, rng.below(2) > 0).k;
  const x = u.slice(...rowsOf(size));
  if (way.constant) for (let i = 0; i < x.length; i++) x[i] = constant[size.sample * n + (i % n)]!;
  const layer = layerOf(n, { ...way, kind: way.spiking ? 'spiking' : 'integrator' });
  const parameters = { weight: identity(n), leak: k.map(logit), recurrent: way.recurrent ? recurrent : undefined };
  return { u, constant, recurrent, k, trace: lifForward(layer, parameters, x, size.steps) };
}

/** Distance to the threshold of the nearest potential, relative to the largest one. */
function clearance({ trace }: Inputs): number {
  let nearest = Number.POSITIVE_INFINITY;
  let largest = 0;
  for (const u of trace.u) {
    nearest = Math.min(nearest, Math.abs(u - THRESHOLD));
    largest = Math.max(largest, Math.abs(u));
  }
  return nearest / largest;
}

function make(rng: Rng, way: Way, size: LifSize, drive: Drive): KernelCase {
  const { size: n, steps, samples, sample } = size;
  const decides = way.spiking && drive !== 'exact';
  const clear = decides ? clearance : () => Number.POSITIVE_INFINITY;
  const inputs = drawClear(() => draw(rng, way, size, drive), clear, 2 * TOLERANCE);
  const first = sample * steps;
  const rows = samples * steps;
  const u = inputs.u.slice();
  u.set(inputs.trace.u, first * n);

  // Spikes of the samples before this one stand at the head of the list.
  const offsets = new Uint32Array(rows + 1);
  offsets.fill(sample * 2, 0, first + 1);
  const before = Array.from({ length: sample * 2 }, (_, i) => i % n);
  const spikes = [...before];
  const expected = offsets.slice();
  for (let t = 0; t < steps && way.spiking; t++) {
    for (let i = 0; i < n; i++) if (inputs.trace.o[t * n + i]) spikes.push(i);
    expected[first + t + 1] = spikes.length;
  }
  const capacity = before.length + steps * n + SPARE_EVENTS;
  const channels = Array.from({ length: capacity }, (_, i) => before[i] ?? 0xffff);
  return {
    ...(drive === 'exact' ? { exact: true } : { margin: clear(inputs) }),
    regions: {
      u: matrix(inputs.u, rows, n, u),
      constant: matrix(inputs.constant, samples, n),
      leak: array('f32', inputs.k),
      recurrent: matrix(inputs.recurrent, n, n),
      offsets: array('u32', offsets, expected),
      channels: array('u16', channels, spikes),
    },
    call: (k, at) =>
      // biome-ignore format: one line per group of arguments
      k.lifForward(
        at('u'), rows, first, way.constant ? at('constant') : 0, samples, sample,
        steps, n, at('leak'), THRESHOLD, RESET[way.reset], Number(way.spiking),
        way.recurrent ? at('recurrent') : 0, at('offsets') + 4 * first, at('channels'),
      ),
  };
}

const all = (way: Way): Shape[] => [
  ...lifSizes.map((size) => ({ label: labelOf(size), make: (rng: Rng) => make(rng, way, size, 'some') })),
  ...(['silent', 'all', 'exact', 'exact'] as const).map((drive, i) => {
    const size = { size: [36, 20, 16, 8][i]!, steps: 4, samples: 2, sample: 1 };
    return { label: `${labelOf(size)}, ${drive}`, make: (rng: Rng) => make(rng, way, size, drive) };
  }),
];

const flags = [false, true];
const ways: Way[] = [
  ...(['hard', 'soft', 'none'] as const).flatMap((reset) =>
    flags.flatMap((recurrent) => flags.map((constant) => ({ spiking: true, reset, recurrent, constant }))),
  ),
  ...flags.map((constant) => ({ spiking: false, reset: 'none' as const, recurrent: false, constant })),
];

const words = ({ spiking, reset, recurrent, constant }: Way): string =>
  [
    spiking ? `${reset} reset` : 'integrator',
    ...(recurrent ? ['recurrent'] : []),
    ...(constant ? ['constant input'] : []),
  ].join(', ');

/** The hidden layer of the SHD network. */
const bench: LifSize = { size: 64, steps: 100, samples: 1, sample: 0 };

export const lifForwardEntries: Entry[] = ways.map((way) => ({
  kernel: 'lifForward',
  variant: words(way),
  reference: 'lifForward (reference/lif.ts) with the identity for weights',
  tolerance: TOLERANCE,
  because: 'a float32 rounding per step and per spike received; no potential is that close to the threshold',
  shapes: all(way),
  bench: {
    label: labelOf(bench),
    make: (rng) => make(rng, way, bench, 'some'),
    // An operand each for the input, the potential before and the comparison; a row of V for every spike received.
    work: ({ regions }) => {
      const spikes = way.recurrent ? regions.channels!.expected!.length : 0;
      const { size, steps } = bench;
      return { adds: ((3 * steps + spikes) * size) / 4, bytes: (way.constant ? 1 : 2) * 4 * steps * size };
    },
  },
}));
