import uPlot from 'uplot';
import { epochRange, type Range } from '../../../protocol/drawing/scales.ts';
import { alphaOf, axes, bands, type ChartLook, cursor, type DrawnChart, series, valueScale } from './chart-options.ts';
import { DenseLines } from './dense.ts';
import { nearest } from './grid.ts';
import { linesOf } from './lines.ts';
import { drawMarks } from './marks.ts';
import type { ChartModel } from './model.ts';

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
  /** What is on the screen; undefined before the first model. */
  private drawn: DrawnChart | undefined;
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
    if (model === this.drawn?.model && sameLook(look, this.drawn.look)) return;
    const dataChanged = model !== this.drawn?.model;
    const lines = linesOf(model);
    // The plot lives longer than a model, and what it was told reads from here.
    const drawn = Object.assign(this.drawn ?? {}, { model, look, lines });
    this.drawn = drawn;
    const shape = JSON.stringify([
      lines.map((l) => [l.curve, l.role]),
      model.curves.map((c) => [c.name, c.style]),
      look.log,
      look.theme,
      model.axis,
      model.logX,
    ]);
    if (!this.plot || shape !== this.shape) {
      this.shape = shape;
      this.plot?.destroy();
      this.pointed = false;
      this.plot = new uPlot(this.options(drawn), dataOf(drawn), this.host);
      this.setX(drawn);
    } else {
      this.plot.batch(() => {
        if (dataChanged) this.plot!.setData(dataOf(drawn), false);
        this.setX(drawn);
      });
    }
    // For tests and for people who look at the page: how much is drawn.
    this.host.dataset.points = String(lines.length * model.xs.length);
  }

  /**
   * Puts the crosshair at the grid point nearest to an epoch, or takes it away when that is outside or undefined.
   * Where the pointer (`own`) holds a crosshair already, it stays. Returns where the grid point is in the chart, in
   * CSS pixels; undefined outside of the plot.
   */
  pointAt(x: number | undefined, own: boolean): number | undefined {
    const { plot, drawn } = this;
    if (!plot || !drawn) return undefined;
    const { xs } = drawn.model;
    const point = x === undefined ? undefined : xs[nearest(xs, x)];
    const left = point === undefined ? -1 : plot.valToPos(point, 'x');
    // What uPlot has worked out: asked for it, the page would be laid out once more for each chart.
    const [offset, width] = [plot.bbox.left / uPlot.pxRatio, plot.bbox.width / uPlot.pxRatio];
    const inside = left >= 0 && left <= width + 1;
    if (!own || (plot.cursor.left ?? -1) < 0) {
      const cursor = inside ? { left: Math.min(left, width - 0.01), top: 1 } : { left: -10, top: -10 };
      plot.setCursor(cursor, false);
      this.pointed = inside;
    }
    return inside ? left + offset : undefined;
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

  private setX({ model, look }: DrawnChart): void {
    const [min, max] = epochRange(model.xs, look.zoomX, model.logX);
    this.plot!.setScale('x', { min, max });
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (this.plot && width > 0 && height > 0) this.plot.setSize({ width, height });
  }

  private options(drawn: DrawnChart): uPlot.Options {
    const dense = new DenseLines();
    return {
      width: Math.max(80, this.host.clientWidth),
      height: Math.max(80, this.host.clientHeight),
      padding: [8, 14, 0, 0],
      legend: { show: false },
      scales: { x: { time: false, auto: false, distr: drawn.model.logX ? 3 : 1 }, y: valueScale(drawn) },
      axes: axes(drawn),
      series: [{}, ...drawn.lines.map((line) => series(drawn, line, dense))],
      bands: bands(drawn),
      cursor: cursor(drawn, () => this.events.reset()),
      hooks: {
        setCursor: [(plot) => this.onCursor(plot, drawn)],
        setSelect: [(plot) => this.onSelect(plot)],
        drawSeries: [dense.draw],
        draw: [
          (plot) => drawMarks(plot, drawn.model.curves, (name) => alphaOf(drawn, name)),
          () => this.events.drawn(),
        ],
      },
    };
  }

  private onCursor(plot: uPlot, { model }: DrawnChart): void {
    const left = plot.cursor.left ?? -1;
    const { xs } = model;
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

function dataOf({ model, lines }: DrawnChart): uPlot.AlignedData {
  const columns = lines.map((line) => line.values(model.curves[line.curve]!));
  // One empty chart is still a chart: axes without lines.
  return [model.xs.length > 0 ? model.xs : [model.logX ? 0.1 : 0, 1], ...columns] as uPlot.AlignedData;
}

function sameLook(a: ChartLook, b: ChartLook): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
