/** What charts draw of runs: their series as far as they have arrived, and what happened to them. */
import type { LineStyle } from '../../../protocol/drawing/palette.ts';
import type { Metric } from '../../../protocol/metrics.ts';
import { isActive, isResumable, type RunSummary } from '../../../protocol/runs.ts';
import type { AxisId } from '../../../protocol/views.ts';
import type { VariantInput } from '../../plot/curves/model.ts';
import { alongOf, placeAlong } from './along.ts';
import type { SeriesStore } from './pulled-series.ts';

/** Runs that make one curve. */
export interface Together {
  name: string;
  style: LineStyle;
  runs: readonly RunSummary[];
}

/** Those of which something has arrived. */
export function inputsOf(
  curves: readonly Together[],
  metric: Metric,
  axis: AxisId,
  store: SeriesStore,
): VariantInput[] {
  return curves
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
