/** Spikes as dots over time and neurons (or events over channels), with a line at the step that is looked at. */
import { html, type TemplateResult } from 'lit';
import { CanvasElement } from './canvas.ts';

export interface Raster {
  steps: number;
  rows: number;
  /** Those of step t are items[offsets[t] .. offsets[t+1]); row 0 lies at the bottom. */
  offsets: readonly number[];
  items: readonly number[];
  /** Of the dots. */
  colour: string;
}

/** @param step that is looked at; pressing in the raster calls `choose` with another one */
export function raster(data: Raster, label: string, step: number, choose: (step: number) => void): TemplateResult {
  return html`<lif-raster
    role="img"
    aria-label=${label}
    .raster=${data}
    .step=${step}
    @step=${(event: CustomEvent<number>) => choose(event.detail)}
  ></lif-raster>`;
}

class RasterElement extends CanvasElement {
  private data: Raster | undefined;
  private current = 0;
  /** The dots, drawn once and copied below the line. */
  private dots: HTMLCanvasElement | undefined;

  set raster(data: Raster) {
    const { data: known } = this;
    this.data = data;
    if (known?.items === data.items && known.rows === data.rows && known.colour === data.colour) return;
    this.resized();
  }

  set step(step: number) {
    if (step === this.current) return;
    this.current = step;
    this.draw();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('pointerdown', this.choose);
    this.addEventListener('pointermove', (event) => {
      if (event.buttons === 1) this.choose(event);
    });
  }

  private readonly choose = (event: PointerEvent): void => {
    if (!this.data) return;
    const box = this.getBoundingClientRect();
    const step = Math.floor(((event.clientX - box.left) / box.width) * this.data.steps);
    const inside = Math.min(this.data.steps - 1, Math.max(0, step));
    this.dispatchEvent(new CustomEvent('step', { detail: inside }));
  };

  protected override resized(): void {
    this.dots = undefined;
    this.draw();
  }

  protected paint(context: CanvasRenderingContext2D): void {
    const { data } = this;
    if (!data) return;
    const { canvas } = context;
    const ratio = devicePixelRatio;
    const from = performance.now();
    this.dots ??= drawDots(data, canvas.width, canvas.height, ratio);
    context.drawImage(this.dots, 0, 0);
    context.globalAlpha = 0.5;
    context.fillStyle = data.colour;
    context.fillRect(((this.current + 0.5) / data.steps) * canvas.width - ratio / 2, 0, ratio, canvas.height);
    // For tests and for people who look at the page: how much is drawn, and how long it took.
    this.dataset.dots = String(data.items.length);
    this.dataset.ms = (performance.now() - from).toFixed(1);
  }
}

/** Pixel by pixel: a call of the canvas for each dot takes ten times as long. */
function drawDots(data: Raster, width: number, height: number, ratio: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const colour = pixelOf(data.colour);
  // A dot fills its cell where there is room, and is never too small to be seen.
  const w = Math.round(Math.max(1.5 * ratio, Math.min(3 * ratio, width / data.steps)));
  const h = Math.round(
    Math.max(data.rows < height ? 1.5 * ratio : ratio, Math.min(4 * ratio, 0.8 * (height / data.rows))),
  );
  for (let t = 0; t < data.steps; t++) {
    const left = Math.max(0, Math.floor(((t + 0.5) / data.steps) * width - w / 2));
    const right = Math.min(width, left + w);
    for (let i = data.offsets[t]!; i < data.offsets[t + 1]!; i++) {
      const top = Math.max(0, Math.floor(height - ((data.items[i]! + 0.5) / data.rows) * height - h / 2));
      const bottom = Math.min(height, top + h);
      for (let y = top; y < bottom; y++) pixels.fill(colour, y * width + left, y * width + right);
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Any colour of CSS as one pixel. */
function pixelOf(colour: string): number {
  const context = document.createElement('canvas').getContext('2d')!;
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return new Uint32Array(context.getImageData(0, 0, 1, 1).data.buffer)[0]!;
}

if (!customElements.get('lif-raster')) customElements.define('lif-raster', RasterElement);
