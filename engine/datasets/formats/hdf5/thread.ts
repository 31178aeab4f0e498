/**
 * The HDF5 library where it can be killed: in a worker thread, with a limit of time for every answer and of memory. A
 * thread that hangs in WebAssembly ends within some milliseconds of being told to.
 */
import { closeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { UserError } from '../../../base/errors.ts';
import { builtFile } from '../../../base/paths.ts';
import type { EventBuffer } from '../../recordings/binning.ts';
import { badFile, openData } from '../files.ts';
import type { Listed, SpikeFile, SpikeLayout } from '../spike-file.ts';
import type { TreeEntry } from './tree.ts';

export type { TreeEntry };

export type Question =
  | { ask: 'list'; file: string; remedy: string }
  | { ask: 'tree'; file: string; remedy: string }
  | { ask: 'open'; file: string; remedy: string; layout: SpikeLayout }
  | { ask: 'read'; from: number; to: number };

interface Opened {
  count: number;
  labels: number[];
  speakers: number[] | undefined;
}

/** Recordings one after another: number i of the block ends before element ends[i]. */
interface Block {
  ends: Uint32Array<ArrayBuffer>;
  times: Float64Array<ArrayBuffer>;
  channels: Uint16Array<ArrayBuffer>;
}

/** `ready` comes once, when the library is loaded. */
export type ThreadAnswer =
  | 'ready'
  | { datasets: Listed[] }
  | { tree: TreeEntry[] }
  | Opened
  | Block
  | { refused: string }
  | { failed: string };

export interface ThreadOptions {
  signal?: AbortSignal | undefined;
  /** Longest wait for one answer, in ms. */
  patienceMs?: number;
}

/** An answer takes milliseconds, on a slow network file system seconds. */
const PATIENCE_MS = 30_000;
/** Loading the library: it is large, and the machine may be busy. */
const START_MS = 120_000;
/** Recordings in one answer. */
const BLOCK = 64;
const MAX_HEAP_MIB = 512;

/** A thread for one file after another. */
export class SpikeThread {
  private worker: Worker | undefined;
  private ready = false;

  constructor(private readonly options: ThreadOptions = {}) {}

  /** The lists of numbers in a file. Rejects with a UserError, or with the reason of the signal. */
  async list(file: string, remedy: string): Promise<Listed[]> {
    const answer = await this.ask<{ datasets: Listed[] }>({ ask: 'list', file, remedy }, refuse(file, remedy));
    return answer.datasets;
  }

  /** All datasets of a small file with their values. Rejects with a UserError, or with the reason of the signal. */
  async tree(file: string, remedy: string): Promise<TreeEntry[]> {
    const answer = await this.ask<{ tree: TreeEntry[] }>({ ask: 'tree', file, remedy }, refuse(file, remedy));
    return answer.tree;
  }

  /** Opens a file and checks it. Rejects with a UserError, or with the reason of the signal. */
  async open(file: string, remedy: string, layout: SpikeLayout): Promise<SpikeFile> {
    const bad = refuse(file, remedy);
    const opened = await this.ask<Opened>({ ask: 'open', file, remedy, layout }, bad);
    let block: (Block & { from: number }) | undefined;
    const append = (index: number, events: EventBuffer, { from, ends, times, channels }: Block & { from: number }) => {
      const start = index === from ? 0 : ends[index - from - 1]!;
      for (let i = start; i < ends[index - from]!; i++) events.push(times[i]!, channels[i]!);
    };
    return {
      ...opened,
      read: (index, events) => {
        const from = index - (index % BLOCK);
        if (block?.from === from) return append(index, events, block);
        const to = Math.min(opened.count, from + BLOCK);
        return this.ask<Block>({ ask: 'read', from, to }, bad).then((answer) => {
          block = { from, ...answer };
          append(index, events, block);
        });
      },
      close: () => {
        block = undefined;
      },
    };
  }

  /** Ends the thread, whatever it is doing. */
  end(): void {
    void this.worker?.terminate();
    this.worker = undefined;
    this.ready = false;
  }

  private ask<T extends ThreadAnswer>(question: Question, bad: (what: string) => Error): Promise<T> {
    const { signal, patienceMs = PATIENCE_MS } = this.options;
    const worker = (this.worker ??= startWorker());
    return new Promise((resolve, reject) => {
      const settle = (action: () => void, broken: boolean) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        for (const [name, listener] of listeners) worker.off(name, listener);
        // Nobody knows what state the library is in.
        if (broken) this.end();
        action();
      };
      const fail = (error: unknown) => settle(() => reject(error), true);
      const onAbort = () => fail(signal!.reason);
      const hangs = () => fail(bad(`the HDF5 library finds no end in it (nothing for ${patienceMs / 1000} s)`));
      let timer = setTimeout(hangs, this.ready ? patienceMs : START_MS);
      if (signal?.aborted) return onAbort();
      signal?.addEventListener('abort', onAbort);
      const onMessage = (answer: ThreadAnswer) => {
        if (answer === 'ready') {
          this.ready = true;
          clearTimeout(timer);
          timer = setTimeout(hangs, patienceMs);
        } else if ('refused' in answer) settle(() => reject(new UserError(answer.refused)), false);
        else if ('failed' in answer) fail(bad('the HDF5 library gave up on it'));
        else settle(() => resolve(answer as T), false);
      };
      const listeners = [
        ['error', () => fail(bad('reading it takes more memory than it may'))],
        ['exit', () => fail(bad('the HDF5 library gave up on it'))],
        ['message', onMessage],
      ] as const;
      for (const [name, listener] of listeners) worker.on(name, listener);
      worker.postMessage(question);
    });
  }
}

/** How to refuse a file that can be opened: the library would wait for a pipe, and nothing ends a thread that waits in the system. */
function refuse(file: string, remedy: string): (what: string) => Error {
  closeSync(openData(file, remedy).fd);
  return (what) => badFile(file, what, undefined, remedy);
}

function startWorker(): Worker {
  const worker = new Worker(builtFile('hdf5-worker.mjs'), {
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
  });
  // A file that stays open does not keep the process alive.
  worker.unref();
  return worker;
}

/** Asks a thread of its own, which ends with the file that is opened there, or at once. */
export async function inThread<T extends SpikeFile | Listed[]>(
  question: (thread: SpikeThread) => Promise<T>,
  options: ThreadOptions = {},
): Promise<T> {
  const thread = new SpikeThread(options);
  try {
    const answer = await question(thread);
    if ('close' in answer) return { ...answer, close: () => thread.end() };
    thread.end();
    return answer;
  } catch (error) {
    thread.end();
    throw error;
  }
}
