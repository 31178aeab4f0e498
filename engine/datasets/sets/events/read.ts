/** Your own data: opened, split, and cut into steps as all recordings are; pictures as pictures. */
import { SettingError, UserError } from '../../../base/errors.ts';
import type { PreparedDataset, Split } from '../../dataset.ts';
import { inputsOf } from '../../describe.ts';
import { shared, sizeOf, stampOfAll } from '../../formats/files.ts';
import { openArrays } from '../../formats/npy.ts';
import { checkHdf5 } from '../../formats/spike-file.ts';
import { EventBuffer } from '../../recordings/binning.ts';
import { prepareRecordings, type RecordingPlan, type RecordingSource } from '../../recordings/recordings.ts';
import type { Found, PrepareContext, SetReader } from '../definition.ts';
import { maxEvents } from '../mnist/read.ts';
import { showsPictures } from './describe.ts';
import { checkCamera } from './kinds/cameras.ts';
import { chooseColumns, openTable } from './kinds/event-table.ts';
import { checkPictures } from './kinds/pictures.ts';
import { RESAVE } from './kinds/spikes.ts';
import { filesOf, findPlace, openOwn, type Place } from './open.ts';
import type { OwnData, Unit } from './own.ts';
import { unitOf } from './roles.ts';
import type { Events } from './schema.ts';
import { classNumbers, splitSamples } from './split.ts';

const REMEDY = 'name the file or folder of your data in dataset.path';
const SPLITS = ['train', 'validation', 'test'] as const;
/** Bytes that are read to see what is in them before a run is started: a moment's work. */
const MAX_LOOKED_AT = 64 * 1024 * 1024;
/** Labels of pictures have 8 bits. */
const MAX_PICTURE_CLASSES = 256;

export const reader: SetReader<Events> = {
  check: checkOwn,
  look: lookAtOwn,
  prepare: (spec, context) => {
    const place = findPlace(spec, context.file);
    return showsPictures(spec)
      ? preparePictures(spec, place, context)
      : prepareRecordings(planOwn(spec, place), context);
  },
};

/** That the files are there and begin as they must. */
function checkOwn(spec: Events, experimentFile: string): Found {
  const { files, labels } = findPlace(spec, experimentFile);
  if (files.kind === 'pictures') {
    checkPictures(files.files);
    refuseCoding(spec, 'pictures');
  }
  if (files.kind === 'cameras') for (const { file } of [files.files[0]!, files.files.at(-1)!]) checkCamera(file);
  if (files.kind === 'spikes') for (const { file } of files.files) checkHdf5(file, RESAVE);
  if (files.kind === 'arrays') for (const { file } of files.files) openArrays(file).close();
  if (files.kind === 'table')
    for (const { file } of files.files) {
      refuseCoding(spec, 'events');
      chooseColumns(
        file,
        openTable(file).columns,
        spec,
        labels === undefined ? undefined : { ordered: { labels: [], groups: undefined, parts: undefined } },
      );
    }
  return {};
}

/** The labels of each split, as long as the files are not large. */
async function lookAtOwn(spec: Events, experimentFile: string): Promise<Found> {
  const place = findPlace(spec, experimentFile);
  const bytes = filesOf(place).reduce((sum, file) => sum + sizeOf(file, REMEDY), 0);
  if (bytes > MAX_LOOKED_AT) return {};
  const own = await openOwn(place, spec);
  try {
    const { numbers } = classNumbers(own.labels, spec.classes);
    const samples = splitSamples(own, numbers, spec.split);
    const labels = (split: Split) => samples[split].map((sample) => numbers[sample]!);
    return { train: labels('train'), validation: labels('validation'), test: labels('test') };
  } finally {
    own.close();
  }
}

function planOwn(spec: Events, place: Place): RecordingPlan {
  const { steps, values, frames, path: _path, name, split, classes, ...identity } = spec;
  return {
    name,
    classes,
    binning:
      frames === 'fixed' ? { kind: 'fixed', steps, values, ...timing(spec, place) } : { kind: frames, steps, values },
    identity: { ...identity, split, classes, place: place.path, table: place.labels },
    fingerprint: (signal) => stampOfAll(filesOf(place), REMEDY, signal),
    open: () => openRecordings(spec, place),
    splits: { publishedValidation: true },
  };
}

/** µs of a step, or 1 where times are numbers of steps. */
const timing = ({ dt, start }: Events, { files }: Place) => ({
  dt: dt === undefined ? 1 : dt * 1000,
  rightClosed: false,
  // Clocks of cameras run on between recordings.
  fromFirst: start === undefined ? files.kind === 'cameras' : start === 'first-event',
});

async function openRecordings(spec: Events, place: Place): Promise<RecordingSource> {
  const own = await openOwn(place, spec);
  try {
    refuseCoding(spec, own.holds);
    refuseShape(spec, own, place.path);
    const { numbers, order, parts } = inSplits(own, spec);
    const scale = scaleOf(spec, own);
    const raw = new EventBuffer();
    return {
      inputs: inputsOf(spec.input),
      parts,
      async read(index, events) {
        const sample = order[index]!;
        raw.length = 0;
        await own.read!(sample, raw);
        inTime(place.path, sample, raw, scale, spec, events);
        return { label: numbers[sample]!, group: 0 };
      },
      checksums: () => own.checksums(),
      close: () => own.close(),
    };
  } catch (error) {
    own.close();
    throw error;
  }
}

