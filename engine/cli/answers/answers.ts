/**
 * What each command prints with `--json`, described once: schemas/answers.schema.json is made of it, and a test holds
 * commands to it. Fields may be added; those that are here keep their names and meanings.
 */
import * as z from 'zod';
import { PAUSES } from '../../../protocol/queue/queue.ts';
import { STATES_BY_URGENCY } from '../../../protocol/runs.ts';
import { failureSchema, problemSchema } from './failure.ts';
import { comparisonSchema, runSchema, spreadSchema, verdictSchema, warningSchema } from './runs.ts';

const runIds = z.array(z.string());
const runs = z.array(runSchema);
const store = z.string().describe('Folder of the run store.');
const file = z.string().describe('Absolute path.');
const note = z.array(z.string());

const interval = z.object({ value: z.number(), interval: z.tuple([z.number(), z.number()]).optional() });
const studies = z.object({
  columns: z.array(
    z.object({
      label: z.string(),
      dataset: z.string(),
      study: z.string(),
      file: z.string(),
      seeds: z.array(z.number()),
    }),
  ),
  rows: z.array(
    z.object({
      variant: z.string(),
      cells: z.array(
        z
          .object({
            values: z.array(z.object({ seed: z.number(), accuracy: z.number() })),
            accuracy: spreadSchema.optional(),
            verdict: verdictSchema.optional(),
            fewer: note.optional(),
            printed: z.number().optional(),
          })
          .nullable(),
      ),
      over: z.int(),
      interquartileMean: interval.optional(),
      improvement: interval.optional(),
    }),
  ),
  fewer: note.optional(),
  comparisons: z.array(comparisonSchema),
});

const advice = z.object({
  id: z.string(),
  variant: z.string(),
  sentence: z.string(),
  evidence: z.string(),
  paper: z.object({ section: z.string(), text: z.string() }),
  analysis: z.string().optional(),
  suggestion: z
    .object({ name: z.string(), override: z.record(z.string(), z.unknown()), price: z.string().optional() })
    .optional(),
});

const outcome = z.enum(['pass', 'fail', 'undecided', 'not run']);
const term = z.object({ variant: z.string(), metric: z.string() });
const expectation = z.object({
  text: z.string(),
  left: term,
  operator: z.string(),
  right: z.union([term, z.number()]),
  margin: z.number(),
  outcome,
  sentence: z.string(),
  paired: verdictSchema.shape.paired,
  missing: z.array(z.object({ variant: z.string(), seeds: z.array(z.number()) })),
});

const analysisAnswer = z.object({
  variant: z.string(),
  seed: z.number(),
  kind: z.literal('analyse'),
  run: z.string(),
  checkpoint: z.number().describe('Weight updates of the network that was asked.'),
  analysis: z.string(),
  key: z.string(),
  of: z.string(),
  state: z.enum(STATES_BY_URGENCY),
  message: z.string().optional(),
  params: z.unknown(),
  result: z.unknown().optional().describe('As docs/analyses.md describes it.'),
});

export const eventSchema = z
  .object({
    run: z.string(),
    variant: z.string(),
    seed: z.number(),
    kind: z.enum([...STATES_BY_URGENCY, 'resumed', 'epoch', 'warning']),
    epoch: z.number(),
    train: z.object({ loss: z.number(), accuracy: z.number() }).optional(),
    validation: z.object({ loss: z.number(), accuracy: z.number() }).optional(),
    test: z.object({ loss: z.number(), accuracy: z.number() }).optional(),
    cause: warningSchema.shape.cause.optional(),
    sentence: z.string().optional().describe('Of a warning what to change, of an end why.'),
  })
  .describe('Something that happened to a run. A kind that is a state says that the run is in it now.');

export const estimateSchema = z.object({
  seconds: z
    .number()
    .nullable()
    .describe('Until all runs that the file asks for have ended; null where it is not known.'),
  cores: z.int().describe('That share the runs.'),
  from: z.string().describe('What it was computed from.'),
});

