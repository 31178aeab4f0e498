/** Samples of every event data set, from shared memory or read from the cache file one at a time. */
import { closeSync, readSync } from 'node:fs';
import { type Copy, copyPlainly } from '../../base/copy.ts';
import { UserError } from '../../base/errors.ts';
import { openRegular } from '../../base/files.ts';
import type { PreparedDataset, SampleReader, Split } from '../dataset.ts';
import { MAX_BYTES } from '../formats/files.ts';
import { readCache } from './cache.ts';

type Events = Extract<PreparedDataset, { source: 'events' }>;

/** Reads recordings in place; nothing but views is allocated per sample. */
export class EventReader implements SampleReader {
  private readonly fd: number;
  private readonly buffer: Uint8Array;
  /** Views of `buffer`: the whole body in memory, or the one recording that was read last. */
  private readonly words: Uint32Array;
  private readonly halves: Uint16Array;
  /** Recordings in memory that were found in order: they stay as they are. */
  private readonly checked: Uint8Array;

  constructor(
    private readonly data: Events,
    private readonly copy: Copy = copyPlainly,
  ) {
    if (data.body.kind === 'memory') {
      this.fd = -1;
      this.buffer = data.body.bytes;
    } else {
      this.fd = openSameFile(data.body);
      this.buffer = new Uint8Array(4 * (data.steps + 1) + 2 * (data.maxEvents + 1));
    }
    const { buffer, byteOffset, byteLength } = this.buffer;
    this.words = new Uint32Array(buffer, byteOffset, byteLength >>> 2);
    this.halves = new Uint16Array(buffer, byteOffset, byteLength >>> 1);
    this.checked = new Uint8Array(this.fd < 0 ? data.labels.length : 0);
  }

  label(split: Split, _epoch: number, index: number): number {
    return this.data.labels[this.data.samples[split][index]!]!;
  }

  events(split: Split, _epoch: number, index: number, offsets: Uint32Array, channels: Uint16Array): number {
    const { data, words, halves } = this;
    const position = data.samples[split][index]!;
    let start = data.starts[position]!;
    const length = data.starts[position + 1]! - start;
    if (this.fd >= 0) {
      if (length > this.buffer.length || readSync(this.fd, this.buffer, 0, length, start) < length) this.damaged(start);
      start = 0;
    }
    const { steps } = data;
    const word = start / 4;
    const half = 2 * (word + steps + 1);
    if (!this.checked[position] && !this.inOrder(word, length)) this.damaged(data.starts[position]!);
    if (this.fd < 0) this.checked[position] = 1;
    this.copy(offsets, words, word, steps + 1, offsets[0]!);
    this.copy(channels, halves, half, words[word + steps]!, 0);
    return data.labels[position]!;
  }

  /** Whether the recording at a word has offsets that rise from 0, as many events as its length says, and no unknown channel. */
  private inOrder(offset: number, length: number): boolean {
    const { words, halves } = this;
    const { steps, inputs } = this.data;
    // As small integers: an index of type double would be converted for every event.
    const word = offset | 0;
    if (words[word] !== 0) return false;
    let last = 0;
    for (let t = 1; t <= steps; t++) {
      const offset = words[word + t]!;
      if (offset < last) return false;
      last = offset;
    }
    if (4 * (steps + 1) + 2 * (last + (last & 1)) !== length) return false;
    const half = (2 * (word + steps + 1)) | 0;
    let highest = 0;
    for (let i = 0; i < last; i++) {
      const c = halves[half + i]!;
      if (c > highest) highest = c;
    }
    return highest < inputs;
  }

  current(): number {
    throw new Error('recordings have spikes, not currents');
  }

  /** Lets go of the cache file; the reader is of no use afterwards. */
  close(): void {
    if (this.fd >= 0) closeSync(this.fd);
  }

  private damaged(offset: number): never {
    throw new UserError(
      `${this.data.body.file}: the recording at byte ${offset} is damaged; delete the file, and it will be made again.`,
    );
  }
}

/** Opens the cache file and makes sure that nobody has put another one in its place. */
function openSameFile(body: { file: string; digest: string }): number {
  try {
    const open = openRegular(body.file, { limit: MAX_BYTES });
    if (readCache(open, body.file)?.digest === body.digest) return open.fd;
    closeSync(open.fd);
  } catch {
    // Falls through to the same advice.
  }
  throw new UserError(`${body.file}: was changed or removed since it was prepared; start again.`);
}
