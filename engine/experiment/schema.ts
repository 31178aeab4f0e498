/**
 * The experiment file, described once. The TypeScript types, the validation messages, the JSON Schema for editors,
 * the completions and hovers and docs/experiment-file.md all come from this module, its sections and the fields of the data
 * sets (engine/datasets/sets/<name>/schema.ts).
 *
 * Every description says what a field does, its unit and, where the paper leaves it open, where the default comes
 * from ("paper" = Yin et al., Understanding the Functional Roles of Modelling Components in SNNs).
 */
import * as z from 'zod';
import { datasetSchema } from '../datasets/sets/registry.ts';
import { analysesSchema } from './sections/analyses/analyses.ts';
import { executorSchema, slurmSchema } from './sections/executor.ts';
import { modelSchema, networkSchema } from './sections/network.ts';
import { neuronSchema } from './sections/neuron.ts';
import { backendSchema, trainingSchema } from './sections/training.ts';

/** Names end up in tables, terminals and titles. */
const oneLine = z.string().regex(/^[^\s\p{Cc}](?:[^\p{Cc}\u2028\u2029]*[^\s\p{Cc}])?$/u);

/** What a variant may override: everything that defines a run. */
export const settingsSchema = z.strictObject({
  dataset: datasetSchema,
  model: modelSchema.default('lif'),
  backend: backendSchema.default('event'),
  network: networkSchema,
  neuron: neuronSchema.prefault({}),
  training: trainingSchema.prefault({}),
});

export const MAX_VARIANTS = 1000;

export const experimentSchema = z
  .strictObject({
    name: oneLine
      .max(200)
      .describe('Name of the study, as tables and titles show it.')
      .meta({ examples: ['Delayed spiking XOR'] }),
    description: z
      .string()
      .optional()
      .describe('What the study asks, in your words.')
      .meta({ examples: ['Does a reset erase the memory of the first pulse?'] }),
    ...settingsSchema.shape,
    variants: z
      .record(oneLine.max(100), z.record(z.string(), z.unknown()).nullable())
      .refine((v) => Object.keys(v).length <= MAX_VARIANTS, `there must be no more than ${MAX_VARIANTS} variants`)
      .refine((v) => Object.keys(v).length > 0, 'there must be at least one variant, for instance `baseline: {}`')
      .describe('The columns of the comparison: a name, and what differs from the settings above. {} changes nothing.')
      .meta({ examples: [{ baseline: {}, 'without leakage': { neuron: { leak: 1 } } }] }),
    seeds: z
      .array(z.int().min(0).max(0xffffffff))
      .min(1)
      .max(1000)
      .default([1])
      .describe('Each variant runs once with every seed; tables show mean ± spread over them.')
      .meta({ examples: [[1, 2, 3]] }),
    expect: z
      .array(z.string().min(1).max(1000))
      .max(200)
      .default([])
      .describe(
        'What must come out, a line each: `VARIANT.METRIC`, then >, >=, < or <=, then a number or another variant’s metric, with a margin (+ 0.02) or without. Metrics are accuracy (0 to 1), loss, spikes (0 to 1) and spikes.1, spikes.2 of a layer. `lif check FILE` and the tests in the editor judge them over the seeds: pass, fail or undecided (docs/claims.md).',
      )
      .meta({ examples: [['with recurrence.accuracy > baseline.accuracy', 'baseline.accuracy >= 0.9']] }),
    analyses: analysesSchema.optional(),
    executor: executorSchema.optional(),
    slurm: slurmSchema.optional(),
  })
  .describe('A LIF Lab study: one data set, one network, and the variants to compare.');

export { ANALYSIS_PARAMS, type AnalysisName, type AnalysisParams } from './sections/analyses/analyses.ts';
export { EXECUTORS, type ExecutorId, SLURM_TEXTS, type Slurm, slurmSchema } from './sections/executor.ts';
export type { Model, Network, Norm, Readout, ResNet } from './sections/network.ts';
export type { Leak, Neuron, Surrogate } from './sections/neuron.ts';
export type { BackendId, Training } from './sections/training.ts';
export { neuronSchema };
export type Settings = z.output<typeof settingsSchema>;

/** A variant that has been checked. */
export interface Variant {
  name: string;
  /** What it changes, as written. */
  override: Record<string, unknown>;
  /** The settings of the file with the changes, every default filled in. */
  settings: Settings;
}

/** A file that has been checked, with every default filled in. Variants are in the order of the file, whatever their names. */
export interface Experiment extends Omit<z.output<typeof experimentSchema>, 'variants'> {
  variants: Variant[];
}

/** One variant with one seed: everything that decides the bits of a run, with every default filled in. */
export interface RunSpec extends Settings {
  /** Name of the study. */
  study: string;
  variant: string;
  seed: number;
  /** Absolute path of the experiment file; data paths are relative to its folder. */
  file: string;
}
