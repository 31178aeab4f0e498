/** Points in the plane by class, with the one under the pointer or chosen by keys. */
import { html, type TemplateResult } from 'lit';
import type { LineStyle } from '../../../protocol/drawing/palette.ts';
import { cornersOf, markerOf, placing, RADIUS } from '../../../protocol/drawing/scatter.ts';
import { CanvasElement, sameFields } from './canvas.ts';

export interface Scatter {
  /** [n] */
  x: readonly number[];
  y: readonly number[];
  groups: readonly number[];
  /** Points that are drawn hollow: those of which something is wrong. */
  hollow: readonly boolean[];
  style(group: number): LineStyle;
}

export interface ScatterLook {
  label: string;
  pointed: number | undefined;
  point(index: number | undefined): void;
  describe(index: number): string;
}

/** Arrow keys go through the points in their order, Escape leaves. */
export function scatter(data: Scatter, { label, pointed, point, describe }: ScatterLook): TemplateResult {
  return html`<div class="scatter">
    <lif-scatter
      tabindex="0"
      role="application"
      aria-roledescription="scatter plot"
      aria-label=${label}
      .data=${data}
      .pointed=${pointed}
      @point=${(event: CustomEvent<number | undefined>) => point(event.detail)}
    ></lif-scatter>
    <p class="reading" aria-live="polite">${pointed === undefined ? '' : describe(pointed)}</p>
  </div>`;
}

/** Farther from the pointer no point is meant, in CSS pixels. */
const REACH = 16;

class ScatterElement extends CanvasElement {
  private shown: Scatter | undefined;
  private index: number | undefined;

  set data(data: Scatter) {
    const same = sameFields(data, this.shown);
    this.shown = data;
    if (!same) this.draw();
  }

  set pointed(index: number | undefined) {
    if (index === this.index) return;
    this.index = index;
    this.draw();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('pointermove', this.onMove);
    this.addEventListener('pointerleave', this.onLeave);
    this.addEventListener('keydown', this.onKey);
    this.addEventListener('blur', this.onLeave);
  }

  private tell(index: number | undefined): void {
    if (index === this.index) return;
    // The next key counts from here, also when the page has not been drawn again by then.
    this.pointed = index;
    this.dispatchEvent(new CustomEvent('point', { detail: index }));
  }

  private readonly onLeave = (): void => this.tell(undefined);

  private readonly onMove = (event: PointerEvent): void => {
    if (!this.shown) return;
    const box = this.getBoundingClientRect();
    const place = placing(this.shown, box.width, box.height);
    let nearest: number | undefined;
    let reach = REACH ** 2;
    for (let i = 0; i < this.shown.x.length; i++) {
      const [x, y] = place(i);
      const distance = (x - (event.clientX - box.left)) ** 2 + (y - (event.clientY - box.top)) ** 2;
      if (distance >= reach) continue;
      reach = distance;
      nearest = i;
    }
    this.tell(nearest);
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') this.tell(undefined);
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (step === undefined || !this.shown) return;
    event.preventDefault();
    const n = this.shown.x.length;
    this.tell(((this.index ?? (step > 0 ? -1 : 0)) + step + n) % n);
  };

  protected paint(context: CanvasRenderingContext2D): void {
    const { shown, clientWidth, clientHeight } = this;
    if (!shown) return;
    context.scale(devicePixelRatio, devicePixelRatio);
    const place = placing(shown, clientWidth, clientHeight);
    for (let i = 0; i < shown.x.length; i++) this.mark(context, shown, i, place(i), RADIUS);
    if (this.index !== undefined && this.index < shown.x.length) {
      const centre = place(this.index);
      this.mark(context, shown, this.index, centre, 2 * RADIUS);
      context.strokeStyle = getComputedStyle(this).color;
      context.lineWidth = 1.5;
      context.beginPath();
      context.arc(centre[0], centre[1], 3 * RADIUS, 0, 2 * Math.PI);
      context.stroke();
    }
    // For tests: how much is drawn.
    this.dataset.points = String(shown.x.length);
  }

  private mark(
    context: CanvasRenderingContext2D,
    { groups, hollow, style }: Scatter,
    i: number,
    [x, y]: [number, number],
    radius: number,
  ): void {
    const { colour } = style(groups[i]!);
    context.beginPath();
    outline(context, markerOf(groups[i]!), x, y, radius);
    context.fillStyle = colour;
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    if (hollow[i]) context.stroke();
    else context.fill();
  }
}

function outline(context: CanvasRenderingContext2D, shape: number, x: number, y: number, r: number): void {
  if (shape === 0) context.arc(x, y, r, 0, 2 * Math.PI);
  else {
    for (const [dx, dy] of cornersOf(shape)) context.lineTo(x + r * dx, y + r * dy);
    context.closePath();
  }
}

if (!customElements.get('lif-scatter')) customElements.define('lif-scatter', ScatterElement);
