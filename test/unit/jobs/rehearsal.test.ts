import { expect, test } from 'vitest';
import { makespan } from '../../../engine/executors/local/estimate.ts';
import type { RunSpec } from '../../../engine/experiment/schema.ts';
import { paceOf, rehearse } from '../../../engine/jobs/rehearsal.ts';
import type { Trainer } from '../../../engine/training/trainer.ts';

const samples = { train: 1000, validation: 100, test: 400 };
const moments = [0.25, 0.5, 0.75, 1].map((epochs, i) => ({ time: 1 + i, epochs }));

test('two whole epochs give the length of those after the first', () => {
  const pace = paceOf({ opened: 0.5, samples, moments, ends: [5, 8, 11] }, 1);
  // The first one took two seconds more: code was compiled.
  expect(pace).toEqual({ start: 2, epoch: 3 });
});

test('one epoch tells what an evaluation takes, and it counts as often as it is made', () => {
  // A quarter of an epoch a second; half a second of evaluation.
  expect(paceOf({ opened: 0, samples, moments, ends: [4.5] }, 1)).toEqual({ start: 0, epoch: 4.5 });
  expect(paceOf({ opened: 0, samples, moments, ends: [4.5] }, 5)).toEqual({ start: 0, epoch: 4.1 });
});

test('less than one counts the evaluation as forward passes of as many samples', () => {
  const part = moments.slice(0, 2);
  // 4 s of training, and 0.4 of that for half as many samples.
  expect(paceOf({ opened: 0, samples, moments: part, ends: [] }, 1).epoch).toBeCloseTo(4 + 0.4 * 4 * 0.5, 12);
  expect(paceOf({ opened: 0, samples, moments: part.slice(0, 1), ends: [] }, 1).epoch).toBeCloseTo(4.8, 12);
  expect(() => paceOf({ opened: 0, samples, moments: [], ends: [] }, 1)).toThrow('No weight update');
});

test('runs that share places end when the last place is free', () => {
  expect(makespan([3, 3, 3], 1)).toBe(9);
  expect(makespan([3, 3, 3], 2)).toBe(6);
  expect(makespan([1, 5, 1, 1], 2)).toBe(5);
});

test('a trainer is left off when enough was seen, and what it refuses is told', async () => {
  const spec = { training: { epochs: 1000, evaluateEvery: 1 } } as RunSpec;
  const options = { threads: 1, seconds: 0.02, signal: new AbortController().signal, preparing: undefined };
  let updates = 0;
  const pace = await rehearse(spec, {
    ...options,
    trainer: async ({ training }, { signal, observer }) => {
      observer.dataset({}, samples, []);
      for (; !signal.aborted; updates++) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        observer.progress({
          epoch: 0,
          progress: (updates + 1) / 10 / training.epochs,
          seconds: 0,
          samplesPerSecond: 0,
        });
      }
      return 'stopped';
    },
  });
  expect(updates).toBeLessThan(100);
  // Ten updates of two milliseconds or more, and evaluations of half as many samples.
  expect(pace.epoch).toBeGreaterThan(0.02);
  const trainer = () => Promise.reject(new Error('no such data'));
  await expect(rehearse(spec, { ...options, trainer })).rejects.toThrow('no such data');
});

test('data are prepared for it when that was asked for, and then it says how far they are', async () => {
  const spec = { training: { epochs: 1000, evaluateEvery: 1 } } as RunSpec;
  const signal = new AbortController().signal;
  const trainer: Trainer = async (_, { observer }) => {
    observer.preparing('preparing nmnist, 40 %');
    observer.preparing(undefined);
    throw new Error('opened');
  };
  const options = { threads: 1, seconds: 0.02, signal, trainer };
  await expect(rehearse(spec, { ...options, preparing: undefined })).rejects.toThrow('not prepared yet');
  const heard: string[] = [];
  await expect(rehearse(spec, { ...options, preparing: (text) => heard.push(text) })).rejects.toThrow('opened');
  expect(heard).toEqual(['preparing nmnist, 40 %']);
});
