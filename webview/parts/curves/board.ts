/** Charts of curves on a page: one cursor and one zoom for all of them, by pointer and by keys. */
import type { TemplateResult } from 'lit';
import { epochRange } from '../../../protocol/drawing/scales.ts';
import { type Metric, parseMetric } from '../../../protocol/metrics.ts';
import { CurveChart } from '../../plot/curves/chart.ts';
import { nearest } from '../../plot/curves/grid.ts';
import { type ChartModel, fullRange } from '../../plot/curves/model.ts';
import { AXES } from '../../shared/format.ts';
import type { Session } from '../../shared/session.ts';
import { readTheme } from '../../shared/theme.ts';
import { keyTarget } from './keys.ts';
import { type ChartPanel, panel, placeTooltip, readingText } from './panel.ts';

export interface Chart {
  /** The same for all splits: a chart stays when another split is chosen. */
  key: string;
  metric: Metric;
  /** What the curves of a small chart have in common. */
  of?: string;
  model: ChartModel;
  /** Everything that small charts show of this metric: they share their axes. */
  whole?: ChartModel;
}

/** Where the cursor is, on the axis, which chart has it, and what moves it. */
interface Cursor {
  x: number;
  on: string;
  by: 'pointer' | 'keys';
}

type Extremes = readonly [number | null, number | null];

/** It owns the cursor; zoom and logarithms are the view's, and stay. */
export class ChartBoard {
  theme = readTheme();
  cursor: Cursor | undefined;
  /** What a screen reader is told. */
  announcement = '';
  private emphasis: string | undefined;
  private readonly panels = new Map<string, ChartPanel>();

  constructor(private readonly session: Session<'curves' | 'compare'>) {}

  themeChanged(): void {
    this.theme = readTheme();
  }

  chart({ key, metric, model, of, whole = model }: Chart, emptyReason: string): TemplateResult {
    const part = this.panelOf(key, metric);
    part.model = model;
    const { quantity } = part;
    const { logAxes, zoomY } = this.session.state;
    const log = logAxes.includes(quantity);
    const toggleLog = (): void => {
      const { [quantity]: _, ...others } = zoomY;
      const rest = logAxes.filter((one) => one !== quantity);
      this.session.update({ logAxes: log ? rest : [...rest, quantity], zoomY: others });
    };
    const showAll =
      zoomY[quantity] || log
        ? undefined
        : () => this.session.update({ zoomY: { ...zoomY, [quantity]: fullRange(whole) } });
    return panel(part, model, this.cursor, { of, emptyReason, log, toggleLog, showAll });
  }

  /** What is not HTML: the canvases, and the tooltip that follows them. @param settled whether all curves have arrived */
  afterRender(
    charts: readonly Chart[],
    settled: boolean,
    extremesOf: (whole: ChartModel, log: boolean) => Extremes | undefined = () => undefined,
  ): void {
    const { state } = this.session;
    for (const { key, metric, model, whole } of charts) {
      const part = this.panelOf(key, metric);
      part.model = model;
      if (!part.host) continue;
      // Empty axes that are gone a moment later would only flicker.
      if (model.curves.length === 0 && !settled) continue;
      part.chart ??= new CurveChart(part.host, this.chartEvents(part));
      const log = state.logAxes.includes(part.quantity);
      part.chart.update(model, {
        theme: this.theme,
        log,
        zoomX: state.zoom,
        zoomY: state.zoomY[part.quantity] ?? null,
        shared: whole && extremesOf(whole, log),
        emphasis: this.emphasis,
      });
      const own = this.cursor?.on === part.key && this.cursor.by === 'pointer';
      placeTooltip(part, part.chart.pointAt(this.cursor?.x, own));
    }
  }

  /** Width of the widest chart, in CSS pixels. */
  plotWidth(): number {
    return Math.max(256, ...[...this.panels.values()].map((p) => p.host?.clientWidth ?? 0));
  }

  get zoomed(): boolean {
    const { zoom, zoomY } = this.session.state;
    return zoom !== null || Object.keys(zoomY).length > 0;
  }

  resetZoom(): void {
    this.session.update({ zoom: null, zoomY: {} });
  }

  setEmphasis(name: string | undefined): void {
    if (this.emphasis === name) return;
    this.emphasis = name;
    this.session.invalidate();
  }

