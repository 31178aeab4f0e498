/** What lifBackward and its like are called with, drawn at random, and what the reference makes of it. */
import type { Rng } from '../../../../../base/random.ts';
import { addColumns } from '../../../../../reference/connection.ts';
import { lifBackward } from '../../../../../reference/lif.ts';
import type { RESET, SURROGATE } from '../../kernels.ts';
import { dropoutMaskOf } from '../dropout.ts';
import { uniform } from '../inputs.ts';
import { identity, type LifSize, layerOf, leaks, neuronOf, rowsOf, THRESHOLD, WIDTH } from './layers.ts';

/** Where the gradient enters: dL/do of a readout of rates, dL/du of one of potentials, the next layer, that and a price on spikes. */
export const DRIVES = ['rates', 'potentials', 'next layer', 'next layer and a price on spikes'] as const;

export interface BackwardWay {
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

export const HEIGHT = 1.5;
/** Distance of potentials to the threshold and to the edges of the window; a tie with the threshold is exact. */
const MARGIN = 1e-4;
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

export interface DrawnCase {
  way: BackwardWay;
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

export function draw(rng: Rng, way: BackwardWay, size: LifSize, columnsAbove: number): DrawnCase {
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
export function expectedOf(drawn: DrawnCase): { delta: Float64Array; dk: Float64Array } {
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
