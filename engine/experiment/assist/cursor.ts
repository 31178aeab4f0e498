/** Where in an experiment file a cursor stands, also while the text is not yet valid. */
import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { parseSource, plain, type Source, type Span } from '../text/source.ts';
import { parseYaml } from '../text/yaml-document.ts';
import type { Path } from './describe.ts';

/** A character that no file has, put where the cursor is to find it again in what the parser makes of the text. */
const MARK = '\uE000';

export interface Cursor {
  /** The mapping whose field is being named, or the field or item whose value is being given. */
  path: Path;
  role: 'field' | 'value';
  /** The value stands on a line of its own below its field, where the fields of a mapping would be, too. */
  below: boolean;
  /** The word under the cursor, which a completion replaces. */
  word: Span;
  /** The quote before the word, if any. */
  quote: '"' | "'" | '';
}

/** Undefined where nothing can be completed: in comments, within longer texts, after a finished value. */
export function cursorAt(text: string, offset: number): Cursor | undefined {
  const word = wordAt(text, offset);
  const head = text.slice(0, word.start);
  const before = head.at(-1);
  const quote = before === '"' || before === "'" ? before : '';
  const parsed = parseYaml(head + MARK + quote);
  const found = 'document' in parsed && parsed.document.contents && find(parsed.document.contents, []);
  if (!found) return undefined;
  const lineStart = Math.max(head.lastIndexOf('\n'), head.lastIndexOf('\r')) + 1;
  const below = found.role === 'value' && /^[\s-]*$/.test(head.slice(lineStart));
  return { ...found, below, word, quote };
}

/** The item of a list of texts that the cursor is in, and what stands before the cursor in it; undefined elsewhere. */
export function itemAt(text: string, offset: number): { path: Path; before: string } | undefined {
  const head = text.slice(0, offset);
  const line = head.slice(Math.max(head.lastIndexOf('\n'), head.lastIndexOf('\r')) + 1);
  // A space at the end would not be part of a text without quotes: the mark behind it makes it one.
  const open = /^\s*-\s+(["'])/.exec(line)?.[1] ?? '';
  const parsed = parseYaml(head + MARK + open);
  const found =
    'document' in parsed &&
    parsed.document.contents &&
    find(parsed.document.contents, [], (value) => value.endsWith(MARK));
  if (!found) return undefined;
  if (found.role !== 'value' || typeof found.path.at(-1) !== 'number') return undefined;
  return { path: found.path, before: found.value.slice(0, -1) };
}

function wordAt(text: string, offset: number): Span {
  let start = offset;
  let end = offset;
  while (start > 0 && isWord(text[start - 1]!)) start--;
  // A dash with space after it begins a list entry.
  if (text[start] === '-' && start < offset && !isWord(text[start + 1] ?? ' ')) start++;
  while (end < text.length && isWord(text[end]!)) end++;
  return { start, end };
}

function isWord(character: string): boolean {
  return /[\w.-]/.test(character);
}

/** The mark is in what was read last. */
function find(
  node: Node,
  path: Path,
  isMark: (value: string) => boolean = (value) => value === MARK,
): (Pick<Cursor, 'path' | 'role'> & { value: string }) | undefined {
  if (isScalar(node)) {
    const { value } = node;
    return typeof value === 'string' && isMark(value) ? { path, role: 'value', value } : undefined;
  }
  if (isSeq(node)) {
    const index = node.items.length - 1;
    const last = node.items[index];
    return last ? find(last as Node, [...path, index], isMark) : undefined;
  }
  const pair = isMap(node) ? node.items.at(-1) : undefined;
  if (!pair || !isScalar(pair.key)) return undefined;
  if (pair.key.value === MARK) return { path, role: 'field', value: MARK };
  return pair.value ? find(pair.value as Node, [...path, String(pair.key.value)], isMark) : undefined;
}

/** As much of the file as can be read, as plain data. */
export function draftData(text: string, file: string): unknown {
  const { root } = parseSource(text, file);
  return root ? plain(root) : undefined;
}

export interface CursorTarget {
  path: Path;
  span: Span;
  role: 'field' | 'value';
}

/** The name of a field, or the single value, that the offset is on. */
export function targetAt(text: string, file: string, offset: number): CursorTarget | undefined {
  const { root } = parseSource(text, file);
  return root && findTarget(root, [], offset);
}

function findTarget(source: Source, path: Path, offset: number): CursorTarget | undefined {
  const within = (span: Span) => span.start <= offset && offset <= span.end;
  if (source.kind === 'scalar')
    return within(source) && source.value !== null ? { path, span: source, role: 'value' } : undefined;
  const inner: [string | number, Source, Span?][] =
    source.kind === 'sequence'
      ? source.items.map((item, i) => [i, item])
      : [...source.entries].map(([name, { key, value }]) => [name, value, key]);
  for (const [name, value, key] of inner) {
    if (key && within(key)) return { path: [...path, name], span: key, role: 'field' };
    const found = within(value) ? findTarget(value, [...path, name], offset) : undefined;
    if (found) return found;
  }
  return undefined;
}
