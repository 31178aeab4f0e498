/** Curves of a variant beside those of the reference, as one small SVG picture. */

import { lineStyle } from '../../../protocol/drawing/palette.ts';
import type { Scheme } from '../../../protocol/drawing/scheme.ts';
import { planXy, type XyChart } from '../../../protocol/drawing/xy.ts';
import type { Metric, Series } from '../../../protocol/metrics.ts';
import type { ComparisonRow, RunSummary } from '../../../protocol/runs.ts';
import { plainLine } from '../../../protocol/text/plain-text.ts';
import { t } from '../../base/words.ts';

/** Of the picture on the screen, against its own units: a hover has room for no more. */
const SCALE = 0.72;
/** Seeds of each of the two that are drawn. */
const MAX_SEEDS = 8;

export interface Drawn {
  variant: string;
  /** Place in the file, which its colour comes from. */
  index: number;
  runs: RunSummary[];
}

/** The variant and, where that is another one, the reference; without those that have nothing to draw yet. */
export function drawnOf(rows: readonly Pick<ComparisonRow, 'variant' | 'runs'>[], variant: string): Drawn[] {
  return rows.flatMap((row, index) => {
    if (row.variant !== variant && index !== 0) return [];
    const runs = row.runs.filter(({ epoch }) => epoch > 0).slice(0, MAX_SEEDS);
    return runs.length > 0 ? [{ variant: row.variant, index, runs }] : [];
  });
}

/** The accuracy that says most of what all of them have. */
export function metricOf(drawn: readonly Drawn[]): Metric {
  const runs = drawn.flatMap((one) => one.runs);
  if (runs.every(({ validation }) => validation)) return 'validation.accuracy';
  return runs.every(({ test }) => test) ? 'test.accuracy' : 'train.accuracy';
}

/** A line for each seed over epochs; text of the file is escaped. */
export function pictureOf(drawn: readonly Drawn[], metric: Metric, series: readonly Series[], scheme: Scheme): string {
  const split = {
    validation: t('Validation accuracy, %'),
    test: t('Test accuracy, %'),
    train: t('Training accuracy, %'),
  };
  const title = split[metric.split('.')[0] as keyof typeof split];
  const byRun = new Map(series.map((one) => [one.runId, one]));
  const lines: XyChart['lines'] = drawn.flatMap(({ variant, index, runs }) =>
    runs.flatMap(({ id }) => {
      const found = byRun.get(id);
      if (!found) return [];
      const points = found.x.map((x, i) => ({ x, y: found.y[i] ?? null }));
      return [{ name: variant, style: lineStyle(index, scheme), points, dots: points.length === 1 }];
    }),
  );
  const plan = planXy({ title, x: { name: t('Epoch') }, y: { name: title, percent: true }, lines });
  const [text, faint] = scheme === 'dark' ? ['#cccccc', '#6b6b6b'] : ['#3b3b3b', '#a0a0a0'];
  const { box, width, height } = plan;
  const label = (x: number, y: number, anchor: string, words: string, fill = text): string =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${fill}">${escaped(words)}</text>`;
  const legend = drawn.map(({ variant, index }, i) => {
    const y = 14 + 18 * i;
    const name = variant.length > 40 ? `${variant.slice(0, 39)}…` : variant;
    const { colour, dash } = lineStyle(index, scheme);
    return `<line x1="${box.left}" x2="${box.left + 22}" y1="${y - 4}" y2="${y - 4}" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash.join(' ')}"/>${label(box.left + 28, y, 'start', name)}`;
  });
  const top = 18 * drawn.length + 4;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${SCALE * width}" height="${SCALE * (height + top)}" viewBox="0 0 ${width} ${height + top}" font-family="sans-serif" font-size="13">`,
    ...legend,
    `<g transform="translate(0 ${top})">`,
    ...plan.rows.map(
      ({ y, label: value }) =>
        `<line x1="${box.left}" x2="${box.right}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}" stroke="${faint}" stroke-opacity="0.4"/>${label(box.left - 6, y + 4, 'end', value)}`,
    ),
    ...plan.columns.map(({ x, label: value }) => label(x, box.bottom + 16, 'middle', value)),
    ...plan.lines.map(
      ({ path, style, dots }) =>
        `<path d="${path}" fill="none" stroke="${style.colour}" stroke-width="1.6" stroke-dasharray="${style.dash.join(' ')}"/>${dots.map(({ x, y }) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="2.5" fill="${style.colour}"/>`).join('')}`,
    ),
    label((box.left + box.right) / 2, box.bottom + 32, 'middle', t('Epoch')),
    `<text transform="translate(14 ${(box.top + box.bottom) / 2}) rotate(-90)" text-anchor="middle" fill="${text}">${escaped(title)}</text>`,
    '</g></svg>',
  ].join('');
}

function escaped(text: string): string {
  return plainLine(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
