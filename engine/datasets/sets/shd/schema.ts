/** The fields of the Spiking Heidelberg Digits. */
import * as z from 'zod';
import { dataPath, heldOut } from '../fields.ts';
import { speechFields } from '../speech/fields.ts';

export const shdSchema = z.strictObject({
  name: z
    .literal('shd')
    .describe(
      'Spiking Heidelberg Digits: spoken digits in German and English as spikes of 700 cochlear channels, 8,156 + 2,264, 20 classes, in HDF5 files.',
    ),
  path: dataPath('Folder with shd_train.h5 and shd_test.h5', 'shd'),
  ...speechFields,
  validationSamples: heldOut,
  validationSpeakers: z
    .array(z.int().min(0).max(65535))
    .default([])
    .describe(
      'Speakers (0 to 11) held out from training to choose the best epoch: a stricter test than more of the same voices.',
    ),
});

export type Shd = z.output<typeof shdSchema>;
