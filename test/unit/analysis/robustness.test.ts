/** Disturbances as they are described, accuracies as probes and evaluations give them, the same draws for every network. */
import { afterEach, expect, test } from 'vitest';
import type { Subject } from '../../../engine/analysis/analysis.ts';
import { readSamples } from '../../../engine/analysis/read-samples.ts';
import {
  chooseChannels,
  drop,
  type EventSample,
  hotPixels,
  jitter,
  noise,
} from '../../../engine/analysis/robustness/events.ts';
import { robustness } from '../../../engine/analysis/robustness/robustness.ts';
import { quantised } from '../../../engine/analysis/robustness/weights.ts';
import { BACKENDS } from '../../../engine/backends/registry.ts';
import { stream } from '../../../engine/base/random.ts';
import type { RobustnessResult } from '../../../protocol/analyses/robustness.ts';
import { pictures, spikes } from '../backends/event/support.ts';
import { type Asked, ask, subjectOf } from './subject.ts';

const open: Subject[] = [];
afterEach(async () => {
  for (const { network } of open.splice(0)) await network.close();
});
async function opened(settings: object = {}, data = spikes(), threads = 2): Promise<Subject> {
  const subject = await subjectOf(data, { network: { hidden: [12], weightGain: 3 }, ...settings }, threads);
  open.push(subject);
  return subject;
}
/** With room for more events, as a job opens it. */
function asked(subject: Subject, params: object, options: Asked<RobustnessResult> = {}): Promise<RobustnessResult> {
  return ask(
    robustness,
    subject,
    { ...params },
    {
      ...options,
      async open(_change, { maxEvents = 0 } = {}) {
        const { plan, data, spec } = subject;
        const network = await BACKENDS.event.open(plan, data, { batchSize: 8, threads: 2, seed: 1, maxEvents });
        network.setParameters(subject.network.parameters());
        open.push({ ...subject, network });
        return { network, plan, data, spec };
      },
    },
  );
}

const SHAPE = { steps: 40, inputs: 30, binary: false };
/** Some hundred events, grouped by step. */
function sample(): EventSample {
  const rng = stream(1, 'sample');
  const steps = Array.from({ length: SHAPE.steps }, () => Array.from({ length: rng.below(20) }, () => rng.below(30)));
  const offsets = [0];
  for (const step of steps) offsets.push(offsets.at(-1)! + step.length);
  return { label: 1, offsets, channels: steps.flat() };
}
/** `step/channel` of every event, sorted. */
const events = ({ offsets, channels }: EventSample): string[] =>
  Array.from({ length: SHAPE.steps }, (_, t) =>
    Array.from(channels)
      .slice(offsets[t], offsets[t + 1])
      .map((c) => `${t}/${c}`),
  )
    .flat()
    .sort();
const inOrder = ({ offsets, channels }: EventSample): boolean =>
  Array.from(offsets).every((offset, t) => t === 0 || offset >= offsets[t - 1]!) &&
  offsets[SHAPE.steps] === channels.length;
const countOf = (values: string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

test('drop leaves events out, each for itself, and adds none', () => {
  const before = countOf(events(sample()));
  let kept = 0;
  for (let draw = 0; draw < 50; draw++) {
    const after = drop(sample(), 0.3, SHAPE, stream(2, 'drop', draw));
    expect(inOrder(after)).toBe(true);
    for (const [event, count] of countOf(events(after))) expect(count).toBeLessThanOrEqual(before.get(event) ?? 0);
    kept += after.channels.length;
  }
  const of = 50 * sample().channels.length;
  expect(Math.abs(kept / of - 0.7)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / of));
  expect(events(drop(sample(), 0, SHAPE, stream(2, 'drop')))).toEqual(events(sample()));
  expect(events(drop(sample(), 1, SHAPE, stream(2, 'drop')))).toEqual([]);
});

