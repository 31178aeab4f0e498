/** From what became of each sample to curves over the budget, medians and shares. Nothing here knows a network. */
import type { AttackOutcomes } from '../../../protocol/analyses/attack.ts';
import { wilson } from '../../claims/intervals.ts';
import { rounded } from '../numbers.ts';

/** One attack on samples in their order: what each cost, and the columns of ROW. */
export interface Tally {
  method: AttackOutcomes['method'];
  width: number;
  costs: (number | null)[];
  rows: number[][];
}

/** Columns of a row. */
export const ROW = { added: 0, removed: 1, shift: 2, largestShift: 3, queries: 4, zero: 5, random: 6, steps: 7 };

/**
 * @param budgets, shares ascending  @param events of each sample; shares are of them
 */
export function outcomesOf(
  { method, width, costs, rows }: Tally,
  budgets: readonly number[],
  shares: readonly number[],
  events: readonly number[],
): AttackOutcomes {
  const n = costs.length;
  const fooled = costs.flatMap((cost, i) => (cost === null ? [] : [i]));
  const meanOf = (column: number, over: readonly number[]): number | null =>
    over.length === 0 ? null : rounded(over.reduce((sum, i) => sum + rows[i]![column]!, 0) / over.length);
  const all = [...costs.keys()];
  const sum = (column: number) => rows.reduce((total, row) => total + row[column]!, 0);
  // Costs of currents are float32 shares of a range.
  const within = (cost: number | null, budget: number): boolean => cost !== null && cost <= budget + 1e-6;
  const share = (fits: (i: number) => boolean): number => (n === 0 ? 0 : rounded(all.filter(fits).length / n));
  const interval = wilson(fooled.length / Math.max(1, n), Math.max(1, n));
  return {
    method,
    width,
    success: budgets.map((budget) => share((i) => within(costs[i]!, budget))),
    successInterval: [rounded(interval.low), rounded(interval.high)],
    successByShare: shares.map((part) => share((i) => within(costs[i]!, part * events[i]!))),
    median: medianOf(costs),
    mean: n > 0 && fooled.length === n ? rounded(fooled.reduce((total, i) => total + costs[i]!, 0) / n) : null,
    added: meanOf(ROW.added, fooled),
    removed: meanOf(ROW.removed, fooled),
    shift: meanOf(ROW.shift, fooled),
    largestShift: fooled.length === 0 ? null : Math.max(...fooled.map((i) => rows[i]![ROW.largestShift]!)),
    queries: meanOf(ROW.queries, all) ?? 0,
    zeroAtStart: method === 'gradient' ? meanOf(ROW.zero, all) : null,
    randomSteps: method === 'gradient' ? rounded(sum(ROW.random) / Math.max(1, sum(ROW.steps))) : null,
    costs,
    rows,
  };
}

/** Failures are infinitely dear; null: the median is. */
export function medianOf(costs: readonly (number | null)[]): number | null {
  const sorted = costs.map((cost) => cost ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.floor(sorted.length / 2)]!) / 2;
  return Number.isFinite(middle) ? rounded(middle) : null;
}

/** The shares up to which every sample was tried: what lies beyond would count the untried as safe. */
export function sharesWithin(shares: readonly number[], largest: number, events: readonly number[]): number[] {
  const fullestBin = Math.max(1, ...events);
  return shares.filter((share) => share * fullestBin <= largest);
}
