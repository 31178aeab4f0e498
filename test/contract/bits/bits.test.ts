/**
 * Same seed, same bits: any number of threads, and any number of stops on the way, give the weights, the moments and
 * the log of a straight run. Real worker threads over the built engine.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { availableInstructions } from '../../../engine/backends/event/kernels/native.ts';
import { EventNetwork } from '../../../engine/backends/event/network.ts';
import { builtFile } from '../../../engine/base/paths.ts';
import { prepareDataset } from '../../../engine/datasets/prepare.ts';
import type { RunSpec } from '../../../engine/experiment/schema.ts';
import { planNetwork } from '../../../engine/models/build/network.ts';
import type { MetricLine } from '../../../engine/runs/format.ts';
import { addLine, emptyHistory, type History } from '../../../engine/runs/metrics/history.ts';
import { decodeSafetensors } from '../../../engine/runs/safetensors.ts';
import { orderOf } from '../../../engine/training/codec.ts';
import { train } from '../../../engine/training/train.ts';
import { COMBINATIONS, specOf, VARIANTS, type Variant } from './variants.ts';

beforeAll(() => {
  // Says to run "npm run build" when they are not there.
  builtFile('worker.mjs');
  builtFile('kernels.wasm');
});

/** SHA-256 of the bytes of each tensor. */
function bitsOf(tensors: ReadonlyMap<string, { data: Float32Array }>): Record<string, string> {
  return Object.fromEntries(
    [...tensors].map(([name, { data }]) => [
      name,
      createHash('sha256')
        .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
        .digest('hex'),
    ]),
  );
}

type Event = { metric: MetricLine } | { checkpoint: Uint8Array };

interface Recorded {
  outcome: 'finished' | 'stopped';
  /** In the order in which they were written. */
  events: Event[];
}

/** Trains and records; asks to stop at progress report number `stopAfter` or at checkpoint number `stopAtCheckpoint`. */
async function record(
  spec: RunSpec,
  options: { threads: number; checkpoint?: Uint8Array; stopAfter?: number; stopAtCheckpoint?: number },
): Promise<Recorded> {
  const { threads, checkpoint, stopAfter, stopAtCheckpoint } = options;
  const abort = new AbortController();
  const events: Event[] = [];
  let reports = 0;
  const outcome = await train(spec, {
    threads,
    ...(checkpoint && { checkpoint }),
    signal: abort.signal,
    observer: {
      metric: (metric) => events.push({ metric }),
      progress: () => {
        if (++reports === stopAfter) abort.abort();
      },
      checkpoint: (_, bytes) => {
        events.push({ checkpoint: bytes });
        if (checkpointsOf(events).length === stopAtCheckpoint) abort.abort();
      },
      preparing: () => {},
      dataset: () => {},
      log: () => {},
    },
  });
  return { outcome, events };
}

const checkpointsOf = (events: Event[]): Uint8Array[] =>
  events.flatMap((e) => ('checkpoint' in e ? [e.checkpoint] : []));

/** Weights and moments of the last checkpoint, and how far it is. */
function endOf(events: Event[]) {
  const { tensors, metadata } = decodeSafetensors(checkpointsOf(events).at(-1)!);
  const { seconds: _, epochBegan: __, ...position } = JSON.parse(metadata.position!);
  return { tensors: bitsOf(tensors), position };
}

/**
 * The recorded bits: SHA-256 of all that comes out of each training below, and of the tensors of its last checkpoint.
 * A change that is meant to keep every bit must keep these. `LIF_RECORD_BITS=1` writes them anew.
 */
const GOLDEN_FILE = new URL('./golden.json', import.meta.url);
type Golden = Record<string, { outcome: string; checkpoint: string }>;
const golden: Golden = existsSync(GOLDEN_FILE) ? JSON.parse(readFileSync(GOLDEN_FILE, 'utf8')) : {};
const seen: Golden = {};
const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

afterAll(() => {
  if (process.env.LIF_RECORD_BITS) writeFileSync(GOLDEN_FILE, `${JSON.stringify(seen, undefined, 2)}\n`);
});

