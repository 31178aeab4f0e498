/** What each tool takes, and the call of `lif` that it is: whatever a tool answers, a terminal would say, too. */
import * as z from 'zod';
import type { ToolName } from '../../protocol/tools.ts';

const file = z
  .string()
  .min(1)
  .max(4096)
  .describe('Path of an experiment file (*.lif.yaml), relative to the workspace folder or absolute within it.');
// Nothing that begins with a dash: it would be an option.
const run = z.string().regex(/^[\w.][\w.-]{0,200}$/);
const runs = z.array(run).min(1).max(200).describe('Ids of runs, or beginnings of ids that fit one.');
const names = z.array(z.string().min(1).max(1000)).max(200);
const test = z
  .boolean()
  .optional()
  .describe('Scores of the test set, too. Only at the end: what is chosen by them comes out too good.');

interface Tool<I extends z.ZodObject = z.ZodObject> {
  input: I;
  /** Arguments of `lif`, without those for store and JSON. */
  args(input: z.output<I>): string[];
}

const tool = <I extends z.ZodObject>(input: I, args: (input: z.output<I>) => string[]): Tool =>
  ({ input, args }) as unknown as Tool;

const flag = (name: string, value: unknown): string[] => (value === true ? [`--${name}`] : []);
/** With `=`, so that no value can be taken for an option. */
const option = (name: string, value: string | number | undefined): string[] =>
  value === undefined ? [] : [`--${name}=${value}`];

export const INPUTS: Record<ToolName, Tool> = {
  list: tool(
    z.strictObject({ limit: z.int().min(1).max(500).default(30).describe('The newest so many.'), test }),
    (i) => ['list', ...option('limit', i.limit), ...flag('test', i.test)],
  ),
  show: tool(z.strictObject({ run, test }), (i) => ['show', i.run, ...flag('test', i.test)]),
  compare: tool(z.strictObject({ file, test }), (i) => ['compare', i.file, ...flag('test', i.test)]),
  events: tool(
    z.strictObject({
      since: z
        .string()
        .regex(/^(now|[0-9a-f]{12})$/)
        .optional()
        .describe('The cursor of an earlier answer, or now.'),
      limit: z.int().min(1).max(500).default(100),
      test,
    }),
    (i) => ['events', ...option('since', i.since), ...option('limit', i.limit), ...flag('test', i.test)],
  ),
  validate: tool(
    z.strictObject({
      file,
      estimate: z
        .int()
        .min(0)
        .max(10)
        .optional()
        .describe('Measures the time anew, with so many seconds of training for each variant; 0: tells what is known.'),
    }),
    (i) => ['validate', i.file, ...option('estimate', i.estimate)],
  ),
  wait: tool(
    z.strictObject({
      runs,
      until: z
        .string()
        .regex(/^(end|any|epoch=\d{1,7})$/)
        .optional()
        .describe('end: all have ended, whatever they are warned of; any: one has ended; epoch=N: all have done N.'),
      timeout: z.int().min(0).max(600).default(60).describe('Seconds.'),
      test,
    }),
    (i) => ['wait', ...i.runs, ...option('until', i.until), ...option('timeout', i.timeout), ...flag('test', i.test)],
  ),
  run: tool(
    z.strictObject({
      file,
      variants: names.optional().describe('Only these variants; default all.'),
      seeds: z.array(z.int().min(0).max(0xffffffff)).max(1000).optional().describe('Only these seeds of the file.'),
      maxSeconds: z
        .int()
        .min(1)
        .max(1_000_000)
        .optional()
        .describe('Each run stops after a checkpoint when it has trained this long, and can go on.'),
    }),
    (i) => [
      'run',
      i.file,
      '--detach',
      ...(i.variants ?? []).flatMap((name: string) => option('variant', name)),
      ...(i.seeds ?? []).flatMap((seed: number) => option('seed', seed)),
      ...option('max-seconds', i.maxSeconds),
    ],
  ),
  stop: tool(z.strictObject({ runs }), (i) => ['stop', ...i.runs]),
};

/** JSON Schema of what a tool takes. */
export function inputSchema(name: ToolName): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(INPUTS[name].input, { target: 'draft-7', io: 'input' });
  return schema;
}
