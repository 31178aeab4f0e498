/** MNIST seen by a simulated event camera, in the layout of N-MNIST. */
import { createHash } from 'node:crypto';
import { getAgain, stampOfAll } from '../../formats/files.ts';
import { sourcePath } from '../../library/locations.ts';
import { bytesOf } from '../../recordings/cache.ts';
import { prepareRecordings, type RecordingPlan, type RecordingSource } from '../../recordings/recordings.ts';
import type { SetReader } from '../definition.ts';
import { checkMnist, mnistFiles, readPictures } from '../mnist/read.ts';
import { stepsOf } from '../nmnist/describe.ts';
import { NMNIST_INPUTS } from '../nmnist/read.ts';
import { SaccadeCamera } from './saccades.ts';
import type { NmnistSimulated } from './schema.ts';

/** Raise when the same fields give other events. */
const SIMULATOR_VERSION = '1';

export const reader: SetReader<NmnistSimulated> = {
  check: ({ path }, file) => checkMnist({ path }, file),
  prepare: (spec, context) => prepareRecordings(planSimulated(spec, context.file), context),
};

function planSimulated(spec: NmnistSimulated, experimentFile: string): RecordingPlan {
  const folder = sourcePath(spec.path, 'mnist', experimentFile);
  const { contrast, mismatch, noiseRate, cameraSeed } = spec;
  const camera = { contrast, mismatch, noiseRate, cameraSeed };
  return {
    name: 'nmnist-simulated',
    classes: 10,
    binning: {
      kind: 'fixed',
      steps: stepsOf(spec),
      dt: spec.dt * 1000,
      values: spec.values,
      rightClosed: false,
      fromFirst: false,
    },
    identity: { folder, camera, version: SIMULATOR_VERSION },
    fingerprint: (signal) => stampOfAll(mnistFiles(folder), getAgain('mnist'), signal),
    open(): RecordingSource {
      const checksums: Record<string, string> = {};
      const hash = createHash('sha256');
      const train = readPictures(folder, 'train', checksums);
      const test = readPictures(folder, 't10k', checksums);
      const trainCount = train.labels.length;
      const simulator = new SaccadeCamera(camera);
      return {
        inputs: NMNIST_INPUTS,
        parts: { train: trainCount, validation: 0, test: test.labels.length },
        read(index, events) {
          const part = index < trainCount ? train : test;
          const i = index < trainCount ? index : index - trainCount;
          simulator.record(part.pixels.subarray(784 * i, 784 * (i + 1)), index, events);
          // Sine and logarithm may differ in the last bit between Node versions: record what came out.
          hash.update(bytesOf(events.times.subarray(0, events.length)));
          hash.update(bytesOf(events.channels.subarray(0, events.length)));
          return { label: part.labels[i]!, group: 0 };
        },
        checksums: () => ({ ...checksums, 'simulated events': hash.digest('hex') }),
        close() {},
      };
    },
    splits: spec,
  };
}
