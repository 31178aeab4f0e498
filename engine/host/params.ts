/** Parameters of requests, checked before anything else looks at them. */
import { isAbsolute } from 'node:path';
import * as z from 'zod';
import type { HostMethod, HostParams } from '../../protocol/host.ts';
import { type Metric, parseMetric } from '../../protocol/metrics.ts';
import { MOVES, PAUSES } from '../../protocol/queue/queue.ts';
import { isTag, MAX_TAGS } from '../../protocol/text/annotations.ts';
import { MAX_ACROSS } from '../../protocol/views.ts';
import { UserError } from '../base/errors.ts';
import { sampleQuestionSchema } from '../jobs/sample-question.ts';
import { isAnalysisName } from '../runs/analyses.ts';
import { isRunId } from '../runs/folder.ts';
import { MAX_NOTE } from '../runs/format.ts';

const MAX_TEXT = 4 * 1024 * 1024;

const path = z.string().min(1).max(4096).refine(isAbsolute, 'must be an absolute path');
const text = z.string().max(MAX_TEXT);
const count = z.int().min(0).max(0xffffffff);
const runId = z.string().refine(isRunId, 'must be the id of a run');
const analysisName = z.string().refine(isAnalysisName, 'must be the name of an analysis');
const runIds = z.array(runId).max(100_000);
const stores = z.array(path).max(1000);
const position = z.strictObject({ line: count, column: count });
const executor = z.enum(['local', 'slurm']).optional();
const threads = z.int().min(1).max(4096).optional();
const metric = z.custom<Metric>(
  (name) => typeof name === 'string' && parseMetric(name) !== undefined,
  'must name a metric',
);

const field = z.string().min(1).max(200);
const variant = z.string().min(1).max(1000);
/** A name that is new to the file. */
const name = z.string().min(1).max(100);
const tags = z.array(z.string().refine(isTag, 'must be short, on one line and without commas')).max(MAX_TAGS);
const variants = z.array(variant).max(10_000);
const edit = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('set'),
    variants: z.array(variant.nullable()).max(10_000),
    field,
    text: z.string().max(10_000).nullable(),
  }),
  z.strictObject({ kind: z.literal('add'), name, override: z.record(z.string().max(100), z.unknown()) }),
  z.strictObject({ kind: z.literal('duplicate'), variant, name }),
  z.strictObject({ kind: z.literal('rename'), variant, name }),
  z.strictObject({ kind: z.literal('remove'), variants }),
  z.strictObject({ kind: z.literal('move'), variant, to: count }),
  z.strictObject({
    kind: z.literal('grid'),
    variant: variant.nullable(),
    axes: z.array(z.strictObject({ field, values: z.string().max(10_000) })).max(10),
  }),
]);

/** Optional fields parse to `T | undefined`; on the wire they are absent. */
type Loose<T> = { [K in keyof T]: T[K] | (undefined extends T[K] ? undefined : never) };

/** A method without a schema does not compile. */
const SCHEMAS: { [M in HostMethod]: z.ZodType<Loose<HostParams<M>>> } = {
  'host/initialize': z.strictObject({
    version: z.int(),
    stores,
    heartbeatTimeoutMs: z.number().positive().max(86_400_000).optional(),
  }),
  'stores/watch': z.strictObject({ stores }),
  'experiment/check': z.strictObject({ file: path, text }),
  'experiment/complete': z.strictObject({ file: path, text, position }),
  'experiment/insight': z.strictObject({ file: path, text }),
  'experiment/hover': z.strictObject({ file: path, text, position }),
  'data/list': z.strictObject({}) as z.ZodType<Record<string, never>>,
  'claims/check': z.strictObject({ file: path, text: text.optional() }),
  'advice/list': z.strictObject({ file: path, text: text.optional() }),
  'experiment/edit': z.strictObject({ file: path, text, edit }),
  'experiment/adopt': z.strictObject({ file: path, text, variant, runId }),
  'experiment/matrix': z.strictObject({ file: path, text, fields: z.array(field).max(1000) }),
  'experiment/addSeeds': z.strictObject({ file: path, text, count: z.int().min(1).max(100) }),
  'experiment/locate': z.strictObject({
    file: path,
    text,
    fields: z.array(z.strictObject({ variant: z.string().max(1000), field: z.string().max(200) })).max(1000),
  }),
  'runs/list': z.strictObject({}) as z.ZodType<Record<string, never>>,
  'studies/list': z.strictObject({}) as z.ZodType<Record<string, never>>,
  'runs/series': z.strictObject({
    runIds,
    metrics: z.array(metric).max(1000),
    from: z.number().optional(),
    to: z.number().optional(),
    maxPoints: z.int().min(1).max(1_000_000),
  }),
  'runs/neurons': z.strictObject({ runId }),
  'runs/compare': z.strictObject({ file: path, text: text.optional(), reference: variant.optional() }),
  'runs/across': z.strictObject({
    file: path,
    others: z.array(path).max(MAX_ACROSS).nullable(),
    texts: z.array(z.strictObject({ file: path, text })).max(1000),
  }),
  'runs/settings': z.strictObject({ file: path, text: text.optional(), runIds: z.array(runId).max(500) }),
  'runs/origin': z.strictObject({ runId }),
  'runs/log': z.strictObject({
    runId,
    maxBytes: z
      .int()
      .min(1)
      .max(16 * 1024 * 1024),
  }),
  'runs/start': z.strictObject({
    file: path,
    text: text.optional(),
    store: path,
    variants: z.array(z.string().max(1000)).max(10_000).optional(),
    seeds: z.array(count).max(10_000).optional(),
    threads,
    executor,
  }),
  'runs/stop': z.strictObject({ runIds }),
  'runs/resume': z.strictObject({ runIds, threads, executor, epochs: z.int().min(1).max(1_000_000).optional() }),
  'queue/read': z.strictObject({}) as z.ZodType<Record<string, never>>,
  'queue/move': z.strictObject({ runIds, move: z.enum(MOVES) }),
  'queue/pause': z.strictObject({ running: z.enum(PAUSES).nullable() }),
  'runs/annotate': z.strictObject({
    runIds,
    starred: z.boolean().optional(),
    note: z.string().max(MAX_NOTE).optional(),
    addTags: tags.optional(),
    removeTags: tags.optional(),
  }),
  'runs/delete': z.strictObject({ runIds }),
  'analyses/list': z.strictObject({ runIds }),
  'analyses/read': z.strictObject({ runId, name: analysisName }),
  'analyses/start': z.strictObject({
    runIds,
    analysis: z.string().max(60),
    // The analysis checks them.
    params: z.record(z.string().max(200), z.unknown()),
    threads,
    executor,
  }),
  'analyses/stop': z.strictObject({ runId, name: analysisName }),
  'tools/call': z.strictObject({
    name: z.string().max(60),
    // The tool checks it.
    input: z.record(z.string().max(200), z.unknown()),
    folder: path,
    store: path,
  }),
  'samples/probe': z.strictObject({ runId, question: sampleQuestionSchema }),
};

/** @throws UserError that names the method and the field. */
export function parseParams<M extends HostMethod>(method: M, params: unknown): HostParams<M> {
  const parsed = SCHEMAS[method].safeParse(params);
  if (parsed.success) return parsed.data as HostParams<M>;
  const issue = parsed.error.issues[0]!;
  throw new UserError(`${method} was asked wrongly: ${['params', ...issue.path].join('.')}: ${issue.message}.`);
}

export const METHODS = Object.keys(SCHEMAS) as HostMethod[];
