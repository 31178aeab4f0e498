import { UserError } from '../../base/errors.ts';
import { isMapping, nested, own, pathText, valueAt } from '../assist/describe.ts';
import { descend } from '../locate.ts';
import { plain } from '../text/source.ts';
import { LineIndex } from '../text/text.ts';
import {
  endOfEntry,
  insertion,
  isAlias,
  isFlow,
  lineBreak,
  type Mapping,
  type MappingEntry,
  namesOf,
  type Replacement,
  rootOf,
  startOfLine,
  verifiedData,
  written,
} from './replacement.ts';

type Keys = readonly string[];

/**
 * The text in which the fields at `paths` of the file have this value; undefined takes them out, and with each the mappings
 * around it that would be empty then, but for a variant itself. The rest of the text stays as it is. The file may have errors
 * other than those of syntax. Throws a UserError when the file cannot be changed so as it is written.
 */
export function setFields(text: string, file: string, paths: readonly Keys[], value: unknown): string {
  const root = rootOf(text, file);
  const before = plain(root);
  const open = paths.filter((path) => value !== undefined || valueAt(before, path) !== undefined);
  const inAlias = (path: Keys): number => path.findIndex((_, i) => i > 0 && isAliasAt(text, root, path.slice(0, i)));
  const changes = open.filter((path) => inAlias(path) < 0).map((path) => changeOf(text, file, root, path, value));
  const whole = changes.length === 0 ? text : replacedAll(text, changes);
  if (whole !== text) {
    const data = changes.reduce<unknown>((all, change) => withValue(all, change.path, change.value), before);
    const [{ path }] = changes as [Change];
    const otherwise = `\`${pathText(path)}\` cannot be changed as the file is written: change it in the text.`;
    verifiedData(whole, file, { data, variants: namesOf(root) }, otherwise);
  }
  // What stands behind an alias belongs to others, too: the alias gives way to what it stood for, changed.
  return open.reduce((all, path) => {
    const aliased = inAlias(path);
    if (aliased < 0) return all;
    const [outer, inner] = [path.slice(0, aliased), path.slice(aliased)];
    return setFields(all, file, [outer], withValue(valueAt(plain(rootOf(all, file)), outer), inner, value));
  }, whole);
}

/** The same of one field. */
export function setField(text: string, file: string, path: Keys, value: unknown): string {
  return setFields(text, file, [path], value);
}

/** Puts a value at a path, or takes out what is there. */
interface Change {
  replacement: Replacement;
  path: Keys;
  value: unknown;
}

function changeOf(text: string, file: string, root: Mapping, path: Keys, value: unknown): Change {
  const gone = value === undefined ? outermostEmptied(root, path) : undefined;
  if (gone && !isVariant(gone))
    return { replacement: removal(text, entriesAt(root, gone.slice(0, -1)), gone.at(-1)!), path: gone, value };
  const [to, what] = gone ? [gone, {}] : [path, value];
  return { replacement: assignment(text, file, root, to, what), path: to, value: what };
}

/** All of these at once: they were made of the same text. */
function replacedAll(text: string, changes: readonly Change[]): string {
  // At the same place, as at the end of the last variant, what belongs further in comes first.
  const ordered = changes
    .toSorted((a, b) => a.replacement.start - b.replacement.start || b.path.length - a.path.length)
    .map(({ replacement }) => replacement);
  const overlap = ordered.some(({ start }, i) => i > 0 && start < ordered[i - 1]!.end);
  if (overlap) throw new UserError('These fields lie within each other: change them one by one.');
  let at = 0;
  const parts = ordered.flatMap(({ start, end, text: added }) => {
    const before = text.slice(at, start);
    at = end;
    return [before, added];
  });
  return [...parts, text.slice(at)].join('');
}

function isAliasAt(text: string, root: Mapping, path: Keys): boolean {
  const source = descend(root, path);
  return source !== undefined && isAlias(text, source);
}

function isVariant(path: Keys): boolean {
  return path.length === 2 && path[0] === 'variants';
}

/** The data with another value at the path; undefined takes the field out. */
function withValue(data: unknown, path: Keys, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const mapping = isMapping(data) ? data : {};
  const changed = withValue(own(mapping, key), rest, value);
  if (changed !== undefined) return { ...mapping, [key]: changed };
  const { [key]: _, ...others } = mapping;
  return others;
}

/** The shortest beginning of the path with nothing in it but the end of the path. */
function outermostEmptied(root: Mapping, path: Keys): Keys {
  let gone = path;
  while (gone.length > 1 && !isVariant(gone)) {
    const around = descend(root, gone.slice(0, -1));
    if (around?.kind !== 'mapping' || around.entries.size > 1) break;
    gone = gone.slice(0, -1);
  }
  return gone;
}