test('jitter keeps how many events each channel has, and moves them by its deviation', () => {
  const channels = (of: EventSample): number[] => Array.from(of.channels).sort((a, b) => a - b);
  const one: EventSample = { label: 0, offsets: Array.from({ length: 41 }, (_, t) => (t > 20 ? 1 : 0)), channels: [7] };
  const moves: number[] = [];
  for (let draw = 0; draw < 400; draw++) {
    const after = jitter(one, 3, SHAPE, stream(3, 'jitter', draw));
    moves.push(Array.from(after.offsets).indexOf(1) - 1 - 20);
  }
  const deviation = Math.sqrt(moves.reduce((sum, move) => sum + move ** 2, 0) / 400);
  expect(Math.abs(deviation - Math.sqrt(9 + 1 / 12))).toBeLessThan(4 * (3 / Math.sqrt(800)));
  const after = jitter(sample(), 30, SHAPE, stream(3, 'jitter'));
  expect(inOrder(after)).toBe(true);
  expect(channels(after)).toEqual(channels(sample()));
});

test('noise adds its share anywhere; hot pixels fire in every step, and all else stays', () => {
  const before = sample();
  const noisy = noise(before, 0.5, SHAPE, stream(4, 'noise'));
  expect(noisy.channels.length).toBe(before.channels.length + Math.round(0.5 * before.channels.length));
  const after = countOf(events(noisy));
  for (const [event, count] of countOf(events(before))) expect(after.get(event)).toBeGreaterThanOrEqual(count);
  const hot = chooseChannels(30, 0.1, stream(4, 'hot'));
  expect([hot.length, new Set(hot).size]).toEqual([3, 3]);
  const expected = [
    ...events(before),
    ...Array.from(hot, (c) => Array.from({ length: 40 }, (_, t) => `${t}/${c}`)).flat(),
  ];
  expect(events(hotPixels(before, hot, SHAPE))).toEqual(expected.sort());
});

test('binary input stays binary under every disturbance, and no step and channel is lost by it', () => {
  const shape = { ...SHAPE, binary: true };
  const once = [...new Set(events(sample()))].map((event) => event.split('/').map(Number) as [number, number]);
  once.sort(([a], [b]) => a - b);
  const offsets = Array.from({ length: 41 }, (_, t) => once.filter(([step]) => step < t).length);
  const clean: EventSample = { label: 1, offsets, channels: once.map(([, channel]) => channel) };
  const before = new Set(events(clean));
  const hot = chooseChannels(30, 0.2, stream(6, 'hot'));
  for (const [name, after] of [
    ['jitter', jitter(clean, 5, shape, stream(6, 'jitter'))],
    ['noise', noise(clean, 3, shape, stream(6, 'noise'))],
    ['hot pixels', hotPixels(clean, hot, shape)],
  ] as const) {
    const there = events(after);
    expect(inOrder(after), name).toBe(true);
    expect(new Set(there).size, `${name}: nothing twice`).toBe(there.length);
    if (name === 'jitter') continue;
    for (const event of before) expect(there, name).toContain(event);
    expect(there.length, `${name}: something was added`).toBeGreaterThan(before.size);
  }
});

test('quantised weights are the nearest of 2^bits − 1 values up to the largest of their neuron', () => {
  const rng = stream(5, 'weights');
  const data = Float32Array.from({ length: 60 }, () => rng.normal());
  const [matrix, bias] = quantised(
    [
      { name: 'w', shape: [10, 6], data },
      { name: 'b', shape: [6], data: data.slice(0, 6) },
    ],
    3,
  );
  expect(bias!.data).toEqual(data.slice(0, 6));
  for (let n = 0; n < 6; n++) {
    const own = Array.from({ length: 10 }, (_, i) => data[i * 6 + n]!);
    const largest = Math.max(...own.map(Math.abs));
    const grid = [-3, -2, -1, 0, 1, 2, 3].map((level) => (level * largest) / 3);
    own.forEach((weight, i) => {
      const nearest = grid.reduce((a, b) => (Math.abs(b - weight) < Math.abs(a - weight) ? b : a));
      expect(matrix!.data[i * 6 + n]).toBeCloseTo(nearest, 6);
    });
  }
});

