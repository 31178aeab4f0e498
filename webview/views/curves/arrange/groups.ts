/** Curves by a setting: which colour they have, which are taken together, and in which of several small charts they are. */
import { valueStyle } from '../../../../protocol/drawing/palette.ts';
import type { StateOf } from '../../../../protocol/views.ts';
import { count } from '../../../shared/format.ts';
import type { Theme } from '../../../shared/theme.ts';
import type { VariantEntry } from '../variants.ts';

type Shown = Omit<VariantEntry, 'hidden'>;

/** Small charts by variant, colours and charts by study, and not by a setting. */
export const BY_VARIANT = 'variant';
export const BY_STUDY = 'study';

/** `leak` of `neuron.leak`. */
export const shortName = (field: string): string => field.split('.').at(-1)!;

/** What an entry has of a setting, as it is shown. */
export function valueIn(
  { settings, study, name }: Pick<VariantEntry, 'settings' | 'study' | 'name'>,
  field: string,
): string {
  if (field === BY_STUDY) return study;
  if (field === BY_VARIANT) return name;
  const value = settings ? (settings[field] ?? 'not set') : 'not known';
  return `${shortName(field)} ${value}`;
}

/** The entries with their colours, those of one value as one where that is asked for, each in its chart. */
export function arranged(
  entries: readonly Shown[],
  { colourBy, pooled, chartsBy }: Pick<StateOf<'curves'>, 'colourBy' | 'pooled' | 'chartsBy'>,
  theme: Pick<Theme, 'scheme' | 'highContrast'>,
): Shown[] {
  const inCharts = entries.map((entry) => (chartsBy === '' ? entry : { ...entry, chart: valueIn(entry, chartsBy) }));
  // Before the settings are known there is nothing to arrange by.
  const known = colourBy === BY_STUDY || entries.some(({ settings }) => settings !== undefined);
  if (colourBy === '' || !known) return inCharts;
  const valued = inCharts.map((entry) => ({ ...entry, value: valueIn(entry, colourBy) }));
  const values = sortedValues(valued.map(({ value }) => value));
  const numbers = values.every((value) => Number.isFinite(numberIn(value)));
  const drawn = pooled ? together(valued, colourBy) : valued;
  const seen = new Map<string, number>();
  return drawn.map((entry) => {
    // Lines of one chart that have one colour differ in dash.
    const place = JSON.stringify([entry.value, entry.chart]);
    const nth = seen.get(place) ?? 0;
    seen.set(place, nth + 1);
    const { scheme, highContrast } = theme;
    const style = valueStyle(values.indexOf(entry.value), values.length, {
      numbers,
      nth,
      scheme,
      allDashed: highContrast,
    });
    return { ...entry, style };
  });
}

/** One entry for each value, in each chart, with the runs of all that have it. */
function together<E extends Shown & { value: string }>(entries: readonly E[], field: string): E[] {
  const groups = new Map<string, E[]>();
  for (const entry of entries) {
    const key = JSON.stringify([entry.value, entry.chart]);
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  const places = sortedValues(entries.map(({ value }) => value));
  return [...groups]
    .sort(([, [a]], [, [b]]) => places.indexOf(a!.value) - places.indexOf(b!.value))
    .map(([key, group]) => {
      const { value, chart } = group[0]!;
      const name = chart === undefined || chart === value ? value : `${value}, ${chart}`;
      const names = group.map((one) => one.name);
      const had = `${group.length > 1 ? `${count(group.length, 'variant')}: ` : ''}${names.slice(0, 3).join(', ')}${names.length > 3 ? ' …' : ''}`;
      const runs = group.flatMap((one) => one.runs);
      return { ...group[0]!, key: `${field} ${key}`, name, variant: name, startable: false, had, runs };
    });
}

/** Each once: numbers in their order, before words in that of the file. */
export function sortedValues(values: readonly string[]): string[] {
  const all = [...new Set(values)];
  return [...all].sort((a, b) => {
    const [x, y] = [numberIn(a), numberIn(b)];
    if (Number.isFinite(x) && Number.isFinite(y)) return x - y;
    if (Number.isFinite(x) !== Number.isFinite(y)) return Number.isFinite(x) ? -1 : 1;
    return all.indexOf(a) - all.indexOf(b);
  });
}

/** The number in `leak 0.9`; NaN where there is none. */
function numberIn(value: string): number {
  return Number(value.slice(value.indexOf(' ') + 1));
}
