/**
 * N-MNIST: one file of 5-byte events per recording, in folders Train/<digit> and Test/<digit>, or in the published
 * Train.zip and Test.zip, read in place. An event is x, y, then polarity (1 bit) and time in µs (23 bits), big-endian.
 */
import { createHash, type Hash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../../../base/errors.ts';
import { otherThan } from '../../formats/file-kind.ts';
import { badFile, getAgain, readWhole, reason, stampOfAll } from '../../formats/files.ts';
import { closeZip, openZip, readEntry, shown, type ZipEntry, type ZipFile } from '../../formats/zip.ts';
import { isLitter, isLitterPath } from '../../library/litter.ts';
import { sourcePath } from '../../library/locations.ts';
import type { EventBuffer } from '../../recordings/binning.ts';
import { prepareRecordings, type RecordingPlan, type RecordingSource } from '../../recordings/recordings.ts';
import type { Found, SetReader } from '../definition.ts';
import { SENSOR, stepsOf } from './describe.ts';
import type { Nmnist } from './schema.ts';

export const NMNIST_INPUTS = 2 * SENSOR * SENSOR;
const MARKER_ROW = 240;
const MARKER_US = 1 << 13;
/** The longest published recording has a few ten thousand events. */
const LIMIT = 1 << 26;
const REMEDY = getAgain('nmnist');

export const reader: SetReader<Nmnist> = {
  check: checkNmnist,
  prepare: (spec, context) => prepareRecordings(planNmnist(spec, context.file), context),
};

/** Appends the events of one recording. Throws a UserError with file, event and byte. */
export function parseNmnist(file: string, bytes: Buffer, overflowMarker: boolean, events: EventBuffer): void {
  if (bytes.length === 0) throw badFile(file, 'the recording is empty', 0, REMEDY);
  // No other kind of file begins with a pixel of the sensor.
  const other = bytes[0]! >= SENSOR || bytes[1]! >= SENSOR ? otherThan('a recording of N-MNIST', bytes) : undefined;
  if (other && bytes[1] !== MARKER_ROW) throw badFile(file, other, undefined, REMEDY);
  if (bytes.length % 5 !== 0)
    throw badFile(file, 'the last 5-byte event breaks off', bytes.length - (bytes.length % 5), REMEDY);
  events.reserve(bytes.length / 5);
  let overflow = 0;
  let last = 0;
  for (let p = 0; p < bytes.length; p += 5) {
    const x = bytes[p]!;
    const y = bytes[p + 1]!;
    if (overflowMarker && y === MARKER_ROW) {
      overflow += MARKER_US;
      continue;
    }
    if (x >= SENSOR || y >= SENSOR) throw badFile(file, `an event at pixel (${x}, ${y}), outside 34x34,`, p, REMEDY);
    const time = (((bytes[p + 2]! & 127) << 16) | (bytes[p + 3]! << 8) | bytes[p + 4]!) + overflow;
    if (time < last) throw badFile(file, `time falls from ${last} to ${time} µs`, p, REMEDY);
    last = time;
    events.push(time, (bytes[p + 2]! >>> 7) * SENSOR * SENSOR + y * SENSOR + x);
  }
}

/** What is in one part of the data set, by number of the recording. */
interface Part {
  files: { label: number; name: string }[];
  /** What is there and is no recording. */
  passedOver: string[];
}

function planNmnist(spec: Nmnist, experimentFile: string): RecordingPlan {
  const folder = sourcePath(spec.path, 'nmnist', experimentFile);
  return {
    name: 'nmnist',
    classes: 10,
    binning: {
      kind: 'fixed',
      steps: stepsOf(spec),
      dt: spec.dt * 1000,
      values: spec.values,
      rightClosed: false,
      fromFirst: spec.start === 'first-event',
    },
    identity: { folder, overflowMarker: spec.overflowMarker },
    fingerprint: (signal) => stampOfAll([...partFiles(folder, 'Train'), ...partFiles(folder, 'Test')], REMEDY, signal),
    open: () => openNmnist(folder, spec.overflowMarker),
    splits: spec,
  };
}

/** Checks that both parts are there; lists their recordings and opens none. */
function checkNmnist(spec: Nmnist, experimentFile: string): Found {
  const folder = sourcePath(spec.path, 'nmnist', experimentFile);
  const remarks: string[] = [];
  const [train, test] = (['Train', 'Test'] as const).map((name) => {
    const part = openPart(folder, name);
    part.close();
    remarks.push(...remarksOn(folder, name, part.passedOver));
    return Uint8Array.from({ length: part.count }, (_, i) => part.label(i));
  });
  return { train, test, remarks };
}

/** Which of two is read, and what of it is not. */
function remarksOn(folder: string, name: 'Train' | 'Test', passedOver: string[]): string[] {
  const directory = partIn(folder, name);
  const zip = zipIn(folder, name);
  const remarks: string[] = [];
  if (directory && zip)
    remarks.push(
      `nmnist: ${folder} has both the folder ${basename(directory)} and ${basename(zip)}: the folder is read; move the other away.`,
    );
  const [example] = passedOver;
  if (example === undefined) return remarks;
  const count = passedOver.length;
  const passed = count === 1 ? 'one file or folder is' : `${count} files or folders are`;
  remarks.push(
    `nmnist: ${passed} passed over in ${directory ?? zip}, ${count === 1 ? '' : 'such as '}${shown({ name: example })}, since a recording is called <digit>/<five digits>.bin; rename what is one.`,
  );
  return remarks;
}

/** The folder of a part, or undefined when it is a zip. Throws a UserError when it is neither. */
function partIn(folder: string, name: 'Train' | 'Test'): string | undefined {
  const directory = join(folder, name);
  for (const spelling of [directory, join(folder, name.toLowerCase())]) if (existsSync(spelling)) return spelling;
  if (zipIn(folder, name)) return undefined;
  throw new UserError(`${directory}: there is no such folder and no ${name}.zip; get it with "lif data get nmnist".`);
}

/** The files that hold the recordings of a part. */
function partFiles(folder: string, name: 'Train' | 'Test'): string[] {
  const directory = partIn(folder, name);
  return directory ? listFolder(directory).files.map((file) => join(directory, file.name)) : [zipIn(folder, name)!];
}

function zipIn(folder: string, name: string): string | undefined {
  return [`${name}.zip`, `${name.toLowerCase()}.zip`].map((n) => join(folder, n)).find((n) => existsSync(n));
}

function listFolder(directory: string): Part {
  const part: Part = { files: [], passedOver: [] };
  for (const label of namesIn(directory)) {
    if (!isLabel(label)) part.passedOver.push(label);
    else
      for (const file of namesIn(join(directory, label))) {
        const name = join(label, file);
        if (isRecording(file)) part.files.push({ label: Number(label), name });
        else part.passedOver.push(name);
      }
  }
  if (part.files.length === 0)
    throw new UserError(`${directory}: there are no recordings <digit>/<number>.bin in it; ${REMEDY}.`);
  part.files.sort(byNumber);
  return part;
}

/** What is in a folder, without what systems leave there, sorted. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => !isLitter(name))
      .sort();
  } catch (error) {
    throw badFile(directory, reason(error), undefined, REMEDY);
  }
}

/** The same in folders and in zips. */
const isLabel = (name: string): boolean => /^\d$/.test(name);
const isRecording = (name: string): boolean => /^\d{5}\.bin$/i.test(name);

/** By number and not by folder, so that the first recordings are of all digits. */
function byNumber(a: { name: string }, b: { name: string }): number {
  return numberOf(a.name) - numberOf(b.name) || (a.name < b.name ? -1 : 1);
}

const numberOf = (name: string): number => Number(/(\d+)\.bin$/i.exec(name)?.[1] ?? Number.POSITIVE_INFINITY);

interface OpenPart {
  name: string;
  hash: Hash;
  count: number;
  passedOver: string[];
  label(index: number): number;
  read(index: number): { file: string; bytes: Buffer };
  close(): void;
}

function openPart(folder: string, name: 'Train' | 'Test'): OpenPart {
  const hash = createHash('sha256');
  const directory = partIn(folder, name);
  if (directory) {
    const { files, passedOver } = listFolder(directory);
    return {
      name,
      hash,
      count: files.length,
      passedOver,
      label: (i) => files[i]!.label,
      read(i) {
        const file = join(directory, files[i]!.name);
        return { file, bytes: readWhole(file, REMEDY, LIMIT) };
      },
      close() {},
    };
  }
  const zip: ZipFile = openZip(zipIn(folder, name)!, REMEDY);
  const files: { label: number; name: string; entry: ZipEntry }[] = [];
  // Once, however many files lie below it.
  const passedOver = new Set<string>();
  for (const entry of zip.entries) {
    const steps = entry.name.split('/');
    if (entry.name.endsWith('/') || isLitterPath(entry.name)) continue;
    const [label, file, ...below] = steps.slice(steps.indexOf(name) + 1);
    if (!steps.includes(name)) passedOver.add(entry.name);
    else if (label === undefined || !isLabel(label) || file === undefined) passedOver.add(label ?? entry.name);
    else if (!isRecording(file) || below.length > 0) passedOver.add(`${label}/${file}`);
    else files.push({ label: Number(label), name: entry.name, entry });
  }
  files.sort(byNumber);
  if (files.length === 0) {
    closeZip(zip);
    throw new UserError(`${zip.file}: there are no recordings ${name}/<digit>/<number>.bin in it; ${REMEDY}.`);
  }
  return {
    name,
    hash,
    count: files.length,
    passedOver: [...passedOver],
    label: (i) => files[i]!.label,
    read: (i) => ({ file: `${zip.file}: ${files[i]!.name}`, bytes: readEntry(zip, files[i]!.entry, LIMIT) }),
    close: () => closeZip(zip),
  };
}

function openNmnist(folder: string, overflowMarker: boolean): RecordingSource {
  const train = openPart(folder, 'Train');
  const test = openPart(folder, 'Test');
  return {
    inputs: NMNIST_INPUTS,
    parts: { train: train.count, validation: 0, test: test.count },
    read(index, events) {
      const part = index < train.count ? train : test;
      const i = index < train.count ? index : index - train.count;
      const { file, bytes } = part.read(i);
      part.hash.update(bytes);
      parseNmnist(file, bytes, overflowMarker, events);
      return { label: part.label(i), group: 0 };
    },
    checksums: () =>
      Object.fromEntries([train, test].map((p) => [`${p.name} (${p.count} recordings)`, p.hash.digest('hex')])),
    close() {
      train.close();
      test.close();
    },
  };
}
