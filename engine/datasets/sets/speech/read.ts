/** Spiking Heidelberg Digits and Spiking Speech Commands: 700 cochlear channels, in HDF5 files. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../../base/errors.ts';
import type { Split } from '../../dataset.ts';
import { shapeOf } from '../../describe.ts';
import { getAgain, hashOf, stampOfAll } from '../../formats/files.ts';
import { checkHdf5, openSpikes, publishedLayout, type SpikeFile } from '../../formats/spike-file.ts';
import { sourcePath } from '../../library/locations.ts';
import { EventBuffer } from '../../recordings/binning.ts';
import { prepareRecordings, type RecordingPlan, type RecordingSource } from '../../recordings/recordings.ts';
import type { Found, SetReader } from '../definition.ts';
import type { Shd } from '../shd/schema.ts';
import type { Ssc } from '../ssc/schema.ts';
import { SPEECH_CHANNELS } from './source.ts';

const PARTS: Record<'shd' | 'ssc', [Split, string][]> = {
  shd: [
    ['train', 'shd_train.h5'],
    ['test', 'shd_test.h5'],
  ],
  ssc: [
    ['train', 'ssc_train.h5'],
    ['validation', 'ssc_valid.h5'],
    ['test', 'ssc_test.h5'],
  ],
};

export const reader: SetReader<Shd | Ssc> = {
  check: checkSpeech,
  prepare: (spec, context) => prepareRecordings(planSpeech(spec, context.file), context),
};

function planSpeech(spec: Shd | Ssc, experimentFile: string): RecordingPlan {
  const folder = sourcePath(spec.path, spec.name, experimentFile);
  const { rightClosedBins, flipChannels } = spec.quirks;
  return {
    name: spec.name,
    classes: shapeOf(spec).classes,
    binning: {
      kind: 'fixed',
      steps: spec.steps,
      dt: spec.dt * 1000,
      values: spec.values,
      rightClosed: rightClosedBins,
      fromFirst: false,
    },
    identity: { folder, flipChannels },
    fingerprint: (signal) => stampOfAll(filesOf(spec, folder), `get it with "lif data get ${spec.name}"`, signal),
    open: (signal) => openSpeech(spec, folder, signal),
    splits:
      spec.name === 'ssc'
        ? { trainSamples: spec.trainSamples, testSamples: spec.testSamples, publishedValidation: spec.validation }
        : { ...spec, validationGroups: spec.validationSpeakers },
  };
}

/** Checks that the files exist and are HDF5. */
function checkSpeech(spec: Shd | Ssc, experimentFile: string): Found {
  const folder = sourcePath(spec.path, spec.name, experimentFile);
  const files = filesOf(spec, folder);
  for (const file of files) checkHdf5(file, getAgain(spec.name));
  // What is in them is known when they have been prepared.
  return { files };
}

/** The files of all parts. Throws a UserError where one is there as it was packed. */
function filesOf(spec: Shd | Ssc, folder: string): string[] {
  return PARTS[spec.name].map(([, name]) => {
    const file = join(folder, name);
    const packed = existsSync(file) ? undefined : ['.gz', '.zip'].find((end) => existsSync(file + end));
    if (packed === undefined) return file;
    const remedy = packed === '.gz' ? `"gunzip -k ${name}.gz"` : `"unzip ${name}.zip"`;
    throw new UserError(
      `${file}: is not there, but ${name}${packed} is, which is read only when it is unpacked; unpack it, for instance with ${remedy}.`,
    );
  });
}

async function openSpeech(spec: Shd | Ssc, folder: string, signal?: AbortSignal): Promise<RecordingSource> {
  const files: { split: Split; file: string; spikes: SpikeFile }[] = [];
  const close = () => {
    for (const { spikes } of files) spikes.close();
  };
  try {
    for (const [split, name] of PARTS[spec.name]) {
      const file = join(folder, name);
      const spikes = await openSpikes(
        file,
        getAgain(spec.name),
        publishedLayout(SPEECH_CHANNELS, shapeOf(spec).classes),
        { signal },
      );
      files.push({ split, file, spikes });
    }
    const train = files[0]!;
    if (spec.name === 'shd' && spec.validationSpeakers.length > 0 && !train.spikes.speakers)
      throw new UserError(
        `${train.file}: does not say who speaks (there is no /extra/speaker); use dataset.validationSamples instead of validationSpeakers.`,
      );
  } catch (error) {
    close();
    throw error;
  }
  const parts = { train: 0, validation: 0, test: 0 };
  for (const { split, spikes } of files) parts[split] = spikes.count;
  const raw = new EventBuffer();
  return {
    inputs: SPEECH_CHANNELS,
    parts,
    async read(index, events) {
      let i = index;
      for (const { spikes } of files) {
        if (i >= spikes.count) {
          i -= spikes.count;
          continue;
        }
        if (spec.quirks.flipChannels) {
          raw.length = 0;
          await spikes.read(i, raw);
          flipChannels(raw, events);
        } else await spikes.read(i, events);
        return { label: spikes.labels[i]!, group: spikes.speakers?.[i] ?? 0 };
      }
      throw new RangeError(`there is no recording ${index}`);
    },
    async checksums() {
      const sums: Record<string, string> = {};
      for (const { file } of files)
        sums[file.slice(folder.length + 1)] = await hashOf(file, 'sha256', getAgain(spec.name));
      return sums;
    },
    close,
  };
}

/** `vector[700 - vals] = 1` of the published code: unit 0 has no place. */
function flipChannels(from: EventBuffer, to: EventBuffer): void {
  for (let i = 0; i < from.length; i++) {
    const unit = from.channels[i]!;
    if (unit > 0) to.push(from.times[i]!, SPEECH_CHANNELS - unit);
  }
}
