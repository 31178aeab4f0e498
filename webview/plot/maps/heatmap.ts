/** A matrix of numbers as colours, with axes, a scale, what the pointer or the keys are on, and hatching where there is none. */
import { html, type TemplateResult } from 'lit';
import { cssColour } from '../../../protocol/drawing/colours.ts';
import { CanvasElement, sameFields } from './canvas.ts';
import { type Heatmap, mapOf, pixelsOf } from './pixels.ts';

/** A cell. */
export interface Cell {
  row: number;
  column: number;
}

export interface HeatmapLook {
  /** In words, for those who cannot see it. */
  label: string;
  /** Left and right end of the columns' axis, and what it counts. */
  xAxis: { from: string; to: string; name: string };
  yAxis: { from: string; to: string; name: string };
  /** The cell that is pointed at, here or in a map that is linked to this one. */
  pointed: Cell | undefined;
  point(cell: Cell | undefined): void;
  /** One sentence on a cell. */
  describe(cell: Cell): string;
}

/** The picture, its axes, and a line with what is pointed at. Arrow keys move, Escape leaves. */
export function heatmap(map: Heatmap, look: HeatmapLook): TemplateResult {
  const { xAxis, yAxis, pointed } = look;
  return html`<div class="heatmap">
    <div class="heatmap-y"><span>${yAxis.to}</span><span class="axis-name">${yAxis.name}</span><span>${yAxis.from}</span></div>
    <lif-heatmap
      tabindex="0"
      role="application"
      aria-roledescription="heat map"
      aria-label=${look.label}
      .map=${map}
      .pointed=${pointed}
      @point=${(event: CustomEvent<Cell | undefined>) => look.point(event.detail)}
    ></lif-heatmap>
    <div class="heatmap-x"><span>${xAxis.from}</span><span class="axis-name">${xAxis.name}</span><span>${xAxis.to}</span></div>
    <p class="reading" aria-live="polite">${pointed && pointed.row < map.rows && pointed.column < map.columns ? look.describe(pointed) : ''}</p>
  </div>`;
}

/** The colours with the numbers at their ends. */
export function colourScale(
  { range, map, scheme }: Pick<Heatmap, 'range' | 'map' | 'scheme'>,
  name: string,
  text: (value: number) => string,
): TemplateResult {
  const colours = mapOf(map, scheme);
  const stops = Array.from({ length: 17 }, (_, i) => cssColour(colours[Math.round((i * (colours.length - 1)) / 16)]!));
  return html`<div class="colour-scale">
    <span>${name}</span><span>${text(range[0])}</span
    ><span class="colour-bar" .style=${`background: linear-gradient(to right, ${stops.join(', ')})`}></span
    ><span>${text(range[1])}</span>
  </div>`;
}

const MOVES: Record<string, Cell> = {
  ArrowLeft: { row: 0, column: -1 },
  ArrowRight: { row: 0, column: 1 },
  ArrowUp: { row: 1, column: 0 },
  ArrowDown: { row: -1, column: 0 },
};

/** The canvas, as large as its place. Fires `point` with the cell under the pointer or chosen by keys; undefined on leaving. */
class HeatmapElement extends CanvasElement {
  private data: Heatmap | undefined;
  private image: HTMLCanvasElement | undefined;
  private cell: Cell | undefined;

  set map(map: Heatmap) {
    const same = sameFields(map, this.data);
    this.data = map;
    if (same) return;
    this.image = undefined;
    this.draw();
  }

  set pointed(cell: Cell | undefined) {
    if (cell?.row === this.cell?.row && cell?.column === this.cell?.column) return;
    this.cell = cell;
    this.draw();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('pointermove', this.onMove);
    this.addEventListener('pointerleave', this.onLeave);
    this.addEventListener('keydown', this.onKey);
    this.addEventListener('blur', this.onLeave);
  }

  private tell(cell: Cell | undefined): void {
    // The next key counts from here, also when the page has not been drawn again by then.
    this.pointed = cell;
    this.dispatchEvent(new CustomEvent('point', { detail: cell }));
  }

  private readonly onLeave = (): void => this.tell(undefined);

  private readonly onMove = (event: PointerEvent): void => {
    if (!this.data) return;
    const { rows, columns } = this.data;
    const box = this.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
    const row = Math.floor(((box.bottom - event.clientY) / box.height) * rows);
    if (row >= 0 && row < rows && column >= 0 && column < columns) this.tell({ row, column });
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') this.tell(undefined);
    const move = MOVES[event.key];
    if (!move || !this.data) return;
    event.preventDefault();
    const { rows, columns } = this.data;
    const step = event.shiftKey ? 10 : 1;
    const from = this.cell ?? { row: move.row === 0 ? 0 : -move.row, column: move.column === 0 ? 0 : -move.column };
    this.tell({
      row: Math.min(rows - 1, Math.max(0, from.row + step * move.row)),
      column: Math.min(columns - 1, Math.max(0, from.column + step * move.column)),
    });
  };

  protected paint(context: CanvasRenderingContext2D): void {
    const { data } = this;
    if (!data || data.rows === 0 || data.columns === 0) return;
    const { canvas } = context;
    if (!this.image) {
      const small = document.createElement('canvas');
      small.width = data.columns;
      small.height = data.rows;
      small.getContext('2d')!.putImageData(new ImageData(pixelsOf(data), data.columns, data.rows), 0, 0);
      this.image = small;
    }
    // More cells than pixels are averaged; fewer stay sharp.
    context.imageSmoothingEnabled = data.columns > canvas.width || data.rows > canvas.height;
    context.drawImage(this.image, 0, 0, canvas.width, canvas.height);
    if (this.cell) this.frame(context, data, this.cell);
    // For tests: how much is drawn.
    this.dataset.cells = String(data.rows * data.columns);
  }

  private frame(context: CanvasRenderingContext2D, { rows, columns }: Heatmap, { row, column }: Cell): void {
    const { width, height } = context.canvas;
    const [w, h] = [width / columns, height / rows];
    const box = [column * w, (rows - 1 - row) * h, w, h] as const;
    context.lineWidth = 3 * devicePixelRatio;
    context.strokeStyle = 'black';
    context.strokeRect(...box);
    context.lineWidth = devicePixelRatio;
    context.strokeStyle = 'white';
    context.strokeRect(...box);
  }
}

if (!customElements.get('lif-heatmap')) customElements.define('lif-heatmap', HeatmapElement);
