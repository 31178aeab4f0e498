/** Entries of the dense products: multiply, multiplyTransposed, multiplySparse, transposeMatrix. */
import type { Rng } from '../../../../base/random.ts';
import { addOuter, addRows } from '../../../../reference/connection.ts';
import { START } from '../kernels.ts';
import { array, type KernelCase, type KernelEntry, matrix } from './entry.ts';
import { type Density, denseRow, type Events, evenEvents, events, uniform } from './inputs.ts';

const STARTS = { 'from zero': START.zero, 'from a bias': START.bias, 'onto what is there': START.out };
type Start = (typeof STARTS)[keyof typeof STARTS];

interface Size {
  rows: number;
  /** Terms of a sum for multiply; rows of the result for multiplyTransposed. */
  inner: number;
  columns: number;
}

/** Rows on either side of a tile of 4, and of the 128 that multiplyTransposed takes at a time. */
const sizes: Size[] = [
  { rows: 1, inner: 16, columns: 16 },
  { rows: 3, inner: 32, columns: 16 },
  { rows: 4, inner: 16, columns: 48 },
  { rows: 7, inner: 48, columns: 32 },
  { rows: 20, inner: 64, columns: 64 },
  { rows: 130, inner: 16, columns: 32 },
  { rows: 256, inner: 32, columns: 16 },
];
const labelOf = ({ rows, inner, columns }: Size): string => `${rows} × ${inner} × ${columns}`;

function makeProduct(rng: Rng, start: Start, { rows, inner, columns }: Size): KernelCase {
  const out = uniform(rng, rows * columns);
  const bias = uniform(rng, columns);
  const a = uniform(rng, rows * inner);
  const b = uniform(rng, inner * columns);
  const expected = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const row = expected.subarray(r * columns, (r + 1) * columns);
    if (start === START.out) row.set(out.subarray(r * columns, (r + 1) * columns));
    if (start === START.bias) row.set(bias);
    addRows(row, b, a.subarray(r * inner, (r + 1) * inner));
  }
  return {
    regions: {
      out: matrix(out, rows, columns, expected),
      bias: array('f32', bias),
      a: matrix(a, rows, inner),
      b: matrix(b, inner, columns),
    },
    call: (k, address) =>
      k.multiply({
        out: address('out'),
        start,
        bias: start === START.bias ? address('bias') : 0,
        a: address('a'),
        b: address('b'),
        rows,
        inner,
        columns,
      }),
  };
}

function makeTransposed(rng: Rng, accumulate: boolean, { rows, inner, columns }: Size): KernelCase {
  const out = uniform(rng, inner * columns);
  const a = uniform(rng, rows * inner);
  const b = uniform(rng, rows * columns);
  const expected = accumulate ? out.slice() : new Float64Array(inner * columns);
  for (let r = 0; r < rows; r++)
    addOuter(expected, a.subarray(r * inner, (r + 1) * inner), b.subarray(r * columns, (r + 1) * columns));
  return {
    regions: { out: matrix(out, inner, columns, expected), a: matrix(a, rows, inner), b: matrix(b, rows, columns) },
    call: (k, address) =>
      k.multiplyTransposed({
        out: address('out'),
        accumulate,
        a: address('a'),
        b: address('b'),
        rows,
        m: inner,
        n: columns,
      }),
  };
}

/** The values of a row and where they are come as those of events do; the result is no matrix in panels. */
function makeSparse(rng: Rng, { rows, inner, columns }: Size, e: Events): KernelCase {
  const b = uniform(rng, inner * columns);
  const values = uniform(rng, e.index.length, -2, 2);
  const expected = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++)
    addRows(expected.subarray(r * columns, (r + 1) * columns), b, denseRow(e, r, inner, values));
  return {
    regions: {
      out: array('f32', uniform(rng, rows * columns), expected),
      offsets: array('u32', e.offsets),
      index: array('u16', e.index),
      values: array('f32', values),
      b: matrix(b, inner, columns),
    },
    call: (k, address) =>
      k.multiplySparse({
        out: address('out'),
        offsets: address('offsets'),
        indices: address('index'),
        values: address('values'),
        b: address('b'),
        rows,
        inner,
        columns,
      }),
  };
}

