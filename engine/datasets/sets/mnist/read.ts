/** MNIST: four IDX files, gzipped or not, under the names `…-idx3-ubyte` or `….idx3-ubyte`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../../base/errors.ts';
import { sha256 } from '../../../base/hash.ts';
import type { PreparedDataset } from '../../dataset.ts';
import {
  badFile,
  breathe,
  getAgain,
  gunzip,
  gunzipHead,
  isGzip,
  readEnd,
  readHead,
  readWhole,
  shared,
  sizeOf,
} from '../../formats/files.ts';
import { idxHeader, parseIdx } from '../../formats/idx.ts';
import { sourcePath } from '../../library/locations.ts';
import type { Found, PrepareContext, SetReader } from '../definition.ts';
import { CLASSES, SIDE } from './describe.ts';
import type { Mnist } from './schema.ts';

const REMEDY = getAgain('mnist');
/** No IDX file of the MNIST family is near this; a gzip bomb is. */
const LIMIT = 1 << 28;

/** What `prepareMnist` keeps of a split: [count × 784] bytes and [count] labels. */
export interface Pictures {
  pixels: Uint8Array;
  labels: Uint8Array;
}

/** Reads, checks and shares the pictures. Throws a UserError that names file and byte. */
async function prepareMnist(spec: Mnist, context: PrepareContext): Promise<PreparedDataset> {
  const folder = sourcePath(spec.path, 'mnist', context.file);
  const checksums: Record<string, string> = {};
  const train = readPictures(folder, 'train', checksums);
  await breathe(context.signal);
  const test = readPictures(folder, 't10k', checksums);
  await breathe(context.signal);
  const split = splitPictures(train, spec, SIDE * SIDE);
  const testCount = Math.min(spec.testSamples ?? test.labels.length, test.labels.length);
  return {
    source: 'images',
    inputs: SIDE * SIDE,
    classes: CLASSES,
    steps: spec.steps,
    encoding: spec.coding.kind === 'direct' ? 'current' : 'events',
    sizes: { train: split.train, validation: split.validation, test: testCount },
    maxEvents: spec.coding.kind === 'direct' ? 0 : maxEvents([train, test], SIDE * SIDE, spec.steps),
    checksums,
    seed: context.seed,
    train: split.pictures,
    test: {
      pixels: shared(test.pixels.subarray(0, testCount * SIDE * SIDE)),
      labels: shared(test.labels.subarray(0, testCount)),
    },
    coding: spec.coding,
  };
}

export const reader: SetReader<Mnist> = { check: checkMnist, prepare: prepareMnist };

/** Checks that the four files exist, begin as they must and are whole. Reads the labels and a few bytes of the pictures. */
export function checkMnist(spec: Pick<Mnist, 'path'>, experimentFile: string): Found {
  const folder = sourcePath(spec.path, 'mnist', experimentFile);
  const files: string[] = [];
  const labels = (['train', 't10k'] as const).map((part) => {
    const counts = [3, 1].map((rank) => {
      const file = findIdx(folder, part, rank);
      files.push(file);
      const head = readHead(file, 4096, REMEDY);
      const dimensions = idxHeader(file, gunzipHead(file, head, REMEDY), rank, REMEDY);
      if (rank === 3) checkSide(file, dimensions);
      const expected = 4 + 4 * rank + dimensions.reduce((product, n) => product * n, 1);
      const size = sizeOf(file, REMEDY);
      // A gzip file ends with the length of what it unpacks to; one that breaks off ends with something else.
      const whole = isGzip(head) ? readEnd(file, 4, REMEDY).readUInt32LE() === expected : size >= expected;
      if (!whole) throw badFile(file, `the data break off: ${expected} bytes were promised`, size, REMEDY);
      return dimensions[0]!;
    });
    checkCounts(folder, part, counts[0]!, counts[1]!);
    return readLabels(folder, part).labels;
  });
  return { train: labels[0], test: labels[1], files };
}

