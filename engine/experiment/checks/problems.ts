/** What zod finds wrong with an experiment, as sentences that say what would be right. */
import type * as z from 'zod';
import {
  childNode,
  choices,
  discriminator,
  expected,
  fields,
  forms,
  isMapping,
  nodeAt,
  orList,
  own,
  type Path,
  pathText,
  scalarText,
  seen,
  valueAt,
} from '../assist/describe.ts';
import { nearest } from '../assist/suggest.ts';
import { experimentNode, type SchemaNode, settingsNode } from '../json-schema.ts';
import { flowText } from '../text/flow-text.ts';

export interface Problem {
  /** Of the field that is wrong, within the file or, with `variant`, within the settings of that variant. */
  path: Path;
  /** What to underline: the value, the field's name, or (for a missing field) the name of the mapping it is not in. */
  place: 'value' | 'name' | 'parent';
  severity: 'error' | 'warning';
  message: string;
  /** What was probably meant in place of the value or the name. */
  replacement?: string;
  /** Whether quotes around the value, as it is written, are the remedy: 1e3 is a name, 1000 is another. */
  quoted?: boolean;
  /** What the value was meant as, of another type. */
  converted?: unknown;
  /** The variant whose merged settings have this problem. */
  variant?: string;
}

/** Of one mapping: a file of the wrong kind has nothing but unknown fields. */
const MAX_UNKNOWN = 20;

type Issue = z.core.$ZodIssue;

interface Context {
  root: SchemaNode;
  /** What messages call the root. */
  name: string;
  data: unknown;
}

/** What is wrong with a whole file. `data` is what the schema was given. */
export function fileProblems(issues: readonly Issue[], data: unknown): Problem[] {
  return issues.flatMap((issue) => issueProblems(issue, [], { root: experimentNode(), name: 'the experiment', data }));
}

/** What is wrong with the merged settings of a variant. */
export function variantProblems(issues: readonly Issue[], data: unknown, variant: string): Problem[] {
  const context = { root: settingsNode(), name: 'a variant', data };
  return issues.flatMap((issue) => issueProblems(issue, [], context)).map((problem) => ({ ...problem, variant }));
}

function issueProblems(issue: Issue, prefix: Path, context: Context): Problem[] {
  const path = [...prefix, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, MAX_UNKNOWN).map((key) => unknownField(path, key, context));
  if (issue.code === 'invalid_key') return [wrongName(path)];
  if (issue.code === 'custom') return [error(path, 'value', `\`${pathText(path)}\`: ${issue.message}.`)];
  if (issue.code === 'invalid_union') {
    const meant = meantBranch(issue.errors);
    if (meant) return meant.flatMap((inner) => issueProblems(inner, path, context));
  }
  return [wrongValue(path, context)];
}

/** The errors of the one form of a union whose type is that of the value; undefined when none or several are. */
function meantBranch(branches: readonly Issue[][]): Issue[] | undefined {
  const meant = branches.filter(
    (issues) =>
      !issues.some(({ path, code }) => path.length === 0 && (code === 'invalid_type' || code === 'invalid_value')),
  );
  return meant.length === 1 ? meant[0] : undefined;
}

function wrongValue(path: Path, { root, data }: Context): Problem {
  const node = nodeAt(root, path, data) ?? {};
  const value = valueAt(data, path);
  const name = pathText(path);
  if (value === undefined) return error(path, 'parent', `\`${name}\` is missing; it must be ${expected(node)}.`);
  if (path.length === 0) return error(path, 'value', `An experiment file is ${expected(node)}.`);
  const right = expected(narrowed(node, value));
  const cure = remedy(node, value);
  const message = `\`${name}\` must be ${right}, ${seen(value)}${cure}`;
  if (cure === IN_QUOTES) return { ...error(path, 'value', `${message}.`), quoted: true };
  const problem = error(path, 'value', `${message}.`);
  const converted = conversion(node, value);
  if (converted !== undefined) return { ...problem, converted };
  const guess = typeof value === 'string' ? nearest(value, choices(node).map(scalarText)) : undefined;
  return guess === undefined ? problem : { ...problem, replacement: guess };
}

/** Only the form that a number was meant as: `leak: 2` is about the range of a number, not about mappings. */
function narrowed(node: SchemaNode, value: unknown): SchemaNode {
  if (typeof value !== 'number' || choices(node).length > 0) return node;
  return forms(node).find((form) => form.type === 'number' || form.type === 'integer') ?? node;
}

