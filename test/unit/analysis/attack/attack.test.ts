/** The whole attack on small networks: against the float64 reference, against enumeration, and for its bits. */
import { afterEach, describe, expect, test } from 'vitest';
import type { AnalysisContext } from '../../../../engine/analysis/analysis.ts';
import { attack } from '../../../../engine/analysis/attack/attack.ts';
import { alongGradient, atRandom } from '../../../../engine/analysis/attack/escalate.ts';
import type { Goal } from '../../../../engine/analysis/attack/steps.ts';
import { type Flipped, Flips } from '../../../../engine/analysis/attack/threats/flips.ts';
import { isFooled, type Victim, victimOf } from '../../../../engine/analysis/attack/victim.ts';
import { widened } from '../../../../engine/analysis/attack/widths.ts';
import { readSamples } from '../../../../engine/analysis/read-samples.ts';
import type { Network, Sample } from '../../../../engine/backends/backend.ts';
import { BACKENDS } from '../../../../engine/backends/registry.ts';
import { stream } from '../../../../engine/base/random.ts';
import type { PreparedDataset } from '../../../../engine/datasets/dataset.ts';
import { ANALYSIS_PARAMS, type RunSpec, settingsSchema } from '../../../../engine/experiment/schema.ts';
import { planNetwork } from '../../../../engine/models/build/network.ts';
import type { Lif } from '../../../../engine/models/plan.ts';
import { backward, forward, type Parameters } from '../../../../engine/reference/network.ts';
import type { AttackResult } from '../../../../protocol/analyses/attack.ts';
import { pictures } from '../../backends/event/support.ts';

const open: Network[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((network) => network.close()));
});

const specOf = (settings: object): RunSpec => ({
  ...settingsSchema.parse({ dataset: { name: 'delayed-xor' }, ...settings }),
  study: 'S',
  variant: 'v',
  seed: 3,
  file: '/none',
});

const NET = {
  network: { hidden: [24], weightGain: 3, readout: { kind: 'leaky-integrator', window: 4 } },
  neuron: { leak: 0.9 },
};

/** An open network with its context; trained for `updates` updates. */
async function subject(data: PreparedDataset, settings: object, updates: number, threads = 1) {
  const spec = specOf(settings);
  const plan = planNetwork(spec, data);
  const start = async (of: RunSpec, maxEvents = 0) => {
    const options = { batchSize: 64, threads, seed: 3, maxEvents };
    const network = await BACKENDS.event.open(planNetwork(of, data), data, options);
    open.push(network);
    return network;
  };
  const network = await start(spec);
  const order = new Uint32Array(data.sizes.train).map((_, i) => i);
  const optimizer = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
  const perEpoch = Math.ceil(data.sizes.train / 64);
  for (let u = 0; u < updates; u++) {
    if (u % perEpoch === 0) network.beginEpoch(Math.floor(u / perEpoch), order);
    await network.train(u % perEpoch, (u % perEpoch) + 1, { optimizer, updates: u, learningRates: [0.01] });
  }
  const state = network.state();
  const context = (more: Partial<AnalysisContext<AttackResult>> = {}): AnalysisContext<AttackResult> => ({
    network,
    data,
    plan,
    spec,
    open: async (change, { maxEvents } = {}) => {
      const changed = change(structuredClone(spec));
      const other = await start(changed, maxEvents);
      other.restore(state);
      return { network: other, data, plan: planNetwork(changed, data), spec: changed };
    },
    progress: () => {},
    earlier: undefined,
    publish: () => {},
    signal: new AbortController().signal,
    ...more,
  });
  return { network, plan, spec, context };
}

/** Spikes of seven channels in twelve steps: those of one end fire more often than those of the other. */
const ends = (): PreparedDataset => {
  const rng = stream(7, 'test/ends');
  const pictures = (count: number) => {
    const labels = Uint8Array.from({ length: count }, () => rng.below(2));
    const levels = [150, 130, 110, 90, 70, 60, 50];
    const pixels = Uint8Array.from({ length: 7 * count }, (_, i) => {
      const c = i % 7;
      return levels[labels[Math.floor(i / 7)] === 0 ? c : 6 - c]! + rng.below(60);
    });
    return { pixels, labels };
  };
  return {
    source: 'images',
    seed: 3,
    inputs: 7,
    classes: 2,
    steps: 12,
    encoding: 'events',
    sizes: { train: 512, validation: 0, test: 200 },
    maxEvents: 84,
    checksums: {},
    train: pictures(512),
    test: pictures(200),
    coding: { kind: 'bernoulli', maxRate: 0.8 },
  };
};
const ask = (params: object = {}) =>
  ANALYSIS_PARAMS.attack.parse({ samples: 80, budgets: [1, 2, 5, 20], iterations: 8, widths: [1, 2], ...params });