/** Single panels, four at once, and both. */
const sparseSizes: { size: Size; density: Density }[] = (['none', 'one', 'few', 'bursts', 'many'] as const).flatMap(
  (density) => [16, 64, 112].map((columns) => ({ size: { rows: 9, inner: 21, columns }, density })),
);

function makeTranspose(rng: Rng, rows: number, columns: number): KernelCase {
  const source = uniform(rng, rows * columns);
  const expected = Float64Array.from(source, (_, i) => source[(i % rows) * columns + Math.floor(i / rows)]!);
  return {
    regions: {
      out: matrix(new Float64Array(rows * columns), columns, rows, expected),
      source: matrix(source, rows, columns),
    },
    call: (k, address) => k.transposeMatrix({ out: address('out'), source: address('source'), rows, columns }),
  };
}

/** dL/dx of 64 steps in the shape of N-MNIST, a quarter of 512 neurons open. */
const gradient = { size: { rows: 64, inner: 512, columns: 2320 }, perRow: 128 };
/** One step of 32 samples, and all steps of 32 samples, of the RNN on N-MNIST. */
const step: Size = { rows: 32, inner: 512, columns: 512 };
const block: Size = { rows: 3200, inner: 512, columns: 512 };
const adds = ({ rows, inner, columns }: Size): number => (rows * inner * columns) / 4;
const bytes = ({ rows, inner, columns }: Size): number => 4 * (rows * inner + inner * columns + rows * columns);
const because = 'float32 sums of up to 256 products';

export const productEntries: KernelEntry[] = [
  ...Object.entries(STARTS).map(
    ([variant, start]): KernelEntry => ({
      kernel: 'multiply',
      variant,
      reference: 'addRows (reference/connection.ts)',
      tolerance: 2e-6,
      because,
      shapes: sizes.map((size) => ({ label: labelOf(size), make: (rng) => makeProduct(rng, start, size) })),
      bench: {
        label: labelOf(step),
        make: (rng) => makeProduct(rng, start, step),
        work: { adds: adds(step), bytes: bytes(step) },
      },
    }),
  ),
  ...[false, true].map(
    (accumulate): KernelEntry => ({
      kernel: 'multiplyTransposed',
      variant: accumulate ? 'onto what is there' : 'from zero',
      reference: 'addOuter (reference/connection.ts)',
      tolerance: 2e-6,
      because,
      shapes: sizes.map((size) => ({ label: labelOf(size), make: (rng) => makeTransposed(rng, accumulate, size) })),
      bench: {
        label: labelOf(block),
        make: (rng) => makeTransposed(rng, accumulate, block),
        work: { adds: adds(block), bytes: bytes(block) },
      },
    }),
  ),
  {
    kernel: 'multiplySparse',
    variant: 'plain rows',
    reference: 'addRows (reference/connection.ts)',
    tolerance: 1e-6,
    because: 'float32 sums of up to some dozen products',
    shapes: sparseSizes.map(({ size, density }) => ({
      label: `${labelOf(size)}, ${density} values`,
      make: (rng) => makeSparse(rng, size, events(rng, size.rows, size.inner, density)),
    })),
    bench: {
      label: `${labelOf(gradient.size)}, ${gradient.perRow} × 64 values`,
      make: (rng) => makeSparse(rng, gradient.size, evenEvents(rng, 64, 512, gradient.perRow)),
      work: { adds: 64 * gradient.perRow * 580, bytes: bytes(gradient.size) },
    },
  },
  {
    kernel: 'transposeMatrix',
    variant: 'panels to panels',
    reference: 'makeTranspose (table/product.ts)',
    tolerance: 0,
    because: 'numbers are moved, not computed',
    shapes: [
      [16, 16],
      [32, 16],
      [16, 48],
      [64, 128],
    ].map(([rows, columns]) => ({
      label: `${rows} × ${columns}`,
      make: (rng) => makeTranspose(rng, rows!, columns!),
    })),
    bench: {
      label: '512 × 512',
      make: (rng) => makeTranspose(rng, 512, 512),
      work: { adds: 0, bytes: 8 * 512 * 512 },
    },
  },
];
