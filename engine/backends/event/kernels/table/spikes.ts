/** Entries of what is made of masks of spikes: listSpikes, countSpikes, transposeMasks, gatherSpikes, scatterSpikes. */
import type { Rng } from '../../../../base/random.ts';
import { addRows } from '../../../../reference/connection.ts';
import { SPARE_EVENTS, TABLE_ROWS } from '../kernels.ts';
import { PANEL } from '../panels.ts';
import { array, type KernelCase, type KernelEntry, matrix, room } from './entry.ts';
import { uniform } from './inputs.ts';

interface Spikes {
  panels: number;
  masks: Uint16Array;
  /** 0 or 1 [rows × neurons]. */
  dense: Float64Array;
}

/** So large a share of the neurons fires in each row. */
function spikes(rng: Rng, rows: number, neurons: number, share: number): Spikes {
  const panels = Math.ceil(neurons / PANEL);
  const masks = new Uint16Array(rows * panels);
  const dense = Float64Array.from({ length: rows * neurons }, () => Number(rng.uniform() < share));
  for (let r = 0; r < rows; r++)
    for (let i = 0; i < neurons; i++)
      if (dense[r * neurons + i]) masks[r * panels + Math.floor(i / PANEL)]! |= 1 << (i % PANEL);
  return { panels, masks, dense };
}

/** Panel by panel: [panels × rows]. */
function byPanel({ masks, panels }: Spikes): Uint16Array {
  const rows = masks.length / panels;
  return masks.map((_, i) => masks[(i % rows) * panels + Math.floor(i / rows)]!);
}

function makeTransposition(rng: Rng, rows: number, panels: number): KernelCase {
  const seen = spikes(rng, rows, panels * PANEL, 0.3);
  return {
    exact: true,
    regions: {
      spikeMasks: array('u16', byPanel(seen)),
      out: array('u16', new Array(rows * panels).fill(0xbeef), seen.masks),
    },
    call: (k, address) => k.transposeMasks({ spikeMasks: address('spikeMasks'), panels, rows, out: address('out') }),
  };
}

function makeList(rng: Rng, rows: number, panels: number, share: number): KernelCase {
  const neurons = panels * PANEL;
  const { masks, dense } = spikes(rng, rows, neurons, share);
  const offsets = [0];
  const channels: number[] = [];
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < neurons; i++) if (dense[r * neurons + i]) channels.push(i);
    offsets.push(channels.length);
  }
  return {
    exact: true,
    regions: {
      spikeMasks: array('u16', masks),
      offsets: { ...room('u32', rows + 1), expected: offsets },
      channels: { ...room('u16', channels.length + SPARE_EVENTS), expected: channels },
    },
    call: (k, address) =>
      k.listSpikes({
        spikeMasks: address('spikeMasks'),
        panels,
        rows,
        offsets: address('offsets'),
        channels: address('channels'),
      }),
  };
}

function makeCount(rng: Rng, samples: number, steps: number, panels: number, share: number): KernelCase {
  const { masks, dense } = spikes(rng, samples * steps, panels * PANEL, share);
  const each = steps * panels * PANEL;
  const counts = Array.from({ length: samples }, (_, b) =>
    dense.subarray(b * each, (b + 1) * each).reduce((sum, x) => sum + x, 0),
  );
  return {
    exact: true,
    regions: { spikeMasks: array('u16', masks), counts: { ...room('u32', samples), expected: counts } },
    call: (k, address) =>
      k.countSpikes({ spikeMasks: address('spikeMasks'), panels, samples, steps, counts: address('counts') }),
  };
}

function makeGather(rng: Rng, rows: number, neurons: number, columns: number, share: number): KernelCase {
  const seen = spikes(rng, rows, neurons, share);
  const { dense } = seen;
  const bias = uniform(rng, columns);
  const source = uniform(rng, neurons * columns);
  const expected = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const row = expected.subarray(r * columns, (r + 1) * columns);
    row.set(bias);
    addRows(row, source, dense.subarray(r * neurons, (r + 1) * neurons));
  }
  return {
    regions: {
      out: { ...room('f32', rows * columns), shape: [rows, columns], expected },
      bias: array('f32', bias),
      source: array('f32', source),
      spikeMasks: array('u16', byPanel(seen)),
      tables: room('f32', TABLE_ROWS * columns),
    },
    call: (k, address) =>
      k.gatherSpikes({
        out: address('out'),
        bias: address('bias'),
        source: address('source'),
        inputs: neurons,
        spikeMasks: address('spikeMasks'),
        rows,
        columns,
        tables: address('tables'),
      }),
  };
}

