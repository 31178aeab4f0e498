/** Entries of the sums of rows: gatherRows, gatherRowsWeighted, fillRows, sumRows. */
import type { Rng } from '../../../../base/random.ts';
import { addRows } from '../../../../reference/connection.ts';
import { START } from '../kernels.ts';
import { array, type KernelCase, type KernelEntry, type KernelWork, matrix } from './entry.ts';
import { COLUMNS, type Density, denseRow, type Events, evenEvents, events, uniform } from './inputs.ts';

const STARTS = { 'from zero': START.zero, 'from a bias': START.bias, 'onto what is there': START.out };
type Start = (typeof STARTS)[keyof typeof STARTS];

interface Size {
  /** Rows of the output that are written, and where they start among `outRows`. */
  rows: number;
  first: number;
  outRows: number;
  sourceRows: number;
  columns: number;
}

const DENSITIES: Density[] = ['few', 'many', 'one', 'none', 'bursts'];
const sizes: { size: Size; density: Density }[] = [
  ...COLUMNS.map((columns, i) => ({ size: block(5 + i, 7, columns, i), density: DENSITIES[i % 2]! })),
  ...DENSITIES.flatMap((density) => [36, 8].map((columns) => ({ size: block(6, 9, columns, 2), density }))),
  { size: block(1, 1, 20, 0), density: 'many' },
  { size: block(1, 30, 64, 3), density: 'few' },
  { size: block(40, 30, 52, 1), density: 'bursts' },
  ...[24, 28, 44, 56].flatMap((columns) =>
    (['few', 'many'] as const).map((density) => ({ size: block(6, 9, columns, 1), density })),
  ),
];

function block(rows: number, sourceRows: number, columns: number, first: number): Size {
  return { rows, sourceRows, columns, first, outRows: rows + first + 1 };
}

/** Sums of the rows of `source` that the events name, row by row. */
function gathered(
  start: Start,
  size: Size,
  out: Float64Array,
  bias: Float64Array,
  source: Float64Array,
  e: Events,
  values?: Float64Array,
) {
  const { rows, first, sourceRows, columns } = size;
  const expected = out.slice();
  for (let r = 0; r < rows; r++) {
    const row = expected.subarray((first + r) * columns, (first + r + 1) * columns);
    if (start === START.zero) row.fill(0);
    if (start === START.bias) row.set(bias);
    addRows(row, source, denseRow(e, r, sourceRows, values));
  }
  return expected;
}

function makeGather(rng: Rng, start: Start, size: Size, e: Events): KernelCase {
  const { rows, first, outRows, sourceRows, columns } = size;
  const out = uniform(rng, outRows * columns);
  const bias = uniform(rng, columns);
  const source = uniform(rng, sourceRows * columns);
  return {
    regions: {
      out: matrix(out, outRows, columns, gathered(start, size, out, bias, source, e)),
      bias: array('f32', bias),
      source: matrix(source, sourceRows, columns),
      offsets: array('u32', e.offsets),
      index: array('u16', e.index),
    },
    call: (k, address) =>
      k.gatherRows({
        out: address('out'),
        outRows,
        firstRow: first,
        start,
        bias: start === START.bias ? address('bias') : 0,
        source: address('source'),
        sourceRows,
        offsets: address('offsets'),
        indices: address('index'),
        rows,
        columns,
      }),
  };
}

/** The output always starts at row 0 here. */
function makeWeighted(rng: Rng, start: Start, { rows, outRows, sourceRows, columns }: Size, e: Events): KernelCase {
  const out = uniform(rng, outRows * columns);
  const bias = uniform(rng, columns);
  const source = uniform(rng, sourceRows * columns);
  const values = uniform(rng, e.index.length, -2, 2);
  const size = { rows, first: 0, outRows, sourceRows, columns };
  return {
    regions: {
      out: matrix(out, outRows, columns, gathered(start, size, out, bias, source, e, values)),
      bias: array('f32', bias),
      source: matrix(source, sourceRows, columns),
      offsets: array('u32', e.offsets),
      index: array('u16', e.index),
      values: array('f32', values),
    },
    call: (k, address) =>
      k.gatherRowsWeighted({
        out: address('out'),
        outRows,
        start,
        bias: start === START.bias ? address('bias') : 0,
        source: address('source'),
        sourceRows,
        offsets: address('offsets'),
        indices: address('index'),
        values: address('values'),
        rows,
        columns,
      }),
  };
}

interface SumSize {
  outRows: number;
  outRow: number;
  sourceRows: number;
  first: number;
  rows: number;
  columns: number;
}

const sumSizes: SumSize[] = [
  ...COLUMNS.map((columns, i) => ({ outRows: 3, outRow: i % 3, sourceRows: 12, first: i, rows: 12 - i, columns })),
  { outRows: 1, outRow: 0, sourceRows: 1, first: 0, rows: 1, columns: 36 },
  { outRows: 1, outRow: 0, sourceRows: 40, first: 0, rows: 40, columns: 20 },
  { outRows: 2, outRow: 1, sourceRows: 4, first: 2, rows: 0, columns: 20 },
];