  private panelOf(key: string, metric: Metric): ChartPanel {
    const known = this.panels.get(key);
    if (known) return known;
    const part: ChartPanel = {
      key,
      quantity: parseMetric(metric)!.quantity,
      model: undefined,
      host: undefined,
      chart: undefined,
      keyDown: (event) => this.onKey(part, event),
      wheel: (event) => this.onWheel(part, event),
      blur: () => {
        if (this.cursor?.by === 'keys') this.setCursor(undefined);
      },
      attach: (element) => {
        if (element === part.host) return;
        part.chart?.destroy();
        part.chart = undefined;
        part.host = element as HTMLElement | undefined;
      },
    };
    this.panels.set(key, part);
    return part;
  }

  private chartEvents(part: ChartPanel): ConstructorParameters<typeof CurveChart>[1] {
    const on = part.key;
    return {
      cursor: (x) => {
        if (x === undefined) {
          if (this.cursor?.on === on && this.cursor.by === 'pointer') this.setCursor(undefined);
        } else if (this.cursor?.x !== x || this.cursor.on !== on) this.setCursor({ x, on, by: 'pointer' });
      },
      zoom: (axis, range) => {
        if (axis === 'x') this.session.update({ zoom: [Math.max(0, range[0]), range[1]] });
        else this.session.update({ zoomY: { ...this.session.state.zoomY, [part.quantity]: range } });
      },
      reset: () => this.resetZoom(),
      drawn: () => {
        if (this.cursor) this.session.invalidate();
      },
      released: () => this.session.invalidate(),
    };
  }

  /** With Ctrl it zooms, with Shift it moves; without, the page scrolls. */
  private onWheel({ model }: ChartPanel, event: WheelEvent): void {
    const turned = event.deltaY || event.deltaX;
    if (!model || model.xs.length === 0 || turned === 0 || !(event.ctrlKey || event.shiftKey)) return;
    event.preventDefault();
    if (event.ctrlKey) this.zoomAround(model, turned < 0 ? 0.8 : 1.25);
    else this.move(model, turned < 0 ? -0.1 : 0.1);
  }

  /** Moves what is seen of the axis by a share of it, as far as there is something. */
  private move({ xs, logX }: ChartModel, share: number): void {
    const { zoom } = this.session.state;
    if (!zoom) return;
    const [scale, back] = scales(logX);
    const [low, high] = epochRange(xs, null, logX).map(scale) as [number, number];
    const [from, to] = epochRange(xs, zoom, logX).map(scale) as [number, number];
    const by = Math.max(low - from, Math.min(high - to, share * (to - from)));
    this.session.update({ zoom: [back(from + by), back(to + by)] });
  }

  /** Makes the part of the axis that is seen longer or shorter, around the cursor, or its middle. */
  private zoomAround({ xs, logX, axis }: ChartModel, factor: number): void {
    const [low, high] = epochRange(xs, null, logX);
    const [from, to] = epochRange(xs, this.session.state.zoom, logX);
    const [scale, back] = scales(logX);
    const x = this.cursor && this.cursor.x >= from && this.cursor.x <= to ? scale(this.cursor.x) : undefined;
    const middle = x ?? (scale(from) + scale(to)) / 2;
    const start = back(middle - factor * (middle - scale(from)));
    const end = back(middle + factor * (scale(to) - middle));
    // Logarithms there and back leave a last digit.
    const hair = 1e-9 * (high - low);
    const zoom: [number, number] = [start < low + hair ? low : start, end > high - hair ? high : end];
    this.session.update({ zoom: zoom[0] === low && zoom[1] === high ? null : zoom });
    const { name, text } = AXES[axis];
    this.announcement = `${name} ${zoom.map(text).join(' to ')}.`;
  }

  private setCursor(cursor: Cursor | undefined): void {
    this.cursor = cursor;
    this.session.invalidate();
  }

  private onKey(part: ChartPanel, event: KeyboardEvent): void {
    const { model } = part;
    if (!model || model.xs.length === 0) return;
    const target = keyTarget(event, model.xs.length, this.cursor ? nearest(model.xs, this.cursor.x) : undefined);
    if (target === undefined) return;
    event.preventDefault();
    if (target === 'reset') {
      this.resetZoom();
      this.announcement = 'The charts follow the data again.';
    } else if (target === 'closer' || target === 'further') this.zoomAround(model, target === 'closer' ? 0.5 : 2);
    else if (target === 'leave') this.setCursor(undefined);
    else {
      this.setCursor({ x: model.xs[target]!, on: part.key, by: 'keys' });
      this.announcement = readingText(model, target);
    }
  }
}

/** To where places lie evenly, and back. */
function scales(log = false): [(x: number) => number, (x: number) => number] {
  return log ? [Math.log, Math.exp] : [(x) => x, (x) => x];
}
