/** The charts there are: one for each metric, or small ones beside each other. */
import type { Metric } from '../../../../protocol/metrics.ts';
import type { Chart } from '../../../parts/curves/board.ts';
import { panelKey } from '../../../parts/curves/panel.ts';
import type { ChartModel } from '../../../plot/curves/model.ts';
import type { VariantEntry } from '../variants.ts';
import { sortedValues } from './groups.ts';

/** More small charts of one metric are not drawn: nobody would see anything. */
export const MAX_SMALL = 24;

/** @param left small charts of each metric that there is no room for */
export function chartsOf(
  models: ReadonlyMap<Metric, ChartModel>,
  entries: readonly VariantEntry[],
): { charts: Chart[]; left: number } {
  const shown = entries.filter(({ hidden, chart }) => !hidden && chart !== undefined);
  const values = sortedValues(shown.map(({ chart }) => chart!));
  if (values.length === 0)
    return { charts: [...models].map(([metric, model]) => ({ key: panelKey(metric), metric, model })), left: 0 };
  const names = new Map(values.map((value) => [value, new Set<string>()]));
  for (const { chart, name } of shown) names.get(chart!)!.add(name);
  const charts = [...models].flatMap(([metric, whole]) =>
    values.slice(0, MAX_SMALL).map((of): Chart => {
      const curves = whole.curves.filter(({ name }) => names.get(of)!.has(name));
      return { key: `${panelKey(metric)} ${of}`, metric, of, model: { ...whole, curves }, whole };
    }),
  );
  return { charts, left: values.length - Math.min(values.length, MAX_SMALL) };
}
