/** Entries of products in bytes: quantizeRows, multiplyBytes, productsAt. */
import type { Rng } from '../../../../base/random.ts';
import { addRows } from '../../../../reference/connection.ts';
import { toPanels } from '../panels.ts';
import { GROUP_ROWS, PANEL } from '../signatures/constants.ts';
import { array, type KernelCase, type KernelEntry, matrix, room } from './entry.ts';
import { uniform } from './inputs.ts';

const NORMS = 4;

interface Rows {
  rows: number;
  columns: number;
  scaled?: true;
}

/** Entries are whole multiples of the scale, of which the largest is ±127, so that nothing is lost and sums are exact. */
function makeQuantize(rng: Rng, { rows, columns, scaled }: Rows): KernelCase {
  const first = 2;
  const factor = Float64Array.from({ length: columns }, () => (scaled ? 2 ** rng.below(2) : 1));
  const multiples = Float64Array.from({ length: rows * columns }, () => rng.below(255) - 127);
  const scales = Float64Array.from({ length: rows }, (_, r) => 2 ** -(r % 5));
  for (let r = 0; r < rows; r++) multiples[r * columns + rng.below(columns)] = 127;
  // One row has nothing but zeros.
  multiples.fill(0, (rows - 1) * columns);
  scales[rows - 1] = 0;
  const plain = multiples.map((q, i) => q * scales[Math.floor(i / columns)]!);
  const all = uniform(rng, (first + rows + 1) * columns);
  plain.forEach((x, i) => {
    all[first * columns + i] = x / factor[i % columns]!;
  });
  const rowOf = (values: Float64Array, r: number): Float64Array => values.subarray(r * columns, (r + 1) * columns);
  const squares = (values: Float64Array): number => values.reduce((sum, x) => sum + x * x, 0);
  const sizes = Array.from({ length: rows }, (_, r) => [
    scales[r]!,
    squares(rowOf(plain, r)),
    0,
    squares(rowOf(multiples, r)),
  ]).flat();
  const sums = Array.from({ length: rows }, (_, r) => rowOf(multiples, r).reduce((sum, q) => sum + q, 0));
  return {
    exact: true,
    regions: {
      out: { ...room('i8', rows * columns), expected: multiples },
      plain: { ...room('f32', rows * columns), expected: plain },
      sums: { ...room('i32', rows), expected: sums },
      sizes: { ...room('f32', NORMS * rows), expected: sizes },
      a: matrix(all, first + rows + 1, columns),
      factor: array('f32', factor),
    },
    call: (k, address) =>
      k.quantizeRows({
        out: address('out'),
        plain: address('plain'),
        sums: address('sums'),
        sizes: address('sizes'),
        a: address('a'),
        aRows: first + rows + 1,
        firstRow: first,
        rows,
        columns,
        ...(scaled && { factor: address('factor') }),
      }),
  };
}

interface Size {
  rows: number;
  inner: number;
  columns: number;
}

function makeBytes(rng: Rng, { rows, inner, columns }: Size): KernelCase {
  const a = Float64Array.from({ length: rows * inner }, () => rng.below(255) - 127);
  const b = Float64Array.from({ length: inner * columns }, () => rng.below(256));
  const stored = new Uint8Array(inner * columns);
  for (let k = 0; k < inner; k++)
    for (let c = 0; c < columns; c++)
      stored[Math.floor(c / PANEL) * PANEL * inner + (k >> 2) * 4 * PANEL + (c % PANEL) * 4 + (k & 3)] =
        b[k * columns + c]!;
  const powers = (count: number): Float64Array => Float64Array.from({ length: count }, () => 2 ** -rng.below(4));
  const [scale, columnScale, columnNorm, columnError] = [
    powers(rows),
    powers(columns),
    powers(columns),
    powers(columns),
  ];
  const bound = powers(2 * rows);
  const centred = b.map((p) => p - 128);
  const out = new Float64Array(rows * columns);
  const peaks = new Float64Array(Math.ceil(rows / GROUP_ROWS) * columns);
  for (let r = 0; r < rows; r++) {
    const row = out.subarray(r * columns, (r + 1) * columns);
    addRows(row, centred, a.subarray(r * inner, (r + 1) * inner));
    row.forEach((sum, c) => {
      row[c] = sum * scale[r]! * columnScale[c]!;
      const off = bound[2 * r]! * columnNorm[c]! + bound[2 * r + 1]! * columnError[c]!;
      const place = Math.floor(r / GROUP_ROWS) * columns + c;
      peaks[place] = Math.max(peaks[place]!, Math.abs(row[c]!) + off);
    });
  }
  const sums = Array.from({ length: rows }, (_, r) =>
    a.subarray(r * inner, (r + 1) * inner).reduce((sum, q) => sum + q, 0),
  );
  return {
    exact: true,
    regions: {
      out: { ...room('f32', out.length), expected: toPanels(out, rows, columns) },
      peaks: { ...room('f32', peaks.length), expected: peaks },
      a: array('i8', a),
      sums: array('i32', sums),
      scale: array('f32', scale),
      bound: array('f32', bound),
      b: array('u8', stored),
      columnScale: array('f32', columnScale),
      columnNorm: array('f32', columnNorm),
      columnError: array('f32', columnError),
    },
    call: (k, address) =>
      k.multiplyBytes({
        out: address('out'),
        peaks: address('peaks'),
        a: address('a'),
        sums: address('sums'),
        scale: address('scale'),
        bound: address('bound'),
        b: address('b'),
        columnScale: address('columnScale'),
        columnNorm: address('columnNorm'),
        columnError: address('columnError'),
        rows,
        inner,
        columns,
      }),
  };
}