function entriesAt(root: Mapping, path: Keys): Mapping {
  const source = descend(root, path);
  if (source?.kind !== 'mapping') throw new UserError(`\`${pathText(path)}\` is not a mapping: change it in the text.`);
  return source;
}

/** An entry, with its comma or its lines. Another one stays. */
export function removal(text: string, mapping: Mapping, key: string): Replacement {
  const entries = [...mapping.entries.values()];
  const index = [...mapping.entries.keys()].indexOf(key);
  const entry = entries[index]!;
  const next = entries[index + 1];
  const previous = entries[index - 1];
  if (isFlow(text, mapping)) {
    if (next) return { start: entry.key.start, end: next.key.start, text: '' };
    return { start: previous ? endOfEntry(text, previous) : entry.key.start, end: endOfEntry(text, entry), text: '' };
  }
  const start = startOfLine(text, entry.key.start);
  const end = endOfLines(text, entry);
  // At the end of a text without a last line break, the one before goes.
  if (end === text.length && !/[\n\r]$/.test(text.slice(start)))
    return { start: startOfBreak(text, start), end, text: '' };
  return { start, end, text: '' };
}

/** Behind the line break of the last line of an entry. */
export function endOfLines(text: string, entry: MappingEntry): number {
  const end = new LineIndex(text).lineEnd(endOfEntry(text, entry));
  return end + /^(\r\n|\n|\r)?/.exec(text.slice(end, end + 2))![0].length;
}

function startOfBreak(text: string, lineStart: number): number {
  return lineStart - (/(\r\n|\n|\r)$/.exec(text.slice(Math.max(0, lineStart - 2), lineStart))?.[0].length ?? 0);
}

function assignment(text: string, file: string, root: Mapping, path: Keys, value: unknown): Replacement {
  let around = root;
  for (const [depth, key] of path.entries()) {
    const entry = around.entries.get(key);
    const rest = path.slice(depth + 1);
    if (!entry) return newEntry(text, file, around, key, nested(rest, value));
    const inner = entry.value;
    // A mapping with something in it is gone into; everything else is replaced.
    const goesOn = rest.length > 0 && inner.kind === 'mapping' && inner.entries.size > 0;
    if (goesOn) around = inner;
    else if (rest.length > 0 && plain(inner) !== null && inner.kind !== 'mapping')
      throw new UserError(`\`${pathText(path.slice(0, depth + 1))}\` is not a mapping: change it in the text.`);
    else return newValue(text, file, entry, nested(rest, value));
  }
  throw new Error('a path has at least one key');
}

function newValue(text: string, file: string, entry: MappingEntry, value: unknown): Replacement {
  const { key, value: old } = entry;
  const wanted = written(value, file);
  const end = endOfEntry(text, entry);
  const block = (old.kind === 'mapping' || old.kind === 'sequence') && !isFlow(text, old) && !isAlias(text, old);
  if (old.end > old.start && !block) return { start: old.start, end, text: wanted };
  const colon = text.indexOf(':', key.end) + 1;
  return { start: colon, end: Math.max(colon, end), text: ` ${wanted}` };
}

function newEntry(text: string, file: string, around: Mapping, key: string, value: unknown): Replacement {
  return addedEntry(text, around, `${written(key, file)}: ${written(value, file)}`);
}

/** An entry behind the last one of a mapping, written as that one is: behind a comma or on a line of its own. */
export function addedEntry(text: string, mapping: Mapping, entry: string): Replacement {
  const last = [...mapping.entries.values()].at(-1);
  if (!last) return { start: mapping.start, end: mapping.end, text: `{ ${entry} }` };
  return entryBehind(text, mapping, last, entry);
}

/** The same behind any entry. */
export function entryBehind(text: string, mapping: Mapping, before: MappingEntry, entry: string): Replacement {
  const start = startOfLine(text, before.key.start);
  const indent = /^\s*/.exec(text.slice(start, before.key.start))![0];
  const ownLine = start + indent.length === before.key.start;
  const separator = `${ownLine ? `${lineBreak(text)}${indent}` : ' '}`;
  if (isFlow(text, mapping)) return insertion(endOfEntry(text, before), `,${separator}${entry}`);
  const line = new LineIndex(text).lineEnd(endOfEntry(text, before));
  // The first entry of a mapping in a list stands behind a dash.
  const column = ' '.repeat(before.key.start - start);
  return insertion(line, `${lineBreak(text)}${ownLine ? indent : column}${entry}`);
}
