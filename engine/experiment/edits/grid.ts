/** Variants for every combination of some values. */
import { UserError } from '../../base/errors.ts';
import { isMapping, type Mapping, nested, valueAt } from '../assist/describe.ts';
import { mergeSettings } from '../merge.ts';
import { flowText } from '../text/flow-text.ts';
import { parseSource, plain } from '../text/source.ts';
import { namesOf, replaced, rootOf, variantsOf, verifiedData, written } from './replacement.ts';
import { entryBehind } from './set-field.ts';

export interface Axis {
  /** Dotted path within the settings. */
  field: string;
  /** As one types them: `0, 0.1 … 1` or `none, hard, soft`. */
  values: string;
}

const MAX_NEW = 1000;

/**
 * The text with a variant for each combination of these values, behind the variant `base`, whose settings they have otherwise;
 * of none of it where that is null. Those whose names are taken are not made again. Throws a UserError for values that cannot
 * be read, or when there is nothing to add.
 */
export function addGrid(text: string, file: string, base: string | null, axes: readonly Axis[]): string {
  const root = rootOf(text, file);
  const variants = variantsOf(root);
  const data = plain(root) as { variants: Record<string, unknown> };
  const override = base === null ? {} : data.variants[base];
  const behind = base === null ? [...variants.entries.values()].at(-1)! : variants.entries.get(base);
  if (!behind || axes.length === 0) throw new UserError(`There is no variant "${base}" any more.`);
  const names = namesOf(root);
  const added = combinations(axes.map(({ field, values }) => valuesOf(values).map((value) => ({ field, value }))))
    .map((settings) => ({
      name: [
        ...(base === null ? [] : [base]),
        ...settings.map(({ field, value }) => `${lastKey(field)} ${word(value)}`),
      ].join(', '),
      override: settings.reduce<unknown>(
        (changed, { field, value }) => mergeSettings(changed, nested(field.split('.'), value)),
        isMapping(override) ? override : {},
      ) as Mapping,
    }))
    .filter(({ name }) => !names.includes(name));
  if (added.length === 0) throw new UserError('There are variants of all these names already.');
  const changed = added.toReversed().reduce(
    (all, { name, override: own }) =>
      // Each goes in front of the one before: the place behind the base is the same for all of them.
      replaced(all, entryBehind(text, variants, behind, `${written(name, file)}: ${written(own, file)}`)),
    text,
  );
  const place = names.indexOf(base ?? names.at(-1)!) + 1;
  const meant = {
    data: {
      ...data,
      variants: { ...data.variants, ...Object.fromEntries(added.map((one) => [one.name, one.override])) },
    },
    variants: [...names.slice(0, place), ...added.map(({ name }) => name), ...names.slice(place)],
  };
  return verifiedData(
    changed,
    file,
    meant,
    'The variants cannot be added as the file is written: add one in the text first.',
  );
}

/** The values of a text: a list as in YAML, in which `0, 0.1 … 1` goes on in equal steps. Throws a UserError. */
export function valuesOf(text: string): unknown[] {
  const { root, problems } = parseSource(`[${text.replaceAll('...', '…')}]`, '');
  const wrong = problems.find(({ severity }) => severity === 'error');
  if (wrong || root?.kind !== 'sequence' || root.items.length === 0)
    throw new UserError(
      `"${text.slice(0, 60)}" is no list of values: write for instance 0, 0.1 … 1 or none, hard, soft.`,
    );
  const items = root.items.map(plain);
  const values = items.flatMap((item, i) => steps(items[i - 1], item) ?? [item]);
  if (values.length > MAX_NEW) throw new UserError(`These are ${values.length} values; ${MAX_NEW} are allowed.`);
  return values;
}

/** What `0.1 … 1` after 0 stands for: 0.1, 0.2 and so on up to 1. */
function steps(before: unknown, item: unknown): number[] | undefined {
  const range = typeof item === 'string' ? /^(\S+)\s*…\s*(\S+)$/.exec(item) : null;
  if (!range) return undefined;
  const [from, to] = [Number(range[1]), Number(range[2])];
  const step = typeof before === 'number' ? from - before : 1;
  const many = Math.floor((to - from) / step + 1e-9) + 1;
  if (!(many >= 1 && many <= MAX_NEW))
    throw new UserError(`"${item}" does not lead from ${range[1]} to ${range[2]} in at most ${MAX_NEW} steps.`);
  // 0.1 + 0.2 is to be 0.3.
  return Array.from({ length: many }, (_, i) => Number((from + i * step).toPrecision(12)));
}

function combinations<T>(lists: T[][]): T[][] {
  const total = lists.reduce((product, list) => product * list.length, 1);
  if (total > MAX_NEW) throw new UserError(`These are ${total} combinations; ${MAX_NEW} are allowed.`);
  return lists.reduce<T[][]>((rows, list) => rows.flatMap((row) => list.map((item) => [...row, item])), [[]]);
}

function lastKey(field: string): string {
  return field.split('.').at(-1)!;
}

/** A value within a name: `{ learnable: true }` is "learnable". */
function word(value: unknown): string {
  if (isMapping(value) && valueAt(value, ['learnable']) === true) return 'learnable';
  return flowText(value).replace(/[{}"]/g, '').trim();
}
