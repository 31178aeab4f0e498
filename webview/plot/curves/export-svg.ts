import type { LineStyle } from '../../../protocol/drawing/palette.ts';
import { epochRange, logTicks, type Range, tickLabels, ticks, valueRange } from '../../../protocol/drawing/scales.ts';
import { describeMetric } from '../../../protocol/metrics.ts';
import { AXES } from '../../shared/format.ts';
import { escapeXml } from '../xml.ts';
import { extremes } from './extremes.ts';
import type { Aligned } from './grid.ts';
import { BANDS, type ChartModel, type Curve, meanText, valueAxis } from './model.ts';
import { stacked } from './stack.ts';

export interface SvgChart {
  title: string;
  model: ChartModel;
  /** What its value axis is long enough for; absent where that is the model itself. */
  whole?: ChartModel | undefined;
  zoomX: Range | null;
  zoomY: Range | null;
  log: boolean;
}

const WIDTH = 380;
const HEIGHT = 260;
const LEFT = 56;
const GAP = 24;
const TOP = 56;
/** Charts beside each other, and from one row of them to the next. */
const MAX_ACROSS = 4;
const ROW = HEIGHT + 84;
const LEGEND_COLUMN = 210;
const LEGEND_LINE = 18;

/**
 * The charts side by side, in rows where there are many, with a legend, black on white, as a figure for a paper.
 * @param entries all curves in their order, with what they are drawn with on white
 */
