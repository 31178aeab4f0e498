/** Entries of what is counted of neurons: tallySpikes, countWithin. */
import type { Rng } from '../../../../base/random.ts';
import { PANEL, toPanels } from '../panels.ts';
import { array, type Entry, type KernelCase, matrix, room } from './entry.ts';
import { COLUMNS, eighths } from './inputs.ts';

function makeTally(rng: Rng, samples: number, steps: number, panels: number, stepsPerBin: number): KernelCase {
  const neurons = panels * PANEL;
  const bins = Math.ceil(steps / stepsPerBin);
  const masks = new Uint16Array(samples * steps * panels);
  const perSample = new Array<number>(samples * neurons).fill(0);
  const perBin = new Array<number>(bins * neurons).fill(0);
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
      perBin: { ...room('u32', perBin.length), expected: toPanels(perBin, bins, neurons) },
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

export const tallyEntries: Entry[] = [
  {
    kernel: 'tallySpikes',
    variant: 'from masks',
    reference: 'makeTally (table/tally.ts)',
    tolerance: 0,
    because: 'spikes are counted',
    shapes: [1, 2, 5].flatMap((panels) =>
      [1, 3, 100].map((stepsPerBin) => ({
        label: `3 samples of 10 steps of ${panels} panels, ${stepsPerBin} steps together`,
        make: (rng: Rng) => makeTally(rng, 3, 10, panels, stepsPerBin),
      })),
    ),
    bench: {
      label: '16 samples of 100 steps of 32 panels, one by one',
      make: (rng) => makeTally(rng, 16, 100, 32, 1),
      work: { adds: 1600 * 32 * 4, bytes: 1600 * 32 * 2 },
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
