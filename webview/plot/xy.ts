/** A chart of a few lines over a quantity other than epochs, as SVG: what is drawn is what is exported. */
import { html, type SVGTemplateResult, svg, type TemplateResult } from 'lit';
import type { LineStyle } from './palette.ts';
import { logTicks, type Range, tickLabels, ticks } from './scales.ts';

export interface XyLine {
  /** Whether each point is marked; by default yes. */
  dots?: boolean;
  name: string;
  style: LineStyle;
  /** Ascending in x; y null breaks the line. `low` and `high` are drawn as a band. */
  points: readonly { x: number; y: number | null; low?: number; high?: number }[];
}

export interface XyAxis {
  name: string;
  log?: boolean;
  percent?: boolean;
  /** Values that are shown in any case. */
  include?: readonly number[];
}

export interface XyChart {
  title: string;
  x: XyAxis;
  y: XyAxis;
  lines: readonly XyLine[];
  /** A horizontal line with a name: chance, the clean accuracy. */
  marks?: readonly { y: number; name: string }[];
}

const WIDTH = 460;
const HEIGHT = 250;
const BOX = { left: 58, right: 10, top: 12, bottom: 40 };

/** The chart with its title; reading values is for the table beside it. */
export function xyChart(chart: XyChart): TemplateResult {
  return html`<figure class="xy">
    <figcaption><h3>${chart.title}</h3></figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${describe(chart)}>${body(chart)}</svg>
  </figure>`;
}

function describe({ title, x, y, lines }: XyChart): string {
  return `${title}: ${y.name} over ${x.name} for ${lines.map(({ name }) => name).join(', ')}`;
}

function body({ x, y, lines, marks = [] }: XyChart): SVGTemplateResult {
  const all = lines.flatMap(({ points }) => points);
  const ys = all.flatMap(({ y: value, low, high }) => [value, low, high]).filter((v) => typeof v === 'number');
  const toX = scaleOf(
    x,
    all.map((point) => point.x),
    [BOX.left, WIDTH - BOX.right],
    false,
  );
  const toY = scaleOf(y, [...ys, ...marks.map((mark) => mark.y)], [HEIGHT - BOX.bottom, BOX.top], true);
  const clip = (value: number): string => value.toFixed(1);
  return svg`
    ${toY.ticks.map(
      (value, i) => svg`<path class="grid" d="M${BOX.left} ${clip(toY.at(value))}H${WIDTH - BOX.right}"/>
        <text class="tick" x=${BOX.left - 8} y=${toY.at(value) + 4} text-anchor="end">${toY.labels[i]}</text>`,
    )}
    ${toX.ticks.map(
      (value, i) =>
        svg`<text class="tick" x=${toX.at(value)} y=${HEIGHT - BOX.bottom + 16} text-anchor="middle">${toX.labels[i]}</text>`,
    )}
    <text class="axis-name" x=${(BOX.left + WIDTH - BOX.right) / 2} y=${HEIGHT - 6} text-anchor="middle">${x.name}</text>
    <text class="axis-name" transform="translate(12 ${(HEIGHT - BOX.bottom + BOX.top) / 2}) rotate(-90)" text-anchor="middle">${y.name}</text>
    ${marks.map(
      ({ y: value, name }) => svg`<path class="mark" d="M${BOX.left} ${clip(toY.at(value))}H${WIDTH - BOX.right}"/>
        <text class="mark-name" x=${WIDTH - BOX.right - 4} y=${toY.at(value) - 4} text-anchor="end">${name}</text>`,
    )}
    ${lines.map((line) => lineOf(line, toX.at, toY.at))}`;
}

function lineOf(
  { points, style, dots = true }: XyLine,
  x: (v: number) => number,
  y: (v: number) => number,
): SVGTemplateResult {
  let path = '';
  let open = false;
  for (const point of points) {
    const usable = point.y !== null && Number.isFinite(y(point.y));
    if (usable) path += `${open ? 'L' : 'M'}${x(point.x).toFixed(1)} ${y(point.y!).toFixed(1)}`;
    open = usable;
  }
  const banded = points.filter(({ low, high }) => low !== undefined && high !== undefined && Number.isFinite(y(low)));
  const corner = (px: number, value: number): string => `${x(px).toFixed(1)} ${y(value).toFixed(1)}`;
  const outline = [
    ...banded.map((point) => corner(point.x, point.high!)),
    ...banded.map((point) => corner(point.x, point.low!)).reverse(),
  ];
  const dash = style.dash.join(' ');
  return svg`
    ${outline.length > 0 ? svg`<path d="M${outline.join('L')}Z" fill=${style.colour} fill-opacity="0.16"/>` : ''}
    <path class="line" d=${path || 'M0 0'} fill="none" stroke=${style.colour} stroke-width="2" stroke-dasharray=${dash || 'none'}/>
    ${points.map(({ x: px, y: value }) =>
      dots && value !== null && Number.isFinite(y(value))
        ? svg`<circle cx=${x(px)} cy=${y(value)} r="2.5" fill=${style.colour}/>`
        : '',
    )}`;
}

/** Evenly thinned, so that at most `most` are left. */
function thinned(all: readonly number[], most: number): number[] {
  const step = Math.ceil(all.length / most);
  return all.filter((_, i) => i % step === 0);
}

interface Scale {
  at(value: number): number;
  ticks: number[];
  labels: string[];
}

function scaleOf(axis: XyAxis, values: readonly number[], [from, to]: Range, room: boolean): Scale {
  const { log = false, percent = false, include = [] } = axis;
  const usable = [...values, ...include].filter((v) => Number.isFinite(v) && (!log || v > 0));
  let low = Math.min(...usable);
  let high = Math.max(...usable);
  if (usable.length === 0) [low, high] = log ? [0.1, 10] : [0, 1];
  if (low === high)
    [low, high] = log ? [low / 2, high * 2] : [low - 0.5 * Math.abs(low || 1), high + 0.5 * Math.abs(high || 1)];
  const given = new Set(include);
  if (room && !log) {
    const more = 0.05 * (high - low);
    if (!given.has(low)) low -= more;
    if (!given.has(high)) high += more;
  }
  const place = (v: number): number => (log ? Math.log(v) : v);
  const span = place(high) - place(low);
  const at = (v: number): number => from + ((place(v) - place(low)) / span) * (to - from);
  const marks = log
    ? thinned(logTicks([low, high]), Math.abs(to - from) / 26)
    : ticks([low, high], Math.abs(to - from) / 60);
  return { at, ticks: marks, labels: tickLabels(marks, percent, log) };
}