function makeSum(
  rng: Rng,
  accumulate: boolean,
  { outRows, outRow, sourceRows, first, rows, columns }: SumSize,
): KernelCase {
  const out = uniform(rng, outRows * columns);
  const source = uniform(rng, sourceRows * columns);
  const expected = out.slice();
  for (let c = 0; c < columns; c++) {
    let sum = accumulate ? out[outRow * columns + c]! : 0;
    for (let r = first; r < first + rows; r++) sum += source[r * columns + c]!;
    expected[outRow * columns + c] = sum;
  }
  return {
    regions: { out: matrix(out, outRows, columns, expected), source: matrix(source, sourceRows, columns) },
    call: (k, address) =>
      k.sumRows({
        out: address('out'),
        outRows,
        outRow,
        accumulate,
        source: address('source'),
        sourceRows,
        firstRow: first,
        rows,
        columns,
      }),
  };
}

function makeFill(rng: Rng, outRows: number, rows: number, columns: number): KernelCase {
  const out = uniform(rng, outRows * columns);
  const bias = uniform(rng, columns);
  const expected = out.slice();
  for (let r = 0; r < rows; r++) expected.set(bias, r * columns);
  return {
    regions: { out: matrix(out, outRows, columns, expected), bias: array('f32', bias) },
    call: (k, address) => k.fillRows({ out: address('out'), outRows, bias: address('bias'), rows, columns }),
  };
}

const sizeLabel = ({ rows, sourceRows, columns }: Size, density: string): string =>
  `${rows} of ${sourceRows} rows × ${columns}, ${density} events`;

/** The forward gather of the SHD network and, onto what is there, the gradient of its first weights. */
const benchForward = { size: block(3200, 700, 64, 0), perRow: 56 };
const benchGradient = { size: block(700, 3200, 64, 0), perRow: 256 };
const benchPictures = { size: block(64, 784, 512, 0), perRow: 150 };

function gatherWork({ size, perRow }: { size: Size; perRow: number }, weights = 0): KernelWork {
  const { rows, sourceRows, columns } = size;
  const events = rows * perRow;
  return { adds: (events * columns) / 4, bytes: 4 * columns * (rows + sourceRows) + (2 + weights) * events };
}

const because = 'float32 sums of up to some hundred terms, even and odd ones apart';

export const gatherEntries: KernelEntry[] = [
  ...Object.entries(STARTS).map(([variant, start]): KernelEntry => {
    const bench = start === START.out ? benchGradient : benchForward;
    return {
      kernel: 'gatherRows',
      variant,
      reference: 'addRows (reference/connection.ts) on the events as a dense row',
      tolerance: 1e-6,
      because,
      shapes: sizes.map(({ size, density }) => ({
        label: sizeLabel(size, density),
        make: (rng) => makeGather(rng, start, size, events(rng, size.rows, size.sourceRows, density)),
      })),
      bench: {
        label: sizeLabel(bench.size, `${bench.perRow} × ${bench.size.rows}`),
        make: (rng) =>
          makeGather(rng, start, bench.size, evenEvents(rng, bench.size.rows, bench.size.sourceRows, bench.perRow)),
        work: gatherWork(bench),
      },
    };
  }),
  ...Object.entries(STARTS).map(
    ([variant, start]): KernelEntry => ({
      kernel: 'gatherRowsWeighted',
      variant,
      reference: 'addRows (reference/connection.ts) on the weighted events as a dense row',
      tolerance: 1e-6,
      because: 'float32 sums of up to some hundred products',
      shapes: sizes.map(({ size, density }) => ({
        label: sizeLabel(size, density),
        make: (rng) => makeWeighted(rng, start, size, events(rng, size.rows, size.sourceRows, density)),
      })),
      bench: {
        label: sizeLabel(benchPictures.size, `${benchPictures.perRow} × ${benchPictures.size.rows}`),
        make: (rng) => makeWeighted(rng, start, benchPictures.size, evenEvents(rng, 64, 784, benchPictures.perRow)),
        work: gatherWork(benchPictures, 4),
      },
    }),
  ),
  {
    kernel: 'fillRows',
    variant: 'with a bias',
    reference: 'makeFill (table/gather.ts)',
    tolerance: 0,
    because: 'numbers are moved, not computed',
    shapes: COLUMNS.map((columns, i) => ({
      label: `${i} of 9 rows × ${columns}`,
      make: (rng) => makeFill(rng, 9, i, columns),
    })),
    bench: {
      label: '3200 rows × 64',
      make: (rng) => makeFill(rng, 3200, 3200, 64),
      work: { adds: 0, bytes: 4 * 64 * 3200 },
    },
  },
  ...[false, true].map(
    (accumulate): KernelEntry => ({
      kernel: 'sumRows',
      variant: accumulate ? 'onto what is there' : 'from zero',
      reference: 'makeSum (table/gather.ts)',
      tolerance: 1e-6,
      because: 'float32 sums of up to forty terms, one after the other',
      shapes: sumSizes.map((size) => ({
        label: `${size.rows} rows × ${size.columns}`,
        make: (rng) => makeSum(rng, accumulate, size),
      })),
      bench: {
        label: '3200 rows × 64',
        make: (rng) =>
          makeSum(rng, accumulate, { outRows: 1, outRow: 0, sourceRows: 3200, first: 0, rows: 3200, columns: 64 }),
        work: { adds: 3200 * 16, bytes: 4 * 64 * 3200 },
      },
    }),
  ),
];
