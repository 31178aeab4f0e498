/** Entries of cellForward and cellBackward: one step of an RNN, LSTM or GRU for a block of samples. */
import type { Rng } from '../../../../base/random.ts';
import { gatesOf } from '../../../../models/plan.ts';
import { cells, type GatedStep } from '../../../../reference/gated.ts';
import { CELL } from '../kernels.ts';
import { type KernelCase, type KernelEntry, matrix, type Shape } from './entry.ts';
import { uniform } from './inputs.ts';

type Kind = keyof typeof CELL;

interface Size {
  samples: number;
  steps: number;
  t: number;
  size: number;
}

const sizes: Size[] = [
  { samples: 1, steps: 1, t: 0, size: 16 },
  { samples: 3, steps: 4, t: 2, size: 16 },
  { samples: 5, steps: 3, t: 0, size: 48 },
  { samples: 2, steps: 6, t: 5, size: 32 },
];
const labelOf = ({ samples, steps, t, size }: Size): string =>
  `${size} units, ${samples} samples, step ${t} of ${steps}`;

/** A state as it may be before step t; the arguments of σ and tanh reach from nearly 0 to saturation. */
function gatedSteps(rng: Rng, kind: Kind, { samples, t, size: N }: Size): GatedStep[] {
  const gates = gatesOf({ kind });
  return Array.from({ length: samples }, (_, s) => {
    const reach = [1e-3, 1, 8, 40][s % 4]!;
    const zero = new Float64Array(N);
    const m: GatedStep = {
      a: uniform(rng, gates * N, -reach, reach),
      r: uniform(rng, gates * N, -reach, reach),
      gate: new Float64Array(gates * N),
      h: zero.slice(),
      c: zero.slice(),
      hBefore: t > 0 ? uniform(rng, N) : zero,
      cBefore: t > 0 ? uniform(rng, N, -2, 2) : zero,
    };
    for (let n = 0; n < N; n++) cells[kind].forward(m, n, N);
    return m;
  });
}

/** A matrix with the rows of step t replaced by `row` of each sample. */
function withStep(values: Float64Array, { samples, t }: Size, columns: number, row: (s: number) => Float64Array) {
  const out = values.slice();
  for (let s = 0; s < samples; s++) out.set(row(s), (t * samples + s) * columns);
  return out;
}

const joined = (rows: Float64Array[]): Float64Array => Float64Array.from(rows.flatMap((row) => [...row]));

/** What the kernel keeps in `extra` besides: the cell state of the LSTM before the step, of the GRU nothing. */
function extraBefore(rng: Rng, kind: Kind, size: Size, ms: GatedStep[]): Float64Array {
  const rows = uniform(rng, size.samples * size.steps * size.size);
  if (kind !== 'lstm' || size.t === 0) return rows;
  return withStep(rows, { ...size, t: size.t - 1 }, size.size, (s) => ms[s]!.cBefore);
}

function makeForward(rng: Rng, kind: Kind, size: Size, constant: boolean, share: number): KernelCase {
  const { samples, steps, t, size: N } = size;
  const rows = samples * steps;
  const columns = gatesOf({ kind }) * N;
  const ms = gatedSteps(rng, kind, size);
  const noise = uniform(rng, rows * columns);
  const gates = constant ? noise : withStep(noise, size, columns, (s) => ms[s]!.a);
  const extra = extraBefore(rng, kind, size, ms);
  const before = uniform(rng, rows * N);
  const mean = uniform(rng, samples * N);
  const extraOf = (s: number): Float64Array => (kind === 'lstm' ? ms[s]!.c : ms[s]!.r.slice(2 * N));
  const h = joined(ms.map((m) => m.h));
  return {
    regions: {
      current: matrix(joined(ms.map((m) => m.a)), samples, columns),
      r: matrix(joined(ms.map((m) => m.r)), samples, columns),
      gates: matrix(
        gates,
        rows,
        columns,
        withStep(gates, size, columns, (s) => ms[s]!.gate),
      ),
      before: matrix(
        before,
        rows,
        N,
        withStep(before, size, N, (s) => ms[s]!.hBefore),
      ),
      extra: matrix(extra, rows, N, kind === 'rnn' ? extra : withStep(extra, size, N, extraOf)),
      h: matrix(joined(ms.map((m) => m.hBefore)), samples, N, h),
      mean: matrix(
        mean,
        samples,
        N,
        mean.map((x, i) => x + share * h[i]!),
      ),
    },
    call: (k, address) =>
      k.cellForward({
        kind: CELL[kind],
        samples,
        steps,
        t,
        size: N,
        input: constant ? address('current') : address('gates'),
        inputRows: constant ? samples : rows,
        inputFirst: constant ? 0 : t * samples,
        r: address('r'),
        gates: address('gates'),
        before: address('before'),
        extra: address('extra'),
        h: address('h'),
        mean: share ? address('mean') : 0,
        share,
      }),
  };
}

