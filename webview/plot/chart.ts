import uPlot from 'uplot';
import { epochRange, logTicks, type Range, tickLabels, valueRange } from '../../protocol/drawing/scales.ts';
import { describeMetric } from '../../protocol/metrics.ts';
import { epoch } from '../shared/format.ts';
import { type Theme, withAlpha } from '../shared/theme.ts';
import { nearest } from './grid.ts';
import { type Line, linesOf, lonely } from './lines.ts';
import { drawMarks } from './marks.ts';
import { type ChartModel, valueAxis } from './model.ts';

export interface ChartLook {
  theme: Theme;
  log: boolean;
  zoomX: Range | null;
  zoomY: Range | null;
  /** This variant stands out, the others step back. */
  emphasis: string | undefined;
}

export interface ChartEvents {
  /** The pointer is over this epoch; undefined when it left. */
  cursor(x: number | undefined): void;
  /** The user dragged over a part of the plot. */
  zoom(axis: 'x' | 'y', range: Range): void;
  reset(): void;
  /** The plot is on the screen; only now are places in it known. */
  drawn(): void;
  /** A drag is over: what came in the meantime can be shown. */
  released(): void;
}

const MOVES = ['pointerenter', 'pointermove'] as const;
const RELEASES = ['pointerup', 'pointercancel'] as const;

/** One uPlot chart that follows a model. It owns no state but the pixels: zoom and cursor belong to the view. */
export class CurveChart {
  private plot: uPlot | undefined;
  private shape = '';
  private lines: Line[] = [];
  private model: ChartModel | undefined;
  private look: ChartLook | undefined;
  private held = false;
  /** Whether the pointer is over this chart, and not over another one whose cursor is shown here, too. */
  private entered = false;
  /** Whether a crosshair is shown that the pointer may take away. */
  private pointed = false;
  private readonly observer: ResizeObserver;
  private readonly host: HTMLElement;
  private readonly events: ChartEvents;

  constructor(host: HTMLElement, events: ChartEvents) {
    this.host = host;
    this.events = events;
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(host);
    host.addEventListener('pointerdown', this.hold);
    for (const move of MOVES) host.addEventListener(move, this.enter);
    host.addEventListener('pointerleave', this.leave);
    for (const end of RELEASES) window.addEventListener(end, this.release);
  }

  /** Shows a model; does nothing while the user drags, so that the selection keeps its meaning. */
  update(model: ChartModel, look: ChartLook): void {
    if (this.held && this.plot) return;
    if (model === this.model && sameLook(look, this.look)) return;
    const dataChanged = model !== this.model;
    this.model = model;
    this.look = look;
    this.lines = linesOf(model);
    const shape = JSON.stringify([
      this.lines.map((l) => [l.curve, l.role]),
      model.curves.map((c) => [c.name, c.style]),
      look.log,
      look.theme,
    ]);
    if (!this.plot || shape !== this.shape) {
      this.shape = shape;
      this.plot?.destroy();
      this.pointed = false;
      this.plot = new uPlot(this.options(), this.data(), this.host);
      this.setX();
    } else {
      this.plot.batch(() => {
        if (dataChanged) this.plot!.setData(this.data(), false);
        this.setX();
      });
      this.plot.redraw(false);
    }
    // For tests and for people who look at the page: how much is drawn.
    this.host.dataset.points = String(this.lines.length * model.xs.length);
  }

  /**
   * Puts the crosshair at the grid point nearest to an epoch, or takes it away when that is outside or undefined.
   * Where the pointer (`own`) holds a crosshair already, it stays. Returns where the grid point is in the chart, in
   * CSS pixels; undefined outside of the plot.
   */
  pointAt(x: number | undefined, own: boolean): number | undefined {
    const plot = this.plot;
    if (!plot || !this.model) return undefined;
    const point = x === undefined ? undefined : this.model.xs[nearest(this.model.xs, x)];
    const left = point === undefined ? -1 : plot.valToPos(point, 'x');
    const inside = left >= 0 && left <= plot.over.clientWidth + 1;
    if (!own || (plot.cursor.left ?? -1) < 0) {
      const cursor = inside ? { left: Math.min(left, plot.over.clientWidth - 0.01), top: 1 } : { left: -10, top: -10 };
      plot.setCursor(cursor, false);
      this.pointed = inside;
    }
    return inside ? left + plot.over.offsetLeft : undefined;
  }

  /** The ranges that are on the screen. */
  ranges(): { x: Range; y: Range } | undefined {
    const { x, y } = this.plot?.scales ?? {};
    if (!x || !y || x.min === undefined || y.min === undefined) return undefined;
    return { x: [x.min!, x.max!], y: [y.min!, y.max!] };
  }

  destroy(): void {
    this.observer.disconnect();
    this.host.removeEventListener('pointerdown', this.hold);
    for (const move of MOVES) this.host.removeEventListener(move, this.enter);
    this.host.removeEventListener('pointerleave', this.leave);
    for (const end of RELEASES) window.removeEventListener(end, this.release);
    this.plot?.destroy();
  }

  private readonly enter = (): void => {
    this.entered = true;
  };

  private readonly leave = (): void => {
    this.entered = false;
  };

  private readonly hold = (): void => {
    this.held = true;
  };

  private readonly release = (): void => {
    if (!this.held) return;
    this.held = false;
    this.events.released();
  };

  private setX(): void {
    const [min, max] = epochRange(this.model!.xs, this.look!.zoomX);
    this.plot!.setScale('x', { min, max });
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (this.plot && width > 0 && height > 0) this.plot.setSize({ width, height });
  }

