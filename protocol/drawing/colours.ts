/**
 * Colour maps for numbers, made in Oklab (Ottosson, 2020), in which equal distances look equally far apart: lightness
 * rises evenly from one end to the other, so that the order survives in grey and for every kind of colour vision.
 */
import type { Scheme } from './scheme.ts';

/** Red, green and blue in [0, 255]. */
export type Rgb = readonly [number, number, number];

const STEPS = 256;

/** From the least to the greatest. The end that stands for little is near the background of the theme. */
export function sequential(scheme: Scheme): readonly Rgb[] {
  return scheme === 'dark' ? SEQUENTIAL : SEQUENTIAL.toReversed();
}

/** From below to above with the background's grey in the middle: for differences. */
export function diverging(scheme: Scheme): readonly Rgb[] {
  const middle = scheme === 'dark' ? 0.32 : 0.95;
  const end = scheme === 'dark' ? 0.8 : 0.45;
  return Array.from({ length: STEPS }, (_, i) => {
    const t = (2 * i) / (STEPS - 1) - 1;
    const size = Math.abs(t);
    return oklch(middle + (end - middle) * size, 0.13 * size, t < 0 ? 250 : 45);
  });
}

/** Blue, green, yellow: hue turns while lightness rises. */
const SEQUENTIAL: readonly Rgb[] = Array.from({ length: STEPS }, (_, i) => {
  const t = i / (STEPS - 1);
  const chroma = 0.085 + 0.06 * Math.sin(Math.PI * t);
  return oklch(0.22 + 0.72 * t, chroma, 280 - 175 * t);
});

/** Place of a value on a map of colours; values outside of the range have the colour of its ends. */
export function colourIndex(value: number, [low, high]: readonly [number, number]): number {
  if (high <= low) return value > high ? STEPS - 1 : 0;
  const t = (value - low) / (high - low);
  return Math.min(STEPS - 1, Math.max(0, Math.round(t * (STEPS - 1))));
}

export function cssColour([r, g, b]: Rgb): string {
  return `rgb(${r}, ${g}, ${b})`;
}

export function hexColour(rgb: Rgb): string {
  return `#${rgb.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** Oklab lightness, chroma and hue in degrees, to sRGB; what lies outside is clipped. */
export function oklch(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    byte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    byte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    byte(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

function byte(linear: number): number {
  const x = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055));
}
