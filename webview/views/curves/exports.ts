/** What the view writes into files: the values as a table, the charts as a drawing. */
import { allMetrics, describeMetric, layersIn, parseMetric, type Series } from '../../../protocol/metrics.ts';
import type { RunSummary } from '../../../protocol/runs.ts';
import { csvField } from '../../../protocol/text/csv.ts';
import type { Chart } from '../../parts/curves/board.ts';
import { curvesSvg } from '../../plot/curves/export-svg.ts';
import type { Channel } from '../../shared/channel.ts';
import { pngOf } from '../../shared/png.ts';
import type { Session } from '../../shared/session.ts';
import type { VariantEntry } from './variants.ts';

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

/** By run: what was logged, by the names of the metrics; NaN is null. */
export function curvesJson(runs: readonly RunSummary[], series: readonly Series[]): string {
  const byRun = new Map<string, Record<string, { epochs: number[]; values: (number | null)[] }>>();
  for (const { runId, metric, x, y } of series) {
    if (x.length === 0) continue;
    const metrics = byRun.get(runId) ?? {};
    byRun.set(runId, metrics);
    metrics[metric] = { epochs: x, values: y };
  }
  const data = runs.map(({ id, study, variant, seed, result }) => ({
    ...{ run: id, study, variant, seed },
    ...(result && { epochThatCounts: result.epoch }),
    metrics: byRun.get(id) ?? {},
  }));
  return `${JSON.stringify({ runs: data })}\n`;
}

const WRITTEN = { csv: curvesCsv, json: curvesJson };

/** Every value that was logged of the runs shown. */
export function exportValues(
  session: Session<'curves'>,
  entries: readonly VariantEntry[],
  kind: keyof typeof WRITTEN,
): void {
  session.act('export', async () => {
    const runs = entries.flatMap((e) => e.runs);
    const { series, complete } = await pullEverything(session.channel, runs);
    session.export(session.exportName(`curves.${kind}`), WRITTEN[kind](runs, series));
    if (!complete) {
      session.notice = 'There are too many values for one file: it holds the extremes of each stretch of epochs.';
    }
  });
}

/** The charts as they are shown, with their legend. @param entries with what they are drawn with on white */
export function exportSvg(
  session: Session<'curves'>,
  charts: readonly Chart[],
  entries: readonly VariantEntry[],
): void {
  session.export(session.exportName('curves.svg'), drawing(session, charts, entries));
}

/** The same as a picture of dots. */
export function exportPng(
  session: Session<'curves'>,
  charts: readonly Chart[],
  entries: readonly VariantEntry[],
): void {
  session.act('export', async () => {
    const picture = await pngOf(drawing(session, charts, entries));
    session.exportPicture(session.exportName('curves.png'), picture);
  });
}

function drawing(session: Session<'curves'>, shown: readonly Chart[], entries: readonly VariantEntry[]): string {
  const { zoom, zoomY, logAxes, split } = session.state;
  const charts = shown.map(({ metric, of, model, whole }) => {
    const { quantity } = parseMetric(metric)!;
    return {
      title: `${describeMetric(metric).label}${of === undefined ? '' : `, ${of}`}`,
      model,
      whole,
      zoomX: zoom,
      zoomY: zoomY[quantity] ?? null,
      log: logAxes.includes(quantity),
    };
  });
  const heading = `${session.comparison?.study ?? session.target.study} (${split})`;
  return curvesSvg(heading, charts, entries);
}