describe('one attack', () => {
  test('the first flip along the gradient is the strongest that the float64 reference allows', async () => {
    const data = ends();
    const { network, plan } = await subject(data, NET, 0);
    const params: Parameters = Object.fromEntries(
      network.parameters().map(({ name, data: values }) => [name, Float64Array.from(values)]),
    );
    const grid = { steps: plan.steps, inputs: plan.inputs };
    const threat = new Flips(grid);
    const signal = new AbortController().signal;
    const victim = victimOf([network], { classes: 2, size: 84, batch: 5, signal });
    const samples = firstOf(data, 12);
    const gradients = await victim.gradients(0, samples);
    samples.forEach((sample, i) => {
      const record: { delta: Float64Array[]; dx?: Float64Array } = { delta: [] };
      backward(plan, params, sample, forward(plan, params, sample), { record });
      const state = threat.start(sample);
      const counts = new Array<number>(84).fill(0);
      for (const bin of state.clean) counts[bin]!++;
      const legal = (bin: number) => (record.dx![bin]! > 0 ? counts[bin]! < state.capacity : counts[bin]! > 0);
      const strength = (bin: number) => (record.dx![bin] !== 0 && legal(bin) ? Math.abs(record.dx![bin]!) : 0);
      // Drawn with probability 1 only where it is the strongest of all; so ask often, and look for the strongest that came.
      const seen = new Set<number>();
      for (let seed = 0; seed < 60; seed++) {
        const rng = stream(seed, 'test', i);
        const made = threat.gradientStep(state, gradients[i]!.gradient, { sign: 1, budget: 1, turnover: 0.05, rng });
        for (const { bin, by } of made.state.flips) {
          expect(Math.sign(record.dx![bin]!)).toBe(by);
          expect(strength(bin)).toBeGreaterThan(0);
          seen.add(bin);
        }
      }
      const best = [...counts.keys()].reduce((a, b) => (strength(b) > strength(a) ? b : a), 0);
      expect(seen.has(best), `sample ${i}`).toBe(true);
    });
  });

  test('one random flip fools as often as all single flips do, tried one by one', async () => {
    const data = ends();
    const { network, plan } = await subject(data, NET, 60);
    const threat = new Flips({ steps: plan.steps, inputs: plan.inputs });
    const signal = new AbortController().signal;
    const victim = victimOf([network], { classes: 2, size: 84, batch: 32, signal });
    const samples = firstOf(data, 60);
    const clean = await victim.ask(samples);
    const right = samples.filter((sample, i) => !isFooled(clean[i]!.scores, sample.label, undefined));
    const goals = right.map(
      (sample, index): Goal<Flipped> => ({
        index,
        label: sample.label,
        target: undefined,
        clean: threat.start(sample),
      }),
    );
    let fooling = 0;
    for (const { clean: state, label } of goals) {
      const all = Array.from({ length: 84 }, (_, bin) =>
        threat.sample({ ...state, flips: [{ bin, by: state.clean.includes(bin) ? -1 : 1 }] }),
      );
      const said = await victim.ask(all);
      fooling += said.filter(({ scores }) => isFooled(scores, label, undefined)).length / 84;
    }
    const expected = fooling / goals.length;
    expect(expected).toBeGreaterThan(0.005);
    let fooled = 0;
    const seeds = 60;
    for (let seed = 0; seed < seeds; seed++) {
      const outcomes = await atRandom({ threat, victim, seed, name: 'test', budgets: [1] }, goals);
      fooled += outcomes.filter(({ cost }) => cost === 1).length;
    }
    const n = seeds * goals.length;
    expect(Math.abs(fooled / n - expected)).toBeLessThan(5 * Math.sqrt((expected * (1 - expected)) / n));
  });

  test('a success is one: the network takes what is returned for another class, at the cost that is said', async () => {
    const data = ends();
    const { network, plan } = await subject(data, NET, 60);
    const threat = new Flips({ steps: plan.steps, inputs: plan.inputs });
    const victim = victimOf([network], { classes: 2, size: 84, batch: 7, signal: new AbortController().signal });
    const samples = firstOf(data, 40);
    const clean = await victim.ask(samples);
    const goals = samples
      .map(
        (sample, index): Goal<Flipped> => ({
          index,
          label: sample.label,
          target: undefined,
          clean: threat.start(sample),
        }),
      )
      .filter((_, i) => !isFooled(clean[i]!.scores, samples[i]!.label, undefined));
    for (const published of [false, true]) {
      const search = { threat, victim, seed: 1, name: 'test', budgets: [1, 2, 4, 8, 16] };
      const outcomes = await alongGradient(search, goals, { surrogate: 0, turnover: 0.05, published });
      const found = outcomes.flatMap(({ state, cost }, i) => (state ? [{ state, cost, label: goals[i]!.label }] : []));
      expect(found.length).toBeGreaterThan(3);
      const said = await victim.ask(found.map(({ state }) => threat.sample(state)));
      found.forEach(({ state, cost, label }, i) => {
        expect(isFooled(said[i]!.scores, label, undefined)).toBe(true);
        expect(cost).toBe(threat.cost(state));
        if (!published) expect(cost!).toBeLessThanOrEqual(16);
      });
    }
    // As published there is no budget: steps beyond the largest one count, and at what they cost.
    const small = { threat, victim, seed: 1, name: 'test', budgets: [1, 1, 1, 1] };
    const how = { surrogate: 0, turnover: 0.05 };
    const beyond = await alongGradient(small, goals, { ...how, published: true });
    const within = await alongGradient(small, goals, { ...how, published: false });
    expect(beyond.filter(({ cost }) => cost !== undefined && cost > 1).length).toBeGreaterThan(0);
    expect(within.filter(({ cost }) => cost !== undefined && cost > 1)).toEqual([]);
  });

  test('a network that says nothing of its input has zero gradients, and the flipper takes over', async () => {
    const threat = new Flips({ steps: 4, inputs: 3 });
    const deaf: Victim = {
      ask: async (samples) => samples.map(() => ({ loss: 1, scores: Float32Array.of(1, 0) })),
      slopes: () => undefined,
      gradients: async (_, samples) =>
        samples.map(() => ({ answer: { loss: 1, scores: Float32Array.of(1, 0) }, gradient: new Float32Array(12) })),
    };
    const clean = threat.start({ label: 0, offsets: [0, 1, 1, 1, 1], channels: [2] });
    const search = { threat, victim: deaf, seed: 1, name: 'test', budgets: [1, 3, 6] };
    const [outcome] = await alongGradient(search, [{ index: 0, label: 0, target: undefined, clean }], {
      surrogate: 0,
      turnover: 1,
      published: false,
    });
    expect(outcome).toMatchObject({ cost: undefined, zeroAtStart: true, randomSteps: 3, steps: 3 });
  });
});

