/** The barrier between the threads of a run: nobody leaves before the last has come, round after round. */
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROUNDS = 300;
/** Where the threads count, behind the barrier's own words. */
const COUNT = 8;

/**
 * Each thread counts up, waits, and must then see that all have counted in this round; waits again so that nobody
 * counts for the next round meanwhile.
 */
const PROGRAM = `
  import { parentPort, workerData } from 'node:worker_threads';
  import { barrier, TASKS } from './engine/backends/event/workers/barrier.ts';
  const { buffer, threads, rounds, count } = workerData;
  const control = new Int32Array(buffer);
  let wrong;
  for (let round = 1; round <= rounds && !wrong; round++) {
    Atomics.add(control, TASKS, 1);
    Atomics.add(control, count, 1);
    barrier(control, threads);
    const seen = Atomics.load(control, count);
    const tasks = Atomics.load(control, TASKS);
    if (seen !== round * threads) wrong = 'round ' + round + ': expected ' + round * threads + ' arrivals, saw ' + seen;
    if (tasks !== 0) wrong = 'round ' + round + ': expected the task counter at 0, saw ' + tasks;
    barrier(control, threads);
  }
  parentPort.postMessage(wrong ?? 'right');
`;

let code: string;
beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: { contents: PROGRAM, resolveDir: process.cwd() },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    write: false,
  });
  code = outputFiles[0]!.text;
});

const workers: Worker[] = [];
afterAll(() => Promise.all(workers.map((worker) => worker.terminate())));

test.each([1, 2, 3, 5])('%d threads', async (threads) => {
  const buffer = new SharedArrayBuffer(64);
  const answers = Array.from({ length: threads }, () => {
    const worker = new Worker(code, { eval: true, workerData: { buffer, threads, rounds: ROUNDS, count: COUNT } });
    workers.push(worker);
    return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  });
  expect(await Promise.all(answers)).toEqual(new Array(threads).fill('right'));
});
