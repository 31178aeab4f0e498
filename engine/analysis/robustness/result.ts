/** What robustness answers, checked. */
import * as z from 'zod';
import { DISTURBANCES, type Disturbance, type RobustnessResult } from '../../../protocol/analyses/robustness.ts';

const point = z.object({
  strength: z.number(),
  accuracies: z.array(z.number()).min(1).max(50),
  mean: z.number(),
  deviation: z.number().nullable(),
  events: z.number().nullable(),
});

export const robustnessResult: z.ZodType<RobustnessResult> = z.object({
  split: z.enum(['train', 'validation', 'test']),
  samples: z.int().min(1),
  seed: z.int().min(0),
  draws: z.int().min(1),
  clean: z.number(),
  events: z.number().nullable(),
  curves: z
    .array(
      z.object({ disturbance: z.enum(Object.keys(DISTURBANCES) as Disturbance[]), points: z.array(point).max(20) }),
    )
    .max(Object.keys(DISTURBANCES).length),
  left: z.array(z.string().max(500)).max(10),
});
