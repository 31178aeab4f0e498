/** The schema of the answer: what comes out of a store may have been written by anybody. */
import * as z from 'zod';
import type { AttackResult } from '../../../protocol/analyses/attack.ts';

/** Events of an example, and samples of an attack. */
export const MAX_EVENTS = 20_000;
const MAX_SAMPLES = 10_000;

const count = z.number().nonnegative();
const side = z.int().min(1).max(65_536);
const nullable = count.nullable();
const name = z.string().max(200);
const split = z.enum(['train', 'validation', 'test']);
const method = z.enum(['gradient', 'random', 'search']);
const budgets = z.array(count).max(32);
const values = z.array(z.number()).max(MAX_EVENTS);

const outcomes = z.object({
  method,
  width: count,
  success: budgets,
  successInterval: z.tuple([count, count]),
  successByShare: budgets,
  median: nullable,
  mean: nullable,
  added: nullable,
  removed: nullable,
  shift: nullable,
  largestShift: nullable,
  queries: count,
  zeroAtStart: nullable,
  randomSteps: nullable,
  costs: z.array(nullable).max(MAX_SAMPLES),
  rows: z.array(z.array(count).length(8)).max(MAX_SAMPLES),
});

const example = z.object({
  index: count,
  label: count,
  taken: count,
  method,
  width: count,
  cost: count,
  clean: values,
  added: values,
  removed: values,
  adversarial: values,
});

const kind = z.object({
  kind: z.enum(['flips', 'retiming', 'currents']),
  budgets,
  shares: budgets,
  limits: z.object({ maxShift: count, totalShift: nullable }).nullable(),
  attacks: z.array(outcomes).max(8),
  verdict: z.object({
    state: z.enum(['sound', 'masked', 'broken', 'withstood', 'undecided']),
    words: z.string().max(4000),
  }),
  examples: z.array(example).max(10),
});

export const resultSchema: z.ZodType<AttackResult> = z.object({
  split,
  samples: count,
  seed: count,
  right: count,
  chance: count,
  chanceP: count,
  targeted: z.boolean(),
  published: z.boolean(),
  iterations: count,
  steps: count,
  inputs: count,
  picture: z.object({ planes: side, height: side, width: side }).nullable(),
  attacked: z.array(z.object({ index: count, label: count, target: nullable, events: count })).max(MAX_SAMPLES),
  meanEvents: nullable,
  nearThreshold: z.array(z.object({ layer: name, near: count, of: count })).max(100),
  within: count,
  kinds: z.array(kind).max(2),
});
