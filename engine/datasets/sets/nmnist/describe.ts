/** N-MNIST, without its files. */

import { defineSet, type KnownShape, type SpecProblem, sameTime, splitSizes, tooLong } from '../definition.ts';
import { MAX_STEPS } from '../fields.ts';
import type { SourceFile } from '../source.ts';
import { nmnistSchema } from './schema.ts';

/** Pixels on a side of the sensor. */
export const SENSOR = 34;
/** Three saccades of 105 ms. */
export const RECORDING_MS = 315;

interface Saccades {
  dt: number;
  steps: number | 'full';
  trainSamples?: number | undefined;
  testSamples?: number | undefined;
  validationSamples: number;
}

/** Steps of a recording: a number, or as many as the three saccades take. */
export const stepsOf = (spec: Pick<Saccades, 'dt' | 'steps'>): number =>
  spec.steps === 'full' ? Math.ceil(RECORDING_MS / spec.dt) : spec.steps;

export const SACCADE_PARTS = { train: 60_000, test: 10_000 };

export function saccadeShape(spec: Saccades): KnownShape {
  return {
    input: { planes: 2, height: SENSOR, width: SENSOR },
    classes: 10,
    steps: stepsOf(spec),
    encoding: 'events',
    sizes: splitSizes(SACCADE_PARTS, spec),
  };
}

export function saccadeProblems(spec: Saccades): SpecProblem[] {
  const steps = stepsOf(spec);
  if (steps <= MAX_STEPS) return tooLong(spec.dt, RECORDING_MS);
  const complaint = `is ${spec.dt} ms, so that a recording of ${RECORDING_MS} ms has more than ${MAX_STEPS} steps; take longer steps.`;
  return [{ path: ['dt'], severity: 'error', complaint }];
}

export function saccadesAt<Spec extends Saccades>(spec: Spec, dt: number, steps?: number): Spec {
  const covering = spec.steps === 'full' ? 'full' : sameTime({ dt: spec.dt, steps: spec.steps }, dt);
  return { ...spec, dt, steps: steps ?? covering };
}

function mendeleyFile(file: string, id: string, md5: string): SourceFile {
  return {
    file,
    md5,
    urls: [`https://data.mendeley.com/public-files/datasets/468j46mzdv/files/${id}/file_downloaded`],
  };
}

export const nmnist = defineSet(nmnistSchema, {
  domain: 'spatio-temporal',
  guessing: { updates: 500, moved: 50 },
  source: {
    title: 'Neuromorphic MNIST',
    licence: 'CC BY-SA 4.0',
    citation:
      'Orchard, Jayawant, Cohen, Thakor: Converting Static Image Datasets to Spiking Neuromorphic Datasets Using Saccades. Front. Neurosci. 9, 2015.',
    files: [
      mendeleyFile('Train.zip', '39c25547-014b-4137-a934-9d29fa53c7a0', '20959b8e626244a1b502305a9e6e2031'),
      mendeleyFile('Test.zip', '05a4d654-7e03-4c15-bdfa-9bb2bcbea494', '69ca8762b2fe404d9b9bad1103e97832'),
    ],
    imports: /^(Train|Test)(\.zip)?$/,
    contents: {
      'Train.zip': '20959b8e626244a1b502305a9e6e2031',
      'Test.zip': '69ca8762b2fe404d9b9bad1103e97832',
    },
    unpackLimit: 4 * 2 ** 30,
  },
  published: SACCADE_PARTS,
  shape: saccadeShape,
  problems: saccadeProblems,
  atResolution: saccadesAt,
  reader: async () => (await import('./read.ts')).reader,
});
