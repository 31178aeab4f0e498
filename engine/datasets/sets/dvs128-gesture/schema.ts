/** The fields of DVS128 Gesture. */
import * as z from 'zod';
import { dataPath, firstTest, firstTraining, heldOut, milliseconds, steps, valuesField } from '../fields.ts';

export const dvsGestureSchema = z.strictObject({
  name: z
    .literal('dvs128-gesture')
    .describe(
      'DVS128 Gesture: eleven hand gestures before an event camera, 128x128 pixels of two polarities, 1,176 + 288, in AEDAT 3.1 files.',
    ),
  path: dataPath('Folder with the .aedat and _labels.csv files and the two lists of trials', 'dvs128-gesture'),
  steps: steps(16, 'Time steps (frames) of a sample. The paper does not say; 16 in the tutorial of SpikingJelly.'),
  frames: z
    .enum(['count', 'time', 'fixed'])
    .default('count')
    .describe(
      'How a gesture is cut into steps. count: as many events in each. time: equally long ones, from its first to its last event. fixed: of dt each, from its start; later events are dropped. The paper: "fixed-frame compression", after references [28] and [29].',
    ),
  dt: milliseconds(
    50,
    'Length of a step in ms, for fixed frames only. 50, with 60 steps, in older code of the same lab.',
  ),
  side: z
    .union([z.literal(128), z.literal(64), z.literal(32), z.literal(16)])
    .default(32)
    .describe('Width and height after downsampling the 128x128 pixels. Paper, Table 4: 2048 inputs, so 32.'),
  values: valuesField('counts', 'published loaders count'),
  correctLabels: z
    .boolean()
    .default(false)
    .describe(
      'Let class 9 of user22_led end at 104 s: its published end lies within the next gesture. Published loaders leave it.',
    ),
  trainSamples: firstTraining,
  testSamples: firstTest,
  validationSamples: heldOut,
});

export type DvsGesture = z.output<typeof dvsGestureSchema>;