test('accuracies are those of the disturbed samples and weights, computed here', async () => {
  const subject = await opened();
  const { network, data } = subject;
  const weights = network.parameters();
  const settings = {
    samples: 30,
    draws: 2,
    drop: [0.4],
    jitter: [2],
    noise: [1],
    weights: [0.3],
    quantisation: [8, 2],
  };
  const result = await asked(subject, { ...settings, 'hot-pixels': [0.3] });
  expect(network.parameters()).toEqual(weights);
  expect(result.clean).toBe((await network.evaluate('test', { samples: 30 })).accuracy / 30);
  expect(result.curves.map(({ disturbance }) => disturbance)).toEqual([
    'drop',
    'jitter',
    'noise',
    'hot-pixels',
    'weights',
    'quantisation',
  ]);
  const reference = await subjectOf(data, { network: { hidden: [12], weightGain: 3 }, backend: 'reference' });
  open.push(reference);
  reference.network.setParameters(weights);
  const all = readSamples(
    data,
    'test',
    Array.from({ length: 30 }, (_, i) => i),
  ) as unknown as EventSample[];
  // The pulses of the task are never two in a step.
  const shape = { ...data, binary: true };
  for (const [name, disturb, strength] of [
    ['drop', drop, 0.4],
    ['jitter', jitter, 2],
    ['noise', noise, 1],
  ] as const) {
    const point = result.curves.find(({ disturbance }) => disturbance === name)!.points[0]!;
    for (const [draw, accuracy] of point.accuracies.entries()) {
      const samples = all.map((one, i) => disturb(one, strength, shape, stream(1, `robustness ${name}`, draw, i, 0)));
      const { samples: scores } = await reference.network.probe({ samples }, {});
      expect(accuracy, name).toBeCloseTo(scores.accuracy.reduce((a, b) => a + b) / 30, 10);
    }
    const [a, b] = point.accuracies as [number, number];
    expect(point.mean).toBeCloseTo((a + b) / 2, 12);
    expect(point.deviation).toBeCloseTo(Math.abs(a - b) / Math.SQRT2, 12);
  }
  const bits = result.curves.find(({ disturbance }) => disturbance === 'quantisation')!.points;
  expect(bits.map(({ strength }) => strength)).toEqual([8, 2]);
  for (const { strength, accuracies, deviation } of bits) {
    reference.network.setParameters(quantised(weights, strength));
    const { accuracy } = await reference.network.evaluate('test', { samples: 30 });
    expect([accuracies, deviation]).toEqual([[accuracy / 30], null]);
  }
}, 30_000);

test('goes on where it stopped to the same bits, with any number of threads', async () => {
  const params = { samples: 16, draws: 2, weights: [0.3], quantisation: [] };
  const parts: RobustnessResult[] = [];
  const whole = await asked(await opened({}, spikes(), 1), params, { published: (part) => parts.push(part) });
  // Three of the default shares of hot pixels are no channel here.
  expect(parts).toHaveLength(11);
  const other = await opened({}, spikes(), 2);
  expect(await asked(other, params, { earlier: parts[7]! })).toEqual(whole);
  expect(await asked(other, params)).toEqual(whole);
}, 30_000);

test('constant currents have no events to disturb, which is said', async () => {
  const result = await asked(await opened({}, pictures()), { samples: 16, drop: [0.5], weights: [0.5] });
  expect(result.curves.map(({ disturbance }) => disturbance)).toEqual(['weights', 'quantisation']);
  expect(result.events).toBeNull();
  expect(result.left).toHaveLength(4);
  for (const sentence of result.left) expect(sentence).toMatch(/^[A-Z].+: not asked, .+\.$/);
});

test('shares of hot pixels that are no channel are left out and named, not shown as harmless', async () => {
  const params = { samples: 8, draws: 1, drop: [], jitter: [], noise: [], weights: [], quantisation: [] };
  const subject = await opened();
  const { inputs } = subject.data;
  const least = 1 / inputs;
  const some = await asked(subject, { ...params, 'hot-pixels': [least / 4, least] });
  expect(some.curves.map(({ points }) => points.map(({ strength }) => strength))).toEqual([[least]]);
  expect(some.left).toEqual([expect.stringMatching(/^Hot pixels: .+ less than half a channel.+\.$/)]);
  const none = await asked(subject, { ...params, 'hot-pixels': [least / 4] });
  expect(none.curves).toEqual([]);
});
