/** Changes of an experiment file that keep every other character, comments included. */
import type { TextEdit } from '../../../protocol/experiment.ts';
import { UserError } from '../../base/errors.ts';
import { checkExperiment } from '../parse.ts';
import type { Experiment } from '../schema.ts';
import { flowText } from '../text/flow-text.ts';
import { parseSource, type Source } from '../text/source.ts';
import { LineIndex } from '../text/text.ts';

/** A text to put in at an offset; nothing is taken away. */
export interface Insertion {
  at: number;
  text: string;
}

type Mapping = Extract<Source, { kind: 'mapping' }>;

/** The file as a mapping with places. Throws a UserError where it is none. */
export function rootOf(text: string, file: string): Mapping {
  const { root } = parseSource(text, file);
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

/** The line break that the text has. */
export function lineBreak(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** Behind the last character of a value and whatever else stands on its line, such as a comment. */
export function endOfLine(text: string, start: number, end: number): number {
  const last = start + text.slice(start, end).trimEnd().length;
  return new LineIndex(text).lineEnd(last);
}

/**
 * The insertion as an edit, once the text it makes has been checked against what was wanted.
 * @param meant what of the experiment must be so afterwards
 * @param otherwise the sentence for a file that has to be changed by hand
 */
export function verified(
  text: string,
  file: string,
  { at, text: added }: Insertion,
  meant: (experiment: Experiment) => boolean,
  otherwise: string,
): TextEdit[] {
  const { experiment } = checkExperiment(text.slice(0, at) + added + text.slice(at), file);
  if (!experiment || !meant(experiment)) throw new UserError(otherwise);
  const place = new LineIndex(text).position(at);
  return [{ range: { start: place, end: place }, text: added }];
}
