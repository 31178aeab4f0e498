/** DVS128 Gesture: AEDAT 3.1 files with a csv of labelled time windows each, and two lists of files. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../../../base/errors.ts';
import { aedatHeader, type PolarityEvents, parseAedat } from '../../formats/cameras/aedat31.ts';
import { badFile, MAX_TEXT, readHead, readText, readWhole, stampOfAll } from '../../formats/files.ts';
import { sourcePath } from '../../library/locations.ts';
import type { Binning, EventBuffer } from '../../recordings/binning.ts';
import { prepareRecordings, type RecordingPlan, type RecordingSource } from '../../recordings/recordings.ts';
import type { Found, SetReader } from '../definition.ts';
import { ARCHIVE_FOLDER, CLASSES } from './describe.ts';
import type { DvsGesture } from './schema.ts';

const SIDE = 128;
const REMEDY = 'see "lif data get dvs128-gesture" for where to get it';
/** The largest published file has less than a tenth. */
const MAX_AEDAT = 1 << 28;
const LISTS = { train: 'trials_to_train.txt', test: 'trials_to_test.txt' } as const;

/** One labelled gesture. */
export interface Gesture {
  file: string;
  /** 0 to 10. */
  label: number;
  /** Microseconds; events with start <= t < end belong to it. */
  start: number;
  end: number;
  /** Of the csv file, from 1. */
  line: number;
}

/** Rows `class,startTime_usec,endTime_usec`. Throws a UserError with the line. */
export function parseLabels(csv: string, text: string, aedat: string): Gesture[] {
  const gestures: Gesture[] = [];
  const lines = text.split('\n').map((line) => line.trimEnd());
  const bad = (what: string, line: number) => badFile(`${csv}:${line}`, what, undefined, REMEDY);
  if (lines[0] !== 'class,startTime_usec,endTime_usec')
    throw bad('the first line is not "class,startTime_usec,endTime_usec"', 1);
  for (const [i, line] of lines.entries()) {
    if (i === 0 || line === '') continue;
    const match = /^(\d{1,3}),(\d{1,15}),(\d{1,15})$/.exec(line);
    if (!match) throw bad(`"${line.slice(0, 40)}" is not three whole numbers`, i + 1);
    const [gesture, start, end] = [Number(match[1]), Number(match[2]), Number(match[3])];
    if (gesture < 1 || gesture > CLASSES) throw bad(`class ${gesture} is not from 1 to ${CLASSES}`, i + 1);
    if (start >= end) throw bad(`the window from ${start} to ${end} µs is empty`, i + 1);
    gestures.push({ file: aedat, label: gesture - 1, start, end, line: i + 1 });
  }
  if (gestures.length === 0) throw bad('there are no labels', 1);
  return gestures;
}

export const reader: SetReader<DvsGesture> = {
  check: checkGesture,
  prepare: (spec, context) => prepareRecordings(planGesture(spec, context.file), context),
};

function planGesture(spec: DvsGesture, experimentFile: string): RecordingPlan {
  const folder = gestureFolder(spec, experimentFile);
  const { steps, values, frames, side, correctLabels } = spec;
  const binning: Binning =
    frames === 'fixed'
      ? { kind: 'fixed', steps, values, dt: spec.dt * 1000, rightClosed: false, fromFirst: false }
      : { kind: frames, steps, values };
  return {
    name: 'dvs128-gesture',
    classes: CLASSES,
    binning,
    identity: { folder, side, correctLabels },
    fingerprint: (signal) =>
      stampOfAll(
        [...trials(folder, 'train'), ...trials(folder, 'test')].flatMap((file) => [file, labelsOf(file)]),
        REMEDY,
        signal,
      ),
    open: () => openGesture(folder, spec),
    splits: spec,
  };
}

/** The folder itself, or the one that the published archive unpacks to within it. */
function gestureFolder(spec: DvsGesture, experimentFile: string): string {
  const folder = sourcePath(spec.path, 'dvs128-gesture', experimentFile);
  const inner = join(folder, ARCHIVE_FOLDER);
  return !existsSync(join(folder, LISTS.train)) && existsSync(inner) ? inner : folder;
}

/** Checks the lists, every csv file and the first line of every AEDAT file. */
function checkGesture(spec: DvsGesture, experimentFile: string): Found {
  const folder = gestureFolder(spec, experimentFile);
  const [train, test] = (['train', 'test'] as const).map((part) =>
    trials(folder, part).flatMap((file) => {
      aedatHeader(file, readHead(file, 1 << 16, REMEDY), REMEDY);
      return gesturesOf(file, spec.correctLabels).map(({ label }) => label);
    }),
  );
  refuseShared(folder);
  return { train, test };
}

