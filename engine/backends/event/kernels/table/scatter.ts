/** Entries of rows onto rows that events name: scatterRows, addRows. */
import type { Rng } from '../../../../base/random.ts';
import { addRows } from '../../../../reference/connection.ts';
import { array, type KernelCase, type KernelEntry, matrix } from './entry.ts';
import { COLUMNS, type Density, denseRow, type Events, evenEvents, events, uniform } from './inputs.ts';

const DENSITIES: Density[] = ['few', 'many', 'one', 'none', 'bursts'];

interface ScatterSize {
  samples: number;
  steps: number;
  channels: number;
  columns: number;
}

const scatterSizes: { size: ScatterSize; density: Density }[] = [
  ...COLUMNS.map((columns, i) => ({
    size: { samples: 1 + (i % 3), steps: 1 + (i % 4), channels: 7, columns },
    density: DENSITIES[i % 2]!,
  })),
  ...DENSITIES.flatMap((density) =>
    [36, 12].map((columns) => ({ size: { samples: 3, steps: 4, channels: 9, columns }, density })),
  ),
  // More events than are looked at together, and a row with more of them than that.
  { size: { samples: 30, steps: 30, channels: 9, columns: 20 }, density: 'bursts' },
  { size: { samples: 1, steps: 1, channels: 700, columns: 16 }, density: 'many' },
  { size: { samples: 2, steps: 300, channels: 700, columns: 28 }, density: 'one long' },
];

/** For every event the row of `source` that it meets, onto the row of its channel. */
function makeScatter(
  rng: Rng,
  shift: boolean,
  { samples, steps, channels, columns }: ScatterSize,
  e: Events,
): KernelCase {
  const rows = samples * steps;
  const out = uniform(rng, channels * columns);
  const source = uniform(rng, rows * columns);
  const expected = out.slice();
  for (let channel = 0; channel < channels; channel++) {
    const x = new Float64Array(rows);
    for (let r = 0; r < rows; r++) {
      if (shift && r % steps === steps - 1) continue;
      x[shift ? r + 1 : r]! += denseRow(e, r, channels)[channel]!;
    }
    addRows(expected.subarray(channel * columns, (channel + 1) * columns), source, x);
  }
  return {
    regions: {
      out: matrix(out, channels, columns, expected),
      source: matrix(source, rows, columns),
      offsets: array('u32', e.offsets),
      index: array('u16', e.index),
    },
    call: (k, address) =>
      k.scatterRows({
        out: address('out'),
        outRows: channels,
        source: address('source'),
        sourceRows: rows,
        offsets: address('offsets'),
        indices: address('index'),
        rows,
        columns,
        delayWithin: shift ? steps : 0,
      }),
  };
}

const scatterLabel = ({ samples, steps, channels, columns }: ScatterSize, density: string): string =>
  `${samples} × ${steps} steps onto ${channels} rows × ${columns}, ${density} events`;

interface AddSize {
  outRows: number;
  sourceRows: number;
  count: number;
  columns: number;
}

const addSizes: AddSize[] = [
  ...COLUMNS.map((columns, i) => ({ outRows: 5, sourceRows: 7, count: 3 * i, columns })),
  // The same rows again and again, and so many that none stays in a register.
  { outRows: 1, sourceRows: 2, count: 50, columns: 28 },
  { outRows: 900, sourceRows: 30, count: 2000, columns: 12 },
];

function makeAdd(rng: Rng, { outRows, sourceRows, count, columns }: AddSize): KernelCase {
  const out = uniform(rng, outRows * columns);
  const source = uniform(rng, sourceRows * columns);
  const to = Uint16Array.from({ length: count }, () => rng.below(outRows));
  const from = Uint16Array.from({ length: count }, () => rng.below(sourceRows));
  const expected = out.slice();
  for (let e = 0; e < count; e++)
    for (let c = 0; c < columns; c++) expected[to[e]! * columns + c]! += source[from[e]! * columns + c]!;
  return {
    regions: {
      out: matrix(out, outRows, columns, expected),
      source: matrix(source, sourceRows, columns),
      to: array('u16', to),
      from: array('u16', from),
    },
    call: (k, address) =>
      k.addRows({
        out: address('out'),
        outRows,
        outIndices: address('to'),
        source: address('source'),
        sourceRows,
        sourceIndices: address('from'),
        count,
        columns,
      }),
  };
}

const addLabel = ({ outRows, sourceRows, count, columns }: AddSize): string =>
  `${count} of ${sourceRows} rows onto ${outRows}, × ${columns}`;

/** The input of the XOR network: 0.71 events in each of the 3,200 rows of a block. */
const benchAdd: AddSize = { outRows: 3200, sourceRows: 20, count: 2272, columns: 16 };

export const scatterEntries: KernelEntry[] = [
  ...[false, true].map((shift): KernelEntry => {
    const bench = { samples: 32, steps: 100, channels: 700, columns: 64 };
    return {
      kernel: 'scatterRows',
      variant: shift ? 'spikes, one step later' : 'input events',
      reference: 'addRows (reference/connection.ts) on the events of a channel as a dense row',
      tolerance: 2e-6,
      because: 'float32 sums of up to some hundred terms, one after the other',
      shapes: scatterSizes.map(({ size, density }) => ({
        label: scatterLabel(size, density),
        make: (rng) => makeScatter(rng, shift, size, events(rng, size.samples * size.steps, size.channels, density)),
      })),
      bench: {
        label: scatterLabel(bench, '56 × 3200'),
        make: (rng) => makeScatter(rng, shift, bench, evenEvents(rng, 3200, 700, 56)),
        work: { adds: 3200 * 56 * 16, bytes: 4 * 64 * (3200 + 700) + 2 * 3200 * 56 },
      },
    };
  }),
  {
    kernel: 'addRows',
    variant: 'event by event',
    reference: 'makeAdd (table/scatter.ts)',
    tolerance: 1e-6,
    because: 'float32 sums of up to fifty terms, one after the other',
    shapes: addSizes.map((size) => ({ label: addLabel(size), make: (rng) => makeAdd(rng, size) })),
    bench: {
      label: addLabel(benchAdd),
      make: (rng) => makeAdd(rng, benchAdd),
      work: { adds: benchAdd.count * 4, bytes: 4 * 16 * (3200 + 20) + 4 * benchAdd.count },
    },
  },
];