describe('the analysis', () => {
  test('same bits for any number of threads, and when it goes on from where it was stopped', async () => {
    const one = await subject(ends(), NET, 60, 1);
    const parts: AttackResult[] = [];
    const whole = await attack.run(one.context({ publish: (part) => void parts.push(part) }), ask());
    expect(parts.length).toBeGreaterThan(1);
    expect(whole.attacked.length).toBe(whole.right);
    expect(attack.result.parse(JSON.parse(JSON.stringify(whole)))).toEqual(whole);
    const resumed = await attack.run(one.context({ earlier: structuredClone(parts[0]!) }), ask());
    expect(resumed).toEqual(whole);
    const two = await subject(ends(), NET, 60, 2);
    expect(await attack.run(two.context(), ask())).toEqual(whole);
    const another = await attack.run(two.context(), ask({ seed: 2 }));
    expect(another.attacked).not.toEqual(whole.attacked);
  });

  test('whether steps are given the strongest slopes or the whole gradient, the attack is the same', async () => {
    const { context } = await subject(ends(), NET, 60);
    const by = async (params: object) => {
      const base = context();
      const all: Network[] = [];
      const open: AnalysisContext<AttackResult>['open'] = async (...args) => {
        const opened = await base.open(...args);
        all.push(opened.network);
        return opened;
      };
      const told = await attack.run({ ...base, open }, ask(params));
      expect(all.every(({ steepest }) => steepest !== undefined)).toBe(true);
      const without: AnalysisContext<AttackResult>['open'] = async (...args) => {
        const opened = await base.open(...args);
        return { ...opened, network: withoutSlopes(opened.network) };
      };
      expect(await attack.run({ ...base, open: without }, ask(params))).toEqual(told);
    };
    await by({ maxShift: 2 });
    await by({ targeted: true, kinds: ['retiming'], totalShift: 9 });
  });

  test('on a trained network the gradient beats random flips; a wider backward pass changes no spike', async () => {
    const { context } = await subject(ends(), NET, 60);
    const { kinds, right, chance } = await attack.run(context(), ask({ samples: 120 }));
    expect(right).toBeGreaterThan(chance);
    const [flips, retiming] = kinds;
    expect(['sound', 'masked']).toContain(flips!.verdict.state);
    const success = Object.fromEntries(flips!.attacks.map((a) => [`${a.method} ${a.width}`, a.success.at(-1)!]));
    expect(success['gradient 1']).toBeGreaterThan(success['random 1']!);
    const wide = await attack.run(context(), ask({ samples: 120, widths: [4] }));
    const controls = (result: AttackResult) => result.kinds.map(({ attacks }) => attacks.slice(-2));
    expect(controls(wide)).toEqual(controls({ ...wide, kinds }));
    for (const { clean, added, removed, cost, taken, label } of flips!.examples) {
      expect(added.length + removed.length).toBe(cost);
      for (const bin of removed) expect(clean).toContain(bin);
      expect(taken).not.toBe(label);
    }
    for (const { added, removed } of retiming!.examples)
      expect(added.map((bin) => bin % 7).sort()).toEqual(removed.map((bin) => bin % 7).sort());
  });

  test('targets are other classes; pictures are changed within a bound; LSTMs have one width', async () => {
    const data = pictures();
    const settings = { network: { hidden: [20], weightGain: 4, readout: { kind: 'max-membrane' } } };
    const { context } = await subject(data, settings, 80);
    const result = await attack.run(context(), ask({ targeted: true, split: 'train', samples: 32 }));
    expect(result.kinds.map(({ kind }) => kind)).toEqual(['currents']);
    for (const { label, target } of result.attacked) expect(target).not.toBe(label);
    for (const { success } of result.kinds[0]!.attacks) expect([...success].sort((a, b) => a - b)).toEqual(success);
    for (const { index, taken } of result.kinds[0]!.examples)
      expect(taken).toBe(result.attacked.find((one) => one.index === index)!.target);
    const lstm = await subject(data, { model: 'lstm', network: { hidden: [12] } }, 80);
    const gated = await attack.run(lstm.context(), ask({ split: 'train', samples: 32 }));
    expect(gated.kinds[0]!.attacks.map(({ method, width }) => [method, width])).toEqual([
      ['gradient', 1],
      ['random', 1],
      ['search', 1],
    ]);
    expect(gated.nearThreshold).toEqual([]);
  });

  test('a network at chance is refused in a sentence, and a stop is heard', async () => {
    const { context } = await subject(ends(), { ...NET, network: { ...NET.network, weightGain: 1e-6 } }, 0);
    await expect(attack.run(context(), ask())).rejects.toThrow(
      /^The network is right about \d+ of 80 test samples, .+chance.+\.$/,
    );
    const trained = await subject(ends(), NET, 60);
    const abort = new AbortController();
    const stopping = trained.context({ signal: abort.signal, publish: () => abort.abort(new Error('stopped')) });
    await expect(attack.run(stopping, ask())).rejects.toThrow('stopped');
  });
});

