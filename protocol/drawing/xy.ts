/** Where everything of a chart of a few lines over a quantity lies, as plain data: a panel and a report draw the same. */
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
  /** What is marked on it in place of round numbers. */
  ticks?: readonly number[];
}

export interface XyChart {
  title: string;
  x: XyAxis;
  y: XyAxis;
  lines: readonly XyLine[];
  /** A horizontal line with a name: chance, the clean accuracy. */
  marks?: readonly { y: number; name: string }[];
}

/** In units of the picture, y downwards. */
export interface XyPlan {
  width: number;
  height: number;
  /** Which lines are 0 where, on a logarithmic axis, which has no 0; empty where none is. */
  zeros: string;
  /** What is seen, in words. */
  description: string;
  box: { left: number; right: number; top: number; bottom: number };
  rows: { y: number; label: string }[];
  columns: { x: number; label: string }[];
  marks: { y: number; name: string }[];
  /** Paths as SVG has them; `band` is empty where there is none. */
  lines: { name: string; style: LineStyle; path: string; band: string; dots: { x: number; y: number }[] }[];
}

const WIDTH = 460;
const HEIGHT = 250;
const BOX = { left: 58, right: WIDTH - 20, top: 12, bottom: HEIGHT - 40 };

export function planXy({ title, x, y, lines, marks = [] }: XyChart): XyPlan {
  const all = lines.flatMap(({ points }) => points);
  const ys = all.flatMap(({ y: value, low, high }) => [value, low, high]).filter((v) => typeof v === 'number');
  const toX = scaleOf(
    x,
    all.map((point) => point.x),
    [BOX.left, BOX.right],
    false,
  );
  const toY = scaleOf(y, [...ys, ...marks.map((mark) => mark.y)], [BOX.bottom, BOX.top], true);
  return {
    width: WIDTH,
    height: HEIGHT,
    zeros: y.log ? zerosOf(lines, x.name) : '',
    description: `${title}: ${y.name} over ${x.name} for ${lines.map(({ name }) => name).join(', ')}`,
    box: BOX,
    rows: toY.ticks.map((value, i) => ({ y: toY.position(value), label: toY.labels[i]! })),
    columns: toX.ticks.map((value, i) => ({ x: toX.position(value), label: toX.labels[i]! })),
    marks: marks.map(({ y: value, name }) => ({ y: toY.position(value), name })),
    lines: lines.map((line) => ({ name: line.name, style: line.style, ...pathsOf(line, toX.position, toY.position) })),
  };
}

/** One sentence; lines that are 0 at the same places are named together. */
function zerosOf(lines: readonly XyLine[], unit: string): string {
  const names = new Map<string, string[]>();
  for (const { name, points } of lines) {
    const where = whereZero(
      points.filter(({ y }) => y !== null),
      unit,
    );
    if (where !== '') names.set(where, [...(names.get(where) ?? []), name]);
  }
  const parts = [...names].map(([where, those]) => `${those.join(', ')} ${where}`);
  return parts.length > 0 ? `0 (not on a logarithmic axis): ${parts.join('; ')}` : '';
}

function whereZero(points: XyLine['points'], unit: string): string {
  const zero = points.flatMap(({ y }, i) => (y === 0 ? [i] : []));
  if (zero.length === 0) return '';
  if (zero.length === points.length) return 'everywhere';
  const [first, last] = [zero[0]!, zero.at(-1)!];
  const at = (i: number): string => `${unit} ${Number(points[i]!.x.toPrecision(4))}`;
  if (last - first + 1 > zero.length) return `at ${zero.length} of ${points.length} points`;
  if (last === points.length - 1) return `from ${at(first)} on`;
  return first === 0
    ? `up to ${at(last)}`
    : first === last
      ? `at ${at(first)}`
      : `from ${at(first)} to ${at(last).slice(unit.length + 1)}`;
}

type Place = (value: number) => number;

function pathsOf({ points, dots = true }: XyLine, x: Place, y: Place): Omit<XyPlan['lines'][number], 'name' | 'style'> {
  const corner = (px: number, value: number): string => `${x(px).toFixed(1)} ${y(value).toFixed(1)}`;
  let path = '';
  let open = false;
  for (const point of points) {
    const usable = point.y !== null && Number.isFinite(y(point.y));
    if (usable) path += `${open ? 'L' : 'M'}${corner(point.x, point.y!)}`;
    open = usable;
  }
  const banded = points.filter(({ low, high }) => low !== undefined && high !== undefined && Number.isFinite(y(low)));
  const outline = [
    ...banded.map((point) => corner(point.x, point.high!)),
    ...banded.map((point) => corner(point.x, point.low!)).reverse(),
  ];
  return {
    path: path || 'M0 0',
    band: outline.length > 0 ? `M${outline.join('L')}Z` : '',
    dots: points.flatMap((point) =>
      dots && point.y !== null && Number.isFinite(y(point.y)) ? [{ x: x(point.x), y: y(point.y) }] : [],
    ),
  };
}

/** Evenly thinned, so that at most `limit` are left. */
function thinned(all: readonly number[], limit: number): number[] {
  const step = Math.ceil(all.length / limit);
  return all.filter((_, i) => i % step === 0);
}

/** Without those whose labels would run into the one before. */
function apart(all: readonly number[], position: Place): number[] {
  let last = Number.NEGATIVE_INFINITY;
  return all.filter((value) => {
    const free = position(value) - last >= 26;
    if (free) last = position(value);
    return free;
  });
}

interface Scale {
  position: Place;
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
  const included = new Set(include);
  if (room && !log) {
    const more = 0.05 * (high - low);
    if (!included.has(low)) low -= more;
    if (!included.has(high)) high += more;
  }
  const place = (v: number): number => (log ? Math.log(v) : v);
  const span = place(high) - place(low);
  const position = (v: number): number => from + ((place(v) - place(low)) / span) * (to - from);
  const marks = axis.ticks
    ? apart(axis.ticks, position)
    : log
      ? thinned(logTicks([low, high]), Math.abs(to - from) / 26)
      : ticks([low, high], Math.abs(to - from) / (room ? 40 : 60));
  return { position, ticks: marks, labels: tickLabels(marks, percent, log) };
}
