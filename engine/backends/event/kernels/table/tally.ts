/** Entries of what is counted of neurons: tallySpikes, tallyIntervals, tallyEvents, countWithin. */
import { type Rng, shuffle } from '../../../../base/random.ts';
import { PANEL, toPanels } from '../panels.ts';
import { array, type KernelCase, type KernelEntry, matrix, room } from './entry.ts';
import { COLUMNS, eighths } from './inputs.ts';

function makeTally(rng: Rng, samples: number, steps: number, panels: number, stepsPerBin: number): KernelCase {
  const neurons = panels * PANEL;
  const bins = Math.ceil(steps / stepsPerBin);
  const masks = new Uint16Array(samples * steps * panels);
  const perSample = new Array<number>(samples * neurons).fill(0);
  // Something is there already.
  const before = Array.from({ length: bins * neurons }, () => rng.below(5));
  const perBin = [...before];
  for (let b = 0; b < samples; b++)
    for (let t = 0; t < steps; t++)
      for (let n = 0; n < neurons; n++) {
        if (rng.uniform() >= 0.2) continue;
        masks[(b * steps + t) * panels + Math.floor(n / PANEL)]! |= 1 << (n % PANEL);
        perSample[b * neurons + n]!++;
        perBin[Math.floor(t / stepsPerBin) * neurons + n]!++;
      }
  return {
    exact: true,
    regions: {
      spikeMasks: array('u16', masks),
      perSample: { ...room('u32', perSample.length), expected: perSample },
      perBin: array('u32', toPanels(before, bins, neurons), toPanels(perBin, bins, neurons)),
      work: room('u32', 4 * panels * bins),
    },
    call: (k, address) =>
      k.tallySpikes({
        spikeMasks: address('spikeMasks'),
        panels,
        samples,
        steps,
        stepsPerBin,
        perSample: address('perSample'),
        perBin: address('perBin'),
        work: address('work'),
      }),
  };
}

function makeIntervals(rng: Rng, steps: number, panels: number): KernelCase {
  const neurons = panels * PANEL;
  const masks = new Uint16Array(steps * panels);
  // Something is there already.
  const before = Array.from({ length: 3 * neurons }, () => rng.below(5));
  const sums = [...before];
  for (let n = 0; n < neurons; n++) {
    const fired = Array.from({ length: steps }, (_, t) => t).filter(() => rng.uniform() < 0.3);
    for (const t of fired) masks[t * panels + Math.floor(n / PANEL)]! |= 1 << (n % PANEL);
    for (let i = 2; i < fired.length; i++) {
      const [a, b] = [fired[i - 1]! - fired[i - 2]!, fired[i]! - fired[i - 1]!];
      sums[n]!++;
      sums[neurons + n]! += Math.round(((2 * Math.abs(a - b)) / (a + b)) * 2 ** 24) / 2 ** 24;
      sums[2 * neurons + n]! += Math.round(3 * ((a - b) / (a + b)) ** 2 * 2 ** 24) / 2 ** 24;
    }
  }
  return {
    exact: true,
    regions: {
      spikeMasks: array('u16', masks),
      work: room('u32', 2 * PANEL),
      sums: array('f64', before, sums),
    },
    call: (k, address) =>
      k.tallyIntervals({
        spikeMasks: address('spikeMasks'),
        panels,
        steps,
        work: address('work'),
        sums: address('sums'),
      }),
  };
}

interface Events {
  /** Some events are of a size. */
  valued?: boolean;
  /** Some come twice. */
  twice?: boolean;
  /** Channels of a row come in any order. */
  mixed?: boolean;
  /** All channels reach the same number of synapses. */
  same?: boolean;
}

/** The second of two samples. */
function makeEvents(rng: Rng, rows: number, channels: number, { valued, twice, mixed, same }: Events): KernelCase {
  const first = 4;
  const offsets = [7];
  const list: number[] = Array.from({ length: 7 }, () => rng.below(channels));
  const fanOut = Array.from({ length: channels }, () => (same ? 37 : rng.below(100)));
  const result = [0, 0, 0];
  const seen = Array.from({ length: channels }, () => rng.below(first));
  const values = list.map(() => 2);
  for (let r = 0; r < rows; r++) {
    const order = Uint32Array.from({ length: channels }, (_, c) => c);
    if (mixed) shuffle(order, rng);
    for (const c of order) {
      if (rng.uniform() < 0.5) continue;
      const [times, value] = [twice && c === 1 ? 2 : 1, valued && c === 2 ? 3 : 1];
      for (let i = 0; i < times; i++) {
        list.push(c);
        values.push(value);
      }
      result[0]!++;
      result[1]! += fanOut[c]!;
      if (times > 1 || value !== 1) result[2] = 1;
    }
    offsets.push(list.length);
  }
  return {
    exact: true,
    regions: {
      offsets: array('u32', offsets),
      channels: array('u16', list),
      values: array('f32', values),
      fanOut: array('u32', fanOut),
      // What is left there is room.
      seen: array('u32', seen, []),
      result: { ...room('f64', 3), expected: result },
    },
    call: (k, address) =>
      k.tallyEvents({
        offsets: address('offsets'),
        channels: address('channels'),
        ...(valued && { values: address('values') }),
        rows,
        fanOut: address('fanOut'),
        same: same ? 1 : 0,
        seen: address('seen'),
        first,
        result: address('result'),
      }),
  };
}

