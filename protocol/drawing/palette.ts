import { hexColour, sequential } from './colours.ts';
import type { Scheme } from './scheme.ts';

/**
 * One colour for each variant, by its place in the file. The hues are those of Okabe and Ito, which people with any
 * of the common colour vision deficiencies tell apart; lightness is shifted per theme so that every line stands out
 * at 3 : 1 or more against the background.
 */
const DARK = ['#56b4e9', '#ff8a3c', '#1fc795', '#d98fc0', '#e6b422', '#8f9bff', '#f0e442', '#b8b8b8'] as const;
const LIGHT = ['#0072b2', '#d55e00', '#00876a', '#b0508a', '#937000', '#5a5fd6', '#6f7a00', '#555555'] as const;

/** Lengths in CSS pixels; the first is a solid line. */
const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3], [14, 5], [4, 2]];

export interface LineStyle {
  colour: string;
  /** Empty for a solid line. */
  dash: readonly number[];
}

/**
 * @param index place of the variant in the file
 * @param allDashed high contrast: neighbours differ in dash as well as in colour
 */
export function lineStyle(index: number, scheme: Scheme, allDashed = false): LineStyle {
  const colours = scheme === 'dark' ? DARK : LIGHT;
  const colour = colours[index % colours.length]!;
  const cycle = Math.floor(index / colours.length);
  // Going back one dash per cycle of colours keeps neighbours apart and every pair of colour and dash unique.
  const dash = allDashed ? (index % colours.length) + cycle * (DASHES.length - 1) : cycle;
  return { colour, dash: DASHES[dash % DASHES.length]! };
}

/** From here on the colours of numbers stand out against the background at 3 : 1 or more. */
const VISIBLE_FROM = 0.45;

/**
 * One colour for each of several values, the least first.
 * @param numbers the values are numbers: a colour says how great one is
 * @param nth of the lines of that colour: they differ in dash
 */
export function valueStyle(
  place: number,
  of: number,
  { numbers, nth, scheme, allDashed }: { numbers: boolean; nth: number; scheme: Scheme; allDashed: boolean },
): LineStyle {
  const plain = lineStyle(place, scheme, allDashed);
  const dash = nth > 0 ? DASHES[nth % DASHES.length]! : plain.dash;
  if (!numbers || of < 3) return { colour: plain.colour, dash };
  const map = sequential(scheme);
  const share = VISIBLE_FROM + (1 - VISIBLE_FROM) * (place / (of - 1));
  return { colour: hexColour(map[Math.round(share * (map.length - 1))]!), dash };
}
