/** What all drawings share: text that is text, and numbers as short as a picture needs them. */
import type { LineStyle } from '../../../protocol/drawing/palette.ts';
import { plainLine } from '../../../protocol/text/plain-text.ts';

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text of others for HTML and SVG, in elements and in quoted attributes. */
export function escaped(text: string): string {
  return plainLine(text).replace(/[&<>"']/g, (character) => ESCAPES[character]!);
}

/** A tenth of a unit is not seen. */
export const n = (value: number): string => String(Math.round(value * 10) / 10);

/** The class lets a page with a dark background lighten the colour, which is there for everybody else. */
export function strokeOf({ colour, dash }: LineStyle, width: number): string {
  const dashes = dash.length > 0 ? ` stroke-dasharray="${dash.join(' ')}"` : '';
  return `class="${classOf(colour)}" stroke="${colour}" stroke-width="${width}"${dashes}`;
}

export const classOf = (colour: string): string => `c${colour.slice(1)}`;

/** A picture complete in itself, black on nothing. @param description for those who cannot see it */
export function svgOf(width: number, height: number, description: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${n(width)} ${n(height)}" width="${n(width)}" height="${n(height)}" role="img" aria-label="${escaped(description)}" font-family="Helvetica, Arial, sans-serif" font-size="11" fill="#222222">`,
    `<title>${escaped(description)}</title>`,
    ...parts,
    '</svg>',
  ].join('\n');
}

/** Longer names in a picture are cut: the table beside it has them whole. */
export const shortName = (name: string, limit = 44): string =>
  name.length > limit ? `${name.slice(0, limit - 1)}…` : name;
