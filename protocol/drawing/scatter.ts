/** Where points lie in a plane, and which shape each class has. */

/** Shapes tell more groups apart than there are colours, and those apart whose colours look alike. */
export const SHAPES = ['●', '■', '▲', '◆'] as const;
/** As many colours come before they begin anew (palette.ts). */
const COLOURS = 8;
/** Of a point, in the units of the picture. */
export const RADIUS = 3;

/** Which shape a group has: another one where its colour has been before. */
export function markerOf(group: number): number {
  return (group + Math.floor(group / COLOURS)) % SHAPES.length;
}

/** The shape as a character, for a key. */
export function shapeText(group: number): string {
  return SHAPES[markerOf(group)]!;
}

/** Corners of the shapes that have some, around the middle of a point of radius 1; y downwards. */
export function cornersOf(shape: number): [number, number][] {
  if (shape === 1) return [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]]; // biome-ignore format: a square
  const corners = shape === 2 ? 3 : 4;
  return Array.from({ length: corners }, (_, c) => {
    const angle = (2 * Math.PI * c) / corners - Math.PI / 2;
    return [1.3 * Math.cos(angle), 1.3 * Math.sin(angle)];
  });
}

/** From a point to a place in the picture: one scale for both axes, since distances in all directions count alike. */
export function placing(
  { x, y }: { x: readonly number[]; y: readonly number[] },
  width: number,
  height: number,
): (i: number) => [number, number] {
  const ends = (values: readonly number[]): [number, number] =>
    values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ] as [number, number]);
  const [left, right] = ends(x);
  const [bottom, top] = ends(y);
  const room = 4 * RADIUS;
  const scale = Math.min((width - 2 * room) / (right - left || 1), (height - 2 * room) / (top - bottom || 1));
  return (i) => [width / 2 + scale * (x[i]! - (left + right) / 2), height / 2 - scale * (y[i]! - (bottom + top) / 2)];
}
