/** The variants of a study against its first one, seed by seed, and what may be said of them together. */

import { ALPHA, type Paired, seedsNeeded, type Verdict, worded } from '../../protocol/comparison/verdicts.ts';
import type { ComparisonRow } from '../../protocol/runs.ts';
import { meanOf } from '../../protocol/statistics.ts';
import { holm } from './holm.ts';
import { tInterval } from './intervals.ts';
import { signFlip } from './sign-flip.ts';

/** The value of one finished seed. */
export interface SeedValue {
  seed: number;
  value: number;
}

/** A variant of the study, whether it has run or not. */
export interface Candidate {
  variant: string;
  /** Its settings mean the same as the baseline's. */
  identical: boolean;
  values: readonly SeedValue[];
}

/** The difference of each seed that both have, by seed; undefined when there is none. Values that are no numbers are left out. */
export function pairedDifferences(
  values: readonly SeedValue[],
  baseline: readonly SeedValue[],
): Pick<Paired, 'seeds' | 'differences'> | undefined {
  const others = new Map(baseline.map(({ seed, value }) => [seed, value]));
  const pairs = values
    .map(({ seed, value }) => ({ seed, difference: value - (others.get(seed) ?? Number.NaN) }))
    .filter(({ difference }) => Number.isFinite(difference))
    .sort((a, b) => a.seed - b.seed);
  if (pairs.length === 0) return undefined;
  return { seeds: pairs.map(({ seed }) => seed), differences: pairs.map(({ difference }) => difference) };
}

/** Mean, interval and sign-flip p of differences by seed. */
export function pairedTest({ seeds, differences }: Pick<Paired, 'seeds' | 'differences'>): Paired {
  const mean = meanOf(differences);
  const interval = tInterval(differences);
  return { seeds, differences, mean, ...(interval && { interval }), ...signFlip(differences) };
}

/**
 * One verdict for each candidate, in their order. Holm's correction counts every variant that is compared, also those
 * that have not run: so no verdict falls when another one comes in.
 * @param wanted seeds of the file
 */
export function verdictsOf(
  baseline: { variant: string; values: readonly SeedValue[] },
  candidates: readonly Candidate[],
  wanted: number,
): Verdict[] {
  const compared = candidates.filter(({ identical }) => !identical);
  const tests = compared.map(({ values }) => {
    const pairs = pairedDifferences(values, baseline.values);
    return pairs && pairedTest(pairs);
  });
  const ps = tests.map((test) => test?.p ?? 1);
  const corrected = holm(ps);
  const common = { against: baseline.variant, wanted };
  const verdicts = compared.map((_, i): Verdict => {
    const paired = tests[i];
    if (!paired) return worded({ kind: 'unpaired', ...common });
    const facts = { ...common, paired, holm: { p: corrected[i]!, over: compared.length } };
    if (corrected[i]! <= ALPHA) return worded({ kind: paired.mean > 0 ? 'better' : 'worse', ...facts });
    // What the clearest outcome of that many seeds would have come to, beside the others as they are.
    const clearest = holm(ps.with(i, 2 ** (1 - paired.seeds.length)))[i]!;
    if (clearest > ALPHA) return worded({ kind: 'undecided', ...facts, needed: seedsNeeded(compared.length) });
    return worded({ kind: 'none', ...facts });
  });
  return candidates.map(({ identical }) => (identical ? worded({ kind: 'identical', ...common }) : verdicts.shift()!));
}

/** Accuracies of the finished runs of a row. */
export function accuraciesOf({ results }: Pick<ComparisonRow, 'results'>): SeedValue[] {
  return results.flatMap(({ seed, result }) => (result ? [{ seed, value: result.accuracy }] : []));
}
