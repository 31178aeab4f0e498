/** What the view writes into files: the values as a table, the charts as a drawing. */
import { describeMetric } from '../../../protocol/metrics.ts';
import { curvesSvg } from '../../plot/export-svg.ts';
import type { ChartModel } from '../../plot/model.ts';
import type { Session } from '../../shared/session.ts';
import { curvesCsv, pullEverything } from './export-csv.ts';
import type { ChartPanel } from './panel.ts';
import type { VariantEntry } from './variants.ts';

/** Every value that was logged of the runs shown. */
export function exportCsv(session: Session<'curves'>, entries: readonly VariantEntry[]): void {
  session.act('export', async () => {
    const runs = entries.flatMap((e) => e.runs);
    const { series, complete } = await pullEverything(session.channel, runs);
    session.export(session.exportName('curves.csv'), curvesCsv(runs, series));
    if (!complete) {
      session.notice = 'There are too many values for one file: it holds the extremes of each stretch of epochs.';
    }
  });
}

/** The charts as they are shown, with their legend. */
export function exportSvg(
  session: Session<'curves'>,
  shown: readonly { part: ChartPanel; model: ChartModel }[],
  entries: readonly VariantEntry[],
): void {
  const { zoom, zoomY, logAxes } = session.state;
  const charts = shown.map(({ part, model }) => ({
    title: describeMetric(model.metric).label,
    model,
    zoomX: zoom,
    zoomY: zoomY[part.quantity] ?? null,
    log: logAxes.includes(part.quantity),
  }));
  const order = entries.map((e) => e.name);
  const heading = `${session.comparison?.study ?? session.target.study} (${session.state.split})`;
  session.export(session.exportName('curves.svg'), curvesSvg(heading, charts, order));
}