  private data(): uPlot.AlignedData {
    const model = this.model!;
    const columns = this.lines.map((line) => line.values(model.curves[line.curve]!));
    // One empty chart is still a chart: axes without lines.
    return [model.xs.length > 0 ? model.xs : [0, 1], ...columns] as uPlot.AlignedData;
  }

  private alpha(name: string): number {
    const emphasis = this.look?.emphasis;
    return emphasis === undefined || emphasis === name ? 1 : 0.22;
  }

  private options(): uPlot.Options {
    return {
      width: Math.max(80, this.host.clientWidth),
      height: Math.max(80, this.host.clientHeight),
      padding: [8, 14, 0, 0],
      legend: { show: false },
      scales: { x: { time: false, auto: false }, y: this.valueScale() },
      axes: this.axes(),
      series: [{}, ...this.lines.map((line) => this.seriesOptions(line))],
      bands: this.bands(),
      cursor: this.cursorOptions(),
      hooks: {
        setCursor: [(plot) => this.onCursor(plot)],
        setSelect: [(plot) => this.onSelect(plot)],
        draw: [(plot) => drawMarks(plot, this.model!.curves, (name) => this.alpha(name)), () => this.events.drawn()],
      },
    };
  }

  private valueScale(): uPlot.Scale {
    const { log } = this.look!;
    return {
      distr: log ? 3 : 1,
      range: (_, low, high) => valueRange(low, high, valueAxis(this.model!, this.look!.zoomY, log)),
    };
  }

  private axes(): uPlot.Axis[] {
    const { theme, log } = this.look!;
    const percent = describeMetric(this.model!.metric).unit === '%';
    const axis: uPlot.Axis = {
      stroke: theme.muted,
      font: theme.font,
      ticks: { show: false },
      grid: { stroke: theme.grid, width: 1 },
      border: { show: false },
    };
    return [
      { ...axis, size: 28, gap: 6, space: 64, values: (_, splits) => splits.map(epoch) },
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
  private bands(): uPlot.Band[] {
    return this.lines.flatMap((line, i) => {
      if (line.role !== 'high') return [];
      const { colour } = this.model!.curves[line.curve]!.style;
      const fill = (): string => withAlpha(colour, 0.16 * this.alpha(this.model!.curves[line.curve]!.name));
      return [{ series: [i + 1, i] as [number, number], fill }];
    });
  }

  private cursorOptions(): uPlot.Cursor {
    const { curves } = this.model!;
    const { theme } = this.look!;
    return {
      y: false,
      // No dot where a curve has no point: it has not got that far.
      dataIdx: (_, __, index) => index,
      drag: { x: true, y: true, uni: 30, dist: 4, setScale: false },
      points: {
        size: 8,
        width: 2,
        stroke: theme.background,
        fill: (_, i) => curves[this.lines[i - 1]!.curve]!.style.colour,
        show: (_, i) =>
          (this.lines[i - 1]?.role === 'mean' ? document.createElement('div') : undefined) as unknown as HTMLElement,
      },
      move: (plot, left, top) => {
        if (left < 0) return [left, top];
        const x = this.model!.xs[nearest(this.model!.xs, plot.posToVal(left, 'x'))];
        const snapped = x === undefined ? left : plot.valToPos(x, 'x');
        return [snapped >= 0 && snapped <= plot.over.clientWidth ? snapped : left, top];
      },
      bind: {
        dblclick: () => () => {
          this.events.reset();
          return null;
        },
      },
    };
  }

  private seriesOptions({ curve, role }: Line): uPlot.Series {
    const { style, name } = this.model!.curves[curve]!;
    const fade = role === 'mean' ? 1 : role === 'seed' ? 0.4 : role === 'raw' ? 0.28 : 0;
    const hidden = role === 'low' || role === 'high';
    return {
      label: name,
      stroke: () => (hidden ? 'transparent' : withAlpha(style.colour, fade * this.alpha(name))),
      width: hidden ? 0 : role === 'mean' ? (this.look!.theme.highContrast ? 2.5 : 2) : 1,
      dash: role === 'mean' || role === 'raw' ? [...style.dash] : [],
      // A single evaluation makes no line; a dot shows that it is there.
      points: {
        show: () => role === 'mean' && lonely(this.model!.curves[curve]!),
        size: 7,
        fill: style.colour,
      },
    };
  }

  private onCursor(plot: uPlot): void {
    const left = plot.cursor.left ?? -1;
    const { xs } = this.model!;
    // A crosshair that was put here comes by again when new data is drawn: that is no news of the pointer.
    if (left >= 0 && this.entered) this.events.cursor(xs[nearest(xs, plot.posToVal(left, 'x'))]);
    else if (left < 0 && this.pointed) this.events.cursor(undefined);
    this.pointed = left >= 0;
  }

  /** A selection that spans the whole plot in one direction is meant for the other axis alone. */
  private onSelect(plot: uPlot): void {
    const { left, top, width, height } = plot.select;
    const { clientWidth, clientHeight } = plot.over;
    if (width > 4 && width < clientWidth - 1) {
      this.events.zoom('x', [plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')]);
    }
    if (height > 4 && height < clientHeight - 1) {
      this.events.zoom('y', [plot.posToVal(top + height, 'y'), plot.posToVal(top, 'y')]);
    }
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  }
}

function sameLook(a: ChartLook, b: ChartLook | undefined): boolean {
  return b !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
