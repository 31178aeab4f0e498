/** Charts of lines with their title and a key, as SVG. */
import type { LineStyle } from '../../../protocol/drawing/palette.ts';
import { planXy, type XyChart } from '../../../protocol/drawing/xy.ts';
import { classOf, escaped, n, shortName, strokeOf, svgOf } from './svg.ts';

const TITLE = 24;

export function xyDrawing(chart: XyChart): { name: string; svg: string } {
  const { width, height, description, box, rows, columns, marks, lines, zeros } = planXy(chart);
  const { left, right, top, bottom } = box;
  const parts = [
    `<text x="${left}" y="16" font-weight="bold">${escaped(chart.title)}</text>`,
    `<g transform="translate(0 ${TITLE})">`,
    ...rows.map(
      ({ y, label }) =>
        `<path class="grid" stroke="#e0e0e0" d="M${left} ${n(y)}H${right}"/><text x="${left - 8}" y="${n(y + 4)}" text-anchor="end">${label}</text>`,
    ),
    ...columns.map(({ x, label }) => `<text x="${n(x)}" y="${bottom + 16}" text-anchor="middle">${label}</text>`),
    `<path class="axis" stroke="#222222" fill="none" d="M${left} ${top}V${bottom}H${right}"/>`,
    `<text x="${(left + right) / 2}" y="${height - 6}" text-anchor="middle">${escaped(chart.x.name)}</text>`,
    `<text transform="translate(12 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(chart.y.name)}</text>`,
    ...marks.map(
      ({ y, name }) =>
        `<path class="axis" stroke="#222222" stroke-dasharray="2 3" d="M${left} ${n(y)}H${right}"/><text x="${right - 4}" y="${n(y - 4)}" text-anchor="end">${escaped(name)}</text>`,
    ),
    ...lines.flatMap(({ style, path, band, dots }) => [
      ...(band
        ? [`<path class="${classOf(style.colour)} band" fill="${style.colour}" fill-opacity="0.15" d="${band}"/>`]
        : []),
      `<path ${strokeOf(style, 1.8)} fill="none" stroke-linejoin="round" d="${path}"/>`,
      ...dots.map(
        ({ x, y }) =>
          `<circle class="${classOf(style.colour)} dot" fill="${style.colour}" cx="${n(x)}" cy="${n(y)}" r="2.4"/>`,
      ),
    ]),
    '</g>',
  ];
  return {
    name: chart.title,
    svg: svgOf(width, height + TITLE, zeros ? `${description}. ${zeros}` : description, parts),
  };
}

const COLUMN = 230;
const LINE = 18;

/** Which line is which variant. */
export function keyDrawing(names: readonly { name: string; style: LineStyle }[]): { name: string; svg: string } {
  const columns = Math.min(4, Math.max(1, names.length));
  const parts = names.map(({ name, style }, i) => {
    const x = (i % columns) * COLUMN + 4;
    const y = Math.floor(i / columns) * LINE + 13;
    return `<path ${strokeOf(style, 2)} d="M${x} ${y - 4}h22"/><text x="${x + 28}" y="${y}">${escaped(shortName(name, 32))}</text>`;
  });
  const description = `Key: ${names.map(({ name }) => name).join(', ')}`;
  return {
    name: 'key',
    svg: svgOf(columns * COLUMN, Math.ceil(names.length / columns) * LINE + 6, description, parts),
  };
}
