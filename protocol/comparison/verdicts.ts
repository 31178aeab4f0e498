/**
 * What the seeds of a study allow to be said of a variant, and in which words. The engine computes it (engine/claims/); terminal,
 * editor and panels show the same sentence.
 */
import { count } from '../format.ts';

/** The chance of a false "better" or "worse" somewhere in a study without any difference, at most. */
export const ALPHA = 0.05;

/** What one press adds to the seeds of a file. */
export const SEEDS_TO_ADD = 3;

/** Differences by seed: variant − baseline, each pair trained from the same seed. */
export interface Paired {
  seeds: number[];
  /** One for each seed; of accuracies as fractions. */
  differences: number[];
  mean: number;
  /** 95 % interval of the mean difference by Student's t over the seeds, n − 1 degrees of freedom; absent for one seed. */
  interval?: [number, number];
  /** Two-sided p of the sign-flip test over these differences. */
  p: number;
  /** Random flips that p is estimated from; absent where all 2^n were counted, so that p is exact. */
  sampled?: number;
}

/**
 * identical  the settings mean the same as the baseline's
 * unpaired   no seed has finished in both
 * undecided  so few seeds that no outcome could decide
 * none       enough seeds, and no difference seen
 */
export type VerdictKind = 'baseline' | 'identical' | 'unpaired' | 'undecided' | 'better' | 'worse' | 'none';

export interface Verdict {
  kind: VerdictKind;
  /** Name of the baseline: the first variant of the file. */
  against: string;
  /** Seeds of the file. */
  wanted: number;
  paired?: Paired;
  /** p after Holm's correction over the variants of the study that are compared; `over` is how many. */
  holm?: { p: number; over: number };
  /** Seeds from which on one outcome at least could decide; given where it is undecided. */
  needed?: number;
  /** In a few words: `undecided`, `better by 2.1 points`. */
  label: string;
  /** All of it: `better by 2.1 points (6 seeds, exact sign-flip p = .031)`. */
  sentence: string;
}

/** An interval of a share by Wilson's formula, at 95 %. */
export interface ShareInterval {
  low: number;
  high: number;
  /** What the share is of. */
  samples: number;
}

/** Seeds that could decide at ALPHA among this many comparisons: 2^(1−n) · comparisons ≤ ALPHA. */
export function seedsNeeded(comparisons: number): number {
  return 1 + Math.ceil(Math.log2(Math.max(1, comparisons) / ALPHA) - 1e-9);
}

/** `p = .031`, `p < .001`: two significant digits, no zero before the point. */
export function pText(p: number): string {
  if (p >= 1) return 'p = 1';
  if (p < 0.001) return 'p < .001';
  const digits = Math.max(2, 1 - Math.floor(Math.log10(p)));
  return `p = ${p.toFixed(digits).replace(/^0/, '')}`;
}

const MINUS = '\u2212';

/** A difference of fractions in percentage points with its sign: `+2.1`, `−0.4`, `±0.0`. */
export function points(difference: number, digits = 1): string {
  const text = Math.abs(100 * difference).toFixed(digits);
  if (Number(text) === 0) return `±${text}`;
  return `${difference < 0 ? MINUS : '+'}${text}`;
}

/** `−0.8 to +1.4`, in percentage points. */
export function intervalText([low, high]: readonly [number, number], digits = 1): string {
  return `${points(low, digits)} to ${points(high, digits)}`;
}

type Facts = Omit<Verdict, 'label' | 'sentence'>;

/** The verdict with its words. */
export function worded(facts: Facts): Verdict {
  return { ...facts, ...wordsFor(facts) };
}

function wordsFor({ kind, paired, holm, wanted, needed }: Facts): { label: string; sentence: string } {
  if (kind === 'baseline') return alike('baseline');
  if (kind === 'identical') return alike('identical settings');
  if (!paired || kind === 'unpaired') return alike('no paired seeds');
  const n = paired.seeds.length;
  const seeds = seedsText(n, wanted);
  const { over = 1, p = paired.p } = holm ?? {};
  if (kind === 'undecided') {
    const among = over > 1 ? ` among ${over} variants` : '';
    const more = needed === undefined ? '' : `; ${needed} could`;
    return { label: 'undecided', sentence: `undecided: ${seeds} cannot decide at 5 %${among}${more}` };
  }
  const evidence = evidenceText(paired, { p, over }, wanted);
  if (kind === 'none') {
    const range = paired.interval ? `, 95 % interval ${intervalText(paired.interval)}` : '';
    return {
      label: 'no difference seen',
      sentence: `no difference seen: ${points(paired.mean)} points${range} ${evidence}`,
    };
  }
  const label = `${kind} by ${Math.abs(100 * paired.mean).toFixed(1)} points`;
  return { label, sentence: `${label} ${evidence}` };
}

/** `6 seeds`, `3 of 6 seeds`. */
export function seedsText(n: number, wanted: number): string {
  return n < wanted ? `${n} of ${count(wanted, 'seed')}` : count(n, 'seed');
}

/** `(6 seeds, exact sign-flip p = .031, Holm over 4)`; p is the corrected one. */
export function evidenceText(paired: Paired, { p, over }: { p: number; over: number }, wanted: number): string {
  const correction = over > 1 ? `, Holm over ${over}` : '';
  return `(${seedsText(paired.seeds.length, wanted)}, ${paired.sampled ? 'sampled' : 'exact'} sign-flip ${pText(p)}${correction})`;
}

const alike = (text: string) => ({ label: text, sentence: text });

/** Whether there is anything to say beside the accuracy. */
export function isJudged(verdict: Verdict | undefined): verdict is Verdict {
  return verdict !== undefined && verdict.kind !== 'baseline' && verdict.kind !== 'unpaired';
}
