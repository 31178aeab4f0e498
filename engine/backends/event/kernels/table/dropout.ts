/** Entries of dropout: events of the neurons that are kept, and factors on weights, gradients and states. */
import type { Rng } from '../../../../base/random.ts';
import { array, type KernelCase, type KernelEntry, room } from './entry.ts';
import { COLUMNS, type Density, evenEvents, events, uniform } from './inputs.ts';

/** Factors as dropout draws them: 0, or what makes up for those that are 0. */
export function dropoutMaskOf(rng: Rng, count: number, rate: number): Float64Array {
  return Float64Array.from({ length: count }, () => (rng.uniform() < rate ? 0 : Math.fround(1 / (1 - rate))));
}

interface Size {
  rows: number;
  channels: number;
}

/** Events of an earlier sample in the list that is written to. */
const BEFORE = 2;

function makeDrop(rng: Rng, { rows, channels }: Size, density: Density | number): KernelCase {
  const e =
    typeof density === 'number' ? evenEvents(rng, rows, channels, density) : events(rng, rows, channels, density);
  const dropoutMask = dropoutMaskOf(rng, channels, 0.4);
  const passed: number[] = [];
  const ends = [BEFORE];
  for (let r = 0; r < rows; r++) {
    for (const channel of e.index.subarray(e.offsets[r], e.offsets[r + 1]))
      if (dropoutMask[channel]) passed.push(channel);
    ends.push(BEFORE + passed.length);
  }
  const earlier = [7, 7];
  // One entry more than there are events may be written.
  const list = room('u16', BEFORE + e.index.length + 1);
  return {
    exact: true,
    regions: {
      offsets: array('u32', e.offsets),
      channels: array('u16', e.index),
      dropoutMask: array('f32', dropoutMask),
      outOffsets: array('u32', [BEFORE, ...new Array(rows).fill(0xbeef)], ends),
      outChannels: {
        ...list,
        data: [...earlier, ...Array.from(list.data).slice(BEFORE)],
        expected: [...earlier, ...passed],
      },
    },
    call: (k, address) =>
      k.dropEvents({
        offsets: address('offsets'),
        channels: address('channels'),
        rows,
        dropoutMask: address('dropoutMask'),
        outOffsets: address('outOffsets'),
        outChannels: address('outChannels'),
      }),
  };
}

function makeScale(rng: Rng, count: number): KernelCase {
  const source = uniform(rng, count);
  return {
    regions: {
      source: array('f32', source),
      out: array(
        'f32',
        new Array(count).fill(Number.NaN),
        source.map((x) => 1.25 * x),
      ),
    },
    call: (k, address) => k.scale({ out: address('out'), source: address('source'), factor: 1.25, count }),
  };
}

function makeMultiply(rng: Rng, count: number): KernelCase {
  const a = uniform(rng, count);
  const m = dropoutMaskOf(rng, count, 0.5);
  return {
    regions: {
      a: array(
        'f32',
        a,
        a.map((x, i) => x * m[i]!),
      ),
      m: array('f32', m),
    },
    call: (k, address) => k.multiplyElements({ a: address('a'), m: address('m'), count }),
  };
}

const sizes: { size: Size; density: Density }[] = [
  { size: { rows: 9, channels: 20 }, density: 'many' },
  { size: { rows: 12, channels: 7 }, density: 'few' },
  { size: { rows: 5, channels: 4 }, density: 'one' },
  { size: { rows: 3, channels: 16 }, density: 'none' },
  { size: { rows: 1, channels: 1 }, density: 'few' },
];
const SPIKES = 100;
const bench: Size = { rows: 100, channels: 512 };
const numbers = 512 * 16;

const elementwise = (
  kernel: 'scale' | 'multiplyElements',
  reference: string,
  make: (rng: Rng, count: number) => KernelCase,
): KernelEntry => ({
  kernel,
  variant: kernel === 'scale' ? 'aside' : 'in place',
  reference,
  tolerance: 1e-7,
  because: 'one float32 rounding',
  shapes: COLUMNS.map((count) => ({ label: `${count} numbers`, make: (rng) => make(rng, count) })),
  bench: {
    label: `${numbers} numbers`,
    make: (rng) => make(rng, numbers),
    work: { adds: numbers / 4, bytes: (kernel === 'scale' ? 8 : 12) * numbers },
  },
});

export const dropoutEntries: KernelEntry[] = [
  {
    kernel: 'dropEvents',
    variant: 'one sample of a block',
    reference: 'makeKeep (table/dropout.ts)',
    tolerance: 0,
    because: 'numbers are moved, not computed',
    shapes: sizes.map(({ size, density }) => ({
      label: `${size.rows} rows, ${size.channels} channels, ${density} events`,
      make: (rng) => makeDrop(rng, size, density),
    })),
    bench: {
      label: `${bench.rows} rows, ${SPIKES} of ${bench.channels} channels`,
      make: (rng) => makeDrop(rng, bench, SPIKES),
      work: { adds: 0, bytes: bench.rows * SPIKES * 4 },
    },
  },
  elementwise('scale', 'makeScale (table/dropout.ts)', makeScale),
  elementwise('multiplyElements', 'makeMultiply (table/dropout.ts)', makeMultiply),
];