function makeScatter(rng: Rng, rows: number, neurons: number, columns: number, share: number): KernelCase {
  const { panels, masks, dense } = spikes(rng, rows, neurons, share);
  const out = uniform(rng, neurons * columns);
  const source = uniform(rng, rows * columns);
  const expected = out.slice();
  for (let i = 0; i < neurons; i++) {
    const spikeMasks = Float64Array.from({ length: rows }, (_, r) => dense[r * neurons + i]!);
    addRows(expected.subarray(i * columns, (i + 1) * columns), source, spikeMasks);
  }
  return {
    regions: {
      out: matrix(out, neurons, columns, expected),
      source: matrix(source, rows, columns),
      spikeMasks: array('u16', masks),
    },
    call: (k, address) =>
      k.scatterSpikes({
        out: address('out'),
        outRows: neurons,
        source: address('source'),
        spikeMasks: address('spikeMasks'),
        panels,
        rows,
        columns,
      }),
  };
}

const SHARES = [0, 0.15, 1];

export const spikeEntries: KernelEntry[] = [
  {
    kernel: 'listSpikes',
    variant: 'from masks',
    reference: 'makeList (table/spikes.ts)',
    tolerance: 0,
    because: 'numbers are moved, not computed',
    shapes: [1, 2, 5, 13].flatMap((panels) =>
      SHARES.map((share) => ({
        label: `7 rows of ${panels} panels, ${100 * share} % fire`,
        make: (rng: Rng) => makeList(rng, 7, panels, share),
      })),
    ),
    bench: {
      label: '1600 rows of 4 panels, 15 % fire',
      make: (rng) => makeList(rng, 1600, 4, 0.15),
      work: { adds: 0, bytes: 1600 * (4 * 2 + 4 + 0.15 * 64 * 2) },
    },
  },
  {
    kernel: 'countSpikes',
    variant: 'from masks',
    reference: 'makeCount (table/spikes.ts)',
    tolerance: 0,
    because: 'spikes are counted',
    shapes: [1, 2, 5, 13].flatMap((panels, i) =>
      SHARES.map((share) => ({
        label: `3 samples of ${1 + 2 * i} steps of ${panels} panels, ${100 * share} % fire`,
        make: (rng: Rng) => makeCount(rng, 3, 1 + 2 * i, panels, share),
      })),
    ),
    bench: {
      label: '16 samples of 100 steps of 4 panels, 15 % fire',
      make: (rng) => makeCount(rng, 16, 100, 4, 0.15),
      work: { adds: 0, bytes: 1600 * 4 * 2 },
    },
  },
  {
    kernel: 'transposeMasks',
    variant: 'of several panels',
    reference: 'byPanel (table/spikes.ts)',
    tolerance: 0,
    because: 'masks are moved, not computed',
    shapes: [1, 2, 5, 13].map((panels) => ({
      label: `7 rows of ${panels} panels`,
      make: (rng: Rng) => makeTransposition(rng, 7, panels),
    })),
    bench: {
      label: '1600 rows of 4 panels',
      make: (rng) => makeTransposition(rng, 1600, 4),
      work: { adds: 0, bytes: 2 * 1600 * 4 * 2 },
    },
  },
  {
    kernel: 'gatherSpikes',
    variant: 'by tables',
    reference: 'addRows (reference/connection.ts) on the spikes of a row',
    tolerance: 1e-6,
    because: 'float32 sums of up to seventeen terms, or of as many as there are neurons, which are sums of sixteen',
    shapes: [4, 8, 12, 16, 36, 72].flatMap((neurons) =>
      [4, 8, 12, 16].flatMap((columns) =>
        SHARES.map((share) => ({
          label: `9 rows, ${neurons} neurons to ${columns}, ${100 * share} % fire`,
          make: (rng: Rng) => makeGather(rng, 9, neurons, columns, share),
        })),
      ),
    ),
    bench: {
      label: '3200 rows, 16 neurons to 4, 20 % fire',
      make: (rng) => makeGather(rng, 3200, 16, 4, 0.2),
      work: { adds: 3200, bytes: 3200 * (2 + 16) },
    },
  },
  {
    kernel: 'scatterSpikes',
    variant: 'from masks',
    reference: 'addRows (reference/connection.ts) on the spikes of a neuron',
    tolerance: 1e-6,
    because: 'float32 sums of up to seventeen terms, one after the other',
    shapes: [4, 16, 20, 52].flatMap((neurons) =>
      [4, 8, 12, 16].flatMap((columns) =>
        SHARES.map((share) => ({
          label: `17 rows, ${neurons} neurons to ${columns}, ${100 * share} % fire`,
          make: (rng: Rng) => makeScatter(rng, 17, neurons, columns, share),
        })),
      ),
    ),
    bench: {
      label: '3200 rows, 16 neurons to 4, 20 % fire',
      make: (rng) => makeScatter(rng, 3200, 16, 4, 0.2),
      work: { adds: 3200 * 0.2 * 16, bytes: 3200 * (2 + 16) },
    },
  },
];
