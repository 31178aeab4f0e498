/** Completions and hovers on an experiment file, from the same schema as its diagnostics. */

import type { Completion, Hover, Position } from '../../../protocol/experiment.ts';
import { markdownCode, markdownText } from '../../../protocol/text/plain-text.ts';
import { settingsOf } from '../checks/validate.ts';
import { differing } from '../differing.ts';
import { describeChanges } from '../expand.ts';
import { experimentNode, type SchemaNode } from '../json-schema.ts';
import { mergeSettings } from '../merge.ts';
import { checkExperiment } from '../parse.ts';
import { flowText } from '../text/flow-text.ts';
import { LineIndex } from '../text/text.ts';
import { type Cursor, cursorAt, draftData, targetAt } from './cursor.ts';
import {
  choices,
  discriminator,
  expected,
  fields,
  forms,
  isMapping,
  namesIn,
  nodeAt,
  own,
  type Path,
  valueAt,
} from './describe.ts';
import { claimMarkdown, completeExpectation } from './expect.ts';
import { choiceMarkdown, fieldMarkdown } from './markdown.ts';
import { snippetsFor } from './snippets.ts';

/** What can be written at a position, in the order of the schema. Never throws. */
export function complete(text: string, file: string, position: Position): Completion[] {
  const lines = new LineIndex(text);
  const expectation = completeExpectation(text, file, lines.offset(position));
  if (expectation) return expectation;
  const cursor = cursorAt(text, lines.offset(position));
  if (!cursor) return [];
  const data = draftData(text, file);
  const node = nodeAt(experimentNode(), cursor.path, withInherited(data, cursor.path));
  const json = file.endsWith('.json');
  const range = lines.range(cursor.word.start, cursor.word.end);
  const names = namesIn(valueAt(data, cursor.path));
  const snippets = json || cursor.role !== 'field' ? [] : snippetsFor(cursor.path, names);
  const after = text.slice(cursor.word.end, lines.lineEnd(cursor.word.end));
  const found = !node
    ? []
    : cursor.role === 'field' || (cursor.below && forms(node).some((form) => form.properties))
      ? fieldCompletions(text, node, cursor, data, { json, after })
      : valueCompletions(node, cursor, json);
  return [...snippets, ...found].map((completion) => ({ ...completion, range }));
}

/** What the field or value at a position means; undefined where there is nothing to say. Never throws. */
export function hover(text: string, file: string, position: Position): Hover | undefined {
  const lines = new LineIndex(text);
  const target = targetAt(text, file, lines.offset(position));
  if (!target) return undefined;
  const { path, role, span } = target;
  const data = draftData(text, file);
  const range = lines.range(span.start, span.end);
  if (path[0] === 'variants' && path.length === 2)
    return { range, contents: variantMarkdown(text, file, String(path[1])) };
  const value = valueAt(data, path);
  if (path[0] === 'expect' && typeof value === 'string')
    return { range, contents: claimMarkdown(value, namesIn(valueAt(data, ['variants']))) };
  const node = nodeAt(experimentNode(), path, withInherited(data, path));
  if (!node) return undefined;
  const choice = role === 'value' && choices(node).includes(value) ? choiceMarkdown(node, value) : undefined;
  return { range, contents: choice ?? fieldMarkdown(node, inFile(path)) };
}

/** A variant's fields are those of the file. */
function inFile(path: Path): Path {
  return path[0] === 'variants' && path.length > 2 ? path.slice(2) : path;
}

/** The data with the settings of the file filled in below a variant's own, which tell what its fields mean. */
function withInherited(data: unknown, path: Path): unknown {
  const [section, variant] = path;
  if (section !== 'variants' || typeof variant !== 'string' || !isMapping(data)) return data;
  const override = valueAt(data, ['variants', variant]);
  return { ...data, variants: { [variant]: mergeSettings(settingsOf(data), override ?? {}) } };
}

