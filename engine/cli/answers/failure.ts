/** What `--json` prints in place of an answer when the input was wrong or something broke. */
import * as z from 'zod';
import { DataError, pathText, SettingError, type UserError } from '../../base/errors.ts';
import { ExperimentError } from '../../studies/load.ts';

export const problemSchema = z.object({
  file: z.string(),
  line: z.int().describe('Counted from 1, as columns are.'),
  column: z.int(),
  endLine: z.int(),
  endColumn: z.int().describe('The first column behind it.'),
  severity: z.enum(['error', 'warning']),
  path: z.string().describe('Dotted path of the field; empty for the file itself.'),
  message: z.string(),
  suggestion: z.string().optional().describe('Text to put in place of what lies between the two places.'),
});

export const failureSchema = z
  .object({
    error: z.object({
      code: z.int().describe('The exit code.'),
      message: z.string().describe('Where, what, and what to do.'),
      path: z.string().optional().describe('The field that is meant.'),
      dataset: z.string().optional().describe('The data set that is missing: lif data get NAME.'),
      problems: z.array(problemSchema).optional().describe('Of an experiment file, all that is wrong with it.'),
    }),
  })
  .describe('In place of any answer, with exit code 2 (wrong input) or 1 (something broke).');

export function failureOf(error: UserError | Error, code: number): z.output<typeof failureSchema> {
  return {
    error: {
      code,
      message: error.message,
      ...(error instanceof SettingError && { path: pathText(error.path) }),
      ...(error instanceof DataError && { dataset: error.dataset }),
      ...(error instanceof ExperimentError && { problems: error.problems }),
    },
  };
}
