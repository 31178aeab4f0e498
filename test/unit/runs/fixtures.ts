/** Small runs and stores for the tests of everything around training. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type RunSpec, settingsSchema } from '../../../engine/experiment/schema.ts';
import type { MetricLine, Status } from '../../../engine/runs/format.ts';
import { encodeSafetensors } from '../../../engine/runs/safetensors.ts';

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lif-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function specOf(change: Partial<RunSpec> = {}): RunSpec {
  const settings = settingsSchema.parse({
    dataset: { name: 'delayed-xor', steps: 20, pulse: 5 },
    network: { hidden: [4] },
    training: { epochs: 5 },
  });
  return { ...settings, study: 'XOR', variant: 'baseline', seed: 1, file: '/studies/xor.lif.yaml', ...change };
}

export function statusOf(change: Partial<Status> = {}): Status {
  return {
    state: 'running',
    heartbeat: Date.now(),
    epoch: 2,
    epochs: 5,
    progress: 0.4,
    seconds: 10,
    samplesPerSecond: 100,
    ...change,
  };
}

export function trainLine(step: number, epoch: number, loss: number | null = 0.5, accuracy = 0.75): MetricLine {
  return { kind: 'train', step, epoch, loss, accuracy };
}

interface EpochScores {
  test?: number | null;
  validation?: number;
}

/** An epoch line; `test` and `validation` are accuracies. */
export function epochLine(step: number, epoch: number, { test, validation }: EpochScores = {}): MetricLine {
  return {
    kind: 'epoch',
    step,
    epoch,
    learningRate: 0.01,
    train: { loss: 0.4, accuracy: 0.8 },
    ...(validation !== undefined && { validation: { loss: 0.3, accuracy: validation } }),
    ...(test !== undefined && { test: { loss: 0.2, accuracy: test } }),
    seconds: 1,
  };
}

/** A checkpoint with one tensor of this many bytes. */
export function safetensors(bytes = 16): Buffer {
  const data = new Float32Array(bytes / 4).fill(7);
  const tensors = new Map([['w', { name: 'w', shape: [bytes / 4], data }]]);
  return Buffer.from(encodeSafetensors({ tensors, metadata: { position: '{}' } }));
}
