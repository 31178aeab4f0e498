/** Expectations of a file, judged by the seeds that have finished. */
import type { Claim, ClaimOutcome, ClaimTerm, JudgedClaim } from '../../protocol/comparison/claims.ts';
import {
  ALPHA,
  evidenceText,
  intervalText,
  type Paired,
  points,
  type ShareInterval,
  seedsNeeded,
  seedsText,
} from '../../protocol/comparison/verdicts.ts';
import type { ComparisonRow } from '../../protocol/runs.ts';
import { meanOf } from '../../protocol/statistics.ts';
import { parseClaim } from '../experiment/expectations.ts';
import { meaningOf } from '../experiment/meaning.ts';
import type { Experiment } from '../experiment/schema.ts';
import { holm } from './holm.ts';
import { pairedDifferences, pairedTest, type SeedValue } from './verdicts.ts';

/** What is to be judged of one claim: both sides by seed, and whether they are the same by their settings. */
interface Case {
  claim: Claim;
  left: readonly SeedValue[];
  /** A number stands for itself in every seed. */
  right: readonly SeedValue[];
  identical: boolean;
  missing: JudgedClaim['missing'];
  /** Of the left side, where its accuracy is held against a number. */
  testInterval?: ShareInterval;
}

/**
 * Each expectation of the file against the finished runs: differences by seed, two-sided sign-flip test, Holm's correction over
 * all expectations that say something about chance. Passes and fails at 5 %; everything else is undecided.
 * @param rows of a comparison of all variants of the file
 */
export function judgeClaims(experiment: Experiment, rows: readonly ComparisonRow[]): JudgedClaim[] {
  const names = experiment.variants.map(({ name }) => name);
  const cases = experiment.expect.flatMap((text) => {
    const found = parseClaim(text, names);
    return 'claim' in found ? [caseOf(experiment, rows, found.claim)] : [];
  });
  const tests = cases.map(testOf);
  const chance = cases.flatMap(({ identical }, i) => (identical ? [] : [i]));
  const ps = chance.map((i) => tests[i]?.p ?? 1);
  const corrected = holm(ps);
  return cases.map((one, i) => {
    const index = chance.indexOf(i);
    const paired = tests[i];
    const verdict =
      index < 0
        ? byIdentity(one.claim)
        : paired
          ? byChance(one, paired, { ps, index, p: corrected[index]! }, experiment.seeds.length)
          : notRun(one);
    return { ...one.claim, ...verdict, ...(index >= 0 && paired && { paired }), missing: one.missing };
  });
}

function caseOf(experiment: Experiment, rows: readonly ComparisonRow[], claim: Claim): Case {
  const { left, right } = claim;
  const rowOf = ({ variant }: ClaimTerm) => rows.find((row) => row.variant === variant);
  const own = valuesOf(rowOf(left), left.metric);
  const terms = typeof right === 'number' ? [left] : [left, right];
  const missing = [...new Set(terms.map(({ variant }) => variant))].flatMap((variant) => {
    const done = new Set(rows.find((row) => row.variant === variant)?.results.map(({ seed }) => seed));
    const seeds = experiment.seeds.filter((seed) => !done.has(seed));
    return seeds.length > 0 ? [{ variant, seeds }] : [];
  });
  if (typeof right === 'number') {
    const interval = left.metric === 'accuracy' ? rowOf(left)?.testInterval : undefined;
    const fixed = own.map(({ seed }) => ({ seed, value: right }));
    return { claim, left: own, right: fixed, identical: false, missing, ...(interval && { testInterval: interval }) };
  }
  const meaning = ({ variant }: ClaimTerm) =>
    meaningOf(experiment.variants.find(({ name }) => name === variant)!.settings);
  const identical = left.metric === right.metric && meaning(left) === meaning(right);
  return { claim, left: own, right: valuesOf(rowOf(right), right.metric), identical, missing };
}