describe('threads', () => {
  /** Three epochs on `threads` threads: everything that comes out. */
  async function outcome(spec: RunSpec, threads: number) {
    const { training, seed } = spec;
    const dataset = await prepareDataset(spec.dataset, { file: spec.file, seed });
    const engine = await EventNetwork.open(planNetwork(spec, dataset), dataset, {
      batchSize: training.batchSize,
      threads,
      seed,
    });
    try {
      const initial = bitsOf(engine.state());
      const sums = [];
      for (let epoch = 0; epoch < 3; epoch++) {
        engine.beginEpoch(epoch, orderOf(seed, epoch, dataset.sizes.train));
        const { optimizer, clipNorm } = training;
        const step = { optimizer, clipNorm, updates: 5 * epoch, learningRates: new Array(5).fill(0.02) };
        sums.push(...(await engine.train(0, 5, step)));
        sums.push(await engine.evaluate('test'), await engine.evaluate('validation', { samples: 65 }));
      }
      const { gradients, sums: gradientSums } = await engine.gradient('train', 2, 8, 40, { dropout: true });
      return {
        initial,
        state: bitsOf(engine.state()),
        sums,
        gradientSums,
        gradients: bitsOf(new Map(gradients.map((g) => [g.name, g]))),
      };
    } finally {
      await engine.close();
    }
  }

  async function expectSameBits(spec: RunSpec): Promise<void> {
    const one = await outcome(spec, 1);
    expect(one.state, 'training changed the weights').not.toEqual(one.initial);
    seen[spec.variant] = {
      outcome: digest(one),
      checkpoint: digest(endOf((await record(spec, { threads: 2 })).events)),
    };
    if (!process.env.LIF_RECORD_BITS) expect(seen[spec.variant], 'the recorded bits').toEqual(golden[spec.variant]);
    const fired = one.sums.some(({ spikes }) => spikes[0]! > 0);
    expect(fired, 'hidden neurons fired').toBe(spec.model === 'lif');
    for (const threads of [2, 3, 4]) expect(await outcome(spec, threads), `${threads} threads`).toEqual(one);
    // Workers have the environment of the moment in which they start.
    for (const instructions of availableInstructions().slice(1)) {
      vi.stubEnv('LIF_KERNELS', instructions);
      expect(await outcome(spec, 2), instructions).toEqual(one);
    }
    vi.unstubAllEnvs();
  }

  test.each(Object.keys(VARIANTS))('%s: with 2, 3 and 4 as with 1', (variant) => expectSameBits(specOf(variant)));

  test.each(COMBINATIONS)('$name: with 2, 3 and 4 as with 1', ({ name, own }) => expectSameBits(specOf(name, own)));
});

