/** Entries of transposeEvents and rowsOfEvents: from events by row to events by channel, and to the row of each. */
import type { Rng } from '../../../../base/random.ts';
import { SPARE_EVENTS } from '../kernels.ts';
import { array, type KernelCase, type KernelEntry, room } from './entry.ts';
import { type Density, type Events, evenEvents, events, uniform } from './inputs.ts';

interface Size {
  samples: number;
  steps: number;
  channels: number;
}

/** For every channel the rows at which it fired, in ascending order: by looking through all events, channel by channel. */
function transposed(
  { offsets, index }: Events,
  { samples, steps, channels }: Size,
  shift: boolean,
  values?: Float64Array,
) {
  const outOffsets = [0];
  const outRows: number[] = [];
  const outValues: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    for (let r = 0; r < samples * steps; r++) {
      // A spike reaches the recurrent input one step later, and in the last step of a sample nobody.
      if (shift && r % steps === steps - 1) continue;
      for (let e = offsets[r]!; e < offsets[r + 1]!; e++) {
        if (index[e] !== channel) continue;
        outRows.push(shift ? r + 1 : r);
        if (values) outValues.push(values[e]!);
      }
    }
    outOffsets.push(outRows.length);
  }
  return { outOffsets, outRows, outValues };
}

function make(rng: Rng, size: Size, e: Events, shift: boolean, weighted: boolean): KernelCase {
  const rows = size.samples * size.steps;
  const count = e.index.length;
  const values = weighted ? uniform(rng, count) : undefined;
  const { outOffsets, outRows, outValues } = transposed(e, size, shift, values);
  return {
    exact: true,
    regions: {
      offsets: array('u32', e.offsets),
      channels: array('u16', e.index),
      // One more than there are channels is there to be counted in.
      outOffsets: { ...room('u32', size.channels + 2), expected: outOffsets },
      outRows: { ...room('u16', count), expected: outRows },
      ...(values && { values: array('f32', values), outValues: { ...room('f32', count), expected: outValues } }),
    },
    call: (k, address) =>
      k.transposeEvents({
        offsets: address('offsets'),
        channels: address('channels'),
        values: values ? address('values') : 0,
        rows,
        channelCount: size.channels,
        delayWithin: shift ? size.steps : 0,
        outOffsets: address('outOffsets'),
        outIndices: address('outRows'),
        outValues: values ? address('outValues') : 0,
      }),
  };
}

const sizes: { size: Size; density: Density }[] = [
  { size: { samples: 3, steps: 5, channels: 7 }, density: 'few' },
  { size: { samples: 2, steps: 6, channels: 20 }, density: 'many' },
  { size: { samples: 4, steps: 1, channels: 5 }, density: 'many' },
  { size: { samples: 1, steps: 1, channels: 1 }, density: 'one' },
  { size: { samples: 3, steps: 4, channels: 9 }, density: 'one' },
  { size: { samples: 3, steps: 4, channels: 9 }, density: 'none' },
  { size: { samples: 1, steps: 40, channels: 200 }, density: 'few' },
];

const label = ({ samples, steps, channels }: Size, density: string): string =>
  `${samples} × ${steps} steps, ${channels} channels, ${density} events`;

const VARIANTS = [
  { variant: 'input events', shift: false, weighted: false },
  { variant: 'spikes, one step later', shift: true, weighted: false },
  { variant: 'with values', shift: false, weighted: true },
];

function makeRows(rows: number, { offsets, index }: Events): KernelCase {
  const rowOf = { ...room('u16', index.length + SPARE_EVENTS) };
  const expected = Uint16Array.from({ length: index.length }, (_, e) => (e < offsets[0]! ? rowOf.data[e]! : 0));
  for (let r = 0; r < rows; r++) expected.fill(r, offsets[r]!, offsets[r + 1]!);
  return {
    exact: true,
    regions: { offsets: array('u32', offsets), rowOf: { ...rowOf, expected } },
    call: (k, address) => k.rowsOfEvents({ offsets: address('offsets'), rows, rowOf: address('rowOf') }),
  };
}

const ROWS: [rows: number, density: Density][] = [
  [5, 'few'],
  [7, 'many'],
  [9, 'bursts'],
  [3, 'one long'],
  [4, 'none'],
  [1, 'one'],
];

const rowsEntry: KernelEntry = {
  kernel: 'rowsOfEvents',
  variant: 'of a list',
  reference: 'makeRows (table/transpose.ts)',
  tolerance: 0,
  because: 'row numbers are written, not computed',
  shapes: ROWS.map(([rows, density]) => ({
    label: `${rows} rows, ${density} events`,
    make: (rng) => makeRows(rows, events(rng, rows, 9, density)),
  })),
  bench: {
    label: '3200 rows, 2 × 3200 events',
    make: (rng) => makeRows(3200, evenEvents(rng, 3200, 20, 2)),
    work: { adds: 0, bytes: 3200 * (4 + 2 * 2) },
  },
};

const transposes = VARIANTS.map(
  ({ variant, shift, weighted }): KernelEntry => ({
    kernel: 'transposeEvents',
    variant,
    reference: 'transposed (table/transpose.ts)',
    tolerance: 0,
    because: 'numbers are moved, not computed',
    shapes: sizes.map(({ size, density }) => ({
      label: label(size, density),
      make: (rng) => make(rng, size, events(rng, size.samples * size.steps, size.channels, density), shift, weighted),
    })),
    bench: {
      label: label({ samples: 32, steps: 100, channels: 700 }, '56 × 3200'),
      make: (rng) =>
        make(rng, { samples: 32, steps: 100, channels: 700 }, evenEvents(rng, 3200, 700, 56), shift, weighted),
      // Every event is read twice and written once.
      work: { adds: 0, bytes: 3200 * 56 * (weighted ? 14 : 6) },
    },
  }),
);

export const transposeEntries: KernelEntry[] = [...transposes, rowsEntry];
