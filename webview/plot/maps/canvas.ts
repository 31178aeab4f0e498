/** A picture of pixels as an element of the page, as large as its place. */
export abstract class CanvasElement extends HTMLElement {
  private readonly canvas = document.createElement('canvas');
  private readonly observer = new ResizeObserver(() => this.resized());

  connectedCallback(): void {
    this.append(this.canvas);
    this.observer.observe(this);
  }

  disconnectedCallback(): void {
    this.observer.disconnect();
  }

  /** Its place has another size. */
  protected resized(): void {
    this.draw();
  }

  /** Paints anew, on a canvas with a pixel for each of the screen's; not at all while it has no place on the page. */
  protected draw(): void {
    const { canvas, clientWidth, clientHeight } = this;
    if (clientWidth === 0 || clientHeight === 0) return;
    canvas.width = Math.round(clientWidth * devicePixelRatio);
    canvas.height = Math.round(clientHeight * devicePixelRatio);
    this.paint(canvas.getContext('2d')!);
  }

  protected abstract paint(context: CanvasRenderingContext2D): void;
}

/** Whether two records hold the very same fields. */
export function sameFields<T extends object>(a: T, b: T | undefined): boolean {
  return b !== undefined && (Object.keys(a) as (keyof T)[]).every((key) => a[key] === b[key]);
}
