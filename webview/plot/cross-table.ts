/** Two settings across each other: a cell for each pair of their values, in the colour of its number, which stands in it. */
import { nothing, svg, type TemplateResult } from 'lit';
import { colourIndex, hexColour, type Rgb, sequential } from '../../protocol/drawing/colours.ts';
import { drawing, type RelationLook, shortened } from './relation.ts';

export interface CrossCell {
  column: number;
  row: number;
  value: number;
  /** The number as it stands in the cell. */
  text: string;
}

export interface CrossTable {
  /** What the numbers are. */
  title: string;
  x: { label: string; values: readonly string[] };
  y: { label: string; values: readonly string[] };
  /** Pairs without a number have none. */
  cells: readonly CrossCell[];
  scheme: 'dark' | 'light';
}

const ROOM = { right: 14, top: 24, bottom: 44 };
/** Beside the names from top to bottom, and of each of their letters, about. */
const BESIDE = 36;
const LETTER = 6.2;
const GAP = 2;
/** Luminance from which on black stands out more than white. */
const BRIGHT = 0.179;

export function crossSvg(
  { title, x, y, cells, scheme }: CrossTable,
  { width, height, ink, pointed, point }: RelationLook,
): TemplateResult {
  const start = BESIDE + LETTER * Math.max(...y.values.map((value) => shortened(value).length));
  const wide = (width - start - ROOM.right) / Math.max(1, x.values.length);
  const high = (height - ROOM.top - ROOM.bottom) / Math.max(1, y.values.length);
  const bottom = height - ROOM.bottom;
  const values = cells.map(({ value }) => value);
  const range = [Math.min(...values), Math.max(...values)] as const;
  const colours = sequential(scheme);
  const content = svg`
    <text x=${start} y="14" font-weight="bold">${title}</text>
    ${cells.map((cell, i) => {
      const colour = colours[colourIndex(cell.value, range)]!;
      const [left, up] = [start + cell.column * wide, ROOM.top + cell.row * high];
      return svg`<rect class="cell" x=${left.toFixed(1)} y=${up.toFixed(1)} width=${Math.max(1, wide - GAP).toFixed(1)} height=${Math.max(1, high - GAP).toFixed(1)}
        fill=${hexColour(colour)} stroke=${i === pointed ? ink : 'none'} stroke-width="2" @pointerenter=${point ? () => point(i) : nothing} @pointerleave=${point ? () => point(undefined) : nothing}/>
        ${wide > 44 && high > 14 ? svg`<text x=${(left + (wide - GAP) / 2).toFixed(1)} y=${(up + high / 2 + 4).toFixed(1)} text-anchor="middle" fill=${luminance(colour) > BRIGHT ? '#000000' : '#ffffff'} pointer-events="none">${cell.text}</text>` : undefined}`;
    })}
    ${named(y.values, high).map(
      ({ text, i }) =>
        svg`<text x=${start - 8} y=${(ROOM.top + (i + 0.5) * high + 4).toFixed(1)} text-anchor="end">${text}</text>`,
    )}
    ${named(x.values, wide / 4).map(
      ({ text, i }) =>
        svg`<text x=${(start + (i + 0.5) * wide).toFixed(1)} y=${bottom + 14} text-anchor="middle">${text}</text>`,
    )}
    <text x=${(start + width - ROOM.right) / 2} y=${height - 8} text-anchor="middle" font-weight="bold">${x.label}</text>
    <text transform="translate(12 ${(ROOM.top + bottom) / 2}) rotate(-90)" text-anchor="middle" font-weight="bold">${y.label}</text>`;
  return drawing({ width, height, ink }, content);
}

/** Relative luminance as WCAG defines it, in [0, 1]. */
function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((byte) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

/** Names with at least a line's room, some left out where there are many. @param room of each, in CSS pixels */
function named(values: readonly string[], room: number): { text: string; i: number }[] {
  const step = Math.max(1, Math.ceil(14 / Math.max(1, room)));
  return values.flatMap((value, i) => (i % step === 0 ? [{ text: shortened(value), i }] : []));
}
