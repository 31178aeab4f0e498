import { z } from 'zod';
import { MAX_TRACES, type SampleQuestion } from '../../protocol/analyses/sample.ts';

const count = z.int().min(0).max(0xffffffff);

/** A question to a sample, wherever it comes from. */
export const sampleQuestionSchema = z.strictObject({
  split: z.enum(['train', 'validation', 'test']),
  index: count,
  label: count.optional(),
  traces: z.array(z.strictObject({ layer: count, neurons: z.array(count).max(MAX_TRACES) })).max(256),
  checkpoint: z.int().min(0).optional(),
  // Optional fields parse to `T | undefined`; on the wire they are absent.
}) as unknown as z.ZodType<SampleQuestion>;
