/** The fields of N-MNIST; its simulation shares those about time. */
import * as z from 'zod';
import { dataPath, firstTest, firstTraining, heldOut, milliseconds, positiveInt, valuesField } from '../fields.ts';

export const saccadeFields = {
  dt: milliseconds(
    3,
    'Integration length: the length of a time step in ms. Paper: 3 for training, 1, 2, 3, 5 and 10 in the study of temporal resolution.',
  ),
  steps: z
    .union([positiveInt.max(65_535), z.literal('full')])
    .default('full')
    .describe(
      'Time steps read from the start, or full: the three saccades, 315 ms. Later events are dropped. The paper speaks of a "limited number of time steps"; the code it descends from took 15 of 5 ms.',
    ),
  values: valuesField('counts', 'published loaders count'),
  trainSamples: firstTraining,
  testSamples: firstTest,
  validationSamples: heldOut,
};

export const nmnistSchema = z.strictObject({
  name: z
    .literal('nmnist')
    .describe(
      'Neuromorphic MNIST: digits seen by a moving event camera, 34x34 pixels of two polarities, 60,000 + 10,000.',
    ),
  path: dataPath('Folder with Train and Test, or with Train.zip and Test.zip as published', 'nmnist'),
  ...saccadeFields,
  start: z
    .enum(['recording', 'first-event'])
    .default('recording')
    .describe('Where step 0 begins: at the start of the recording, or at its first event (as SpikingJelly does).'),
  overflowMarker: z
    .boolean()
    .default(true)
    .describe(
      'Take an event in row 240 as the mark of a timestamp overflow: drop it and add 8.192 ms to all later ones (as Tonic does). false: such an event is an error.',
    ),
});

export type Nmnist = z.output<typeof nmnistSchema>;
