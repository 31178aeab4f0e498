/** What a data set is to the rest of the engine: fields, shape and origin, known without its files, and their reader. */
import type * as z from 'zod';
import type { Path } from '../../base/errors.ts';
import type { PreparedDataset, Split } from '../dataset.ts';
import type { DataSource } from './source.ts';

/** Pixels of several planes (colours, polarities), plane by plane and row by row; or channels without a place. */
export type InputShape = { planes: number; height: number; width: number } | { channels: number };

/** Samples of each split. Undefined: only the files tell. */
export type Sizes = Partial<Record<Split, number>>;

export type Published = { train: number; validation?: number; test: number };

export interface KnownShape {
  input: InputShape;
  classes: number;
  /** Time steps of a sample. */
  steps: number;
  encoding: 'events' | 'current';
  /** When the files are the published ones. */
  sizes: Sizes;
}

/** Of a field of the spec: a sentence that continues the name of the field. */
export interface SpecProblem {
  path: Path;
  severity: 'error' | 'warning';
  complaint: string;
}

export interface PrepareContext {
  /** The experiment file: data paths are relative to its folder. */
  file: string;
  /** The run's seed, for generated data and random coding. */
  seed: number;
  /** While files are read or decoded. */
  onProgress?: (progress: { what: string; done: number; total: number }) => void;
  /** Aborting rejects with the signal's reason and leaves no half-made cache behind. */
  signal?: AbortSignal;
}

/**
 * What a glance at the files finds in each published part: the labels in their order, or only how many samples; and the
 * files, where there are a few large ones.
 */
export type Found = { [S in Split]?: ArrayLike<number> | number | undefined } & {
  files?: readonly string[];
  /** What has to be said of them, a sentence each. */
  remarks?: readonly string[];
};

/** Methods throw or reject with a UserError when a file is missing or damaged. */
export interface SetReader<Spec> {
  /**
   * Cheap, before a run is started: that the files exist and begin as they must; and what is in them, as far as that
   * is cheap, too. `file`: the experiment file.
   */
  check(spec: Spec, file: string): Found;
  /** What is in them where one has to read for that; not of files so large that it would take long. */
  look?(spec: Spec, file: string): Promise<Found>;
  prepare(spec: Spec, context: PrepareContext): PreparedDataset | Promise<PreparedDataset>;
}

type NamedSchema = z.ZodObject<{ name: z.ZodLiteral<string> }>;

export interface DatasetDefinition<Spec extends { name: string } = { name: string }, Schema = unknown> {
  name: Spec['name'];
  schema: Schema;
  /** Title, licence, citation, downloads. */
  source: DataSource;
  /** What kind of data it is to the paper, whose Table 5 has settings for each. */
  domain: 'temporal' | 'spatial' | 'spatio-temporal';
  /**
   * Weight updates for which a network that learns it later may be no better than guessing: what is worse is warned of
   * (docs/diagnosis.md). `moved`: the same once weights are a tenth of their length from where they began.
   */
  guessing: { updates: number; moved?: number };
  /** Samples in the published files; absent for generated data sets. */
  published?: Published;
  shape(spec: Spec): KnownShape;
  /** Settings that cannot go together, or hardly. */
  problems?(spec: Spec): SpecProblem[];
  /** Fields that change nothing while `off`, switched off by another field; dotted paths in the spec. */
  idle?: { field: string; by: string; off(spec: Spec): boolean }[];
  /**
   * The same recordings at another integration length, undefined where there is none to change: in ms, or, of generated data
   * without a `dt`, in steps of the spec.
   */
  atResolution?(spec: Spec, dt: number, steps?: number): Spec | undefined;
  /** The reader, loaded when it is needed: readers of data formats are large. */
  reader(): Promise<SetReader<Spec>>;
}

/** A definition whose spec is that of its schema. */
export function defineSet<Schema extends NamedSchema>(
  schema: Schema,
  rest: Omit<DatasetDefinition<z.output<Schema>>, 'schema' | 'name'>,
): DatasetDefinition<z.output<Schema>, Schema> {
  return { name: schema.shape.name.value as z.output<Schema>['name'], schema, ...rest };
}

/** What the fields that choose samples make of the published parts. */
export function splitSizes(
  published: Published,
  spec: { trainSamples?: number | undefined; testSamples?: number | undefined; validationSamples?: number },
): Sizes {
  const validation = spec.validationSamples ?? 0;
  const rest = Math.max(0, published.train - validation);
  return {
    train: Math.min(spec.trainSamples ?? rest, rest),
    validation,
    test: Math.min(spec.testSamples ?? published.test, published.test),
  };
}

/** As many steps of `dt` ms as cover the same time. */
export const sameTime = (now: { dt: number; steps: number }, dt: number): number =>
  Math.max(1, Math.round((now.steps * now.dt) / dt));

/** A step of `dt` ms that is longer than any recording is probably meant in microseconds. */
export function tooLong(dt: number, longest: number): SpecProblem[] {
  if (dt < longest) return [];
  const complaint = `is ${dt} ms, and no recording is longer than ${longest} ms: did you mean ${dt} µs, which is ${dt / 1000}?`;
  return [{ path: ['dt'], severity: 'warning', complaint }];
}
