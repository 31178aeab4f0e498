/** One road for every event data set: recordings from a source, cut into steps, cached, opened as plain data. */
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { UserError } from '../../base/errors.ts';
import type { PreparedDataset, Split } from '../dataset.ts';
import { badFile, readHead, shared } from '../formats/files.ts';
import { dataFolder, makeDataFolder } from '../library/locations.ts';
import { withLock } from '../library/lock.ts';
import { type Room, roomFor } from '../library/unpack.ts';
import type { PrepareContext } from '../prepare.ts';
import { Binner, type Binning, EventBuffer } from './binning.ts';
import { CACHE_VERSION, CacheWriter, type EventCache, openCache } from './cache.ts';

/** Caches up to this size are read into shared memory; larger ones stay on disk and are read sample by sample. */
export const MEMORY_LIMIT = 128 * 2 ** 20;

/** Largest cache: the published recordings take a tenth, in steps of a tenth of a millisecond. */
const MAX_CACHE = 64 * 2 ** 30;
/** The disk is waited for after this many bytes. */
const SYNC_BYTES = 1 << 26;
const MADE_AGAIN = 'delete it, and it will be made again';

export interface ReadRecording {
  label: number;
  /** Who made it, where that is known: a speaker, a user. */
  group: number;
}

/** Recordings of one data set, numbered through its training, validation and test parts in this order. */
export interface RecordingSource {
  inputs: number;
  parts: Record<Split, number>;
  /** Fills `events` (empty before) with recording `index`, called in rising order. Throws or rejects with a UserError. */
  read(index: number, events: EventBuffer): ReadRecording | Promise<ReadRecording>;
  /** File → SHA-256 of what was read; asked for after the last recording. */
  checksums(): Record<string, string> | Promise<Record<string, string>>;
  close(): void;
}

export interface RecordingPlan {
  name: string;
  classes: number;
  binning: Binning;
  /** Everything besides the binning that decides the events: paths, polarity, generator fields. */
  identity: Record<string, unknown>;
  /** What the source files look like now; the cache is made again when it changes. Rejects with a UserError. */
  fingerprint(signal?: AbortSignal): string | Promise<string>;
  /** Aborting ends it where it may take long. */
  open(signal?: AbortSignal): RecordingSource | Promise<RecordingSource>;
  /** Which recordings make up the splits, given the groups (speakers) of all. */
  splits: SplitPlan;
}

export interface SplitPlan {
  trainSamples?: number | undefined;
  testSamples?: number | undefined;
  /** Held out from the end of the training part. */
  validationSamples?: number | undefined;
  /** Groups held out from the training part. */
  validationGroups?: number[];
  /** Whether to use the published validation part. */
  publishedValidation?: boolean;
}

/** The cached recordings, made now if need be, under a lock. Rejects with a UserError. */
export async function prepareRecordings(plan: RecordingPlan, context: PrepareContext): Promise<PreparedDataset> {
  const cache = await cachedRecordings(plan, context);
  const { header, starts, labels, groups } = cache;
  const samples = selectSamples(plan.splits, header.parts, groups);
  return {
    source: 'events',
    inputs: header.inputs,
    classes: plan.classes,
    steps: header.steps,
    encoding: 'events',
    samples,
    maxEvents: header.maxEvents,
    checksums: header.checksums,
    dropped: header.dropped,
    labels,
    starts,
    body: readBody(cache),
    sizes: { train: samples.train.length, validation: samples.validation.length, test: samples.test.length },
  };
}

/** Where the cache of a plan lies. */
export function cacheFile(plan: Pick<RecordingPlan, 'name' | 'binning' | 'identity'>): string {
  const key = createHash('sha256')
    .update(JSON.stringify([CACHE_VERSION, plan.name, plan.binning, plan.identity]))
    .digest('hex');
  return join(dataFolder(), 'cache', `${plan.name}-${key.slice(0, 16)}.events`);
}

async function cachedRecordings(plan: RecordingPlan, context: PrepareContext): Promise<EventCache> {
  const file = cacheFile(plan);
  const fingerprint = await plan.fingerprint(context.signal);
  const ready = openCache(file, fingerprint);
  if (ready) return ready;
  return withLock(
    `${file}.lock`,
    async () => {
      const made = openCache(file, fingerprint);
      if (made) return made;
      await makeCache(file, plan, fingerprint, context);
      const cache = openCache(file, fingerprint);
      if (!cache) throw new UserError(`${file}: was written but cannot be read back; check the disk.`);
      return cache;
    },
    {
      signal: context.signal,
      onWait: (holder) =>
        context.onProgress?.({ what: `waiting for ${holder} to prepare ${plan.name}`, done: 0, total: 1 }),
    },
  );
}

