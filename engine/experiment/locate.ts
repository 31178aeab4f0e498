/** From the path of a field to its place in the text. */
import type { FieldPlace, Range } from '../../protocol/experiment.ts';
import { type Path, pathText } from './assist/describe.ts';
import type { Problem } from './checks/problems.ts';
import { parseSource, type Source, type Span } from './text/source.ts';
import { LineIndex } from './text/text.ts';

/**
 * Where the text sets these fields of variants: in the variant, or where all variants have it from. A field that is not
 * written is where it would be: the deepest mapping around it. Null for all where the text cannot be read. `file` decides
 * between YAML and JSON; nothing is read from disk. Never throws.
 */
export function locateFields(text: string, file: string, fields: readonly FieldPlace[]): (Range | null)[] {
  const { root, problems } = parseSource(text, file);
  const readable = root?.kind === 'mapping' && !problems.some(({ severity }) => severity === 'error');
  if (!readable) return fields.map(() => null);
  const lines = new LineIndex(text);
  return fields.map(({ variant, field }) => {
    const { start, end } = placeOf(
      root,
      field.split(/[.[\]]+/).filter((part) => part !== ''),
      variant,
    );
    return lines.range(start, end);
  });
}

/** What nobody wrote is shown where the file comes nearest to it, rather than at the name of the variant. */
function placeOf(root: Source, path: Path, variant: string): Span {
  const { span, inherited } = locate(root, { path, place: 'value', variant });
  const own = descend(root, ['variants', variant, ...path]) !== undefined;
  return own || inherited || !descend(root, path.slice(0, 1)) ? span : spanAt(root, path, 'value');
}

/** Whether the variant of a problem sets its field itself. */
export function setsItself(root: Source, { path, variant }: Problem): boolean {
  return variant !== undefined && descend(root, ['variants', variant, ...path]) !== undefined;
}

/** Where a problem is shown. What a variant inherits is shown where the file sets it. */
export function locate(
  root: Source,
  { path, place, variant }: Pick<Problem, 'path' | 'place' | 'variant'>,
): { span: Span; path: string; inherited: boolean } {
  // The mapping that lacks a field is what counts when one is missing.
  const shown = place === 'parent' ? path.slice(0, -1) : path;
  const inherited =
    variant !== undefined && !descend(root, ['variants', variant, ...shown]) && descend(root, shown) !== undefined;
  const full = variant === undefined || inherited ? path : ['variants', variant, ...path];
  return { span: spanAt(root, full, place), path: pathText(full), inherited };
}

export function descend(source: Source | undefined, path: Path): Source | undefined {
  return path.reduce<Source | undefined>((parent, key) => child(parent, key)?.value, source);
}

function child(source: Source | undefined, key: string | number): { key?: Span; value: Source } | undefined {
  if (source?.kind === 'mapping') return source.entries.get(String(key));
  if (source?.kind !== 'sequence') return undefined;
  const value = source.items[Number(key)];
  return value && { value };
}

/** The span of the deepest part of the path that exists. */
function spanAt(root: Source, path: Path, place: Problem['place']): Span {
  let found: { key?: Span; value: Source } = { value: root };
  let depth = 0;
  for (const key of place === 'parent' ? path.slice(0, -1) : path) {
    const next = child(found.value, key);
    if (!next) break;
    found = next;
    depth++;
  }
  const { key, value } = found;
  // A file that lacks a field is marked on its first line.
  if (depth === 0) return { start: value.start, end: value.end };
  const whole = place === 'value' && depth === path.length && value.end > value.start;
  const { start, end } = whole || !key ? value : key;
  return { start, end };
}