describe('stopping and resuming', () => {
  /** Every look at the clock is 20 seconds after the last, so that a checkpoint follows each weight update. */
  async function withCheckpointsEverywhere(spec: RunSpec, threads = 1, stopAtCheckpoint?: number): Promise<Recorded> {
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 20_000));
    try {
      return await record(spec, { threads, ...(stopAtCheckpoint && { stopAtCheckpoint }) });
    } finally {
      clock.mockRestore();
    }
  }

  const metricsOf = (events: Event[]): MetricLine[] => events.flatMap((e) => ('metric' in e ? [e.metric] : []));
  /** What readers make of a log; seconds are the one thing that is not the same in every repetition. */
  function historyOf(lines: MetricLine[]): History {
    const history = emptyHistory();
    for (const line of lines) {
      const kept = addLine(history, line.kind === 'epoch' ? { ...line, seconds: 0 } : line);
      if (!kept) expect.fail(`The log goes backwards at ${JSON.stringify(line)}.`);
    }
    // That training was interrupted is told, and is no result.
    return { ...history, resumes: [] };
  }

  /** Kills the run after the checkpoint at `events[index]` (and after all that it logged before the next one), resumes. */
  async function expectSame(straight: Recorded, index: number, spec: RunSpec, threads: number): Promise<void> {
    const { checkpoint } = straight.events[index] as { checkpoint: Uint8Array };
    const next = straight.events.findIndex((e, i) => i > index && 'checkpoint' in e);
    const resumed = await record(spec, { threads, checkpoint });
    const where = `after event ${index} of ${straight.events.length}`;
    expect(resumed.outcome, where).toBe('finished');
    expect(endOf(resumed.events), where).toEqual(endOf(straight.events));
    for (const killed of new Set([index, next < 0 ? index : next])) {
      const log = [...metricsOf(straight.events.slice(0, killed)), ...metricsOf(resumed.events)];
      expect(historyOf(log), `${where}, killed at event ${killed}`).toEqual(historyOf(metricsOf(straight.events)));
    }
  }

  const indices = ({ events }: Recorded): number[] => events.flatMap((e, i) => ('checkpoint' in e ? [i] : []));

  test('killed after a checkpoint in the middle of an epoch, at its end, within an evaluation, after one, at the end of the run', async () => {
    const spec = specOf('with recurrence');
    const straight = await withCheckpointsEverywhere(spec);
    const all = indices(straight);
    // 15 updates; between the two parts of the evaluations after the second and the third epoch; the second epoch, which
    // counts until the third is there; the end of the run.
    expect(all).toHaveLength(19);
    for (const [i, nth] of [1, 5, 8, 10, 11, 12, 17, 18, 19].entries())
      await expectSame(straight, all[nth - 1]!, spec, 1 + (i % 3));
  });

  test('asked to stop within an evaluation: the run stands before it, and makes it when it is resumed', async () => {
    const spec = specOf('baseline');
    const straight = await record(spec, { threads: 2 });
    const stopped = await withCheckpointsEverywhere(spec, 1, 11);
    expect(stopped.outcome).toBe('stopped');
    const [within, last] = checkpointsOf(stopped.events).slice(-2) as [Uint8Array, Uint8Array];
    for (const checkpoint of [within, last]) {
      const { metadata } = decodeSafetensors(checkpoint);
      expect(JSON.parse(metadata.position!)).toMatchObject({ step: 10, epoch: 1, update: 5 });
    }
    const resumed = await record(spec, { threads: 2, checkpoint: last });
    expect(endOf(resumed.events)).toEqual(endOf(straight.events));
    const log = [...metricsOf(stopped.events), ...metricsOf(resumed.events)];
    expect(historyOf(log)).toEqual(historyOf(metricsOf(straight.events)));
  });

  test.each(Object.keys(VARIANTS) as Variant[])('%s: killed within an epoch', async (variant) => {
    const spec = specOf(variant);
    const straight = await withCheckpointsEverywhere(spec);
    await expectSame(straight, indices(straight)[6]!, spec, 2);
  });

  test('asked to stop after every single weight update', async () => {
    const spec = specOf('baseline');
    spec.training.epochs = 2;
    const straight = await record(spec, { threads: 1 });
    const events: Event[] = [];
    let checkpoint: Uint8Array | undefined;
    let stops = 0;
    for (let i = 1; ; i++) {
      const part = await record(spec, { threads: 1 + (i % 2), stopAfter: 1, ...(checkpoint && { checkpoint }) });
      events.push(...part.events);
      if (part.outcome === 'finished') break;
      stops++;
      checkpoint = checkpointsOf(part.events).at(-1)!;
    }
    expect(stops, 'every weight update was the end of a part, the last of them before its evaluation').toBe(10);
    expect(endOf(events)).toEqual(endOf(straight.events));
    expect(historyOf(metricsOf(events))).toEqual(historyOf(metricsOf(straight.events)));
  });

  test('a run that early stopping ended stays ended', async () => {
    const spec = specOf('complete leakage');
    spec.training.epochs = 50;
    spec.training.evaluateEvery = 1;
    spec.training.earlyStopping = { patience: 2 };
    const straight = await withCheckpointsEverywhere(spec);
    expect(historyOf(metricsOf(straight.events)).epochs.length, 'epochs until it stopped').toBeLessThan(50);
    const all = indices(straight);
    for (const index of all.slice(-2)) await expectSame(straight, index, spec, 1);
  });

  test('another network, another format, half a file: a sentence, and no training', async () => {
    const spec = specOf('baseline');
    const straight = await record(spec, { threads: 1, stopAfter: 1 });
    const [checkpoint] = checkpointsOf(straight.events);
    const wider = specOf('baseline');
    wider.network.hidden = [24];
    await expect(record(wider, { threads: 1, checkpoint: checkpoint! })).rejects.toThrow(
      "The checkpoint's layers.0.weight has shape [20,20], but the network needs [20,24].",
    );
    await expect(record(specOf('with recurrence'), { threads: 1, checkpoint: checkpoint! })).rejects.toThrow(
      'The checkpoint has no tensor layers.0.recurrent.',
    );
    await expect(record(spec, { threads: 1, checkpoint: checkpoint!.subarray(0, 5000) })).rejects.toThrow(
      /^The checkpoint is cut off: the data of .* is not complete\.$/,
    );
  });
});
