/** Spikes or events as dots over time and rows: where they lie, and the pixels that show them. */

export interface Dots {
  steps: number;
  rows: number;
  /** Those of step t are items[offsets[t] .. offsets[t+1]), ascending or not; row 0 lies at the bottom. */
  offsets: readonly number[];
  items: readonly number[];
}

/** Rows that have a dot at this step, ascending. */
export function rowsAt({ offsets, items }: Dots, step: number): number[] {
  return items.slice(offsets[step], offsets[step + 1]).sort((a, b) => a - b);
}

/** The row with a dot at this step that is nearest to this one and at most `within` away; else the row itself. */
export function nearestRow(dots: Dots, step: number, row: number, within: number): number {
  const near = rowsAt(dots, step).filter((one) => Math.abs(one - row) <= within);
  return near.length > 0 ? near.reduce((a, b) => (Math.abs(b - row) < Math.abs(a - row) ? b : a)) : row;
}

/** The next row up (1) or down (−1) that has a dot at this step; the row itself where there is none. */
export function nextRow(dots: Dots, step: number, row: number, direction: 1 | -1): number {
  const rows = rowsAt(dots, step);
  const found = direction === 1 ? rows.find((one) => one > row) : rows.findLast((one) => one < row);
  return found ?? row;
}

/**
 * Pixel by pixel: a call of the canvas for each dot takes ten times as long.
 * @param ratio pixels of the canvas for one of the page
 */
export function drawDots(dots: Dots, css: string, width: number, height: number, ratio: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const colour = pixelOf(css);
  const { steps, rows, offsets, items } = dots;
  // A dot fills its cell where there is room, and is never too small to be seen.
  const w = Math.round(Math.max(1.5 * ratio, Math.min(3 * ratio, width / steps)));
  const h = Math.round(Math.max(rows < height ? 1.5 * ratio : ratio, Math.min(4 * ratio, 0.8 * (height / rows))));
  for (let t = 0; t < steps; t++) {
    const left = Math.max(0, Math.floor(((t + 0.5) / steps) * width - w / 2));
    const right = Math.min(width, left + w);
    for (let i = offsets[t]!; i < offsets[t + 1]!; i++) {
      const top = Math.max(0, Math.floor(height - ((items[i]! + 0.5) / rows) * height - h / 2));
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