/** A recording that is trained on and tested with. Throws a UserError with the line. */
function refuseShared(folder: string): void {
  const training = new Set(trials(folder, 'train'));
  const index = trials(folder, 'test').findIndex((file) => training.has(file));
  if (index < 0) return;
  const name = basename(trials(folder, 'test')[index]!);
  throw badFile(
    join(folder, LISTS.test),
    `${name} is in ${LISTS.train}, too, so that what is tested was trained on`,
    undefined,
    'take it out of one of the lists',
  );
}

function openGesture(folder: string, spec: DvsGesture): RecordingSource {
  refuseShared(folder);
  const files = { train: trials(folder, 'train'), test: trials(folder, 'test') };
  const gestures = {
    train: files.train.flatMap((file) => gesturesOf(file, spec.correctLabels)),
    test: files.test.flatMap((file) => gesturesOf(file, spec.correctLabels)),
  };
  const hashes = { train: createHash('sha256'), test: createHash('sha256') };
  let open: { file: string; events: PolarityEvents } | undefined;
  return {
    inputs: 2 * spec.side * spec.side,
    parts: { train: gestures.train.length, validation: 0, test: gestures.test.length },
    read(index, events) {
      const part = index < gestures.train.length ? 'train' : 'test';
      const gesture = gestures[part][part === 'train' ? index : index - gestures.train.length]!;
      if (open?.file !== gesture.file) {
        const bytes = readWhole(gesture.file, REMEDY, MAX_AEDAT);
        hashes[part].update(bytes).update(readWhole(labelsOf(gesture.file), REMEDY, MAX_TEXT));
        open = { file: gesture.file, events: parseAedat(gesture.file, bytes, SIDE, REMEDY) };
      }
      cutWindow(gesture, open.events, spec.side, events);
      return { label: gesture.label, group: userOf(gesture.file) };
    },
    checksums: () => ({
      [`train (${files.train.length} files)`]: hashes.train.digest('hex'),
      [`test (${files.test.length} files)`]: hashes.test.digest('hex'),
    }),
    close() {
      open = undefined;
    },
  };
}

/** Events of the window, downsampled to `side` × `side`, times from its start. */
function cutWindow(gesture: Gesture, all: PolarityEvents, side: number, events: EventBuffer): void {
  const shift = Math.log2(SIDE / side);
  let i = lowerBound(all, gesture.start);
  const first = i;
  for (; i < all.length && all.times[i]! < gesture.end; i++) {
    const pixel = (all.y[i]! >>> shift) * side + (all.x[i]! >>> shift);
    events.push(all.times[i]! - gesture.start, all.p[i]! * side * side + pixel);
  }
  if (i === first)
    throw badFile(
      `${labelsOf(gesture.file)}:${gesture.line}`,
      `there are no events from ${gesture.start} to ${gesture.end} µs`,
      undefined,
      REMEDY,
    );
}

/** The first event at or after `time`. */
function lowerBound(events: PolarityEvents, time: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (events.times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The AEDAT files that a list names. */
function trials(folder: string, part: 'train' | 'test'): string[] {
  const list = join(folder, LISTS[part]);
  const names = readText(list, REMEDY)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (names.length === 0) throw new UserError(`${list}: names no files; ${REMEDY}.`);
  return names.map((name, i) => {
    if (!/^[\w-]+\.aedat$/.test(name))
      throw badFile(`${list}:${i + 1}`, `"${name.slice(0, 40)}" is not the name of an .aedat file`, undefined, REMEDY);
    const file = join(folder, name);
    if (!existsSync(file)) throw badFile(file, `it is missing, though ${LISTS[part]} names it`, undefined, REMEDY);
    return file;
  });
}

const labelsOf = (aedat: string): string => aedat.replace(/\.aedat$/, '_labels.csv');

const userOf = (aedat: string): number => Number(/^user(\d+)/.exec(basename(aedat))?.[1] ?? 0);

function gesturesOf(aedat: string, correct: boolean): Gesture[] {
  const csv = labelsOf(aedat);
  const gestures = parseLabels(csv, readText(csv, REMEDY), aedat);
  if (!correct || basename(aedat) !== 'user22_led.aedat') return gestures;
  // The published end of class 9 lies within class 10.
  return gestures.map((g) => (g.label === 8 && g.end > 104_000_000 ? { ...g, end: 104_000_000 } : g));
}