export function curvesSvg(
  heading: string,
  charts: readonly SvgChart[],
  entries: readonly { name: string; style: LineStyle }[],
): string {
  const across = Math.max(1, Math.min(charts.length, MAX_ACROSS));
  const total = LEFT + across * WIDTH + (across - 1) * (GAP + LEFT) + 16;
  const shown = new Set(charts.flatMap(({ model }) => model.curves.map(({ name }) => name)));
  const names = entries.flatMap(({ name }) => (shown.has(name) ? [name] : []));
  const columns = Math.max(1, Math.floor((total - LEFT) / LEGEND_COLUMN));
  const rows = Math.max(1, Math.ceil(charts.length / across));
  const legendTop = TOP + (rows - 1) * ROW + HEIGHT + 52;
  const height = legendTop + Math.ceil(names.length / columns) * LEGEND_LINE + 8;
  const styles = new Map(entries.map(({ name, style }) => [name, style]));
  const style = (name: string): LineStyle => styles.get(name)!;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${total}" height="${height}" viewBox="0 0 ${total} ${height}" font-family="Helvetica, Arial, sans-serif" font-size="11" fill="#222222">`,
    `<title>${escapeXml(heading)}</title>`,
    `<rect width="${total}" height="${height}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="24" font-size="14" font-weight="bold">${escapeXml(heading)}</text>`,
    ...charts.map((chart, i) => {
      const group = chartGroup(chart, LEFT + (i % across) * (WIDTH + GAP + LEFT), i, style);
      const row = Math.floor(i / across);
      return row === 0 ? group : `<g transform="translate(0 ${row * ROW})">${group}</g>`;
    }),
    ...names.map((name, i) => {
      const x = LEFT + (i % columns) * LEGEND_COLUMN;
      const y = legendTop + Math.floor(i / columns) * LEGEND_LINE;
      return `<g class="legend"><path d="M${x} ${y - 4}h22" ${stroke(style(name), 2)}/><text x="${x + 28}" y="${y}">${escapeXml(name)}</text></g>`;
    }),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

function chartGroup(chart: SvgChart, left: number, number: number, style: (name: string) => LineStyle): string {
  const { model, log } = chart;
  const percent = describeMetric(model.metric).unit === '%';
  const rangeX = epochRange(model.xs, chart.zoomX, model.logX);
  const [low, high] = extremes(chart.whole ?? model, rangeX, log);
  const rangeY = valueRange(low, high, valueAxis(chart.whole ?? model, chart.zoomY, log));
  const x = (v: number): number => left + shareOf(v, rangeX, model.logX) * WIDTH;
  const y = (v: number): number => TOP + HEIGHT - shareOf(v, rangeY, log) * HEIGHT;
  const ticksY = log ? logTicks(rangeY) : ticks(rangeY, 6);
  const labels = tickLabels(ticksY, percent, log);
  const clip = `plot-${number}`;
  const lines = model.curves.flatMap((curve) => curvePaths(curve, model.xs, x, y, style(curve.name)));
  return [
    `<g class="chart"><clipPath id="${clip}"><rect x="${left}" y="${TOP}" width="${WIDTH}" height="${HEIGHT}"/></clipPath>`,
    `<text x="${left}" y="${TOP - 10}" font-weight="bold">${escapeXml(chart.title)}${percent ? ' (%)' : ''}</text>`,
    ...ticksY.map(
      (v, i) =>
        `<path d="M${left} ${n(y(v))}h${WIDTH}" stroke="#e3e3e3"/><text x="${left - 8}" y="${n(y(v) + 4)}" text-anchor="end">${labels[i]}</text>`,
    ),
    ...(model.logX ? logTicks(rangeX) : ticks(rangeX, 6, [1, 2, 5, 10])).map(
      (v) => `<text x="${n(x(v))}" y="${TOP + HEIGHT + 16}" text-anchor="middle">${AXES[model.axis].text(v)}</text>`,
    ),
    `<path d="M${left} ${TOP}V${TOP + HEIGHT}h${WIDTH}" fill="none" stroke="#222222"/>`,
    `<text x="${left + WIDTH / 2}" y="${TOP + HEIGHT + 32}" text-anchor="middle">${AXES[model.axis].name}${bandText(model)}</text>`,
    `<g clip-path="url(#${clip})" fill="none" stroke-linejoin="round">`,
    ...lines,
    ...warningPaths(model.curves, x, style),
    '</g></g>',
  ].join('\n');
}

/** Where a value is in a range, from 0 to 1. */
function shareOf(value: number, [from, to]: Range, log = false): number {
  const scale = (v: number): number => (log ? Math.log(Math.max(v, Number.MIN_VALUE)) : v);
  return (scale(value) - scale(from)) / (scale(to) - scale(from));
}

/** What the bands are; empty where there are none. */
function bandText(model: ChartModel): string {
  const text = model.curves.some(({ low }) => low) ? BANDS[model.band] : '';
  return text && ` (${meanText(model)}; band: ${text})`;
}

function curvePaths(
  curve: Curve,
  xs: readonly number[],
  x: (v: number) => number,
  y: (v: number) => number,
  style: LineStyle,
): string[] {
  const out: string[] = [];
  if (curve.low && curve.high) {
    const points = (values: Aligned): string[] =>
      xs.flatMap((value, i) => (typeof values[i] === 'number' ? [`${n(x(value))} ${n(y(values[i]))}`] : []));
    const outline = [...points(curve.high), ...points(curve.low).reverse()];
    if (outline.length > 0) out.push(`<path d="M${outline.join('L')}Z" fill="${style.colour}" fill-opacity="0.15"/>`);
  }
  const thin = [...(curve.raw ? [curve.raw] : []), ...(curve.seeds ?? [])];
  for (const values of thin)
    out.push(`<path d="${line(values, xs, x, y)}" ${stroke(style, 0.8)} stroke-opacity="0.35"/>`);
  out.push(`<path class="mean" d="${line(curve.mean, xs, x, y)}" ${stroke(style, 1.8)}/>`);
  for (const mark of curve.notANumber) {
    const cx = x(mark.x);
    const cy = mark.y === undefined ? TOP + HEIGHT - 5 : y(mark.y);
    out.push(
      `<path class="nan" d="M${n(cx - 4)} ${n(cy - 4)}l8 8m0-8-8 8" stroke="${style.colour}" stroke-width="1.8"/>`,
    );
  }
  for (const { x: epoch, y: value } of curve.counting)
    out.push(
      `<circle class="counts" cx="${n(x(epoch))}" cy="${n(y(value))}" r="4.5" fill="none" stroke="${style.colour}" stroke-width="1.8"/>`,
    );
  for (const { x: place, y: value } of curve.resumed)
    out.push(
      `<path class="resumed" d="M${n(x(place) - 4)} ${n(y(value) - 5)}l9 5l-9 5Z" fill="#ffffff" stroke="${style.colour}" stroke-width="1.5"/>`,
    );
  for (const { x: place, y: value, kind } of curve.ended)
    out.push(
      kind === 'stopped'
        ? `<path class="stopped" d="M${n(x(place) - 2.5)} ${n(y(value) - 5)}v10m5-10v10" stroke="${style.colour}" stroke-width="1.8"/>`
        : `<path class="failed" d="M${n(x(place) - 4)} ${n(y(value) - 4)}h8v8h-8Z" fill="${style.colour}"/>`,
    );
  return out;
}

/** Height of a warning's sign, with the room above it. */
const SIGN = 13;

function warningPaths(
  curves: readonly Curve[],
  x: (v: number) => number,
  style: (name: string) => LineStyle,
): string[] {
  const signs = curves.flatMap((curve) => curve.warned.map((epoch) => ({ of: curve, at: x(epoch) })));
  return stacked(signs, SIGN, Math.floor(HEIGHT / SIGN)).map(
    ({ of, at, level }) =>
      `<path class="warned" d="M${n(at)} ${TOP + HEIGHT - 11 - level * SIGN}l5 9h-10Z" stroke="${style(of.name).colour}" stroke-width="1.8"/>`,
  );
}

function line(values: Aligned, xs: readonly number[], x: (v: number) => number, y: (v: number) => number): string {
  let path = '';
  let open = false;
  values.forEach((value, i) => {
    if (value === null) open = false;
    if (typeof value !== 'number') return;
    path += `${open ? 'L' : 'M'}${n(x(xs[i]!))} ${n(y(value))}`;
    open = true;
  });
  return path || 'M0 0';
}

function stroke(style: LineStyle, width: number): string {
  const dash = style.dash.length > 0 ? ` stroke-dasharray="${style.dash.join(' ')}"` : '';
  return `stroke="${style.colour}" stroke-width="${width}"${dash}`;
}

/** Two decimals are a hundredth of a pixel. */
function n(value: number): string {
  return String(Math.round(value * 100) / 100);
}
