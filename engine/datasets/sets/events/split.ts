/** Which samples are trained on, choose the best epoch, and are tested with; and the numbers of their classes. */
import { SettingError, UserError } from '../../../base/errors.ts';
import { stream } from '../../../base/random.ts';
import type { Split } from '../../dataset.ts';
import type { Values } from '../../formats/table.ts';
import type { OwnData } from './own.ts';
import { listed, shownName } from './roles.ts';
import type { Events } from './schema.ts';

type Name = string | number;

/** The class of each sample, 0 to `classes` - 1, and what each class is called. Throws a UserError. */
export function classNumbers(labels: Values, classes: number): { numbers: Uint16Array; names: Name[] } {
  const all = Array.from(labels as ArrayLike<Name>);
  const isClass = (label: Name) =>
    typeof label === 'number' && Number.isInteger(label) && label >= 0 && label < classes;
  if (all.every(isClass))
    return { numbers: Uint16Array.from(all as number[]), names: Array.from({ length: classes }, (_, i) => i) };
  const names = distinct(all);
  if (names.length !== classes)
    throw new SettingError(
      ['dataset', 'classes'],
      `is ${classes}, but the labels are ${listed(names)}, which are ${names.length}; write classes: ${suggestedClasses(names)}.`,
    );
  const number = new Map(names.map((name, i) => [name, i]));
  return { numbers: Uint16Array.from(all, (label) => number.get(label)!), names };
}

/** The different names, in sorted order: numbers by size, texts by their characters. */
export function distinct(values: ArrayLike<Name>): Name[] {
  const names = [...new Set(Array.from(values))];
  return names.every((name) => typeof name === 'number')
    ? (names as number[]).sort((a, b) => a - b)
    : names.sort((a, b) => (String(a) < String(b) ? -1 : 1));
}

/** As many as there are names; for whole numbers from 0, as many as the largest asks for. */
export function suggestedClasses(names: readonly Name[]): number {
  const numbers = names.filter((name): name is number => typeof name === 'number' && Number.isInteger(name));
  const from0 = numbers.length === names.length && numbers[0] === 0;
  return Math.max(2, from0 && numbers.at(-1)! < 2 * names.length ? numbers.at(-1)! + 1 : names.length);
}

/** Stored positions of the samples of each split, rising. Throws a UserError where nothing says what is for the test. */
export function splitSamples(
  own: OwnData,
  classes: ArrayLike<number>,
  split: Events['split'],
): Record<Split, number[]> {
  const parts: Record<Split, number[]> = { train: [], validation: [], test: [] };
  if (split === undefined) {
    if (own.parts === undefined || own.parts.every((part) => part === 'train'))
      throw new SettingError(
        ['dataset', 'split'],
        'is missing, and the files do not say which samples are for the test; write split: { by: share, test: 0.2 } to draw a fifth of each class, or split: { by: group, … } to keep groups apart.',
      );
    own.parts.forEach((part, i) => parts[part].push(i));
  } else {
    const kinds = split.by === 'share' ? Array.from(classes) : groupsOf(own);
    const drawn = split.by === 'share' ? drawSamples(kinds as number[], split) : drawGroups(kinds, split);
    drawn.forEach((part, i) => parts[part].push(i));
  }
  if (parts.train.length === 0)
    throw new UserError(
      `dataset.split leaves none of the ${own.count} samples to train with; give test and validation less.`,
    );
  return parts;
}

function groupsOf(own: OwnData): Name[] {
  if (own.groups) return Array.from(own.groups as ArrayLike<Name>);
  throw new SettingError(
    ['dataset', 'split'],
    'is by group, but nothing in the files says who made a sample; name it in dataset.columns.group, or split by share.',
  );
}

/** Of each class, the first in a random order. */
function drawSamples(classes: number[], split: { test: number; validation: number; seed: number }): Split[] {
  const parts = new Array<Split>(classes.length).fill('train');
  const byClass = new Map<number, number[]>();
  classes.forEach((label, i) => {
    const ofClass = byClass.get(label);
    if (ofClass) ofClass.push(i);
    else byClass.set(label, [i]);
  });
  for (const [label, ofClass] of byClass) {
    share(shuffled(ofClass, split.seed, label), split, (i, part) => {
      parts[i] = part;
    });
  }
  return parts;
}

function share<T>(
  order: T[],
  { test, validation }: { test: number; validation: number },
  give: (item: T, part: Split) => void,
): void {
  const tests = Math.round(test * order.length);
  const ends = tests + Math.round(validation * order.length);
  order.slice(0, ends).forEach((item, i) => give(item, i < tests ? 'test' : 'validation'));
}

function drawGroups(
  groups: Name[],
  split: { test: number | Name[]; validation: number | Name[]; seed: number },
): Split[] {
  const names = distinct(groups);
  const part = new Map<string, Split>();
  const lists = { test: split.test, validation: split.validation };
  for (const which of ['test', 'validation'] as const) {
    const list = lists[which];
    if (typeof list === 'number') continue;
    for (const name of list) {
      if (!names.some((other) => String(other) === String(name)))
        throw new SettingError(
          ['dataset', 'split', which],
          `names the group ${shownName(name)}, which no sample is of; the groups are ${listed(names)}.`,
        );
      if (part.has(String(name)))
        throw new SettingError(
          ['dataset', 'split', which],
          `names the group ${shownName(name)} twice; a group is on one side alone.`,
        );
      part.set(String(name), which);
    }
  }
  const shares = { test: numberOr(split.test), validation: numberOr(split.validation) };
  const rest = names.filter((name) => !part.has(String(name)));
  share(shuffled(rest, split.seed, -1), shares, (name, which) => part.set(String(name), which));
  for (const which of ['test', 'validation'] as const)
    if (shares[which] > 0 && ![...part.values()].includes(which))
      throw new SettingError(
        ['dataset', 'split', which],
        `is ${shares[which]} of ${rest.length} groups, which is less than one; take more.`,
      );
  return groups.map((name) => part.get(String(name)) ?? 'train');
}

const numberOr = (value: number | Name[]): number => (typeof value === 'number' ? value : 0);

/** Fisher and Yates, from the stream of the seed and the class. */
function shuffled<T>(items: T[], seed: number, label: number): T[] {
  const rng = stream(seed, 'events/split', label + 1);
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