/** Numbers that often lie on the edges of the window, which do not count. */
function makeWithin(rng: Rng, rows: number, used: number, columns: number): KernelCase {
  const [threshold, width] = [0.25, 0.5];
  const u = eighths(rng, rows * columns);
  const counts = Array.from({ length: columns }, (_, c) => {
    let n = 0;
    for (let r = 0; r < used; r++) if (Math.abs(u[r * columns + c]! - threshold) < width) n++;
    return n;
  });
  return {
    exact: true,
    regions: { u: matrix(u, rows, columns), counts: { ...room('u32', columns), expected: counts } },
    call: (k, address) =>
      k.countWithin({ u: address('u'), rows, used, columns, threshold, width, counts: address('counts') }),
  };
}

export const tallyEntries: KernelEntry[] = [
  {
    kernel: 'tallySpikes',
    variant: 'from masks',
    reference: 'makeTally (table/tally.ts)',
    tolerance: 0,
    because: 'spikes are counted',
    shapes: [1, 2, 5].flatMap((panels) =>
      [1, 3, 100]
        .map((stepsPerBin) => ({
          label: `3 samples of 10 steps of ${panels} panels, ${stepsPerBin} steps together`,
          make: (rng: Rng) => makeTally(rng, 3, 10, panels, stepsPerBin),
        }))
        .concat(
          {
            label: `2 samples of 700 steps of ${panels} panels, one by one, whose sums need more than eight bits`,
            make: (rng: Rng) => makeTally(rng, 2, 700, panels, 1),
          },
          {
            label: `2 samples of 700 steps of ${panels} panels, 300 together`,
            make: (rng: Rng) => makeTally(rng, 2, 700, panels, 300),
          },
        ),
    ),
    bench: {
      label: '16 samples of 100 steps of 32 panels, one by one',
      make: (rng) => makeTally(rng, 16, 100, 32, 1),
      work: { adds: 1600 * 32 * 4, bytes: 1600 * 32 * 2 },
    },
  },
  {
    kernel: 'tallyIntervals',
    variant: 'from masks',
    reference: 'makeIntervals (table/tally.ts)',
    tolerance: 0,
    because: 'terms are whole numbers of 2^-24, and sums of them exact',
    shapes: [1, 2, 5].flatMap((panels) =>
      [1, 2, 3, 60].map((steps) => ({
        label: `${steps} steps of ${panels} panels`,
        make: (rng: Rng) => makeIntervals(rng, steps, panels),
      })),
    ),
    bench: {
      label: '300 steps of 32 panels',
      make: (rng) => makeIntervals(rng, 300, 32),
      work: { adds: 300 * 512 * 0.3, bytes: 300 * 32 * 2 },
    },
  },
  {
    kernel: 'tallyEvents',
    variant: 'of one sample',
    reference: 'makeEvents (table/tally.ts)',
    tolerance: 0,
    because: 'events are counted',
    shapes: [{}, { valued: true }, { twice: true }, { mixed: true }, { mixed: true, twice: true }].flatMap((kind) =>
      [false, true].flatMap((same) =>
        [0, 1, 9].map((rows) => ({
          label: `${rows} rows of 40 channels: ${[...Object.keys(kind), same ? 'same fan-out' : 'each its own'].join(', ')}`,
          make: (rng: Rng) => makeEvents(rng, rows, 40, { ...kind, same }),
        })),
      ),
    ),
    bench: {
      label: '300 rows, 30 channels',
      make: (rng) => makeEvents(rng, 300, 30, { same: true }),
      work: { adds: 300 * 15, bytes: 300 * 15 * 2 },
    },
  },
  {
    kernel: 'countWithin',
    variant: 'rows of panels',
    reference: 'makeWithin (table/tally.ts)',
    tolerance: 0,
    because: 'potentials are compared and counted',
    shapes: COLUMNS.flatMap((columns) =>
      [0, 1, 9].map((used) => ({
        label: `${used} of 9 rows, ${columns} columns`,
        make: (rng: Rng) => makeWithin(rng, 9, used, columns),
      })),
    ),
    bench: {
      label: '1600 rows, 512 columns',
      make: (rng) => makeWithin(rng, 1601, 1600, 512),
      work: { adds: 1600 * 128, bytes: 1600 * 512 * 4 },
    },
  },
];
