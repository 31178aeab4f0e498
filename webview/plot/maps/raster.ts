/** Spikes as dots over time and neurons (or events over channels), with a line at the step that is looked at. */
import { html, type TemplateResult } from 'lit';
import { CanvasElement } from './canvas.ts';
import { type Dots, drawDots, nearestRow, nextRow } from './dots.ts';

/** How far beside a dot the pointer may be to mean it, in CSS pixels. */
const REACH = 4;

export interface RasterLook {
  /** In words, for those who cannot see it. */
  label: string;
  /** Of the dots. */
  colour: string;
  /** That is looked at; pressing in the raster, or an arrow key, calls `choose` with another one. */
  step: number;
  choose(step: number): void;
  /** What is pointed at, here or in a raster that is linked to this one. */
  pointed: Place | undefined;
  point(place: Place | undefined): void;
  /** One sentence on a place. */
  describe(place: Place): string;
}

export interface Place {
  step: number;
  row: number;
}

/** Left and right go through time, up and down from dot to dot of a step, Escape leaves. */
export function raster(data: Dots, look: RasterLook): TemplateResult {
  const { pointed } = look;
  return html`<lif-raster
      tabindex="0"
      role="application"
      aria-roledescription="raster of dots"
      aria-label=${look.label}
      .dots=${data}
      .colour=${look.colour}
      .step=${look.step}
      .pointed=${pointed}
      @step=${(event: CustomEvent<number>) => look.choose(event.detail)}
      @point=${(event: CustomEvent<Place | undefined>) => look.point(event.detail)}
    ></lif-raster>
    <p class="reading" aria-live="polite">${pointed && pointed.step < data.steps && pointed.row < data.rows ? look.describe(pointed) : ''}</p>`;
}

const TURNS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1 };
const CLIMBS: Record<string, 1 | -1> = { ArrowUp: 1, ArrowDown: -1 };

/** Fires `step` with the step that was chosen and `point` with what is pointed at; undefined on leaving. */
class RasterElement extends CanvasElement {
  private data: Dots | undefined;
  private css = '';
  private place: Place | undefined;
  private current = 0;
  /** The dots, drawn once and copied below the lines. */
  private image: HTMLCanvasElement | undefined;

  set dots(data: Dots) {
    const { data: known } = this;
    this.data = data;
    if (known?.items !== data.items || known.rows !== data.rows) this.resized();
  }

  set colour(css: string) {
    if (css === this.css) return;
    this.css = css;
    this.resized();
  }

  set step(step: number) {
    if (step === this.current) return;
    this.current = step;
    this.draw();
  }

  set pointed(place: Place | undefined) {
    if (place?.step === this.place?.step && place?.row === this.place?.row) return;
    this.place = place;
    this.draw();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('pointerdown', this.onPointer);
    this.addEventListener('pointermove', this.onPointer);
    this.addEventListener('pointerleave', this.onLeave);
    this.addEventListener('keydown', this.onKey);
    this.addEventListener('blur', this.onLeave);
  }

  private tell(place: Place | undefined): void {
    // The next key counts from here, also when the page has not been drawn again by then.
    this.pointed = place;
    this.dispatchEvent(new CustomEvent('point', { detail: place }));
  }

  private choose(step: number): void {
    this.dispatchEvent(new CustomEvent('step', { detail: step }));
  }

  private readonly onLeave = (): void => this.tell(undefined);

  private readonly onPointer = (event: PointerEvent): void => {
    const { data } = this;
    if (!data) return;
    const box = this.getBoundingClientRect();
    const step = clamp(Math.floor(((event.clientX - box.left) / box.width) * data.steps), data.steps);
    const row = clamp(Math.floor(((box.bottom - event.clientY) / box.height) * data.rows), data.rows);
    if (event.buttons === 1) this.choose(step);
    this.tell({ step, row: nearestRow(data, step, row, (REACH / box.height) * data.rows) });
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const { data } = this;
    if (event.key === 'Escape') this.tell(undefined);
    const [turn, climb] = [TURNS[event.key], CLIMBS[event.key]];
    if (!data || (turn === undefined && climb === undefined)) return;
    event.preventDefault();
    const from = this.place ?? { step: this.current, row: climb === -1 ? data.rows : -1 };
    if (climb !== undefined) {
      this.tell({ step: from.step, row: clamp(nextRow(data, from.step, from.row, climb), data.rows) });
      return;
    }
    const step = clamp(from.step + turn! * (event.shiftKey ? 10 : 1), data.steps);
    this.choose(step);
    this.tell({ step, row: Math.max(0, from.row) });
  };

  protected override resized(): void {
    this.image = undefined;
    this.draw();
  }

  protected paint(context: CanvasRenderingContext2D): void {
    const { data } = this;
    if (!data || this.css === '') return;
    const { width, height } = context.canvas;
    const ratio = devicePixelRatio;
    const from = performance.now();
    this.image ??= drawDots(data, this.css, width, height, ratio);
    context.drawImage(this.image, 0, 0);
    context.globalAlpha = 0.5;
    context.fillStyle = this.css;
    context.fillRect(((this.current + 0.5) / data.steps) * width - ratio / 2, 0, ratio, height);
    if (this.place) {
      const [x, y] = [(this.place.step + 0.5) / data.steps, 1 - (this.place.row + 0.5) / data.rows];
      context.globalAlpha = 1;
      context.strokeStyle = this.css;
      context.lineWidth = ratio;
      context.strokeRect(x * width - 4 * ratio, y * height - 4 * ratio, 8 * ratio, 8 * ratio);
    }
    // For tests and for people who look at the page: how much is drawn, and how long it took.
    this.dataset.dots = String(data.items.length);
    this.dataset.ms = (performance.now() - from).toFixed(1);
  }
}

function clamp(value: number, length: number): number {
  return Math.min(length - 1, Math.max(0, value));
}

if (!customElements.get('lif-raster')) customElements.define('lif-raster', RasterElement);
