/** The worker threads of one run. Commands run on all of them at once; the main thread stays free meanwhile. */
import { Worker } from 'node:worker_threads';
import { builtFromSources } from '../../../base/paths.ts';
import type { PreparedDataset } from '../../../datasets/dataset.ts';
import { kernelBytes } from '../kernels/kernels.ts';
import type { Layout } from '../layout/layout.ts';
import { beginCommand, cancel, DONE } from './barrier.ts';
import type { ThreadCommand, WorkerAnswer, WorkerStart } from './commands.ts';

export interface Pool {
  /** Resolves to how much was done, in weight updates or chunks: not all of it when `signal` is aborted meanwhile. */
  run(command: ThreadCommand, signal?: AbortSignal): Promise<number>;
  close(): Promise<void>;
}

/** Starts `threads` workers. Rejects when one cannot start or is built of other sources; after a worker dies every command rejects. */
export async function startPool(
  memory: WebAssembly.Memory,
  layout: Layout,
  dataset: PreparedDataset,
  threads: number,
  seed: number,
): Promise<Pool> {
  const kernels = kernelBytes();
  const file = builtFromSources('worker.mjs');
  let failure: Error | undefined;
  let waiting: { left: number; resolve: () => void; reject: (error: Error) => void } | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    waiting?.reject(failure);
    waiting = undefined;
  };
  const begin = (): Promise<void> =>
    new Promise((resolve, reject) => {
      if (failure) reject(failure);
      else waiting = { left: threads, resolve, reject };
    });
  const started = begin();
  let closing = false;
  const workers = Array.from({ length: threads }, (_, thread) => {
    const start: WorkerStart = { memory, kernels, layout, dataset, thread, threads, seed };
    const worker = new Worker(file, { workerData: start });
    worker.on('message', (answer: WorkerAnswer) => {
      if (answer.kind === 'error') return fail(new Error(answer.message));
      if (waiting && --waiting.left === 0) {
        waiting.resolve();
        waiting = undefined;
      }
    });
    worker.on('error', (error) => fail(new Error(`A worker thread died: ${error.message}; resume the run.`)));
    worker.on('exit', (code) => {
      if (!closing) fail(new Error(`A worker thread ended unexpectedly with code ${code}; resume the run.`));
    });
    return worker;
  });
  const close = async (): Promise<void> => {
    closing = true;
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
  try {
    await started;
  } catch (error) {
    await close();
    throw error;
  }
  const control = new Int32Array(memory.buffer, layout.control, 16);
  return {
    async run(command, signal) {
      if (signal?.aborted) return 0;
      const done = begin();
      beginCommand(control);
      const stop = () => cancel(control);
      signal?.addEventListener('abort', stop);
      for (const worker of workers) worker.postMessage(command);
      try {
        await done;
      } finally {
        signal?.removeEventListener('abort', stop);
      }
      return Atomics.load(control, DONE);
    },
    close,
  };
}
