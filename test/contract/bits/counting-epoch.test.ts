/** The checkpoint of the epoch that counts: it is there whenever a process dies, and no stop or resume changes its bits. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { builtFile } from '../../../engine/base/paths.ts';
import { type RunSpec, settingsSchema } from '../../../engine/experiment/schema.ts';
import { executeRun } from '../../../engine/jobs/execute.ts';
import { listCheckpoints, newestCheckpoint, readCheckpoint } from '../../../engine/runs/checkpoints.ts';
import { createRuns } from '../../../engine/runs/create.ts';
import { addLine, countingLine, emptyHistory } from '../../../engine/runs/metrics/history.ts';
import { readHistory } from '../../../engine/runs/metrics/reader.ts';
import { decodeSafetensors } from '../../../engine/runs/safetensors.ts';
import { requeue } from '../../../engine/runs/write.ts';
import { train } from '../../../engine/training/train.ts';
import { temporaryFolder } from '../../unit/runs/fixtures.ts';
import { specOf } from './variants.ts';

beforeAll(() => {
  builtFile('worker.mjs');
});

/** The validation accuracy of this one is best long before its end, after it was better and worse before. */
function longRun(more: object = {}): RunSpec {
  const spec = specOf('baseline', { training: { epochs: 9, evaluateEvery: 1, learningRate: 0.05, ...more } });
  return { ...spec, seed: 3 };
}

/** Trains the run of this folder; from checkpoint number `dies` on nothing reaches the disk any more. */
async function trainUntil(folder: string, dies: number, checkpointSeconds: number): Promise<string> {
  let written = 0;
  return executeRun(folder, {
    threads: 2,
    checkpointSeconds,
    signal: new AbortController().signal,
    loadTrainer: async () => (spec, options) =>
      train(spec, {
        ...options,
        observer: {
          ...options.observer,
          checkpoint: (step, bytes) => {
            if (++written >= dies) throw new Error('The process is gone.');
            options.observer.checkpoint(step, bytes);
          },
        },
      }),
  }).catch((error: Error) => error.message);
}

/** What a process that goes on from the newest checkpoint will find logged. */
function countingOnResume(folder: string): { step: number; newest: number } | undefined {
  const { found } = newestCheckpoint(folder);
  if (!found) return undefined;
  const history = emptyHistory();
  for (const line of readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trim().split('\n'))
    addLine(history, JSON.parse(line));
  addLine(history, { kind: 'resume', step: found.step, epoch: 0 });
  const counting = countingLine(history.epochs);
  return counting && { step: counting.step, newest: found.step };
}

function tensorsAt(folder: string, step: number) {
  const read = readCheckpoint(folder, step);
  if ('problem' in read) throw new Error(read.problem);
  return decodeSafetensors(read.bytes).tensors;
}
const newRun = (spec: RunSpec) => createRuns(join(temporaryFolder(), '.lif'), [spec], {})[0]!;

test('with a checkpoint after every command, that of the epoch that counts is left beside the last three', async () => {
  const folder = newRun(longRun());
  expect(await trainUntil(folder, Number.POSITIVE_INFINITY, 0)).toBe('finished');
  const { epochs } = readHistory(folder);
  const counting = countingLine(epochs)!;
  expect(counting.epoch, 'the epoch that counts lies well before the end').toBeLessThan(8);
  const steps = listCheckpoints(folder).map(({ step }) => step);
  expect(steps).toHaveLength(4);
  expect(steps.at(-1)).toBe(counting.step);
  const straight = newRun(longRun({ epochs: counting.epoch }));
  await trainUntil(straight, Number.POSITIVE_INFINITY, 10);
  expect(tensorsAt(folder, counting.step)).toEqual(tensorsAt(straight, counting.step));
});

test.each([
  ['after every command', 0],
  ['at the end alone', 1000],
])(
  'killed before any of its checkpoints (%s), a run keeps the one that counts and ends with the same bits',
  async (_, seconds) => {
    const whole = newRun(longRun());
    let writes = 0;
    expect(await trainUntil(whole, Number.POSITIVE_INFINITY, seconds)).toBe('finished');
    const counting = countingLine(readHistory(whole).epochs)!.step;
    const last = listCheckpoints(whole)[0]!.step;
    for (let dies = 1; ; dies += 1 + Math.floor(dies / 4)) {
      const folder = newRun(longRun());
      const outcome = await trainUntil(folder, dies, seconds);
      if (outcome === 'finished') break;
      writes++;
      const after = countingOnResume(folder);
      if (after)
        expect(
          listCheckpoints(folder).map(({ step }) => step),
          `killed at checkpoint ${dies}`,
        ).toContain(after.step);
      requeue(folder);
      expect(await trainUntil(folder, Number.POSITIVE_INFINITY, 1000)).toBe('finished');
      expect(listCheckpoints(folder)[0]!.step).toBe(last);
      expect(tensorsAt(folder, last)).toEqual(tensorsAt(whole, last));
      expect(countingLine(readHistory(folder).epochs)!.step).toBe(counting);
      expect(tensorsAt(folder, counting)).toEqual(tensorsAt(whole, counting));
      expect(readdirSync(join(folder, 'checkpoints')).filter((name) => !name.endsWith('.safetensors'))).toEqual([]);
    }
    expect(writes).toBeGreaterThan(1);
  },
  120_000,
);

test('without a validation set the last evaluated epoch counts, also of a run that is stopped in the next one', async () => {
  const dataset = { name: 'randman', trainSamples: 135, testSamples: 50, channels: 20, steps: 20, classes: 2 };
  const settings = settingsSchema.parse({
    dataset,
    network: { hidden: [8] },
    training: { epochs: 400, evaluateEvery: 2, batchSize: 32 },
  });
  const folder = newRun({ study: 'bits', variant: 'no validation', seed: 3, file: '/study.lif.yaml', ...settings });
  const stop = new AbortController();
  const outcome = await executeRun(folder, {
    threads: 2,
    checkpointSeconds: 1000,
    signal: stop.signal,
    loadTrainer: async () => (own, options) =>
      train(own, {
        ...options,
        observer: {
          ...options.observer,
          metric: (line) => {
            options.observer.metric(line);
            if (line.kind === 'train' && line.epoch > 4.3) stop.abort();
          },
        },
      }),
  });
  expect(outcome).toBe('stopped');
  const counting = countingLine(readHistory(folder).epochs)!;
  expect(counting.epoch).toBe(4);
  expect(listCheckpoints(folder).map(({ step }) => step)).toEqual([expect.any(Number), counting.step]);
});