async function makeCache(
  file: string,
  plan: RecordingPlan,
  fingerprint: string,
  context: PrepareContext,
): Promise<void> {
  const source = await plan.open(context.signal);
  let writer: CacheWriter | undefined;
  try {
    const total = source.parts.train + source.parts.validation + source.parts.test;
    const room = roomForCache(file, plan, total);
    writer = new CacheWriter(file);
    const binner = new Binner(plan.binning, source.inputs);
    const events = new EventBuffer();
    const what = `preparing ${plan.name}`;
    let breath = 0;
    for (let i = 0; i < total; i++) {
      // Let timers, signals and other work through about ten times a second.
      if (performance.now() - breath > 100) {
        context.onProgress?.({ what, done: i, total });
        await setImmediate();
        context.signal?.throwIfAborted();
        breath = performance.now();
      }
      events.length = 0;
      const read = source.read(i, events);
      // Waiting for what is there already would cost more than reading it.
      const { label, group } = read instanceof Promise ? await read : read;
      writer.append(binner, binner.bin(events), label, group);
      if (writer.bytes > room.bytes) throw tooLarge(file, writer.bytes, room);
      // In parts: all of it at the end would block for as long as the disk takes.
      if (writer.unsynced > SYNC_BYTES) await writer.sync();
    }
    const { steps } = plan.binning;
    const checksums = await source.checksums();
    // What was read is partly of before and partly of after a change: neither.
    if ((await plan.fingerprint(context.signal)) !== fingerprint)
      throw new UserError(`The files of ${plan.name} were changed while they were read; start again.`);
    writer.finish({ fingerprint, inputs: source.inputs, steps, parts: source.parts, checksums });
    context.onProgress?.({ what, done: total, total });
  } catch (error) {
    writer?.abandon();
    throw error;
  } finally {
    source.close();
  }
}

/** Makes the folder of the cache, and sees to it that at least the starts of all steps fit. Throws a UserError. */
function roomForCache(file: string, plan: RecordingPlan, recordings: number): Room {
  makeDataFolder(dirname(file));
  const room = roomFor(dirname(file), MAX_CACHE);
  const least = recordings * 4 * (plan.binning.steps + 1);
  if (least > room.bytes) throw tooLarge(file, least, room);
  return room;
}

const tooLarge = (file: string, bytes: number, room: Room): UserError =>
  new UserError(
    `${file}: the recordings cut into steps take at least ${(bytes / 2 ** 30).toFixed(1)} GiB, more than ${room.what} bytes; take fewer or longer steps or fewer samples, or set LIF_DATA to a larger disk.`,
  );

function readBody(cache: EventCache): Extract<PreparedDataset, { source: 'events' }>['body'] {
  const { file, digest, header } = cache;
  if (header.indexAt > MEMORY_LIMIT) return { kind: 'file', file, digest };
  const bytes = shared(readHead(file, header.indexAt, MADE_AGAIN));
  if (bytes.length < header.indexAt) throw badFile(file, 'it breaks off', bytes.length, MADE_AGAIN);
  return { kind: 'memory', file, bytes };
}

/** Stored positions of the samples of each split. */
export function selectSamples(
  plan: SplitPlan,
  parts: Record<Split, number>,
  groups: Uint16Array,
): Record<Split, Uint32Array> {
  const heldOut = new Set(plan.validationGroups);
  const isHeldOut = (i: number) => heldOut.has(groups[i]!);
  let train = range(0, parts.train).filter((i) => !isHeldOut(i));
  let validation = range(0, parts.train).filter(isHeldOut);
  if (heldOut.size > 0 && validation.length === 0)
    throw new UserError(
      `dataset.validationSpeakers: none of the training samples is by speaker ${[...heldOut].join(' or ')}; the speakers are ${[...new Set(groups.subarray(0, parts.train))].sort((a, b) => a - b).join(', ')}.`,
    );
  if (plan.publishedValidation) validation = range(parts.train, parts.train + parts.validation);
  const tail = plan.validationSamples ?? 0;
  if (tail > 0 && tail >= train.length)
    throw new UserError(
      `dataset.validationSamples is ${tail}, but there are only ${train.length} training samples; hold out fewer.`,
    );
  if (tail > 0) {
    validation = [...validation, ...train.slice(-tail)];
    train = train.slice(0, -tail);
  }
  const from = parts.train + parts.validation;
  const test = range(from, from + Math.min(plan.testSamples ?? parts.test, parts.test));
  return {
    train: sharedIndices(train.slice(0, plan.trainSamples)),
    validation: sharedIndices(validation),
    test: sharedIndices(test),
  };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

function sharedIndices(values: number[]): Uint32Array {
  const array = new Uint32Array(new SharedArrayBuffer(4 * values.length));
  array.set(values);
  return array;
}