/** Cuts the held-out pictures from the end and the first `trainSamples` from the start of the training pictures. */
export function splitPictures(
  all: Pictures,
  spec: { trainSamples?: number | undefined; validationSamples: number },
  inputs: number,
): { pictures: Pictures; train: number; validation: number } {
  const count = all.labels.length;
  const validation = spec.validationSamples;
  if (validation >= count)
    throw new UserError(
      `dataset.validationSamples is ${validation}, but there are only ${count} training samples; hold out fewer.`,
    );
  const train = Math.min(spec.trainSamples ?? count, count - validation);
  const pixels = new Uint8Array(new SharedArrayBuffer((train + validation) * inputs));
  const labels = new Uint8Array(new SharedArrayBuffer(train + validation));
  pixels.set(all.pixels.subarray(0, train * inputs));
  pixels.set(all.pixels.subarray((count - validation) * inputs), train * inputs);
  labels.set(all.labels.subarray(0, train));
  labels.set(all.labels.subarray(count - validation), train);
  return { pictures: { pixels, labels }, train, validation };
}

/** Most pixels above zero in one picture, times the steps: what a Bernoulli-coded sample can hold at most. */
export function maxEvents(splits: Pictures[], inputs: number, steps: number): number {
  let maximum = 1;
  for (const { pixels } of splits)
    for (let start = 0; start < pixels.length; start += inputs) {
      let lit = 0;
      for (let i = start; i < start + inputs; i++) if (pixels[i]! > 0) lit++;
      if (lit > maximum) maximum = lit;
    }
  return maximum * steps;
}

/** Both files of a part, checked. Adds their SHA-256 (of the unpacked bytes) to `checksums`. Throws a UserError. */
export function readPictures(folder: string, part: 'train' | 't10k', checksums: Record<string, string>): Pictures {
  const images = readIdx(folder, part, 3);
  checkSide(images.file, images.idx.dimensions);
  const labels = readLabels(folder, part);
  checkCounts(folder, part, images.idx.dimensions[0]!, labels.labels.length);
  checksums[idxName(part, 3)] = sha256(images.bytes);
  checksums[idxName(part, 1)] = sha256(labels.bytes);
  return { pixels: images.idx.data, labels: labels.labels };
}

function readIdx(folder: string, part: string, rank: number) {
  const file = findIdx(folder, part, rank);
  const bytes = gunzip(file, readWhole(file, REMEDY, LIMIT), LIMIT, REMEDY);
  return { file, bytes, idx: parseIdx(file, bytes, rank, REMEDY) };
}

function readLabels(folder: string, part: string): { bytes: Buffer; labels: Uint8Array } {
  const { file, bytes, idx } = readIdx(folder, part, 1);
  const wrong = idx.data.findIndex((label) => label >= CLASSES);
  if (wrong >= 0) throw badFile(file, `label ${idx.data[wrong]} is not a digit from 0 to 9`, 8 + wrong, REMEDY);
  return { bytes, labels: idx.data };
}

function checkSide(file: string, dimensions: number[]): void {
  if (dimensions[0] === 0) throw badFile(file, 'there are no pictures in it: the count is 0', 4, REMEDY);
  if (dimensions[1] !== SIDE || dimensions[2] !== SIDE)
    throw badFile(file, `pictures of ${dimensions[1]}x${dimensions[2]} pixels instead of 28x28`, 8, REMEDY);
}

function checkCounts(folder: string, part: string, pictures: number, labels: number): void {
  if (pictures !== labels)
    throw badFile(folder, `there are ${pictures} ${part} pictures but ${labels} ${part} labels`, undefined, REMEDY);
}

const idxName = (part: string, rank: number): string => `${part}-${rank === 3 ? 'images' : 'labels'}-idx${rank}-ubyte`;

/** The four files of a folder. Throws a UserError when one is missing. */
export const mnistFiles = (folder: string): string[] =>
  ['train', 't10k'].flatMap((part) => [3, 1].map((rank) => findIdx(folder, part, rank)));

/** The file under any of its usual names. */
function findIdx(folder: string, part: string, rank: number): string {
  const name = idxName(part, rank);
  const dotted = name.replace('-idx', '.idx');
  for (const candidate of [name, `${name}.gz`, dotted, `${dotted}.gz`]) {
    const file = join(folder, candidate);
    if (existsSync(file)) return file;
  }
  throw new UserError(
    `${join(folder, name)}: there is no such file, gzipped or not; get it with "lif data get mnist".`,
  );
}
