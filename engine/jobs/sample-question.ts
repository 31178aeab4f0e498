import * as z from 'zod';
import { MAX_TRACES, type SampleQuestion } from '../../protocol/analyses/sample.ts';
import { plainLine } from '../../protocol/text/plain-text.ts';
import { UserError } from '../base/errors.ts';

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

const EXAMPLE = '{"split": "test", "index": 0, "traces": []}';

/** A question as a line of JSON. Throws a UserError that says what is wrong with it. */
export function parseQuestion(line: string): SampleQuestion {
  let question: unknown;
  try {
    question = JSON.parse(line);
  } catch {
    throw new UserError(`A question is a line of JSON such as ${EXAMPLE}; this is none.`);
  }
  const parsed = sampleQuestionSchema.safeParse(question);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const where = path.length > 0 ? `field ${path.join('.')}` : 'as a whole';
  throw new UserError(plainLine(`The question is not understood, ${where}: ${message}; write one such as ${EXAMPLE}.`));
}
