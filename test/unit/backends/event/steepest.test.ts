/** The strongest entries of dL/dx, and the best moves of spikes, are those that the whole gradient has. */
import { afterEach, describe, expect, test } from 'vitest';
import {
  type MovableSpikes,
  type Network,
  NOT_FOUND,
  type Slopes,
  WHOLE,
} from '../../../../engine/backends/backend.ts';
import { Threshold } from '../../../../engine/backends/event/passes/steepest/strongest.ts';
import { BACKENDS } from '../../../../engine/backends/registry.ts';
import { stream } from '../../../../engine/base/random.ts';
import { settingsSchema } from '../../../../engine/experiment/schema.ts';
import { planNetwork } from '../../../../engine/models/build/network.ts';
import { pictures, spikes } from './support.ts';

const open: Network[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((network) => network.close()));
});

const [STEPS, INPUTS, SAMPLES] = [21, 37, 19];
const READOUT = { kind: 'leaky-integrator', window: 9 };
const NETWORKS: Record<string, object> = {
  'a wide window': {
    network: { hidden: [44], weightGain: 3, readout: READOUT },
    neuron: { leak: 0.9, surrogate: { width: 2 } },
  },
  'two layers, soft reset, a narrow window': {
    network: { hidden: [20, 12], weightGain: 5, readout: { kind: 'spike-rate' } },
    neuron: { leak: 0.7, reset: 'soft', surrogate: { width: 0.6 } },
  },
  'recurrence, inputs that are scaled': {
    network: { hidden: [18], weightGain: 3, readout: READOUT },
    neuron: { leak: { learnable: true }, recurrent: true, scaleInput: true, surrogate: { shape: 'arctan' } },
  },
};

async function start(settings: object, change: (x: number, i: number, name: string) => number = (x) => x) {
  const data = spikes(INPUTS, STEPS);
  const plan = planNetwork(settingsSchema.parse({ dataset: { name: 'delayed-xor' }, ...settings }), data);
  const network = await BACKENDS.event.open(plan, data, { batchSize: 8, threads: 2, seed: 3, maxEvents: 500 });
  open.push(network);
  network.setParameters(
    network.parameters().map((t) => ({ ...t, data: t.data.map((x, i) => change(x, i, t.name)) as Float32Array })),
  );
  const rng = stream(1, 'steepest');
  const samples = Array.from({ length: SAMPLES }, () => {
    const bins = Array.from({ length: STEPS * INPUTS }, (_, bin) => bin).filter(() => rng.uniform() < 0.15);
    const offsets = Array.from({ length: STEPS + 1 }, (_, t) => bins.filter((bin) => bin < t * INPUTS).length);
    return { label: rng.below(2), offsets, channels: bins.map((bin) => bin % INPUTS) };
  });
  const seen = await network.probe({ samples }, { inputGradient: true });
  const size = STEPS * INPUTS;
  const gradients = samples.map((_, b) => seen.inputGradient!.slice(b * size, (b + 1) * size));
  return { network, samples, seen, gradients };
}

type Entry = [place: number, value: number, to?: number];

/** What was found of sample `b`. */
function foundOf({ places, values, to, found }: Slopes, b: number): Entry[] {
  const most = places.length / found.length;
  return Array.from({ length: found[b]! }, (_, i): Entry => {
    const place = b * most + i;
    return to.length > 0 ? [places[place]!, values[place]!, to[place]!] : [places[place]!, values[place]!];
  });
}

