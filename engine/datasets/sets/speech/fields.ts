/** What the Heidelberg data sets have in common. */
import * as z from 'zod';
import { firstTest, firstTraining, milliseconds, steps, valuesField } from '../fields.ts';

export const speechFields = {
  dt: milliseconds(
    1,
    "Length of a time step in ms. 1 in the code of the paper's reference [23]; the paper does not say.",
  ),
  steps: steps(
    1000,
    "Time steps read from the start; later spikes are dropped. 1000 in the code of the paper's reference [23].",
  ),
  values: valuesField('binary', 'the code of its reference [23] is binary'),
  quirks: z
    .strictObject({
      rightClosedBins: z
        .boolean()
        .default(false)
        .describe('Step i holds ((i-1)·dt, i·dt] instead of [i·dt, (i+1)·dt).'),
      flipChannels: z
        .boolean()
        .default(false)
        .describe('Unit u feeds channel 700 - u; unit 0, which would have none, is dropped.'),
    })
    .prefault({})
    .describe("Oddities of the binning in the code of the paper's reference [23], off by default."),
  trainSamples: firstTraining,
  testSamples: firstTest,
};
