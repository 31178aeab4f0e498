/** Parallel coordinates: an axis for each quantity, a line for each variant through what it has on them. */
import { nothing, type SVGTemplateResult, svg, type TemplateResult } from 'lit';
import type { LineStyle } from '../../protocol/drawing/palette.ts';
import type { Quantity, QuantityAxis } from './quantity-axis.ts';
import { drawing, keySvg, type RelationLook, shortened } from './relation.ts';

export interface ParallelLine {
  /** Place of the variant in the file. */
  group: number;
  /** In the order of the axes; undefined where it has none: there the line breaks. */
  values: readonly (Quantity | undefined)[];
}

export interface Parallel {
  axes: readonly QuantityAxis[];
  lines: readonly ParallelLine[];
  style: (group: number) => LineStyle;
}

const ROOM = { side: 62, top: 30, bottom: 16 };
/** Around a line, where a pointer is on it. */
const NEAR = 11;

export function parallelSvg(
  { axes, lines, style }: Parallel,
  { width, height, ink, pointed, point, key = [] }: RelationLook,
): TemplateResult {
  const gap = axes.length > 1 ? (width - 2 * ROOM.side) / (axes.length - 1) : 0;
  const across = (i: number): number => ROOM.side + i * gap;
  const up = (place: number): number => height - ROOM.bottom - place * (height - ROOM.top - ROOM.bottom);
  const content = svg`
    ${lines.map(({ group, values }, i) => {
      const { colour, dash } = style(group);
      const faded = pointed !== undefined && pointed !== i;
      const path = pathOf(axes, values, across, up);
      return svg`<path class="line" d=${path} fill="none" stroke=${colour} stroke-width=${i === pointed ? 3.5 : 2}
        stroke-opacity=${faded ? 0.25 : 0.9} stroke-dasharray=${dash.join(' ') || 'none'} />
        ${point ? svg`<path class="near" d=${path} fill="none" stroke="transparent" stroke-width=${NEAR} @pointerenter=${() => point(i)} @pointerleave=${() => point(undefined)} />` : nothing}`;
    })}
    ${axes.map((axis, i) => {
      const last = i === axes.length - 1 && i > 0;
      return svg`<path d="M${across(i).toFixed(1)} ${ROOM.top}V${height - ROOM.bottom}" stroke=${ink} stroke-opacity="0.5"/>
        <text x=${across(i)} y=${i % 2 === 1 && gap < 130 ? 12 : 24} text-anchor="middle" font-weight="bold">${shortened(axis.label)}</text>
        ${axis.ticks.map(
          ({ place, label }) =>
            svg`<text x=${across(i) + (last ? 6 : -6)} y=${up(place) + 4} text-anchor=${last ? 'start' : 'end'}>${label.length > 9 ? `${label.slice(0, 8)}…` : label}</text>`,
        )}`;
    })}
    ${keySvg(key, width, height, (group, x, y) => lineSign(x, y, style(group)))}`;
  return drawing({ width, height, ink, key }, content);
}

/** The sign of a variant's line. */
export function lineSign(x: number, y: number, { colour, dash }: LineStyle): SVGTemplateResult {
  return svg`<path d="M${x - 8} ${y}h16" stroke=${colour} stroke-width="2.5" stroke-dasharray=${dash.join(' ') || 'none'}/>`;
}

function pathOf(
  axes: readonly QuantityAxis[],
  values: readonly (Quantity | undefined)[],
  across: (i: number) => number,
  up: (place: number) => number,
): string {
  let path = '';
  let open = false;
  axes.forEach((axis, i) => {
    const place = axis.place(values[i]);
    if (place !== undefined) path += `${open ? 'L' : 'M'}${across(i).toFixed(1)} ${up(place).toFixed(1)}`;
    open = place !== undefined;
  });
  return path || 'M0 0';
}