export const ANSWERS = {
  run: z.object({
    store,
    runIds: runIds.describe('Those that this call trains.'),
    runs: runs.optional().describe('As they ended; not with --detach.'),
    comparison: comparisonSchema.optional(),
  }),
  list: z.object({ store, runs }),
  show: z.object({
    summary: runSchema,
    spec: z.record(z.string(), z.unknown()).nullable(),
    provenance: z.record(z.string(), z.unknown()).nullable(),
    log: z.string().describe('The end of its log.'),
  }),
  wait: z.object({ outcome: z.enum(['finished', 'ended', 'warned', 'reached', 'waiting']), code: z.int(), runs }),
  events: z.object({
    store,
    events: z.array(eventSchema),
    cursor: z.string().describe('For --since: what happens after these events.'),
    more: z.boolean().describe('Whether there were more events than were asked for.'),
  }),
  stop: z.object({
    runs,
    analyses: z
      .array(z.object({ run: z.string(), analysis: z.string(), state: z.enum(STATES_BY_URGENCY) }))
      .optional()
      .describe('What was being asked of these runs, and how it ended.'),
  }),
  queue: z.object({
    store,
    paused: z
      .object({ since: z.number().describe('Milliseconds since 1970.'), running: z.enum(PAUSES) })
      .nullable()
      .describe('Runs that train go on to their end (finish), or stop at a checkpoint and wait (stop).'),
    entries: z
      .array(
        z.object({
          runId: z.string(),
          study: z.string(),
          variant: z.string(),
          seed: z.number(),
          state: z.enum(['running', 'queued']),
          progress: z.number(),
          seconds: z
            .number()
            .nullable()
            .describe('Of training that are left; null where no run like it has done an epoch.'),
          begins: z.number().nullable().describe('Seconds from now; null while the queue is paused, or not known.'),
          ends: z.number().nullable(),
        }),
      )
      .describe('Those that train, then those that wait, in their order.'),
    seconds: z.number().describe('Until all have ended of which that is known.'),
    unknown: z.int().describe('How many are not in that.'),
  }),
  resume: z.object({ store, runIds, anew: runIds.describe('Without a checkpoint.'), runs: runs.optional() }),
  compare: z.union([comparisonSchema.extend({ advice: z.array(advice) }), studies]),
  check: z.object({ file, outcome, code: z.int(), expectations: z.array(expectation) }),
  analyse: z.union([analysisAnswer, z.array(analysisAnswer)]),
  report: z.object({ files: z.array(z.string()) }),
  export: z.union([
    z.object({ format: z.string(), files: z.array(z.string()), runs: runIds, rows: z.int() }),
    z.looseObject({
      format: z.string(),
      run: z.string(),
      checkpoint: z.number(),
      of: z.string(),
      samples: z.int(),
      accuracy: z.number(),
      files: z.array(z.string()),
    }),
  ]),
  'import nir': z.object({ file, remarks: note }),
  validate: z.object({
    file,
    valid: z.boolean(),
    problems: z.array(problemSchema),
    error: failureSchema.shape.error.optional().describe('Why the runs could not begin, beside what problems tell.'),
    remarks: note,
    runs: z.int().describe('How many the file asks for.'),
    variants: z.array(
      z.object({
        variant: z.string(),
        seeds: z.array(z.number()).describe('At most 1000 of them.'),
        epochs: z.int(),
        parameters: z
          .int()
          .nullable()
          .describe('Trained numbers; null where the data would have to be opened to know.'),
        secondsPerRun: z.number().nullable(),
      }),
    ),
    estimate: estimateSchema.nullable(),
  }),
  'data list': z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      state: z.enum(['generated', 'not here', 'incomplete', 'ready']),
      licence: z.string(),
      folder: z.string().nullable(),
    }),
  ),
  'data get': z.object({ name: z.string(), folder: z.string().nullable().describe('Null where it is generated.') }),
  'data check': z.object({
    name: z.string(),
    folder: z.string().nullable(),
    problem: z.string().nullable(),
    remarks: note,
    files: z.array(z.looseObject({ file: z.string(), md5: z.string(), published: z.string().optional() })),
  }),
  'data import': z.object({ name: z.string(), folder: z.string(), missing: z.string().nullable() }),
  'data show': z.looseObject({ name: z.string() }),
  'backend install': z.looseObject({ folder: z.string() }),
  doctor: z.array(z.object({ what: z.string(), found: z.string(), well: z.boolean(), advice: z.string().optional() })),
} as const satisfies Record<string, z.ZodType>;