const IN_QUOTES = '; put it in quotes';

function remedy(node: SchemaNode, value: unknown): string {
  if (node.const === true && value === false) return '; otherwise write a number in place of the mapping';
  const types = forms(node).map((form) => form.type);
  // YAML takes 2024, true and 1.0 for what they look like.
  if ((typeof value === 'number' || typeof value === 'boolean') && types.every((type) => type === 'string'))
    return choices(node).length > 0 ? '' : IN_QUOTES;
  if (typeof value !== 'string' || value.trim() === '') return '';
  const converted = conversion(node, value);
  if (isMapping(converted)) return `; write ${flowText(converted)}`;
  if (typeof converted === 'number') return '; remove the quotes';
  if (typeof converted === 'boolean') return `; write ${converted} without quotes`;
  if (/^\w+:\S/.test(value)) return '; put a space after the colon';
  const guess = nearest(value, choices(node).map(scalarText));
  return guess === undefined ? '' : ` (did you mean ${guess}?)`;
}

const YES = ['yes', 'on', 'true'];
const NO = ['no', 'off', 'false'];

/** The value as the type that it was meant to have; undefined where that is not clear. */
function conversion(node: SchemaNode, value: unknown): unknown {
  const types = forms(node).map((form) => form.type);
  const items = types.length === 1 && types[0] === 'array' ? forms(node)[0]!.items : undefined;
  if (items && typeof value === 'number' && forms(items).some(({ type }) => type === 'number' || type === 'integer'))
    return [value];
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const key = discriminator(node);
  if (key !== undefined && choices(childNode(node, key, {}) ?? {}).includes(value)) return { [key]: value };
  if ((types.includes('number') || types.includes('integer')) && Number.isFinite(Number(value))) return Number(value);
  if (types.includes('boolean') && [...YES, ...NO].includes(value.toLowerCase()))
    return YES.includes(value.toLowerCase());
  return undefined;
}

function unknownField(parent: Path, key: string, { root, name, data }: Context): Problem {
  const node = nodeAt(root, parent, data) ?? {};
  const around = valueAt(data, parent);
  const known = [...fields(node, around).keys()];
  const where = parent.length === 0 ? name : `\`${pathText(parent)}\``;
  const free = known.filter((name) => own(around, name) === undefined);
  const guess = nearest(key, free) ?? nearest(key, known);
  const hint = guess !== undefined ? `did you mean \`${guess}\`` : elsewhere(node, key, around);
  const advice = `${hint ? `${hint}; ` : ''}allowed are ${known.join(', ')}`;
  const problem = error([...parent, key], 'name', `\`${scalarText(key)}\` is not a field of ${where}: ${advice}.`);
  return guess !== undefined && free.includes(guess) ? { ...problem, replacement: guess } : problem;
}

/** Where a field that is not allowed here does belong. */
function elsewhere(node: SchemaNode, key: string, around: unknown): string {
  const which = discriminator(node);
  if (which !== undefined) {
    const owners = forms(node).filter((form) => form.properties && Object.hasOwn(form.properties, key));
    const names = owners.flatMap((form) => choices(form.properties?.[which] ?? {})).map(scalarText);
    if (names.length > 0)
      return `it belongs to ${which} ${orList(names)}, and this is ${scalarText(own(around, which))}`;
  }
  const homes = homesOf(experimentNode(), key, []);
  const depth = Math.min(...homes.map((home) => home.length));
  const names = [...new Set(homes.filter((home) => home.length === depth).map((home) => `\`${pathText(home)}\``))];
  return names.length > 0 && names.length <= 3 ? `it belongs under ${orList(names)}` : '';
}

/** Paths of the mappings that have a field of this name, outside of variants and lists. */
function homesOf(node: SchemaNode, key: string, path: Path): Path[] {
  return forms(node).flatMap((form) =>
    Object.entries(form.properties ?? {}).flatMap(([name, child]) => [
      ...(name === key && path.length > 0 ? [path] : []),
      ...(name === 'variants' ? [] : homesOf(child, key, [...path, name])),
    ]),
  );
}

function wrongName(path: Path): Problem {
  return error(
    path,
    'name',
    'The name of a variant must be 1 to 100 characters on one line, without space at its ends.',
  );
}

function error(path: Path, place: Problem['place'], message: string): Problem {
  return { path, place, severity: 'error', message };
}
