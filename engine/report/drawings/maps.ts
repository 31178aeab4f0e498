/** Planes as colours with contours, points by class, and seeds as dots: SVG. */
import type { EmbeddingResult } from '../../../protocol/analyses/embedding.ts';
import { colourIndex, type Rgb, sequential } from '../../../protocol/drawing/colours.ts';
import { contourPath, levelsOf } from '../../../protocol/drawing/contours.ts';
import { lineStyle } from '../../../protocol/drawing/palette.ts';
import { tickLabels, ticks } from '../../../protocol/drawing/scales.ts';
import { cornersOf, markerOf, placing, RADIUS } from '../../../protocol/drawing/scatter.ts';
import { LEVELS } from '../../../protocol/figures/landscape.ts';
import { classOf, escaped, n, shortName, svgOf } from './svg.ts';

const SIDE = 220;
const TOP = 40;
/** Colours of a plane: enough that no step is seen beside the contours. */
const SHADES = 48;

const hex = ([r, g, b]: Rgb): string => `#${[r, g, b].map((part) => part.toString(16).padStart(2, '0')).join('')}`;

/**
 * The loss on a plane, the network in the middle; on the scale of `range`, which all pictures share. Grey: not finite.
 * @param values [points, points], row 0 at the bottom
 */
export function planeDrawing(
  { title, note, extent }: { title: string; note: string; extent: number },
  points: number,
  values: readonly number[],
  range: readonly [number, number],
): { name: string; svg: string } {
  const colours = sequential('light');
  const cell = SIDE / points;
  const byColour = new Map<string, string>();
  for (let row = 0; row < points; row++)
    for (let column = 0; column < points; column++) {
      const value = values[row * points + column]!;
      const shade = Math.round((colourIndex(value, range) / (colours.length - 1)) * (SHADES - 1));
      const colour = Number.isFinite(value)
        ? hex(colours[Math.round((shade / (SHADES - 1)) * (colours.length - 1))]!)
        : '#bbbbbb';
      const path = `M${n(column * cell)} ${n((points - 1 - row) * cell)}h${n(cell + 0.3)}v${n(cell + 0.3)}h-${n(cell + 0.3)}z`;
      byColour.set(colour, (byColour.get(colour) ?? '') + path);
    }
  const grid = { rows: points, columns: points, values };
  const lines = levelsOf(range, LEVELS).map((level) => contourPath(grid, level, SIDE));
  const parts = [
    `<text x="34" y="14" font-weight="bold">${escaped(shortName(title))}</text><text x="34" y="29" font-size="10">${escaped(note)}</text>`,
    `<g transform="translate(34 ${TOP})">`,
    ...[...byColour].map(([colour, path]) => `<path fill="${colour}" d="${path}"/>`),
    `<path fill="none" stroke="#000000" stroke-opacity="0.55" stroke-width="0.8" d="${lines.join('') || 'M0 0'}"/>`,
    `<path stroke="#ffffff" stroke-width="1.5" d="M${SIDE / 2 - 4} ${SIDE / 2}h8m-4-4v8"/>`,
    '</g>',
    `<text x="34" y="${TOP + SIDE + 14}">${-extent}</text><text x="${34 + SIDE / 2}" y="${TOP + SIDE + 14}" text-anchor="middle">direction 0</text><text x="${34 + SIDE}" y="${TOP + SIDE + 14}" text-anchor="end">${extent}</text>`,
    `<text transform="translate(24 ${TOP + SIDE / 2}) rotate(-90)" text-anchor="middle">direction 1</text>`,
  ];
  return { name: title, svg: svgOf(SIDE + 44, TOP + SIDE + 22, `${title}: loss on a plane. ${note}`, parts) };
}

/** The colours of planes with the numbers at their ends. */
export function scaleDrawing(name: string, [low, high]: readonly [string, string]): { name: string; svg: string } {
  const colours = sequential('light');
  const bar = Array.from({ length: SHADES }, (_, i) => {
    const colour = hex(colours[Math.round((i * (colours.length - 1)) / (SHADES - 1))]!);
    return `<rect x="${80 + 4 * i}" y="4" width="4.5" height="12" fill="${colour}"/>`;
  });
  const parts = [
    `<text x="74" y="14" text-anchor="end">${escaped(`${name} ${low}`)}</text>`,
    ...bar,
    `<text x="${86 + 4 * SHADES}" y="14">${escaped(high)}</text>`,
  ];
  return { name: `scale of ${name}`, svg: svgOf(86 + 4 * SHADES + 60, 20, `${name} from ${low} to ${high}`, parts) };
}

const SPREAD = 250;

