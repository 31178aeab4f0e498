/** Where the points of a surface in space lie on the page. */
import type { Scheme } from '../../../protocol/drawing/scheme.ts';

/** From where it is seen, in radians. */
export interface Turn {
  around: number;
  above: number;
}

export const FIRST_TURN: Turn = { around: 0.7, above: 0.55 };

export interface Surface {
  rows: number;
  columns: number;
  /** [rows, columns]; null or not finite: a hole. */
  values: ArrayLike<number | null>;
  /** Height and colour, the same for all surfaces that are compared. */
  range: readonly [number, number];
  scheme: Scheme;
}

/** Of the whole surface, where its base is 2 by 2. */
const HEIGHT = 1.1;

/** After a change, kept above the plane. */
export function turnedBy({ around, above }: Turn, by: Turn): Turn {
  return { around: around + by.around, above: Math.min(1.5, Math.max(0.05, above + by.above)) };
}

/** Of a point in [-1, 1]² at a height in [0, 1]: x to the right, y down, and how far from the eye, all in about [-1.5, 1.5]. */
export function project(x: number, y: number, height: number, { around, above }: Turn): [number, number, number] {
  const across = x * Math.cos(around) - y * Math.sin(around);
  const away = x * Math.sin(around) + y * Math.cos(around);
  const up = (height - 0.5) * HEIGHT;
  return [across, -(up * Math.cos(above) + away * Math.sin(above)), away * Math.cos(above) - up * Math.sin(above)];
}

/** Faces between four finite values each, the farthest first. */
export function quadsOf(
  { rows, columns, values, range: [low, high] }: Surface,
  turn: Turn,
): { corners: [number, number, number][]; mean: number }[] {
  const span = high - low || 1;
  const corner = (row: number, column: number): [number, number, number] => {
    const height = Math.min(1, Math.max(0, (values[row * columns + column]! - low) / span));
    return project((2 * column) / (columns - 1) - 1, (2 * row) / (rows - 1) - 1, height, turn);
  };
  const quads: { corners: [number, number, number][]; mean: number; far: number }[] = [];
  for (let row = 0; row + 1 < rows; row++)
    for (let column = 0; column + 1 < columns; column++) {
      const places = [
        [row, column],
        [row, column + 1],
        [row + 1, column + 1],
        [row + 1, column],
      ] as const;
      const own = places.map(([r, c]) => values[r * columns + c]);
      if (!own.every((value) => typeof value === 'number' && Number.isFinite(value))) continue;
      const corners = places.map(([r, c]) => corner(r, c));
      const far = corners.reduce((sum, point) => sum + point[2], 0);
      quads.push({ corners, far, mean: (own as number[]).reduce((a, b) => a + b) / 4 });
    }
  return quads.sort((a, b) => b.far - a.far);
}