test('wider surrogates keep their area, whatever layers say for themselves, and nothing else changes', () => {
  const own = { surrogate: { width: 0.1, height: 3 } };
  const spec = specOf({
    network: { hidden: [4, { size: 3, neuron: own }, { size: 3, neuron: { surrogate: { shape: 'arctan' } } }] },
    neuron: { surrogate: { shape: 'rectangular', width: 0.25 } },
  });
  const data = ends();
  const before = planNetwork(spec, data).layers.map(({ neuron }) => neuron as Lif);
  const after = planNetwork(widened(spec, 4), data).layers.map(({ neuron }) => neuron as Lif);
  after.forEach(({ surrogate, ...rest }, l) => {
    const { surrogate: trained, ...others } = before[l]!;
    expect(rest).toEqual(others);
    expect(surrogate.shape).toBe(trained.shape);
    expect(surrogate.width).toBeCloseTo(4 * trained.width, 12);
    expect(surrogate.height * surrogate.width).toBeCloseTo(trained.height * trained.width, 12);
  });
});

/** The same network, which knows no more than probes tell. */
function withoutSlopes(network: Network): Network {
  return new Proxy(network, {
    get(target, name) {
      if (name === 'steepest') return undefined;
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function firstOf(data: PreparedDataset, count: number): Sample[] {
  return readSamples(
    data,
    'test',
    Array.from({ length: count }, (_, i) => i),
  );
}
