/**
 * The thread of the HDF5 library: opens a file, checks it, and hands out recordings in blocks. Whatever the library does
 * to itself here, the thread that asked goes on (see thread.ts).
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { UserError } from '../../../base/errors.ts';
import { EventBuffer } from '../../recordings/binning.ts';
import { listed, readSpikes, type SpikeFile } from '../spike-file.ts';
import { loadLibrary, openWithLibrary } from './library.ts';
import type { Question, ThreadAnswer } from './thread.ts';
import { readTree } from './tree.ts';

/** Most memory of the library: a damaged file may ask for any amount. */
const MAX_MEMORY = 512 * 2 ** 20;
const PAGE = 65_536;

interface Memory {
  buffer: ArrayBuffer;
  grow(pages: number): number;
}

limitMemory();
const allowed = limitFiles();
let spikes: SpikeFile | undefined;

parentPort!.on('message', async (question: Question) => {
  try {
    const { answer, transfer } = await answerTo(question);
    parentPort!.postMessage(answer, transfer);
  } catch (error) {
    const answer: ThreadAnswer = error instanceof UserError ? { refused: error.message } : { failed: String(error) };
    parentPort!.postMessage(answer);
  }
});

// Loaded before the clock of the first answer starts.
await loadLibrary();
parentPort!.postMessage('ready' satisfies ThreadAnswer);

async function answerTo(question: Question): Promise<{ answer: ThreadAnswer; transfer: ArrayBuffer[] }> {
  switch (question.ask) {
    case 'list': {
      const { file, remedy } = question;
      allowed.file = file;
      return { answer: { datasets: listed(await openWithLibrary(file, remedy)) }, transfer: [] };
    }
    case 'tree': {
      const { file, remedy } = question;
      allowed.file = file;
      return { answer: { tree: await readTree(file, remedy) }, transfer: [] };
    }
    case 'open': {
      const { file, remedy, layout } = question;
      spikes?.close();
      spikes = undefined;
      allowed.file = file;
      spikes = readSpikes(await openWithLibrary(file, remedy), file, remedy, layout);
      const { count, labels, speakers } = spikes;
      return { answer: { count, labels, speakers }, transfer: [] };
    }
    case 'read': {
      const { from, to } = question;
      const events = new EventBuffer();
      const ends = new Uint32Array(to - from);
      for (let i = from; i < to; i++) {
        spikes!.read(i, events);
        ends[i - from] = events.length;
      }
      const times = events.times.slice(0, events.length);
      const channels = events.channels.slice(0, events.length);
      return { answer: { ends, times, channels }, transfer: [ends.buffer, times.buffer, channels.buffer] };
    }
  }
}

/** The library asks for memory page by page; where it gets none, it says so and gives up. */
function limitMemory(): void {
  const memory = WebAssembly.Memory.prototype as unknown as Memory;
  const { grow } = memory;
  memory.grow = function (this: Memory, pages: number): number {
    if (this.buffer.byteLength + pages * PAGE > MAX_MEMORY)
      throw new RangeError('more memory than a data file may take');
    return grow.call(this, pages);
  };
}

/**
 * A file may name other files, for links and external data: only the one that was asked for is opened, to read, and
 * nothing is written anywhere.
 */
function limitFiles(): { file: string | undefined } {
  const fs = createRequire(import.meta.url)('node:fs') as typeof import('node:fs');
  const only: { file: string | undefined } = { file: undefined };
  const { openSync } = fs;
  fs.openSync = (path, flags, mode) => {
    const reads =
      flags === undefined || flags === 'r' || (typeof flags === 'number' && (flags & 3) === fs.constants.O_RDONLY);
    // Before the first question there is no file of others; from Node 22 on modules are loaded through this, too.
    if ((path === only.file || only.file === undefined) && reads) return openSync(path, 'r', mode);
    throw Object.assign(new Error(`EACCES: ${path}`), { code: 'EACCES', errno: -13 });
  };
  // What the library prints about a damaged file is for its developers.
  const written = (_fd: number, data: ArrayBufferView | string, _at?: unknown, length?: unknown): number =>
    typeof length === 'number' ? length : typeof data === 'string' ? data.length : data.byteLength;
  fs.writeSync = written as typeof fs.writeSync;
  syncBuiltinESMExports();
  return only;
}
