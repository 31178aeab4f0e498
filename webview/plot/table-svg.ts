/** A table as a drawing: black on white, with rules above, below and under the head, as a figure for a paper. */
import { escapeXml } from './xml.ts';

export interface DrawnTable {
  title: string;
  head: readonly string[];
  /** Columns of words, which begin at the left; numbers end at the right. */
  words: ReadonlySet<string>;
  rows: readonly (readonly { text: string; bold: boolean }[])[];
  /** How the numbers are to be read. */
  note: string;
}

/** Width of a text in CSS pixels. */
export type Measure = (text: string, bold: boolean) => number;

const FONT = '12px Helvetica, Arial, sans-serif';
const MARGIN = 16;
const GAP = 20;
const LINE = 16;
const PADDING = 5;
/** Longer texts take several lines. */
const WIDEST = 220;
/** The note is at least as wide. */
const LEAST_WIDTH = 480;

/** With the fonts of this page. */
export function measured(): Measure {
  const context = document.createElement('canvas').getContext('2d')!;
  return (text, bold) => {
    context.font = bold ? `bold ${FONT}` : FONT;
    return context.measureText(text).width;
  };
}

export function tableSvg({ title, head, words, rows, note }: DrawnTable, measure: Measure): string {
  const heads = head.map((text) => wrapped(text, true, WIDEST, measure));
  const cells = rows.map((row) => row.map(({ text, bold }) => ({ bold, lines: wrapped(text, bold, WIDEST, measure) })));
  const widths = heads.map((lines, column) =>
    Math.ceil(
      Math.max(
        ...lines.map((line) => measure(line, true)),
        ...cells.flatMap((row) => row[column]!.lines.map((line) => measure(line, row[column]!.bold))),
      ),
    ),
  );
  const lefts = widths.map((_, column) => widths.slice(0, column).reduce((sum, width) => sum + width + GAP, MARGIN));
  const inner = Math.max(LEAST_WIDTH, lefts.at(-1)! + widths.at(-1)! - MARGIN);
  const width = inner + 2 * MARGIN;
  const parts: string[] = [];
  let top = MARGIN;
  const write = (lines: readonly string[], column: number, bold: boolean): void => {
    const left = lefts[column]!;
    const right = !words.has(head[column]!);
    const place = right ? `x="${left + widths[column]!}" text-anchor="end"` : `x="${left}"`;
    for (const [i, line] of lines.entries())
      parts.push(
        `<text ${place} y="${top + (i + 1) * LINE - 4}"${bold ? ' font-weight="bold"' : ''}>${escapeXml(line)}</text>`,
      );
  };
  const rule = (thickness: number): void => {
    parts.push(`<path d="M${MARGIN} ${top}h${inner}" stroke="#222222" stroke-width="${thickness}"/>`);
    top += PADDING;
  };
  for (const line of wrapped(title, true, inner, measure)) {
    top += LINE;
    parts.push(`<text x="${MARGIN}" y="${top}" font-weight="bold">${escapeXml(line)}</text>`);
  }
  top += LINE - PADDING;
  rule(1.2);
  for (const [column, lines] of heads.entries()) write(lines, column, true);
  top += Math.max(...heads.map(({ length }) => length)) * LINE + PADDING;
  rule(0.6);
  for (const row of cells) {
    for (const [column, { lines, bold }] of row.entries()) write(lines, column, bold);
    top += Math.max(...row.map(({ lines }) => lines.length)) * LINE + PADDING;
  }
  rule(1.2);
  for (const line of wrapped(note, false, inner, measure)) {
    top += LINE;
    parts.push(`<text x="${MARGIN}" y="${top}" fill="#555555">${escapeXml(line)}</text>`);
  }
  const height = top + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, sans-serif" font-size="12" fill="#222222">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

/** Lines that are no wider than `room`, where the words allow it. */
function wrapped(text: string, bold: boolean, room: number, measure: Measure): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length > 0 ? `${lines.at(-1)!} ${word}` : word;
    if (lines.length > 0 && measure(longer, bold) <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