describe.each(Object.entries(NETWORKS))('%s', (_, settings) => {
  test('the strongest bins, as many as are wanted of each sample, or the whole gradient', async () => {
    const { network, samples, seen, gradients } = await start(settings);
    // Few, many, none, all.
    const wanted = Uint32Array.from(samples, (_, b) => [1, 3, 40, 0, WHOLE, 200][b % 6]!);
    const slopes = await network.steepest!(samples, { what: 'bins', wanted });
    expect(slopes.samples).toEqual(seen.samples);
    let told = 0;
    let next = 0;
    for (const [b, own] of wanted.entries()) {
      const g = gradients[b]!;
      if (own === WHOLE) {
        expect(slopes.whole.subarray(next * g.length, ++next * g.length), `gradient of sample ${b}`).toEqual(g);
        continue;
      }
      if (slopes.found[b] === NOT_FOUND) continue;
      const strongest = Array.from(g.keys())
        .filter((bin) => g[bin] !== 0)
        .sort((i, j) => Math.abs(g[j]!) - Math.abs(g[i]!) || i - j);
      expect(foundOf(slopes, b), `sample ${b}`).toEqual(strongest.slice(0, own).map((bin): Entry => [bin, g[bin]!]));
      told++;
    }
    expect(told, 'samples that are told of').toBeGreaterThan(SAMPLES / 2);
  });

  test.each([1, -1] as const)('the moves by which the loss rises or falls most (%d)', async (rises) => {
    const { network, samples, gradients } = await start(settings);
    const maxShift = 3;
    const rng = stream(2, 'moves');
    const each = samples.map(({ offsets, channels }) => {
      const place = Array.from(channels, (c, e) => {
        let t = 0;
        while (offsets[t + 1]! <= e) t++;
        return t * INPUTS + c;
      });
      // Some have moved already; where that is a bin that another holds does not matter here.
      const home = place.map((bin) => {
        const t = Math.floor(bin / INPUTS) + rng.below(3) - 1;
        return t >= 0 && t < STEPS ? t * INPUTS + (bin % INPUTS) : bin;
      });
      return { place, home, amount: place.map(() => 1 + rng.below(2)) };
    });
    const flat = (of: (one: (typeof each)[number]) => number[]): number[] => each.flatMap(of);
    const starts = [0];
    for (const { place } of each) starts.push(starts.at(-1)! + place.length);
    const spikesOf: MovableSpikes = {
      starts: Uint32Array.from(starts),
      home: Uint32Array.from(flat(({ home }) => home)),
      place: Uint32Array.from(flat(({ place }) => place)),
      amount: Uint16Array.from(flat(({ amount }) => amount)),
    };
    const wanted = Uint32Array.from(samples, (_, b) => [2, 20, 500][b % 3]!);
    const slopes = await network.steepest!(samples, { what: 'moves', wanted, rises, maxShift, spikes: spikesOf });
    let told = 0;
    each.forEach(({ place, home, amount }, b) => {
      if (slopes.found[b] === NOT_FOUND) return;
      const g = gradients[b]!;
      const moves: Entry[] = [];
      place.forEach((here, spike) => {
        let best: Entry | undefined;
        for (let shift = -maxShift; shift <= maxShift; shift++) {
          const bin = home[spike]! + shift * INPUTS;
          if (shift === 0 || bin < 0 || bin >= g.length || place.includes(bin)) continue;
          const gain = rises * amount[spike]! * (g[bin]! - g[here]!);
          if (gain > (best?.[1] ?? 0)) best = [spike, gain, bin];
        }
        if (best) moves.push(best);
      });
      moves.sort((i, j) => j[1] - i[1] || i[0] - j[0]);
      expect(foundOf(slopes, b), `sample ${b}`).toEqual(moves.slice(0, wanted[b]));
      told++;
    });
    expect(told, 'samples that are told of').toBeGreaterThan(SAMPLES / 2);
  });
});

test('of equal strengths the lower bins, and what is not finite or too small is left to the whole gradient', async () => {
  const settings = NETWORKS['a wide window']!;
  // Channels in pairs that cannot be told apart.
  const pairs = await start(settings, (x, i, name) => (name === 'layers.0.weight' ? Math.sin(Math.floor(i / 88)) : x));
  const wanted = new Uint32Array(SAMPLES).fill(25);
  const { network, samples, gradients } = pairs;
  const slopes = await network.steepest!(samples, { what: 'bins', wanted });
  const told = samples.flatMap((_, b) => (slopes.found[b] === 25 ? [b] : []));
  expect(told.length).toBeGreaterThan(0);
  for (const b of told) {
    const g = gradients[b]!;
    const strongest = Array.from(g.keys()).sort((i, j) => Math.abs(g[j]!) - Math.abs(g[i]!) || i - j);
    expect(foundOf(slopes, b).map(([bin]) => bin)).toEqual(strongest.slice(0, 25));
  }
  const scaled = async (factor: number): Promise<Slopes> => {
    network.setParameters(network.parameters().map((t) => ({ ...t, data: t.data.map((x) => x * factor) })));
    return network.steepest!(samples, { what: 'bins', wanted });
  };
  expect([...(await scaled(Number.NaN)).found]).toEqual([...wanted].map(() => NOT_FOUND));
});

test('a network that has no events has no such thing', async () => {
  const data = pictures();
  const plan = planNetwork(settingsSchema.parse({ dataset: { name: 'delayed-xor' }, network: { hidden: [8] } }), data);
  const network = await BACKENDS.event.open(plan, data, { batchSize: 8, threads: 1, seed: 3 });
  open.push(network);
  expect(network.steepest).toBeUndefined();
});

test('a threshold that at least so many numbers reach, and hardly more', () => {
  const rng = stream(4, 'threshold');
  const threshold = new Threshold();
  for (const wanted of [1, 10, 300]) {
    const numbers = Array.from({ length: 1000 }, () => rng.uniform() ** 4);
    threshold.begin(wanted);
    for (const x of numbers) threshold.add(x);
    const reached = threshold.get();
    const exact = numbers.sort((a, b) => b - a)[wanted - 1]!;
    expect(reached).toBeLessThanOrEqual(exact);
    expect(reached).toBeGreaterThan(0.95 * exact);
  }
  threshold.begin(2);
  threshold.add(1);
  expect(threshold.get()).toBe(0);
});
