/** Lines of equal value through a grid of numbers: marching squares with the saddle decided by the middle. */

export interface Grid {
  rows: number;
  columns: number;
  /** [rows, columns], row 0 at the bottom; null or not finite: no line passes its cells. */
  values: ArrayLike<number | null>;
}

/** Corners of a square counted around, and the edges between them. */
const EDGES: readonly (readonly [number, number])[] = [
  [0, 1],
  [1, 2],
  [2, 3],
  [3, 0],
];
const CORNERS: readonly (readonly [row: number, column: number])[] = [
  [0, 0],
  [0, 1],
  [1, 1],
  [1, 0],
];

/**
 * Pieces of the line at `level`, each from one point to another: x and y in [0, 1], y upwards. A value stands in the middle of
 * its cell, as a heat map draws it.
 */
export function contour({ rows, columns, values }: Grid, level: number): [number, number, number, number][] {
  const pieces: [number, number, number, number][] = [];
  for (let row = 0; row + 1 < rows; row++)
    for (let column = 0; column + 1 < columns; column++) {
      const corners = CORNERS.map(([r, c]) => values[(row + r) * columns + column + c] ?? Number.NaN);
      if (!corners.every(Number.isFinite)) continue;
      const above = corners.map((value) => value >= level);
      const crossed = EDGES.filter(([a, b]) => above[a] !== above[b]);
      const points = crossed.map(([a, b]): [number, number] => {
        const t = (level - corners[a]!) / (corners[b]! - corners[a]!);
        const [from, to] = [CORNERS[a]!, CORNERS[b]!];
        const r = row + from[0] + t * (to[0] - from[0]);
        const c = column + from[1] + t * (to[1] - from[1]);
        return [(c + 0.5) / columns, (r + 0.5) / rows];
      });
      if (points.length === 2) pieces.push([...points[0]!, ...points[1]!]);
      if (points.length !== 4) continue;
      // Edges 0 and 1 meet at corner 1, which is cut off when the middle is on the other side.
      const middle = corners.reduce((a, b) => a + b) / 4 >= level;
      const pairs = middle === above[0] ? [0, 1, 2, 3] : [3, 0, 1, 2];
      pieces.push([...points[pairs[0]!]!, ...points[pairs[1]!]!], [...points[pairs[2]!]!, ...points[pairs[3]!]!]);
    }
  return pieces;
}

/** A range whose ends differ by more than this factor is divided by ratios: evenly, all lines would lie in its upper part. */
const WIDE = 10;

/** Levels that divide a range evenly, or by equal ratios where it is wide, its ends left out. */
export function levelsOf([low, high]: readonly [number, number], count: number): number[] {
  const ratios = low > 0 && high > WIDE * low;
  return Array.from({ length: count }, (_, i) => {
    const share = (i + 1) / (count + 1);
    return ratios ? low * (high / low) ** share : low + (high - low) * share;
  });
}

/** An SVG path in a box of `size` units, y downwards. */
export function contourPath(grid: Grid, level: number, size: number): string {
  return contour(grid, level)
    .map(([x1, y1, x2, y2]) => {
      const point = (x: number, y: number): string => `${(x * size).toFixed(1)} ${((1 - y) * size).toFixed(1)}`;
      return `M${point(x1, y1)}L${point(x2, y2)}`;
    })
    .join('');
}
