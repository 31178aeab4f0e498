import * as z from 'zod';
import type { SpikesResult } from '../../../protocol/analyses/spikes.ts';

/** Numbers of one array at most; neurons and stretches of time are chosen so that there are fewer. */
export const MAX_NUMBERS = 2 ** 20;

const n = z.number();
const list = z.array(n).max(MAX_NUMBERS);
const gaps = z.array(n.nullable()).max(MAX_NUMBERS);
const spread = z.object({ mean: n, deviation: n, least: n, most: n });
const operation = z.enum(['accumulate', 'multiply-accumulate']);
const irregularity = z.object({ values: gaps, neurons: n, mean: n.nullable(), deviation: n.nullable() });

export const spikesResult: z.ZodType<SpikesResult> = z.object({
  split: z.enum(['train', 'validation', 'test']),
  samples: n,
  perClass: list,
  steps: n,
  bins: n,
  stepsPerBin: n,
  intervalSamples: n,
  limits: z.object({ silent: n, saturated: n }),
  layers: z
    .array(
      z.object({
        layer: n,
        name: z.string().max(100),
        neurons: n,
        rate: n,
        rates: list,
        histogram: list,
        rateOverTime: list,
        neuronOverTime: list,
        neuronByClass: list,
        preferredClass: gaps,
        selectivity: gaps,
        silent: n,
        saturated: n,
        leak: list,
        leakLearned: z.boolean(),
        window: z.object({ threshold: n, halfWidth: n, bounded: z.boolean(), share: n, shares: list, never: n }),
        cv2: irregularity,
        lv: irregularity,
      }),
    )
    .max(1000),
  efficiency: z.object({
    input: z.object({ nonZero: spread, binary: z.boolean() }),
    layers: z
      .array(
        z.object({
          layer: n,
          name: z.string().max(100),
          operation,
          operations: spread,
          dense: n,
          recurrent: z.object({ operation, operations: spread, dense: n }).optional(),
          membraneUpdates: n,
          memoryAccesses: spread,
          parameters: n,
          state: n,
        }),
      )
      .max(1000),
    accumulates: spread,
    multiplyAccumulates: spread,
    dense: n,
    activationSparsity: n.nullable(),
    membraneUpdates: n,
    memoryAccesses: spread,
    footprint: z.object({ parameters: n, state: n }),
  }),
}) as z.ZodType<SpikesResult>;
