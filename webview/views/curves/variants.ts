import { earlierOf, whyEarlier } from '../../../protocol/comparison/earlier.ts';
import type { SettingsTable } from '../../../protocol/comparison/settings.ts';
import { type LineStyle, lineStyle } from '../../../protocol/drawing/palette.ts';
import type { Split } from '../../../protocol/metrics.ts';
import { type Comparison, isActive, type RunSummary } from '../../../protocol/runs.ts';
import { meanOf } from '../../../protocol/statistics.ts';
import type { StateOf } from '../../../protocol/views.ts';
import type { OtherStudy } from '../../shared/study/others.ts';
import { settingsLookup } from '../../shared/study/settings.ts';
import type { Theme } from '../../shared/theme.ts';
import { arranged } from './arrange/groups.ts';

/** One entry of the legend, and one curve in each chart. */
export interface VariantEntry {
  /** What it is hidden by: the same after a reload, and whatever stands beside it. */
  key: string;
  /** As it is shown; no two have the same. */
  name: string;
  /** What its buttons name. */
  variant: string;
  /** Variant of the file as it is now: what is missing of it can be trained. */
  startable: boolean;
  /** What its settings were where they are not those of the file, or which variants it is the mean of. */
  had: string;
  style: LineStyle;
  runs: RunSummary[];
  hidden: boolean;
  study: string;
  /** Absent where they are not known. */
  settings?: Readonly<Record<string, string>> | undefined;
  /** The value that its colour stands for. */
  value?: string;
  /** Which of the small charts it is in. */
  chart?: string;
}

/** What is drawn: the study of the view, what its runs were set to, and studies beside it. */
export interface Drawn {
  comparison: Comparison;
  table?: SettingsTable | undefined;
  others?: readonly OtherStudy[];
}

/**
 * Variants in the order of the file, which also gives them their colours; outdated ones after them when asked for, then those
 * of other studies. Colours, means and charts by a setting where the state says so.
 */
export function entriesOf(
  { comparison, table, others = [] }: Drawn,
  state: StateOf<'curves'>,
  theme: Pick<Theme, 'scheme' | 'highContrast'>,
): VariantEntry[] {
  const { ofVariant, ofRun } = settingsLookup(table);
  const rows = comparison.rows.map((row) => ({
    key: row.variant,
    name: row.variant,
    variant: row.variant,
    startable: true,
    had: '',
    runs: row.runs,
    study: comparison.study,
    settings: ofVariant(row.variant),
  }));
  const current = new Set(comparison.rows.flatMap((row) => (row.runs.length > 0 ? [row.variant] : [])));
  // A run that goes on never disappears, and an old result stays until there is a new one.
  const earlier = earlierOf(comparison)
    .filter(
      ({ variant, place, runs }) =>
        state.showOutdated || (place === 0 && !current.has(variant)) || runs.some((run) => isActive(run.state)),
    )
    .map((one) => ({
      key: `earlier ${one.id}`,
      name: `${one.variant} (earlier settings${one.place > 0 ? ` ${one.place + 1}` : ''})`,
      variant: one.variant,
      startable: false,
      had: whyEarlier(one),
      runs: one.runs,
      study: comparison.study,
      settings: ofRun(one.runs[0]?.id),
    }));
  const beside = others.flatMap(({ label, comparison: { file, rows } }) =>
    rows.map((row) => ({
      key: `${file}\n${row.variant}`,
      name: `${row.variant} · ${label}`,
      variant: row.variant,
      startable: false,
      had: '',
      runs: row.runs,
      study: label,
      settings: ofRun(row.runs[0]?.id),
    })),
  );
  const all = [...rows, ...earlier, ...beside];
  const styled = all.map((row, index) => ({ ...row, style: lineStyle(index, theme.scheme, theme.highContrast) }));
  const hidden = new Set(state.hiddenVariants);
  return arranged(styled, state, theme).map((entry) => ({ ...entry, hidden: hidden.has(entry.key) }));
}

/** Mean of the newest scores of an entry's runs; undefined before the first. */
export function latest(entry: VariantEntry, split: Split, what: 'loss' | 'accuracy'): number | undefined {
  const values = entry.runs.flatMap((run) => run[split]?.[what] ?? []);
  return values.length > 0 ? meanOf(values) : undefined;
}

/** Hides or shows one entry; with `alone`, shows only it, or all again when it already is the only one. */
export function toggleHidden(entries: readonly VariantEntry[], key: string, alone: boolean): string[] {
  const hidden = entries.filter((e) => e.hidden).map((e) => e.key);
  if (alone) {
    const others = entries.filter((e) => e.key !== key).map((e) => e.key);
    const already = !hidden.includes(key) && others.every((o) => hidden.includes(o));
    return already ? [] : others;
  }
  return hidden.includes(key) ? hidden.filter((h) => h !== key) : [...hidden, key];
}
