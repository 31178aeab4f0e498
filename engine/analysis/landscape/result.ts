/** What the loss landscape answers, checked. */
import * as z from 'zod';
import type { LandscapeResult } from '../../../protocol/analyses/landscape.ts';

const number = z.number().nullable();
const cells = z.array(number).max(101 * 101);

export const landscapeResult: z.ZodType<LandscapeResult> = z.object({
  split: z.enum(['train', 'validation', 'test']),
  samples: z.int().min(1),
  seed: z.int().min(0),
  points: z.int().min(3).max(101),
  extent: z.number().positive(),
  centre: z.object({ loss: number, accuracy: z.number() }),
  evaluated: z.int().min(0),
  loss: cells,
  accuracy: cells,
  notFinite: z.int().min(0),
  sharpness: z
    .array(
      z.object({
        radius: z.number().positive(),
        directions: z.int().min(1),
        rises: z.array(number).max(200),
        mean: number,
        deviation: number,
        accuracyFall: number,
      }),
    )
    .max(20),
  fixed: z.array(z.string().max(200)).max(1000),
});
