/** Changes of an experiment file that keep every other character, comments included. */
import { isDeepStrictEqual } from 'node:util';
import type { TextEdit } from '../../../protocol/experiment.ts';
import { UserError } from '../../base/errors.ts';
import { checkExperiment } from '../parse.ts';
import type { Experiment } from '../schema.ts';
import { flowText } from '../text/flow-text.ts';
import { parseSource, plain, type Source, type Span } from '../text/source.ts';
import { LineIndex } from '../text/text.ts';

/** A text in place of another one; where `start` is `end`, nothing is taken away. */
export interface Replacement extends Span {
  text: string;
}

export type Mapping = Extract<Source, { kind: 'mapping' }>;
export type MappingEntry = Mapping['entries'] extends Map<string, infer E> ? E : never;

/** The file as a mapping with places. Throws a UserError where it is none. */
export function rootOf(text: string, file: string): Mapping {
  const { root, problems } = parseSource(text, file);
  const wrong = problems.find(({ severity }) => severity === 'error');
  if (wrong) throw new UserError(`Line ${new LineIndex(text).position(wrong.start).line + 1}: ${wrong.message}`);
  if (root?.kind !== 'mapping')
    throw new UserError('The experiment file is not a mapping of fields; correct it first.');
  return root;
}

/** A value as the file would have it: JSON in a JSON file, one line of YAML in others. */
export function written(value: unknown, file: string): string {
  return file.endsWith('.json') ? JSON.stringify(value) : flowText(value);
}

/** Where a mapping or list is written with brackets. */
export function isFlow(text: string, { start }: Source): boolean {
  return text[start] === '{' || text[start] === '[';
}

/** Where a value is written as `*name`: what it holds stands elsewhere, and is not its own. */
export function isAlias(text: string, { start }: Source): boolean {
  return text[start] === '*';
}

/** The line break that the text has. */
export function lineBreak(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** A text put in at an offset. */
export function insertion(offset: number, text: string): Replacement {
  return { start: offset, end: offset, text };
}

/** Behind the last character of a value and whatever else stands on its line, such as a comment. */
export function endOfLine(text: string, start: number, end: number): number {
  const last = start + text.slice(start, end).trimEnd().length;
  return new LineIndex(text).lineEnd(last);
}

/** Offset of the first character of the line. */
export function startOfLine(text: string, offset: number): number {
  return Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
}

/** Behind the last character of an entry itself: comments below it belong to what follows. */
export function endOfEntry(text: string, { key, value }: MappingEntry): number {
  if (value.end <= value.start) return key.end;
  if (!isFlow(text, value) && !isAlias(text, value)) {
    if (value.kind === 'mapping' && value.entries.size > 0)
      return endOfEntry(text, [...value.entries.values()].at(-1)!);
    const last = value.kind === 'sequence' ? value.items.at(-1) : undefined;
    if (last) return endOfEntry(text, { key, value: last });
  }
  return value.start + text.slice(value.start, value.end).trimEnd().length;
}

/**
 * The text with the replacement, once it is known to be an experiment without errors that is as wanted.
 * @param meant what of the experiment must be so afterwards
 * @param otherwise the sentence for a file that has to be changed by hand
 */
export function verified(
  text: string,
  file: string,
  replacement: Replacement,
  meant: (experiment: Experiment) => boolean,
  otherwise: string,
): string {
  const changed = replaced(text, replacement);
  const { experiment } = checkExperiment(changed, file);
  if (!experiment || !meant(experiment)) throw new UserError(otherwise);
  return changed;
}

/** What a text must say: its data, and the names of its variants in their order. */
export interface Meant {
  data: unknown;
  variants: readonly string[];
}

/** The changed text, once it is known to say just this. It may have errors, as a value in the middle of being chosen. */
export function verifiedData(changed: string, file: string, { data, variants }: Meant, otherwise: string): string {
  const { root, problems } = parseSource(changed, file);
  const readable = root?.kind === 'mapping' && !problems.some(({ severity }) => severity === 'error');
  if (!readable || !isDeepStrictEqual(plain(root), data)) throw new UserError(otherwise);
  if (!isDeepStrictEqual(namesOf(root), variants)) throw new UserError(otherwise);
  return changed;
}

/** Names of the variants, in their order. */
export function namesOf(root: Mapping): string[] {
  const variants = root.entries.get('variants')?.value;
  return variants?.kind === 'mapping' ? [...variants.entries.keys()] : [];
}

/** The variants of the file. Throws a UserError where it has none. */
export function variantsOf(root: Mapping): Mapping {
  const variants = root.entries.get('variants')?.value;
  if (variants?.kind !== 'mapping' || variants.entries.size === 0)
    throw new UserError('The file has no variants; write `variants: { baseline: {} }` first.');
  return variants;
}

export function replaced(text: string, { start, end, text: added }: Replacement): string {
  return text.slice(0, start) + added + text.slice(end);
}

/** What makes one text of the other: the shortest stretch that differs, or nothing. */
export function editsBetween(before: string, after: string): TextEdit[] {
  if (before === after) return [];
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let same = 0;
  while (same < shorter - start && before.at(-1 - same) === after.at(-1 - same)) same++;
  // A line break of two characters is not cut in half.
  if (before[start - 1] === '\r') start--;
  if (same > 0 && before.at(-same) === '\n') same--;
  const lines = new LineIndex(before);
  const range = { start: lines.position(start), end: lines.position(before.length - same) };
  return [{ range, text: after.slice(start, after.length - same) }];
}
