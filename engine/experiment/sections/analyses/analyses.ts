/** `analyses:` what is asked of every run once it is trained; one entry for each analysis (engine/analysis/registry.ts). */
import * as z from 'zod';
import { attackSchema } from './attack.ts';
import { embeddingSchema } from './embedding.ts';
import { errorsSchema } from './errors.ts';
import { evaluateSchema } from './evaluate.ts';
import { landscapeSchema } from './landscape.ts';
import { resolutionSchema } from './resolution.ts';
import { robustnessSchema } from './robustness.ts';
import { spikesSchema } from './spikes.ts';

export const ANALYSIS_PARAMS = {
  evaluate: evaluateSchema,
  spikes: spikesSchema,
  errors: errorsSchema,
  landscape: landscapeSchema,
  resolution: resolutionSchema,
  robustness: robustnessSchema,
  embedding: embeddingSchema,
  attack: attackSchema,
};

export type AnalysisName = keyof typeof ANALYSIS_PARAMS;
export type AnalysisParams<A extends AnalysisName> = z.output<(typeof ANALYSIS_PARAMS)[A]>;

export const analysesSchema = z
  .strictObject(ANALYSIS_PARAMS)
  .partial()
  .describe('What is asked of every run once it is trained, and answered beside it; also with `lif analyse`.')
  .meta({ examples: [{ evaluate: { split: 'validation' } }] });
