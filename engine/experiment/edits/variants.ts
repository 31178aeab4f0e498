/** Variants renamed, copied, removed and put in another order, in the text of an experiment file. */
import { UserError } from '../../base/errors.ts';
import { parseClaim } from '../expectations.ts';
import { parseSource, plain, type Source } from '../text/source.ts';
import {
  endOfEntry,
  isAlias,
  isFlow,
  lineBreak,
  type Mapping,
  type MappingEntry,
  namesOf,
  type Replacement,
  replaced,
  rootOf,
  startOfLine,
  variantsOf,
  verifiedData,
  written,
} from './replacement.ts';
import { endOfLines, entryBehind, removal } from './set-field.ts';

/** The text with another name of a variant, also in the lines of `expect`. Throws a UserError when that is taken or not possible. */
export function renameVariant(text: string, file: string, name: string, to: string): string {
  const { root, entry, names } = found(text, file, name);
  if (to === name) return text;
  mustBeFree(names, to);
  const data = plain(root) as Record<string, Record<string, unknown>>;
  const expectations = claimsAbout(text, file, root, name, to);
  const { [name]: override, ...others } = data.variants!;
  const lines = Array.isArray(data.expect)
    ? { expect: data.expect.map((line, i) => expectations.get(i)?.says ?? line) }
    : {};
  const meant = {
    data: { ...data, variants: { ...others, [to]: override }, ...lines },
    variants: names.map((other) => (other === name ? to : other)),
  };
  const changes = [...expectations.values(), { ...entry.key, text: written(to, file) }];
  const changed = changes.sort((a, b) => b.start - a.start).reduce(replaced, text);
  return verifiedData(
    changed,
    file,
    meant,
    `The variant "${name}" cannot be renamed as the file is written: do it in the text.`,
  );
}

/** What lines of `expect` that name the variant say afterwards, by their number. */
function claimsAbout(
  text: string,
  file: string,
  root: Mapping,
  name: string,
  to: string,
): Map<number, Replacement & { says: string }> {
  const list = root.entries.get('expect')?.value;
  const items = list?.kind === 'sequence' ? list.items : [];
  const names = namesOf(root);
  const changes = items.map((item): (Replacement & { says: string }) | undefined => {
    const line = item.kind === 'scalar' ? item.value : null;
    const parsed = typeof line === 'string' ? parseClaim(line, names) : { complaint: '' };
    if (typeof line !== 'string' || 'complaint' in parsed) return undefined;
    const { left, right } = parsed.claim;
    const terms = [left, ...(typeof right === 'number' ? [] : [right])].filter(({ variant }) => variant === name);
    if (terms.length === 0) return undefined;
    const renamed = (from: string): string =>
      terms.reduce((all, { metric }) => all.replaceAll(`${name}.${metric}`, `${to}.${metric}`), from);
    const says = renamed(line);
    const source = renamed(text.slice(item.start, item.end));
    const { root: again } = parseSource(source, file);
    const asWritten = again?.kind === 'scalar' && again.value === says;
    return { start: item.start, end: item.end, text: asWritten ? source : written(says, file), says };
  });
  return new Map(changes.flatMap((change, i) => (change ? [[i, change] as const] : [])));
}

/** The text with a copy of a variant behind it. Throws a UserError when the name is taken or that is not possible. */
export function duplicateVariant(text: string, file: string, name: string, to: string): string {
  const { root, variants, entry, names } = found(text, file, name);
  mustBeFree(names, to);
  const copy = `${written(to, file)}${text.slice(entry.key.end, endOfEntry(text, entry))}`;
  const data = plain(root) as { variants: Record<string, unknown> };
  const meant = {
    data: { ...data, variants: { ...data.variants, [to]: data.variants[name] } },
    variants: names.flatMap((other) => (other === name ? [name, to] : [other])),
  };
  const changed = replaced(text, entryBehind(text, variants, entry, copy));
  return verifiedData(
    changed,
    file,
    meant,
    `The variant "${name}" cannot be copied as the file is written: do it in the text.`,
  );
}