interface Picked extends Size {
  count: number;
}

function makePicked(rng: Rng, { rows, inner, columns, count }: Picked): KernelCase {
  const a = uniform(rng, rows * inner);
  const b = uniform(rng, columns * inner);
  const r = Uint32Array.from({ length: count }, () => rng.below(rows));
  const c = Uint32Array.from({ length: count }, () => rng.below(columns));
  const expected = Array.from({ length: count }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += a[r[i]! * inner + k]! * b[c[i]! * inner + k]!;
    return sum;
  });
  return {
    regions: {
      out: { ...room('f32', count), expected },
      rows: array('u32', r),
      columns: array('u32', c),
      a: array('f32', a),
      b: matrix(b, columns, inner),
    },
    call: (k, address) =>
      k.productsAt({
        out: address('out'),
        rows: address('rows'),
        columns: address('columns'),
        count,
        a: address('a'),
        b: address('b'),
        bRows: columns,
        inner,
      }),
  };
}

const labelOf = ({ rows, inner, columns }: Size): string => `${rows} × ${inner} × ${columns}`;
/** Rows on either side of a group and of those that are worked on at once; one panel, and more. */
const sizes: Size[] = [1, 2, 3, 8, 13, 24].flatMap((rows) =>
  [16, 48].map((columns) => ({ rows, inner: rows % 2 === 1 ? 4 : 36, columns })),
);
/** dL/dx of a sample in the shape of N-MNIST. */
const sample: Size = { rows: 105, inner: 512, columns: 2320 };
const picked: Picked = { rows: 105, inner: 512, columns: 2312, count: 1000 };

export const byteEntries: KernelEntry[] = [
  {
    kernel: 'quantizeRows',
    variant: 'rows of a block',
    reference: 'makeQuantize (table/bytes.ts)',
    tolerance: 0,
    because: 'multiples of powers of two are exact',
    shapes: [
      ...[4, 12, 16, 20, 64].map((columns): Rows => ({ rows: 3, columns })),
      { rows: 3, columns: 40, scaled: true as const },
    ].map((rows) => ({
      label: `${rows.rows} × ${rows.columns}${rows.scaled ? ' with factors' : ''}`,
      make: (rng) => makeQuantize(rng, rows),
    })),
    bench: {
      label: '105 × 512',
      make: (rng) => makeQuantize(rng, { rows: 105, columns: 512 }),
      work: { adds: (105 * 512) / 4, bytes: 9 * 105 * 512 },
    },
  },
  {
    kernel: 'multiplyBytes',
    variant: 'with peaks',
    reference: 'makeBytes (table/bytes.ts)',
    tolerance: 0,
    because: 'sums of bytes are whole numbers, factors powers of two',
    shapes: sizes.map((size) => ({ label: labelOf(size), make: (rng) => makeBytes(rng, size) })),
    bench: {
      label: labelOf(sample),
      make: (rng) => makeBytes(rng, sample),
      work: {
        adds: (sample.rows * sample.inner * sample.columns) / 16,
        bytes: sample.inner * (sample.rows + sample.columns) + 4 * sample.rows * sample.columns,
      },
    },
  },
  {
    kernel: 'productsAt',
    variant: 'single entries',
    reference: 'makePicked (table/bytes.ts)',
    tolerance: 1e-6,
    because: 'float32 sums of some dozen products',
    shapes: [1, 3, 4, 16, 21].flatMap((count) =>
      [4, 16, 36].map((inner) => ({
        label: `${count} of ${inner} terms`,
        make: (rng: Rng) => makePicked(rng, { rows: 5, inner, columns: 18, count }),
      })),
    ),
    bench: {
      label: `${picked.count} of ${labelOf(picked)}`,
      make: (rng) => makePicked(rng, picked),
      work: { adds: (picked.count * picked.inner) / 4, bytes: 8 * picked.count * picked.inner },
    },
  },
];
