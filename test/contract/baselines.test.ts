/** The baselines end to end: the built engine trains them on delayed XOR, logs, and hands out checkpoints. */
import { expect, test } from 'vitest';
import { type RunSpec, settingsSchema } from '../../engine/experiment/schema.ts';
import type { MetricLine } from '../../engine/runs/format.ts';
import { decodeSafetensors } from '../../engine/runs/safetensors.ts';
import { train } from '../../engine/training/train.ts';

/** Two pulses with nothing in between: what the first one was has to be kept for the length of the second. */
const SETTINGS = {
  dataset: { name: 'delayed-xor', steps: 10, pulse: 4, trainSamples: 2000, testSamples: 300 },
  network: { hidden: [16], readout: { kind: 'leaky-integrator' } },
  training: { epochs: 10, batchSize: 50, learningRate: 0.01 },
};

test.each(['rnn', 'lstm', 'gru'])('%s learns delayed XOR', async (model) => {
  const settings = settingsSchema.parse({ ...SETTINGS, model });
  const spec: RunSpec = { study: 'baselines', variant: model, seed: 3, file: '/study.lif.yaml', ...settings };
  const metrics: MetricLine[] = [];
  let checkpoint: Uint8Array = new Uint8Array();
  const outcome = await train(spec, {
    threads: 1,
    signal: new AbortController().signal,
    observer: {
      metric: (line) => metrics.push(line),
      checkpoint: (_, bytes) => {
        checkpoint = bytes;
      },
      progress: () => {},
      preparing: () => {},
      dataset: () => {},
      log: () => {},
    },
  });
  expect(outcome).toBe('finished');
  const epochs = metrics.filter((line) => line.kind === 'epoch');
  const { test: score, spikeRates } = epochs.at(-1)!;
  const course = epochs.map((line) => line.test?.accuracy?.toFixed(2)).join(' ');
  expect(score?.accuracy, `accuracy by epoch: ${course}`).toBeGreaterThan(0.95);
  expect(spikeRates, 'spike rates of a network without spikes').toBeUndefined();
  const names = [...decodeSafetensors(checkpoint).tensors.keys()];
  expect(names).toContain('model.cell.recurrent');
  expect(names).toContain('adam.v.readout.bias');
});