/** The text without some variants. Throws a UserError when none would be left, or when that is not possible. */
export function removeVariants(text: string, file: string, gone: readonly string[]): string {
  const names = namesOf(rootOf(text, file));
  if (names.every((name) => gone.includes(name)))
    throw new UserError('A study needs at least one variant: the last one cannot be removed.');
  return gone.reduce((changed, name) => removeVariant(changed, file, name), text);
}

function removeVariant(text: string, file: string, name: string): string {
  const { root, variants, names } = found(text, file, name);
  const data = plain(root) as { variants: Record<string, unknown> };
  const { [name]: _, ...others } = data.variants;
  const left = names.filter((other) => other !== name);
  const changed = isFlow(text, variants)
    ? replaced(text, removal(text, variants, name))
    : rearranged(text, variants, left);
  const meant = { data: { ...data, variants: others }, variants: left };
  return verifiedData(
    changed,
    file,
    meant,
    `The variant "${name}" cannot be removed as the file is written: do it in the text.`,
  );
}

/** The text with a variant at another place among them, the first one 0. */
export function moveVariant(text: string, file: string, name: string, to: number): string {
  const { root, variants, names } = found(text, file, name);
  const others = names.filter((other) => other !== name);
  const place = Math.max(0, Math.min(to, others.length));
  const order = [...others.slice(0, place), name, ...others.slice(place)];
  const meant = { data: plain(root), variants: order };
  return verifiedData(
    rearranged(text, variants, order),
    file,
    meant,
    `The variant "${name}" cannot be moved as the file is written: do it in the text.`,
  );
}

/** Variants in this order; those that are not in it are left out. What stands between brackets keeps its commas. */
function rearranged(text: string, variants: Mapping, order: readonly string[]): string {
  const entries = [...variants.entries];
  if (isFlow(text, variants)) {
    const spans = entries.map(([, entry]) => ({ start: entry.key.start, end: endOfEntry(text, entry) }));
    const texts = order
      .map((name) => spans[entries.findIndex(([other]) => other === name)]!)
      .map((s) => text.slice(s.start, s.end));
    return spans.reduceRight((changed, span, i) => replaced(changed, { ...span, text: texts[i]! }), text);
  }
  const starts = entries.map(([, entry], i) =>
    i === 0 ? startOfLine(text, entry.key.start) : startOfComments(text, entry),
  );
  const end = endOfLines(text, entries.at(-1)![1]);
  const chunks = new Map(entries.map(([name], i) => [name, text.slice(starts[i]!, starts[i + 1] ?? end)]));
  const line = lineBreak(text);
  const all = order.map((name) => chunks.get(name)!).map((chunk) => (/[\n\r]$/.test(chunk) ? chunk : chunk + line));
  return text.slice(0, starts[0]!) + all.join('') + text.slice(end);
}

/** Where the comments right above an entry begin, which are about it. */
function startOfComments(text: string, { key }: MappingEntry): number {
  let start = startOfLine(text, key.start);
  while (start > 0) {
    const above = startOfLine(text, start - (text.slice(start - 2, start) === '\r\n' ? 2 : 1));
    if (above >= start || !/^[ \t]*#/.test(text.slice(above, start))) break;
    start = above;
  }
  return start;
}

function found(
  text: string,
  file: string,
  name: string,
): { root: Mapping; variants: Mapping; entry: MappingEntry; names: string[] } {
  const root = rootOf(text, file);
  const variants = variantsOf(root);
  if (isAlias(text, variants as Source)) throw new UserError('`variants` is an alias: write the variants out first.');
  const entry = variants.entries.get(name);
  if (!entry) throw new UserError(`There is no variant "${name}" any more.`);
  return { root, variants, entry, names: namesOf(root) };
}

function mustBeFree(names: readonly string[], name: string): void {
  if (names.includes(name)) throw new UserError(`There is a variant "${name}" already; choose another name.`);
}
