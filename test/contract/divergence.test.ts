/** Numbers that stop being numbers end a run with the weight update and the layer where it began. The built engine. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type RunSpec, settingsSchema } from '../../engine/experiment/schema.ts';
import type { MetricLine } from '../../engine/runs/format.ts';
import type { Position } from '../../engine/training/codec.ts';
import { evaluationDivergence } from '../../engine/training/divergence.ts';
import { train } from '../../engine/training/train.ts';

interface Options {
  threads?: number;
  checkpoint?: Uint8Array;
}

function specOf(change: { model?: string; network?: object; neuron?: object; training?: object }): RunSpec {
  const settings = settingsSchema.parse({
    dataset: { name: 'delayed-xor', steps: 20, pulse: 6, trainSamples: 320, testSamples: 60, validationSamples: 50 },
    ...change,
    network: { hidden: [12, 8], ...change.network },
    training: { epochs: 8, batchSize: 16, learningRate: 0.01, ...change.training },
  });
  return { study: 'divergence', variant: 'hot', seed: 5, file: '/study.lif.yaml', ...settings };
}

/** Trains until it fails: the message, what was logged and the checkpoints on the way. */
async function failing(spec: RunSpec, { threads = 1, checkpoint }: Options = {}) {
  const metrics: MetricLine[] = [];
  const checkpoints: Uint8Array[] = [];
  const training = train(spec, {
    threads,
    ...(checkpoint && { checkpoint }),
    signal: new AbortController().signal,
    observer: {
      metric: (line) => metrics.push(line),
      checkpoint: (_, bytes) => checkpoints.push(bytes),
      progress: () => {},
      preparing: () => {},
      dataset: () => {},
      log: () => {},
    },
  });
  const message = await training.then(
    (outcome) => `no failure: ${outcome}`,
    (error: Error) => error.message,
  );
  return { message, metrics, checkpoints };
}

afterEach(() => vi.restoreAllMocks());

/** Every look at the clock is this many milliseconds after the last. */
function clockThatRuns(milliseconds: number): void {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += milliseconds));
}

const REMEDY = 'lower training.learningRate or network.weightGain, or set training.clipNorm.';
const AT = String.raw`became (NaN|-?Infinity|-?\d\.\de\+\d+) at weight update (\d+) in epoch (\d+)`;
/** Grows from update to update, and takes some of them. */
const RUNAWAY = {
  network: { readout: { kind: 'leaky-integrator', leak: 1 } },
  training: { loss: 'mse', optimizer: { kind: 'sgd', momentum: 0.9 }, learningRate: 30 },
};

describe('the first update that broke something, and its layer', () => {
  test.each([
    [
      'a network that is read by its spikes and only falls silent',
      { training: { learningRate: 1e38 } },
      'layer 1 of 3',
    ],
    ['weights that are still finite but beyond all use', { network: { weightGain: 1e38 } }, 'layer 1 of 3'],
    ['a gru', { model: 'gru', network: { hidden: [12] }, training: { learningRate: 1e38 } }, 'layer 1 of 2 (gru)'],
  ])('%s', async (_, change, layer) => {
    const { message, metrics } = await failing(specOf(change));
    expect(message).toMatch(new RegExp(`^The weights of ${layer.replace(/[()]/g, '\\$&')} ${AT}: ${REMEDY}$`));
    expect(message).toContain('at weight update 1 in epoch 1');
    expect(metrics, 'nothing was logged of the broken update').toEqual([]);
  });

  test('the same for any number of threads, of updates between two looks, and from any checkpoint', async () => {
    const spec = specOf(RUNAWAY);
    clockThatRuns(20_000); // A checkpoint after each update, and one update at a time.
    const { message, checkpoints } = await failing(spec);
    expect(message).toMatch(new RegExp(AT));
    const step = Number(new RegExp(AT).exec(message)![2]);
    expect(step, message).toBeGreaterThan(3);
    expect(checkpoints, 'one for each update that was whole').toHaveLength(step - 1);

    clockThatRuns(0.001); // As many updates at once as can be, and no checkpoint.
    for (const threads of [1, 2]) {
      const { message: again, checkpoints: none } = await failing(spec, { threads });
      expect({ again, none }).toEqual({ again: message, none: [] });
    }
    for (const checkpoint of [checkpoints[0]!, checkpoints.at(-1)!])
      expect((await failing(spec, { checkpoint })).message).toBe(message);
  });

  test('training that does not diverge is left alone', async () => {
    const spec = specOf({ training: { epochs: 1 } });
    expect((await failing(spec)).message).toBe('no failure: finished');
  });

  test('a loss on held-out data that is no number', () => {
    const position = { step: 40, epoch: 1 } as Position;
    const sums = { samples: 10, loss: 5, accuracy: 3, spikes: [] };
    expect(evaluationDivergence('test', sums, position, specOf({}))).toBeUndefined();
    expect(evaluationDivergence('test', { ...sums, loss: Number.NaN }, position, specOf({}))).toBe(
      `The loss on the test set became NaN after weight update 40 in epoch 2: ${REMEDY}`,
    );
    const told = (change: Parameters<typeof specOf>[0]) =>
      evaluationDivergence('test', { ...sums, loss: Number.NaN }, position, specOf(change));
    expect(told({ neuron: { surrogate: { height: 1e30 } } })).toContain(
      `epoch 2: lower neuron.surrogate.height (1e+30), which multiplies the gradient in every layer; if that is not enough, ${REMEDY}`,
    );
    const high = [{ size: 8, neuron: { surrogate: { height: 1e6 } } }];
    expect(told({ network: { hidden: high } })).toContain(
      ': lower network.hidden[0].neuron.surrogate.height (1000000)',
    );
    expect(told({ training: { optimizer: { kind: 'adamw', weightDecay: 300 } } })).toContain(
      ': lower training.optimizer.weightDecay, which at this learning rate takes 3 times every weight away in each update;',
    );
  });
});