function fieldCompletions(
  text: string,
  node: SchemaNode,
  { path, word, quote }: Cursor,
  data: unknown,
  { json, after }: { json: boolean; after: string },
): Omit<Completion, 'range'>[] {
  const current = text.slice(word.start, word.end);
  const taken = namesIn(valueAt(data, path)).filter((name) => name !== current);
  const around = valueAt(withInherited(data, path), path);
  // A name that is already followed by its colon is only renamed; after a closing quote it is typed by hand.
  const closed = quote !== '' && after.startsWith(quote);
  const colon = closed || /^\s*:/.test(after) ? '' : ': ';
  // What else there is depends on what sort it is: that comes first.
  const sort = discriminator(node);
  const undecided = sort !== undefined && forms(node).length > 1 && own(around, sort) === undefined;
  return [...fields(node, around)]
    .filter(([name]) => !taken.includes(name) && (!undecided || name === sort))
    .map(([name, child]) => ({
      label: name,
      kind: 'field',
      insert: json && quote === '' ? `"${name}"${colon}` : `${name}${colon && quote}${colon}`,
      detail: expected(child),
      documentation: fieldMarkdown(child, inFile([...path, name])),
    }));
}

function valueCompletions(node: SchemaNode, { quote }: Cursor, json: boolean): Omit<Completion, 'range'>[] {
  const simple = choices(node).map((value) => ({ value, about: choiceMarkdown(node, value) }));
  if (forms(node).some(({ type }) => type === 'boolean'))
    for (const value of [true, false]) simple.push({ value, about: node.description });
  const standard = node.default;
  if (typeof standard === 'number') simple.unshift({ value: standard, about: node.description });
  // Examples of texts would be taken for choices.
  const examples = (node.examples ?? []).filter((value) => typeof value !== 'string');
  const more = [...mappingStarts(node), ...examples.map((value) => ({ value, about: node.description }))];
  // Within quotes only text can stand.
  const usable =
    quote === '' ? distinct([...simple, ...more]) : simple.filter(({ value }) => typeof value === 'string');
  return usable.map(({ value, about }) => ({
    label: flowText(value),
    kind: 'value',
    insert: json && quote === '' ? JSON.stringify(value) : flowText(value),
    ...(value === standard && { detail: 'default' }),
    ...(about && { documentation: about }),
  }));
}

function distinct<T extends { value: unknown }>(items: T[]): T[] {
  return [...new Map(items.toReversed().map((item) => [flowText(item.value), item])).values()].reverse();
}

/** The mappings that a value can begin as, such as `{ kind: leaky-integrator }` or `{ learnable: true }`. */
function mappingStarts(node: SchemaNode): { value: unknown; about: string | undefined }[] {
  return forms(node).flatMap((form) => {
    const key =
      discriminator(node) ??
      Object.keys(form.properties ?? {}).find((name) => form.properties![name]!.const !== undefined);
    const child = key === undefined ? undefined : own(form.properties, key);
    if (key === undefined || !isMapping(child)) return [];
    return choices(child).map((value) => ({
      value: { [key]: value },
      about: choiceMarkdown(child, value) ?? form.description,
    }));
  });
}

/** What it changes: against the reference, which is the first variant, and of that one against the settings of the file. */
function variantMarkdown(text: string, file: string, variant: string): string {
  const { experiment } = checkExperiment(text, file);
  const settings = experiment?.variants.find(({ name }) => name === variant)?.settings;
  const reference = experiment?.variants[0];
  if (!experiment || !settings || !reference) return 'A variant: what it changes against the settings of the file.';
  if (reference.name === variant) {
    const changes = Object.entries(describeChanges(experiment, variant));
    const first = 'The reference: the others are compared with it.';
    if (changes.length === 0) return `${first} It has the settings of the file.`;
    return `${first} It changes:\n\n${changes.map(([path, value]) => `- ${markdownCode(`${path}: ${value}`)}`).join('\n')}`;
  }
  const { fields, values } = differing([reference.settings, settings]);
  const against = `against ${markdownText(reference.name)}`;
  if (fields.length === 0) return `This variant changes nothing ${against}.`;
  const lines = fields.map(
    (field, i) =>
      `- ${markdownCode(`${field}: ${values[1]![i] ?? '–'}`)}${values[0]![i] === null ? '' : `, not ${markdownCode(values[0]![i]!)}`}`,
  );
  return `This variant changes ${against}:\n\n${lines.join('\n')}`;
}
