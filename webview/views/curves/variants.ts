import { earlierOf, whyEarlier } from '../../../protocol/comparison/earlier.ts';
import { type LineStyle, lineStyle } from '../../../protocol/drawing/palette.ts';
import type { Metric, Split } from '../../../protocol/metrics.ts';
import { type Comparison, isActive, isResumable, type RunSummary } from '../../../protocol/runs.ts';
import { meanOf } from '../../../protocol/statistics.ts';
import type { AxisId, StateOf } from '../../../protocol/views.ts';
import type { VariantInput } from '../../plot/model.ts';
import type { Theme } from '../../shared/theme.ts';
import { alongOf, placeAlong } from './axes/along.ts';
import type { SeriesStore } from './pulled-series.ts';

/** One entry of the legend: a variant as the file has it now, or one trained with earlier settings. */
export interface VariantEntry {
  /** Name of the variant; `(earlier settings)` is added for outdated runs. */
  name: string;
  variant: string;
  outdated: boolean;
  /** What its settings were, where they are not those of the file. */
  had: string;
  style: LineStyle;
  runs: RunSummary[];
  hidden: boolean;
}

/** Variants in the order of the file, which also gives them their colours; outdated ones after them when asked for. */
export function entriesOf(
  comparison: Comparison,
  state: StateOf<'curves'>,
  theme: Pick<Theme, 'scheme' | 'highContrast'>,
): VariantEntry[] {
  const rows = comparison.rows.map((row) => ({
    name: row.variant,
    variant: row.variant,
    outdated: false,
    had: '',
    place: 0,
    runs: row.runs,
  }));
  const current = new Set(comparison.rows.flatMap((row) => (row.runs.length > 0 ? [row.variant] : [])));
  // A run that goes on never disappears, and an old result stays until there is a new one.
  const earlier = earlierOf(comparison).map((one) => ({
    name: `${one.variant} (earlier settings${one.place > 0 ? ` ${one.place + 1}` : ''})`,
    variant: one.variant,
    outdated: true,
    had: whyEarlier(one),
    place: one.place,
    runs: one.runs,
  }));
  const outdated = earlier.filter(
    ({ variant, place, runs }) =>
      state.showOutdated || (place === 0 && !current.has(variant)) || runs.some((run) => isActive(run.state)),
  );
  const hidden = new Set(state.hiddenVariants);
  return [...rows, ...outdated].map((row, index) => ({
    ...row,
    style: lineStyle(index, theme.scheme, theme.highContrast),
    hidden: hidden.has(row.name),
  }));
}

/** What a chart draws of the entries: the visible ones, with the series that have arrived. */
export function inputsOf(
  entries: readonly VariantEntry[],
  metric: Metric,
  axis: AxisId,
  store: SeriesStore,
): VariantInput[] {
  return entries
    .filter((e) => !e.hidden)
    .map(({ name, style, runs }) => {
      const parts = runs.map((run) => partOf(run, metric, axis, store));
      return {
        name,
        style,
        warned: parts.flatMap(({ warned }) => warned),
        counting: parts.flatMap(({ counting }) => counting),
        resumed: parts.flatMap(({ resumed }) => resumed),
        ended: parts.flatMap(({ ended }) => ended),
        seeds: parts.flatMap(({ seeds }) => seeds),
      };
    })
    .filter((v) => v.seeds.length > 0);
}

type Part = Required<Pick<VariantInput, 'warned' | 'counting' | 'resumed' | 'ended' | 'seeds'>>;

/** What one run adds: nothing before it is known where its epochs lie on the axis. */
function partOf(run: RunSummary, metric: Metric, axis: AxisId, store: SeriesStore): Part {
  const { state, result, epoch, warnings = [], resumed = [] } = run;
  const along = axis === 'epoch' ? undefined : alongOf(store.get(run.id, `run.${axis}`));
  const series = store.get(run.id, metric);
  if (!series || series.x.length === 0 || (axis !== 'epoch' && !along))
    return { warned: [], counting: [], resumed: [], ended: [], seeds: [] };
  const placeOnAxis = (x: number): number => (along ? placeAlong(along, x) : x);
  const kind = state === 'failed' ? 'failed' : isResumable(state) ? 'stopped' : undefined;
  return {
    warned: warnings.map(({ since }) => placeOnAxis(since)),
    counting: result && !isActive(state) && result.epoch !== epoch ? [placeOnAxis(result.epoch)] : [],
    resumed: resumed.map(placeOnAxis),
    ended: kind ? [{ x: placeOnAxis(run.progress * run.epochs), kind }] : [],
    seeds: [{ seed: run.seed, series, ...(along && { along: series.x.map(placeOnAxis) }) }],
  };
}

/** Mean of the newest scores of an entry's runs; undefined before the first. */
export function latest(entry: VariantEntry, split: Split, what: 'loss' | 'accuracy'): number | undefined {
  const values = entry.runs.flatMap((run) => run[split]?.[what] ?? []);
  return values.length > 0 ? meanOf(values) : undefined;
}

/** Hides or shows one entry; with `alone`, shows only it, or all again when it already is the only one. */
export function toggleHidden(entries: readonly VariantEntry[], name: string, alone: boolean): string[] {
  const hidden = entries.filter((e) => e.hidden).map((e) => e.name);
  if (alone) {
    const others = entries.filter((e) => e.name !== name).map((e) => e.name);
    const already = !hidden.includes(name) && others.every((o) => hidden.includes(o));
    return already ? [] : others;
  }
  return hidden.includes(name) ? hidden.filter((h) => h !== name) : [...hidden, name];
}
