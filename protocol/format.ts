/** Numbers as people read them, alike in the terminal, the editor and its panels. `gap` is what stands before a unit. */
import type { Spread } from './runs.ts';

/** A fraction in percent, without the sign: `77.40` for 0.774. */
export function percent(fraction: number, digits = 2): string {
  return Number.isFinite(fraction) ? (100 * fraction).toFixed(digits) : 'NaN';
}

/** Seconds as `0.8 s`, `42 s`, `3 min 05 s` or `2 h 07 min`. */
export function duration(seconds: number, gap = ' '): string {
  if (!Number.isFinite(seconds)) return '–';
  const positive = Math.max(0, seconds);
  if (positive < 9.95) return `${positive.toFixed(1)}${gap}s`;
  if (positive < 59.5) return `${Math.round(positive)}${gap}s`;
  const whole = Math.round(positive);
  if (whole < 3600) return `${Math.floor(whole / 60)}${gap}min ${two(whole % 60)}${gap}s`;
  const minutes = Math.round(positive / 60);
  return `${Math.floor(minutes / 60)}${gap}h ${two(minutes % 60)}${gap}min`;
}

const two = (n: number) => String(n).padStart(2, '0');

/** `1 run`, `3 runs`, `12,000 runs`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${thousands(n)} ${n === 1 ? noun : plural}`;
}

/** `12,000`; whole numbers. */
export function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

const MINUS = '\u2212';

/** A loss with about four digits; `–` for none, `NaN` for what is no number. */
export function loss(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (!Number.isFinite(value)) return 'NaN';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e4)) return value.toExponential(1).replace('-', MINUS);
  return size < 10 ? value.toFixed(3) : size < 100 ? value.toFixed(2) : value.toFixed(1);
}

/** `77.42 ± 0.31`; without the deviation for a single value. */
export function spread(s: Spread | undefined, one: (value: number) => string): string {
  if (!s) return '–';
  return s.deviation === undefined ? one(s.mean) : `${one(s.mean)} ± ${one(s.deviation)}`;
}