function makeBackward(rng: Rng, kind: Kind, size: Size, share: number): KernelCase {
  const { samples, steps, t, size: N } = size;
  const rows = samples * steps;
  const columns = gatesOf({ kind }) * N;
  const ms = gatedSteps(rng, kind, size);
  const dMean = uniform(rng, samples * N);
  const dh = uniform(rng, samples * N);
  const dc = kind === 'lstm' ? uniform(rng, samples * N) : new Float64Array(samples * N);
  const grads = ms.map((m, s) => {
    const d = {
      da: new Float64Array(columns),
      dr: new Float64Array(columns),
      dh: Float64Array.from({ length: N }, (_, n) => dh[s * N + n]! + share * dMean[s * N + n]!),
      dc: dc.slice(s * N, (s + 1) * N),
      dhBefore: new Float64Array(N),
      dcBefore: new Float64Array(N),
    };
    for (let n = 0; n < N; n++) cells[kind].backward(m, d, n, N);
    return d;
  });
  const gates = withStep(uniform(rng, rows * columns), size, columns, (s) => ms[s]!.gate);
  const before = withStep(uniform(rng, rows * N), size, N, (s) => ms[s]!.hBefore);
  const extraOf = (s: number): Float64Array => (kind === 'lstm' ? ms[s]!.c : ms[s]!.r.slice(2 * N));
  const noise = extraBefore(rng, kind, size, ms);
  const extra = kind === 'rnn' ? noise : withStep(noise, size, N, extraOf);
  return {
    regions: {
      gates: matrix(
        gates,
        rows,
        columns,
        withStep(gates, size, columns, (s) => grads[s]!.da),
      ),
      before: matrix(before, rows, N),
      extra: matrix(
        extra,
        rows,
        N,
        kind === 'gru' ? withStep(extra, size, N, (s) => grads[s]!.dr.slice(2 * N)) : extra,
      ),
      dh: matrix(dh, samples, N, joined(grads.map((d) => d.dhBefore))),
      dc: matrix(dc, samples, N, kind === 'lstm' ? joined(grads.map((d) => d.dcBefore)) : dc),
      dr: matrix(new Float64Array(samples * columns), samples, columns, joined(grads.map((d) => d.dr))),
      dMean: matrix(dMean, samples, N),
    },
    call: (k, address) =>
      k.cellBackward({
        kind: CELL[kind],
        samples,
        steps,
        t,
        size: N,
        gates: address('gates'),
        before: address('before'),
        extra: address('extra'),
        dh: address('dh'),
        dc: address('dc'),
        dr: address('dr'),
        dMean: share ? address('dMean') : 0,
        share,
      }),
  };
}

const kinds = Object.keys(CELL) as Kind[];
/** One step of 32 samples on N-MNIST. */
const bench: Size = { samples: 32, steps: 100, t: 50, size: 512 };
const because = 'float32 σ and tanh, each good to 3e-7, and a few products';
const shapesOf = (make: (rng: Rng, size: Size) => KernelCase): Shape[] =>
  sizes.map((size) => ({ label: labelOf(size), make: (rng: Rng) => make(rng, size) }));

/** A step reads and writes each gate about three times, and the states. */
const workOf = (kind: Kind) => ({ adds: 0, bytes: 4 * 32 * 512 * (3 * gatesOf({ kind }) + 4) });

export const cellEntries: KernelEntry[] = [
  ...kinds.flatMap((kind) =>
    [
      { variant: kind, constant: false, share: 0 },
      { variant: `${kind}, mean over the steps`, constant: false, share: 0.25 },
      { variant: `${kind}, constant input`, constant: true, share: 0 },
    ].map(
      ({ variant, constant, share }): KernelEntry => ({
        kernel: 'cellForward',
        variant,
        reference: 'cells (reference/gated.ts)',
        tolerance: 1e-6,
        because,
        shapes: shapesOf((rng, size) => makeForward(rng, kind, size, constant, share)),
        bench: {
          label: labelOf(bench),
          make: (rng) => makeForward(rng, kind, bench, constant, share),
          work: workOf(kind),
        },
      }),
    ),
  ),
  ...kinds.flatMap((kind) =>
    [0, 0.25].map(
      (share): KernelEntry => ({
        kernel: 'cellBackward',
        variant: share ? `${kind}, mean over the steps` : kind,
        reference: 'cells (reference/gated.ts)',
        tolerance: 1e-6,
        because,
        shapes: shapesOf((rng, size) => makeBackward(rng, kind, size, share)),
        bench: {
          label: labelOf(bench),
          make: (rng) => makeBackward(rng, kind, bench, share),
          work: workOf(kind),
        },
      }),
    ),
  ),
];
