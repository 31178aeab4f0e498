/** An axis for whatever stands in a column: numbers, or words at places of their own. */
import { logTicks, type Range, tickLabels, ticks } from '../../protocol/drawing/scales.ts';

export type Quantity = number | string;

export interface QuantityAxis {
  label: string;
  /** From 0 to 1 along the axis; undefined where there is no value. */
  place: (value: Quantity | undefined) => number | undefined;
  ticks: { place: number; label: string }[];
}

/** From this ratio on positive numbers are decades apart, as learning rates are. */
const DECADES = 100;

/** @param wanted about how many ticks there is room for */
export function quantityAxis(label: string, values: readonly (Quantity | undefined)[], wanted: number): QuantityAxis {
  const there = values.filter((value) => value !== undefined);
  const numbers = there.filter((value) => typeof value === 'number');
  return numbers.length === there.length && numbers.length > 0
    ? numberAxis(label, numbers, wanted)
    : wordAxis(label, there);
}

function numberAxis(label: string, numbers: readonly number[], wanted: number): QuantityAxis {
  let [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const log = low > 0 && high / low >= DECADES;
  if (low === high) [low, high] = [low - 0.5 * Math.abs(low || 1), high + 0.5 * Math.abs(high || 1)];
  const scale = log ? Math.log : (value: number): number => value;
  const room = 0.04 * (scale(high) - scale(low));
  const [from, to] = [scale(low) - room, scale(high) + room];
  const fractionOf = (value: number): number => (scale(value) - from) / (to - from);
  const range: Range = [low, high];
  const marks = log ? logTicks(range) : ticks(range, wanted);
  const labels = tickLabels(marks, false, log);
  return {
    label: log ? `${label} (log)` : label,
    place: (value) => (typeof value === 'number' ? fractionOf(value) : undefined),
    ticks: marks.map((mark, i) => ({ place: fractionOf(mark), label: labels[i]! })),
  };
}

/** Numbers first and ascending, then words in their order. */
function wordAxis(label: string, values: readonly Quantity[]): QuantityAxis {
  const distinct = [...new Set(values)];
  const numbers = distinct.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  const order: Quantity[] = [...numbers, ...distinct.filter((value) => typeof value === 'string')];
  const middleOf = (i: number): number => (i + 0.5) / Math.max(1, order.length);
  return {
    label,
    place: (value) => (value === undefined || !order.includes(value) ? undefined : middleOf(order.indexOf(value))),
    ticks: order.map((value, i) => ({ place: middleOf(i), label: String(value) })),
  };
}
