/** A setting, or another result, against a result: one dot for each seed, a bar at the mean of each variant. */
import { html, nothing, type SVGTemplateResult, svg, type TemplateResult } from 'lit';
import type { LineStyle } from '../../protocol/drawing/palette.ts';
import { cornersOf, markerOf } from '../../protocol/drawing/scatter.ts';
import type { Quantity, QuantityAxis } from './quantity-axis.ts';

export interface Dot {
  /** Place of its variant in the file: its colour and shape. */
  group: number;
  x: Quantity;
  y: number;
}

export interface Relation {
  title: string;
  x: QuantityAxis;
  y: QuantityAxis;
  dots: readonly Dot[];
  /** Of the variants: where their seeds have the same x. */
  means: readonly Dot[];
  style: (group: number) => LineStyle;
}

/** Which variant a shape or line is. */
export interface KeyEntry {
  group: number;
  name: string;
}

export interface RelationLook {
  /** Drawn below the picture, where it stands alone. */
  key?: readonly KeyEntry[];
  width: number;
  height: number;
  /** Colour of axes and texts. */
  ink: string;
  /** The dot that is read. */
  pointed?: number | undefined;
  point?: (index: number | undefined) => void;
}

const ROOM = { left: 58, right: 14, top: 12, bottom: 44 };
const RADIUS = 4.5;

/** Labels longer than this are cut: whole ones are in the table. */
const LONGEST_LABEL = 22;

export function relationSvg(
  relation: Relation,
  { width, height, ink, pointed, point, key = [] }: RelationLook,
): TemplateResult {
  const { x, y, dots, means, style } = relation;
  const across = (place: number): number => ROOM.left + place * (width - ROOM.left - ROOM.right);
  const up = (place: number): number => height - ROOM.bottom - place * (height - ROOM.top - ROOM.bottom);
  const placed = (dot: Dot): [number, number] => [across(x.place(dot.x) ?? 0), up(y.place(dot.y) ?? 0)];
  const bottom = height - ROOM.bottom;
  // Labels that would stand on each other are left out.
  const step = Math.max(1, Math.ceil((x.ticks.length * 70) / Math.max(1, width - ROOM.left - ROOM.right)));
  const content = svg`
    ${y.ticks.map(
      ({
        place,
        label,
      }) => svg`<path d="M${ROOM.left} ${up(place).toFixed(1)}H${width - ROOM.right}" stroke=${ink} stroke-opacity="0.12"/>
        <text x=${ROOM.left - 8} y=${up(place) + 4} text-anchor="end">${shortened(label)}</text>`,
    )}
    ${x.ticks.map(({ place, label }, i) =>
      i % step === 0
        ? svg`<text x=${across(place)} y=${bottom + 16} text-anchor="middle">${shortened(label)}</text>`
        : nothing,
    )}
    <path d="M${ROOM.left} ${ROOM.top}V${bottom}H${width - ROOM.right}" fill="none" stroke=${ink} stroke-opacity="0.5" />
    <text x=${(ROOM.left + width - ROOM.right) / 2} y=${height - 8} text-anchor="middle">${x.label}</text>
    <text transform="translate(12 ${(ROOM.top + bottom) / 2}) rotate(-90)" text-anchor="middle">${y.label}</text>
    ${means.map((mean) => {
      const [cx, cy] = placed(mean);
      return svg`<path class="mean" d="M${(cx - 9).toFixed(1)} ${cy.toFixed(1)}h18" stroke=${style(mean.group).colour} stroke-width="2"/>`;
    })}
    ${dots.map((dot, i) => {
      const [cx, cy] = placed(dot);
      return svg`<path class="dot" d=${shapePath(markerOf(dot.group), cx, cy, i === pointed ? 1.6 * RADIUS : RADIUS)} fill=${style(dot.group).colour} fill-opacity="0.8"
        stroke=${i === pointed ? ink : 'none'} stroke-width="1.5" @pointerenter=${point ? () => point(i) : nothing} @pointerleave=${point ? () => point(undefined) : nothing} />`;
    })}
    ${keySvg(key, width, height, (group, x, y) => dotSign(group, x, y, style(group)))}`;
  return drawing({ width, height, ink, key }, content);
}

/** What is drawn, with room for the key below it. */
export function drawing({ width, height, ink, key = [] }: RelationLook, content: SVGTemplateResult): TemplateResult {
  const whole = height + (key.length > 0 ? keyHeight(key.length, width) : 0);
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    width=${width}
    height=${whole}
    viewBox="0 0 ${width} ${whole}"
    font-family="Helvetica, Arial, sans-serif"
    font-size="11"
    fill=${ink}
  >
    ${content}
  </svg>`;
}

const KEY_COLUMN = 200;
const KEY_LINE = 18;

/** How high a key is. */
function keyHeight(entries: number, width: number): number {
  return Math.ceil(entries / Math.max(1, Math.floor(width / KEY_COLUMN))) * KEY_LINE + 8;
}

/** The key below a picture. @param sign what stands before the name, 16 wide, around the place */
export function keySvg(
  key: readonly KeyEntry[],
  width: number,
  top: number,
  sign: (group: number, x: number, y: number) => SVGTemplateResult,
): SVGTemplateResult {
  const columns = Math.max(1, Math.floor(width / KEY_COLUMN));
  return svg`${key.map(({ group, name }, i) => {
    const [x, y] = [12 + (i % columns) * KEY_COLUMN, top + (Math.floor(i / columns) + 0.7) * KEY_LINE];
    return svg`<g class="key">${sign(group, x + 8, y - 4)}<text x=${x + 22} y=${y}>${name}</text></g>`;
  })}`;
}

/** The sign of a variant's dots. */
export function dotSign(group: number, x: number, y: number, { colour }: LineStyle): SVGTemplateResult {
  return svg`<path d=${shapePath(markerOf(group), x, y, RADIUS)} fill=${colour}/>`;
}

export function shortened(label: string): string {
  return label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label;
}

function shapePath(shape: number, x: number, y: number, r: number): string {
  if (shape === 0)
    return `M${(x - r).toFixed(1)} ${y.toFixed(1)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
  return `M${cornersOf(shape)
    .map(([dx, dy]) => `${(x + r * dx).toFixed(1)} ${(y + r * dy).toFixed(1)}`)
    .join('L')}Z`;
}
