/** Answers of all seeds of a study, as figures are made of them: the same lines in a panel and in a report. */
import type { AnalysisId, AnalysisResults } from '../analyses/analyses.ts';
import type { LineStyle } from '../drawing/palette.ts';
import { meanOf } from '../statistics.ts';

/** An answer with the variant and seed that it is of. */
export interface SeedAnswer<A extends AnalysisId> {
  /** Place of the variant in the file, which gives it its colour; and its name. */
  index: number;
  name: string;
  run: { seed: number };
  result: AnalysisResults[A];
}

/** How the lines of a variant look. */
export type StyleOf = (answer: { index: number }) => LineStyle;

export interface OfVariant<T> {
  name: string;
  index: number;
  runs: T[];
}

/** In the order of the file. */
export function byVariant<T extends { index: number; name: string }>(answers: readonly T[]): OfVariant<T>[] {
  const variants = new Map<number, OfVariant<T>>();
  for (const answer of answers) {
    const { index, name } = answer;
    const known = variants.get(index) ?? { name, index, runs: [] };
    known.runs.push(answer);
    variants.set(index, known);
  }
  return [...variants.values()];
}

/** A point of a line over a quantity: the mean of values, and a band from the least to the greatest. */
export function banded(x: number, values: readonly number[]): { x: number; y: number; low: number; high: number } {
  return { x, y: meanOf(values), low: Math.min(...values), high: Math.max(...values) };
}
