/** A matrix of numbers, and the pixels that show it. */

import { colourIndex, diverging, type Rgb, sequential } from '../../../protocol/drawing/colours.ts';
import type { Scheme } from '../../../protocol/drawing/scheme.ts';

export interface Heatmap {
  rows: number;
  columns: number;
  /** [rows, columns]; null or not finite: hatched, or left open. */
  values: ArrayLike<number | null>;
  /** Of the colours; the same for all maps that are compared. */
  range: readonly [number, number];
  map: 'sequential' | 'diverging';
  scheme: Scheme;
  /** Whether cells without a number are still to come, and let the background through; by default they are hatched. */
  open?: boolean;
}

export function mapOf(map: Heatmap['map'], scheme: Scheme): readonly Rgb[] {
  return map === 'sequential' ? sequential(scheme) : diverging(scheme);
}

/** Pixels of a map, one for each cell, row 0 at the bottom: [rows, columns, 4] in the order of ImageData. */
export function pixelsOf({ rows, columns, values, range, map, scheme, open }: Heatmap): Uint8ClampedArray<ArrayBuffer> {
  const colours = mapOf(map, scheme);
  const pixels = new Uint8ClampedArray(rows * columns * 4);
  const [light, dark] = scheme === 'dark' ? [90, 40] : [235, 180];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column];
      const offset = ((rows - 1 - row) * columns + column) * 4;
      if (value === null || value === undefined || !Number.isFinite(value)) {
        if (open) continue;
        const grey = (row + column) % 2 === 0 ? light! : dark!;
        pixels[offset] = pixels[offset + 1] = pixels[offset + 2] = grey;
      } else {
        const [r, g, b] = colours[colourIndex(value, range)]!;
        pixels[offset] = r;
        pixels[offset + 1] = g;
        pixels[offset + 2] = b;
      }
      pixels[offset + 3] = 255;
    }
  }
  return pixels;
}
