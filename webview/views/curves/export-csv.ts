import { allMetrics, layersIn, parseMetric, type Series } from '../../../protocol/metrics.ts';
import type { RunSummary } from '../../../protocol/runs.ts';
import { csvField } from '../../../protocol/text/csv.ts';
import type { Channel } from '../../shared/channel.ts';

/** Values in one file, at most; a spreadsheet takes about a million rows. */
export const MAX_VALUES = 1_000_000;
const RUNS_AT_A_TIME = 8;

/** Everything that was logged of these runs, not only what the charts show. */
export async function pullEverything(
  channel: Channel,
  runs: readonly RunSummary[],
): Promise<{ series: Series[]; complete: boolean }> {
  const metrics = allMetrics(Math.max(0, ...runs.map((run) => layersIn(run.last))));
  const maxPoints = Math.max(64, Math.floor(MAX_VALUES / Math.max(1, runs.length * metrics.length)));
  const series: Series[] = [];
  for (let i = 0; i < runs.length; i += RUNS_AT_A_TIME) {
    const runIds = runs.slice(i, i + RUNS_AT_A_TIME).map((r) => r.id);
    series.push(...(await channel.request('runs/series', { runIds, metrics, maxPoints })));
  }
  return { series, complete: series.every((s) => s.total <= s.x.length) };
}

/** One row per logged value: tidy data, as every statistics package wants it; `counts` is 1 in the epoch that counts. */
export function curvesCsv(runs: readonly RunSummary[], series: readonly Series[]): string {
  const byId = new Map(runs.map((r) => [r.id, r]));
  const lines = ['variant,seed,run,split,layer,quantity,epoch,value,counts'];
  for (const s of series) {
    const run = byId.get(s.runId);
    if (!run) continue;
    const { split, layer, quantity } = parseMetric(s.metric)!;
    const start = `${csvField(run.variant)},${run.seed},${csvField(run.id)},${split ?? ''},${layer ?? ''},${quantity}`;
    s.x.forEach((x, i) => {
      lines.push(`${start},${x},${s.y[i] ?? 'NaN'},${x === run.result?.epoch ? 1 : 0}`);
    });
  }
  return `${lines.join('\n')}\n`;
}
