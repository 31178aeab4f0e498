/** What uPlot is told of a chart: scales, axes, lines, bands and the crosshair. */
import type uPlot from 'uplot';
import { logTicks, type Range, tickLabels, valueRange } from '../../../protocol/drawing/scales.ts';
import { describeMetric } from '../../../protocol/metrics.ts';
import { AXES } from '../../shared/format.ts';
import { type Theme, withAlpha } from '../../shared/theme.ts';
import type { DenseLines } from './dense.ts';
import { nearest } from './grid.ts';
import { type Line, lonely } from './lines.ts';
import { type ChartModel, valueAxis } from './model.ts';

export interface ChartLook {
  theme: Theme;
  log: boolean;
  zoomX: Range | null;
  zoomY: Range | null;
  /** Least and greatest value of all charts that share this value axis; absent where it is alone. */
  shared?: readonly [number | null, number | null] | undefined;
  /** This variant stands out, the others step back. */
  emphasis: string | undefined;
}

/** What a chart shows. Its fields change while the plot lives: what is called later reads them then. */
export interface DrawnChart {
  model: ChartModel;
  look: ChartLook;
  lines: Line[];
}

/** Between ticks from left to right: 1, 2 or 5 times a power of ten, as nobody counts epochs by two and a half. */
const STEPS_OF_TIME = Array.from({ length: 15 }, (_, i) =>
  [1, 2, 5].map((factor) => Number(`${factor}e${i - 4}`)),
).flat();

/** How visible a variant is beside the one that stands out. */
export function alphaOf({ look: { emphasis } }: DrawnChart, name: string): number {
  return emphasis === undefined || emphasis === name ? 1 : 0.22;
}

export function valueScale(drawn: DrawnChart): uPlot.Scale {
  const { log } = drawn.look;
  return {
    distr: log ? 3 : 1,
    range: (_, low, high) => {
      const [least, greatest] = drawn.look.shared ?? [low, high];
      return valueRange(least, greatest, valueAxis(drawn.model, drawn.look.zoomY, log));
    },
  };
}

export function axes({ model, look: { theme, log } }: DrawnChart): uPlot.Axis[] {
  const percent = describeMetric(model.metric).unit === '%';
  const axis: uPlot.Axis = {
    stroke: theme.muted,
    font: theme.font,
    ticks: { show: false },
    grid: { stroke: theme.grid, width: 1 },
    border: { show: false },
  };
  return [
    {
      ...axis,
      size: 28,
      gap: 6,
      space: 64,
      values: (_, splits) => splits.map(AXES[model.axis].text),
      // There is no half of an epoch.
      incrs: model.axis === 'epoch' ? STEPS_OF_TIME.filter((step) => step >= 1) : STEPS_OF_TIME,
      ...(model.logX ? { splits: (_, __, min, max) => logTicks([min, max]), filter: (_, splits) => splits } : {}),
    },
    {
      ...axis,
      size: 54,
      gap: 8,
      space: 46,
      values: (_, splits) => tickLabels(splits, percent, log),
      ...(log ? { splits: (_, __, min, max) => logTicks([min, max]), filter: (_, splits) => splits } : {}),
    },
  ];
}

/** Between the smallest and the largest of the seeds. */
export function bands(drawn: DrawnChart): uPlot.Band[] {
  return drawn.lines.flatMap((line, i) => {
    if (line.role !== 'high') return [];
    const { colour } = drawn.model.curves[line.curve]!.style;
    const fill = (): string => withAlpha(colour, 0.16 * alphaOf(drawn, drawn.model.curves[line.curve]!.name));
    return [{ series: [i + 1, i] as [number, number], fill }];
  });
}

/** @param reset called on a double click */
export function cursor(drawn: DrawnChart, reset: () => void): uPlot.Cursor {
  const { curves } = drawn.model;
  const { theme } = drawn.look;
  return {
    y: false,
    // No dot where a curve has no point: it has not got that far.
    dataIdx: (_, __, index) => index,
    drag: { x: true, y: true, uni: 30, dist: 4, setScale: false },
    points: {
      size: 8,
      width: 2,
      stroke: theme.background,
      fill: (_, i) => curves[drawn.lines[i - 1]!.curve]!.style.colour,
      show: (_, i) =>
        (drawn.lines[i - 1]?.role === 'mean' ? document.createElement('div') : undefined) as unknown as HTMLElement,
    },
    move: (plot, left, top) => {
      if (left < 0) return [left, top];
      const { xs } = drawn.model;
      const x = xs[nearest(xs, plot.posToVal(left, 'x'))];
      const snapped = x === undefined ? left : plot.valToPos(x, 'x');
      return [snapped >= 0 && snapped <= plot.over.clientWidth ? snapped : left, top];
    },
    bind: {
      dblclick: () => () => {
        reset();
        return null;
      },
    },
  };
}

export function series(drawn: DrawnChart, { curve, role }: Line, dense: DenseLines): uPlot.Series {
  const { style, name } = drawn.model.curves[curve]!;
  const fade = role === 'mean' ? 1 : role === 'seed' ? 0.4 : role === 'raw' ? 0.28 : 0;
  const hidden = role === 'low' || role === 'high';
  const width = hidden ? 0 : role === 'mean' ? (drawn.look.theme.highContrast ? 2.5 : 2) : 1;
  const stroke = (): string => (hidden ? 'transparent' : withAlpha(style.colour, fade * alphaOf(drawn, name)));
  const dash = role === 'mean' || role === 'raw' ? [...style.dash] : [];
  return {
    label: name,
    stroke,
    width,
    paths: dense.paths(width, dash, stroke),
    dash,
    // A single evaluation makes no line; a dot shows that it is there.
    points: {
      show: () => role === 'mean' && lonely(drawn.model.curves[curve]!),
      size: 7,
      fill: style.colour,
    },
  };
}