/** t-SNE: shape and colour by class, hollow where the network is wrong. */
export function scatterDrawing(
  title: string,
  note: string,
  { x, y, labels, predicted }: EmbeddingResult,
): { name: string; svg: string } {
  const place = placing({ x, y }, SPREAD, SPREAD);
  const marks = labels.map((label, i) => {
    const { colour } = lineStyle(label, 'light');
    const [px, py] = place(i);
    const wrong = label !== predicted[i];
    const look = wrong
      ? `class="${classOf(colour)}" fill="none" stroke="${colour}"`
      : `class="${classOf(colour)} dot" fill="${colour}"`;
    return markOf(markerOf(label), px, py, 0.75 * RADIUS, look);
  });
  const parts = [
    `<text x="4" y="14" font-weight="bold">${escaped(shortName(title))}</text><text x="4" y="29" font-size="10">${escaped(note)}</text>`,
    `<g transform="translate(0 ${TOP})">`,
    `<rect class="axis" width="${SPREAD}" height="${SPREAD}" fill="none" stroke="#bbbbbb"/>`,
    ...marks,
    '</g>',
  ];
  return {
    name: title,
    svg: svgOf(SPREAD + 8, TOP + SPREAD + 4, `${title}: t-SNE of the last hidden layer. ${note}`, parts),
  };
}

function markOf(shape: number, x: number, y: number, r: number, look: string): string {
  if (shape === 0) return `<circle ${look} cx="${n(x)}" cy="${n(y)}" r="${n(r)}"/>`;
  const corners = cornersOf(shape).map(([dx, dy]) => `${n(x + r * dx)} ${n(y + r * dy)}`);
  return `<path ${look} d="M${corners.join('L')}Z"/>`;
}

export function classKeyDrawing(classes: readonly number[]): { name: string; svg: string } {
  const parts = classes.map((label, i) => {
    const { colour } = lineStyle(label, 'light');
    const look = `class="${classOf(colour)} dot" fill="${colour}"`;
    return `${markOf(markerOf(label), 10 + 40 * i, 9, 4, look)}<text x="${18 + 40 * i}" y="13">${label}</text>`;
  });
  return { name: 'classes', svg: svgOf(40 * classes.length + 8, 18, `Classes ${classes.join(', ')}`, parts) };
}

const WIDTH = 640;
const NAMES = 210;
const ROW = 24;

/** A row for each variant: a dot for each seed, a line at their mean, a cross where the paper is. Shares from 0 to 1. */
export function seedsDrawing(
  rows: readonly { name: string; values: readonly number[]; mean?: number | undefined; printed?: number | undefined }[],
): { name: string; svg: string } {
  const all = rows.flatMap(({ values, printed }) => [...values, ...(printed === undefined ? [] : [printed])]);
  let [low, high] = all.length > 0 ? [Math.min(...all), Math.max(...all)] : [0, 1];
  const room = Math.max(0.005, 0.04 * (high - low));
  [low, high] = [Math.max(0, low - room), Math.min(1, high + room)];
  const position = (value: number): number => NAMES + ((value - low) / (high - low || 1)) * (WIDTH - NAMES - 14);
  const marks = ticks([low, high], 6);
  const labels = tickLabels(marks, true, false);
  const bottom = rows.length * ROW + 8;
  const parts = [
    ...marks.map(
      (value, i) =>
        `<path class="grid" stroke="#e0e0e0" d="M${n(position(value))} 4V${bottom}"/><text x="${n(position(value))}" y="${bottom + 14}" text-anchor="middle">${labels[i]}</text>`,
    ),
    ...rows.flatMap(({ name, values, mean, printed }, i) => {
      const y = i * ROW + 18;
      const { colour } = lineStyle(i, 'light');
      return [
        `<text x="${NAMES - 12}" y="${y + 4}" text-anchor="end">${escaped(shortName(name, 36))}</text>`,
        ...values.map(
          (value) =>
            `<circle class="${classOf(colour)} dot" cx="${n(position(value))}" cy="${y}" r="4" fill="${colour}" fill-opacity="0.6"/>`,
        ),
        ...(mean === undefined
          ? []
          : [
              `<path class="${classOf(colour)}" stroke="${colour}" stroke-width="2.5" d="M${n(position(mean))} ${y - 9}v18"/>`,
            ]),
        ...(printed === undefined
          ? []
          : [
              `<path class="axis" stroke="#222222" stroke-width="1.4" d="M${n(position(printed) - 4)} ${y - 4}l8 8m0-8-8 8"/>`,
            ]),
      ];
    }),
    `<text x="${(NAMES + WIDTH) / 2}" y="${bottom + 30}" text-anchor="middle">accuracy in %</text>`,
  ];
  const description = `Accuracy of each seed: ${rows.map(({ name, values }) => `${name} ${values.map((v) => (100 * v).toFixed(1)).join(', ')}`).join('; ')}`;
  return { name: 'accuracy of each seed', svg: svgOf(WIDTH, bottom + 38, description, parts) };
}