/** Samples of the training, validation and test split in this order, each rising; and their classes. */
function inSplits(own: OwnData, spec: Events): { numbers: Uint16Array; order: number[]; parts: Record<Split, number> } {
  const { numbers } = classNumbers(own.labels, spec.classes);
  const samples = splitSamples(own, numbers, spec.split);
  const parts = { train: samples.train.length, validation: samples.validation.length, test: samples.test.length };
  return { numbers, order: SPLITS.flatMap((split) => samples[split]), parts };
}

/** Factor from the times in the files to µs, or to steps. Throws a SettingError that asks for what is missing. */
function scaleOf(spec: Events, own: OwnData): number {
  const unit: Unit | undefined = unitOf(spec.timeUnit) ?? own.unit;
  if (spec.frames !== 'fixed') return 1;
  if (unit === undefined)
    throw new SettingError(
      ['dataset', 'timeUnit'],
      `is missing, and the files do not say in which unit their times are${own.longest === undefined ? '' : ` (the last is ${own.longest})`}; write timeUnit: s, ms, us, ns or step.`,
    );
  if (unit === 'step') {
    if (spec.dt === undefined) return 1;
    throw new SettingError(
      ['dataset', 'timeUnit'],
      `is missing: dt is ${spec.dt} ms, but the files do not say how long a step of theirs is; write timeUnit with its length in ms, or remove dt.`,
    );
  }
  if (spec.dt === undefined)
    throw new SettingError(
      ['dataset', 'dt'],
      `is missing${own.longest === undefined ? '' : `: the files have times up to ${(own.longest * unit) / 1000} ms`}; write the length of a time step in ms, e.g. dt: 1.`,
    );
  return unit;
}

/** Appends the events in the order of their times, in µs or steps. Throws a UserError for times before 0. */
function inTime(
  place: string,
  sample: number,
  raw: EventBuffer,
  scale: number,
  spec: Events,
  events: EventBuffer,
): void {
  const { times, channels, length } = raw;
  let rises = true;
  // To the nanosecond: 0.57 s are 570000 µs, and not a little less.
  for (let i = 0; i < length; i++) {
    times[i] = scale === 1 ? times[i]! : Math.round(times[i]! * scale * 1000) / 1000;
    if (i > 0 && times[i]! < times[i - 1]!) rises = false;
  }
  const order = rises
    ? undefined
    : Uint32Array.from({ length }, (_, i) => i).sort((a, b) => times[a]! - times[b]! || a - b);
  events.reserve(length);
  for (let k = 0; k < length; k++) {
    const i = order ? order[k]! : k;
    events.push(times[i]!, channels[i]!);
  }
  if (length > 0 && spec.frames === 'fixed' && spec.start !== 'first-event' && events.times[0]! < 0)
    throw new UserError(
      `${place}: sample ${sample} has an event at ${events.times[0]} µs, before time 0; write start: first-event, or shift its times.`,
    );
}

function refuseShape(spec: Events, own: OwnData, place: string): void {
  const { input } = own;
  if (input && !own.atLeast && inputsOf(input) !== inputsOf(spec.input))
    throw new SettingError(
      ['dataset', 'input'],
      `has ${inputsOf(spec.input)} channels, but ${place} has ${inputsOf(input)}; write input: ${inputText(input)}.`,
    );
}

export const inputText = (input: object): string =>
  `{ ${Object.entries(input)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')} }`;

/** Pictures want to know how they are shown, events do not. */
function refuseCoding(spec: Events, holds: OwnData['holds']): void {
  const { coding } = spec;
  if (holds === 'pictures' && !showsPictures(spec))
    throw new SettingError(
      ['dataset', 'coding'],
      `${coding ? `is ${coding.kind}` : 'is missing'}, but these are pictures; write coding: { kind: direct } or { kind: bernoulli }.`,
    );
  if (holds === 'events' && showsPictures(spec))
    throw new SettingError(
      ['dataset', 'coding'],
      `is ${coding!.kind}, which is for pictures, but these are events; remove it.`,
    );
}

async function preparePictures(spec: Events, place: Place, context: PrepareContext): Promise<PreparedDataset> {
  if (spec.classes > MAX_PICTURE_CLASSES)
    throw new SettingError(
      ['dataset', 'classes'],
      `is ${spec.classes}, but pictures have at most ${MAX_PICTURE_CLASSES} classes; take fewer.`,
    );
  const own = await openOwn(place, spec);
  try {
    if (!own.pixels) refuseCoding(spec, own.holds);
    const { numbers, order, parts } = inSplits(own, spec);
    const inputs = inputsOf(spec.input);
    const pixels = new Uint8Array(new SharedArrayBuffer(order.length * inputs));
    for (const [i, sample] of order.entries()) {
      if (i % 64 === 0) {
        context.signal?.throwIfAborted();
        context.onProgress?.({ what: 'reading the pictures', done: i, total: order.length });
        await new Promise(setImmediate);
      }
      pixels.set(await own.pixels!(sample), i * inputs);
    }
    const labels = Uint8Array.from(order, (sample) => numbers[sample]!);
    const seen = parts.train + parts.validation;
    const direct = spec.coding?.kind === 'direct';
    return {
      source: 'images',
      inputs,
      classes: spec.classes,
      steps: spec.steps,
      encoding: direct ? 'current' : 'events',
      sizes: parts,
      maxEvents: direct ? 0 : maxEvents([{ pixels, labels }], inputs, spec.steps),
      checksums: await own.checksums(),
      seed: context.seed,
      train: { pixels: pixels.subarray(0, seen * inputs), labels: shared(labels.subarray(0, seen)) },
      test: { pixels: pixels.subarray(seen * inputs), labels: shared(labels.subarray(seen)) },
      coding: spec.coding as Extract<PreparedDataset, { source: 'images' }>['coding'],
    };
  } finally {
    own.close();
  }
}
