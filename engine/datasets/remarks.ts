/** What has to be said of a data set whose files can be read: samples and classes that are missing, parts that are equal. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { thousands } from '../../protocol/format.ts';
import { SettingError } from '../base/errors.ts';
import type { PreparedDataset, Split } from './dataset.ts';
import { shapeOf } from './describe.ts';
import { readEnd, readHead, sizeOf } from './formats/files.ts';
import { openReader } from './reader.ts';
import type { Found } from './sets/definition.ts';
import { type DatasetSpec, definitionOf } from './sets/registry.ts';

const SPLITS = ['train', 'validation', 'test'] as const;
const WORD: Record<Split, string> = { train: 'training', validation: 'validation', test: 'test' };
/** Of the beginning and of the end of a file. */
const OUTLINE_BYTES = 1 << 16;
const GET_AGAIN = 'get the file again';
/** Classes that a sentence names. */
const MAX_NAMED = 6;

/** Samples of one split: how many, and, where it is known, of each class. */
interface Tally {
  count: number;
  classes?: number[];
}

/** From a glance at the files. Throws a SettingError when more is to be held out than there is. */
export function remarksOnFiles(spec: DatasetSpec, found: Found): string[] {
  const { classes } = shapeOf(spec);
  const chosen = choose(spec, found);
  const tallies = SPLITS.map((split) => [split, tallyOf(chosen[split], classes)] as const);
  return [...remarks(spec, Object.fromEntries(tallies)), ...equalParts(outlines(found.files ?? []))];
}

/** From the samples that are trained on and evaluated with. Generated data sets have nothing to miss. */
export function remarksOnSamples(spec: DatasetSpec, data: PreparedDataset): string[] {
  if (definitionOf(spec).source.generated) return [];
  const reader = openReader(data);
  const tallies = SPLITS.map((split) => {
    const labels = Uint16Array.from({ length: data.sizes[split] }, (_, i) => reader.label(split, 0, i));
    return [split, tallyOf(labels, data.classes)] as const;
  });
  return [...remarks(spec, Object.fromEntries(tallies)), ...equalParts(data.checksums)];
}

/** What the fields that choose samples leave of the published parts. */
function choose(spec: DatasetSpec, found: Found): Found {
  const field = (name: string): number | undefined => (spec as Record<string, unknown>)[name] as number | undefined;
  const held = field('validationSamples') ?? 0;
  const all = lengthOf(found.train);
  if (all !== undefined && held >= all)
    throw new SettingError(
      ['dataset', 'validationSamples'],
      `is ${held}, but there are only ${all} training samples; hold out fewer.`,
    );
  return {
    train: part(found.train, 0, Math.min(field('trainSamples') ?? Infinity, (all ?? 0) - held)),
    validation: held > 0 ? part(found.train, (all ?? 0) - held, all ?? 0) : found.validation,
    test: part(found.test, 0, field('testSamples') ?? Infinity),
  };
}

const lengthOf = (samples: Found[Split]): number | undefined =>
  typeof samples === 'object' ? samples.length : samples;

function part(samples: Found[Split], from: number, to: number): Found[Split] {
  if (typeof samples === 'object') return Array.from(samples).slice(from, to);
  return samples === undefined ? undefined : Math.min(samples, to) - from;
}

function tallyOf(samples: Found[Split], classes: number): Tally | undefined {
  if (typeof samples !== 'object') return samples === undefined ? undefined : { count: samples };
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < samples.length; i++) counts[samples[i]!]!++;
  return { count: samples.length, classes: counts };
}

function remarks(spec: DatasetSpec, tallies: Partial<Record<Split, Tally | undefined>>): string[] {
  return [
    ...otherCounts(spec, tallies),
    ...missingClasses(spec, tallies),
    ...oneSided(spec, tallies),
    ...untested(spec, tallies),
  ];
}