/** A metric of the finished runs of a row, of the epoch that counts. */
export function valuesOf(row: Pick<ComparisonRow, 'results'> | undefined, metric: string): SeedValue[] {
  return (row?.results ?? []).flatMap(({ seed, result }) => {
    if (!result) return [];
    const [quantity, layer] = metric.split('.');
    if (quantity === 'accuracy' || quantity === 'loss') return [{ seed, value: result[quantity] }];
    const rates = result.spikeRates ?? [];
    const value = layer !== undefined ? rates[Number(layer) - 1] : rates.length > 0 ? meanOf(rates) : undefined;
    return value === undefined ? [] : [{ seed, value }];
  });
}

/** left − right − margin, by seed. */
function testOf({ left, right, claim: { margin }, identical }: Case): Paired | undefined {
  if (identical) return undefined;
  const pairs = pairedDifferences(left, right);
  return pairs && pairedTest({ ...pairs, differences: pairs.differences.map((difference) => difference - margin) });
}

/** Runs of identical settings are the same to the bit: nothing is left to chance, and nothing has to run. */
function byIdentity({ operator, margin }: Claim): { outcome: ClaimOutcome; sentence: string } {
  const holds = { '>': -margin > 0, '>=': -margin >= 0, '<': -margin < 0, '<=': -margin <= 0 }[operator];
  const says = holds ? 'holds' : 'does not hold';
  return { outcome: holds ? 'pass' : 'fail', sentence: `${says}: identical settings, so both are the same` };
}

function byChance(
  { claim, testInterval }: Case,
  paired: Paired,
  { ps, index, p }: { ps: number[]; index: number; p: number },
  wanted: number,
): { outcome: ClaimOutcome; sentence: string } {
  const n = paired.seeds.length;
  const seeds = seedsText(n, wanted);
  const evidence = evidenceText(paired, { p, over: ps.length }, wanted);
  const by = amount(claim, paired.mean);
  const interval = testInterval
    ? `; test set ${(100 * testInterval.low).toFixed(1)} to ${(100 * testInterval.high).toFixed(1)} %`
    : '';
  if (p <= ALPHA) {
    const holds = claim.operator.startsWith('>') ? paired.mean > 0 : paired.mean < 0;
    const says = holds ? 'holds' : 'does not hold';
    return { outcome: holds ? 'pass' : 'fail', sentence: `${says}: ${by} ${evidence}${interval}` };
  }
  if (holm(ps.with(index, 2 ** (1 - n)))[index]! > ALPHA) {
    const among = ps.length > 1 ? ` among ${ps.length} expectations` : '';
    const needed = seedsNeeded(ps.length);
    return { outcome: 'undecided', sentence: `undecided: ${seeds} cannot decide at 5 %${among}; ${needed} could` };
  }
  const range = paired.interval ? `, 95 % interval ${range95(claim, paired.interval)}` : '';
  return { outcome: 'undecided', sentence: `undecided: ${by}${range} ${evidence}${interval}` };
}

function notRun({ claim, missing }: Case): { outcome: ClaimOutcome; sentence: string } {
  const names = missing.map(({ variant }) => `"${variant}"`).join(' and ');
  const both = typeof claim.right === 'number' ? 'has finished in' : 'has finished in both of';
  return { outcome: 'not run', sentence: `not run: no seed ${both} ${names || `"${claim.left.variant}"`}` };
}

/** A mean difference in the unit of what is compared. */
function amount({ left }: Claim, value: number): string {
  return left.metric === 'loss' ? signed(value) : `${points(value)} points`;
}

function range95({ left }: Claim, interval: readonly [number, number]): string {
  return left.metric === 'loss' ? `${signed(interval[0])} to ${signed(interval[1])}` : intervalText(interval);
}

function signed(value: number): string {
  const text = Math.abs(value).toPrecision(3);
  return Number(text) === 0 ? `±${text}` : `${value < 0 ? '\u2212' : '+'}${text}`;
}
