/** CIFAR-10 in its binary batches: rows of one label byte and 32×32 red, green and blue bytes. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { sha256 } from '../../../base/hash.ts';
import type { PreparedDataset } from '../../dataset.ts';
import { otherThan, TELLING_BYTES } from '../../formats/file-kind.ts';
import { badFile, breathe, getAgain, readHead, readWhole, shared, sizeOf } from '../../formats/files.ts';
import { sourcePath } from '../../library/locations.ts';
import type { PrepareContext, SetReader } from '../definition.ts';
import { maxEvents, type Pictures, splitPictures } from '../mnist/read.ts';
import { ARCHIVE_FOLDER, CLASSES, PLANES, SIDE, TEST_BATCH, TRAIN_BATCHES } from './describe.ts';
import type { Cifar10 } from './schema.ts';

const INPUTS = PLANES * SIDE * SIDE;
const ROW = 1 + INPUTS;
const REMEDY = getAgain('cifar10');
const GET = 'get it with "lif data get cifar10"';
/** What the archives of the same pictures for Python and MATLAB unpack to. */
const OTHER_VERSIONS = [
  ['cifar-10-batches-py/data_batch_1', 'Python'],
  ['cifar-10-batches-mat/data_batch_1.mat', 'MATLAB'],
] as const;
/** Ten times the published size. */
const LIMIT = 307_300_000;

/** Rows in a batch of `size` bytes that begins with `head`. Throws a UserError. */
function rowsIn(file: string, head: Buffer, size: number): number {
  if (size === 0) throw badFile(file, 'the batch is empty', 0, REMEDY);
  // A batch begins with a label, and no other kind of file with a byte as small as that.
  const other = head[0]! >= CLASSES ? otherThan('a batch of the binary version of CIFAR-10', head, size) : undefined;
  if (other) throw badFile(file, other, undefined, REMEDY);
  if (size > LIMIT) throw badFile(file, `the batch has ${size} bytes instead of 30730000`, undefined, REMEDY);
  if (size % ROW !== 0) throw badFile(file, `the last row of ${ROW} bytes breaks off`, size - (size % ROW), REMEDY);
  return size / ROW;
}

/** One batch. Throws a UserError with the byte. */
export function parseBatch(file: string, bytes: Buffer): Pictures {
  const count = rowsIn(file, bytes, bytes.length);
  const pixels = new Uint8Array(count * INPUTS);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const label = bytes[i * ROW]!;
    if (label >= CLASSES) throw badFile(file, `label ${label} is not below ${CLASSES}`, i * ROW, REMEDY);
    labels[i] = label;
    pixels.set(bytes.subarray(i * ROW + 1, (i + 1) * ROW), i * INPUTS);
  }
  return { pixels, labels };
}

async function prepareCifar10(spec: Cifar10, context: PrepareContext): Promise<PreparedDataset> {
  const folder = batchFolder(spec, context.file);
  checkSizes(folder);
  const checksums: Record<string, string> = {};
  const read = async (names: string[]): Promise<Pictures> => {
    const batches: Pictures[] = [];
    for (const name of names) {
      const file = join(folder, name);
      const bytes = readWhole(file, REMEDY, LIMIT);
      checksums[name] = sha256(bytes);
      batches.push(parseBatch(file, bytes));
      await breathe(context.signal);
    }
    return { pixels: concatenate(batches.map((b) => b.pixels)), labels: concatenate(batches.map((b) => b.labels)) };
  };
  const train = await read(TRAIN_BATCHES);
  const test = await read([TEST_BATCH]);
  const split = splitPictures(train, spec, INPUTS);
  await breathe(context.signal);
  const testCount = Math.min(spec.testSamples ?? test.labels.length, test.labels.length);
  const direct = spec.coding.kind === 'direct';
  return {
    source: 'images',
    inputs: INPUTS,
    classes: CLASSES,
    steps: spec.steps,
    encoding: direct ? 'current' : 'events',
    sizes: { train: split.train, validation: split.validation, test: testCount },
    maxEvents: direct ? 0 : maxEvents([train, test], INPUTS, spec.steps),
    checksums,
    seed: context.seed,
    train: split.pictures,
    test: {
      pixels: shared(test.pixels.subarray(0, testCount * INPUTS)),
      labels: shared(test.labels.subarray(0, testCount)),
    },
    coding: spec.coding,
    colour: {
      side: SIDE,
      planes: PLANES,
      ...(spec.normalise
        ? await planeStatistics(split.pictures.pixels, split.train, context.signal)
        : { mean: [0, 0, 0], deviation: [1, 1, 1] }),
      padding: spec.padding,
      flip: spec.flip,
    },
  };
}

export const reader: SetReader<Cifar10> = {
  /** That the six batches exist and have whole rows. */
  check(spec, file) {
    const folder = batchFolder(spec, file);
    const rows = checkSizes(folder);
    return {
      train: rows.slice(0, -1).reduce((sum, count) => sum + count, 0),
      test: rows.at(-1)!,
      files: [...TRAIN_BATCHES, TEST_BATCH].map((name) => join(folder, name)),
    };
  },
  prepare: prepareCifar10,
};

/** The folder itself, or the one that the published archive unpacks to within it. */
function batchFolder(spec: Cifar10, experimentFile: string): string {
  const folder = sourcePath(spec.path, 'cifar10', experimentFile);
  const inner = join(folder, ARCHIVE_FOLDER);
  if (existsSync(join(folder, TRAIN_BATCHES[0]!))) return folder;
  if (existsSync(inner)) return inner;
  for (const [name, version] of OTHER_VERSIONS)
    for (const place of [folder, join(folder, dirname(name))])
      if (existsSync(join(place, basename(name))))
        throw badFile(
          place,
          `this is the ${version} version of CIFAR-10, but the binary one is wanted`,
          undefined,
          GET,
        );
  return folder;
}

/** Pictures in each batch, that of the test last. */
function checkSizes(folder: string): number[] {
  const rows = [...TRAIN_BATCHES, TEST_BATCH].map((name) => {
    const file = join(folder, name);
    const size = sizeOf(file, GET);
    return rowsIn(file, readHead(file, TELLING_BYTES, GET), size);
  });
  const short = TRAIN_BATCHES.findIndex((_, i) => rows[i]! < Math.max(...rows.slice(0, TRAIN_BATCHES.length)));
  if (short >= 0)
    throw badFile(
      join(folder, TRAIN_BATCHES[short]!),
      `${rows[short]} pictures, fewer than the other batches: the file breaks off`,
      rows[short]! * ROW,
      REMEDY,
    );
  return rows;
}

/** Mean and deviation of each colour over the first `count` pictures, on the scale [0, 1]. */
async function planeStatistics(
  pixels: Uint8Array,
  count: number,
  signal: AbortSignal | undefined,
): Promise<{ mean: number[]; deviation: number[] }> {
  const plane = SIDE * SIDE;
  const mean: number[] = [];
  const deviation: number[] = [];
  for (let p = 0; p < PLANES; p++) {
    // Sums of whole numbers stay exact.
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < count; i++)
      for (let k = i * INPUTS + p * plane, end = k + plane; k < end; k++) {
        sum += pixels[k]!;
        squares += pixels[k]! * pixels[k]!;
      }
    await breathe(signal);
    const n = count * plane;
    mean.push(sum / n / 255);
    deviation.push(Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2)) / 255 || 1);
  }
  return { mean, deviation };
}

function concatenate(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
