/** The fields of Spiking Speech Commands. */
import * as z from 'zod';
import { dataPath } from '../fields.ts';
import { speechFields } from '../speech/fields.ts';

export const sscSchema = z.strictObject({
  name: z
    .literal('ssc')
    .describe(
      'Spiking Speech Commands: spoken words as spikes of 700 cochlear channels, 75,466 + 9,981 for validation + 20,382, 35 classes, in HDF5 files.',
    ),
  path: dataPath('Folder with ssc_train.h5, ssc_valid.h5 and ssc_test.h5', 'ssc'),
  ...speechFields,
  validation: z.boolean().default(true).describe('Whether to evaluate on the published validation set too.'),
});

export type Ssc = z.output<typeof sscSchema>;