function otherCounts(spec: DatasetSpec, tallies: Partial<Record<Split, Tally | undefined>>): string[] {
  const { sizes } = shapeOf(spec);
  const { source } = definitionOf(spec);
  const differing = SPLITS.flatMap((split) => {
    const have = tallies[split]?.count;
    const published = sizes[split];
    return have === undefined || published === undefined || have === published ? [] : [{ split, have, published }];
  });
  if (differing.length === 0) return [];
  const counts = differing.map(
    ({ split, have, published }) => `${thousands(have)} instead of ${thousands(published)} ${WORD[split]}`,
  );
  return [
    `${spec.name}: ${counts.join(' and ')} samples are here, so that results are not those of the published data set; "lif data get ${source.uses ?? spec.name}" tells how to have all of it.`,
  ];
}

function missingClasses({ name }: DatasetSpec, tallies: Partial<Record<Split, Tally | undefined>>): string[] {
  return SPLITS.flatMap((split) => {
    const { classes, count } = tallies[split] ?? {};
    const missing = (classes ?? []).flatMap((samples, label) => (samples === 0 ? [label] : []));
    const present = (classes?.length ?? 0) - missing.length;
    if (!count || missing.length === 0 || (split === 'validation' && present === 1)) return [];
    const named = missing.slice(0, MAX_NAMED).join(', ') + (missing.length > MAX_NAMED ? ' …' : '');
    return [
      `${name}: there are no ${WORD[split]} samples of ${missing.length === 1 ? 'class' : `${missing.length} classes:`} ${named}; files are missing, or too few samples are asked for.`,
    ];
  });
}

/** The end of data that are sorted by label is of one class, and would choose the best epoch. */
function oneSided({ name }: DatasetSpec, { validation }: Partial<Record<Split, Tally | undefined>>): string[] {
  const present = (validation?.classes ?? []).flatMap((samples, label) => (samples > 0 ? [label] : []));
  if (present.length !== 1) return [];
  return [
    `${name}: all ${thousands(validation!.count)} validation samples are of class ${present[0]}, and they choose the best epoch; the data are probably sorted by label: shuffle them, or hold out more.`,
  ];
}

/** What was never tested with other samples is known of the training samples alone. */
function untested({ name }: DatasetSpec, { test }: Partial<Record<Split, Tally | undefined>>): string[] {
  return test?.count === 0
    ? [
        `${name}: there are no test samples, so that nothing is said of how well the network does with others; give the data a test split.`,
      ]
    : [];
}

/** Files, by their checksums, that were copied over others: training files over test files, or one batch over the next. */
export function equalParts(checksums: Record<string, string>): string[] {
  const seen = new Map<string, string>();
  // Labels in the same order are those of other samples.
  const telling = Object.entries(checksums).filter(([what]) => !/labels/i.test(what));
  return telling.flatMap(([what, sum]) => {
    const twin = seen.get(sum);
    seen.set(sum, what);
    if (twin === undefined) return [];
    const parts = [twin, what].map(splitOf);
    const meaning =
      parts[0] === parts[1]
        ? `its samples are there twice among the ${WORD[parts[0]!]} samples, and others are missing`
        : 'what is learned is also what is tested';
    return [`${twin} and ${what} are the same: ${meaning}.`];
  });
}

/** Of files of the same size that begin and end with the same bytes it is said that they are the same. */
function outlines(files: readonly string[]): Record<string, string> {
  const outline = (file: string): string => {
    const size = sizeOf(file, GET_AGAIN);
    const hash = createHash('sha256');
    for (const part of [readHead, readEnd]) hash.update(part(file, Math.min(size, OUTLINE_BYTES), GET_AGAIN));
    return `${size} ${hash.digest('hex')}`;
  };
  return Object.fromEntries(files.map((file) => [basename(file), outline(file)]));
}

/** The split of a file or list, by the names that data sets have for them. */
function splitOf(name: string): Split {
  return /test|t10k/i.test(name) ? 'test' : /valid/i.test(name) ? 'validation' : 'train';
}
