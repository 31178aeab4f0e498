import type { ClaimOutcome, JudgedClaim } from '../../protocol/comparison/claims.ts';
import { plainLine } from '../../protocol/text/plain-text.ts';
import { count } from '../base/text.ts';
import { t } from '../base/words.ts';

/** How a test run shows an expectation. What is undecided or has not run is neither passed nor failed: it is skipped. */
export interface ShownOutcome {
  state: 'passed' | 'failed' | 'skipped';
  /** Beside the name of the test; empty for what passed or failed, which has a sign. */
  description: string;
  /** The sentence, for the message of a failure and the output of the run. */
  message: string;
}

const STATES: Record<ClaimOutcome, ShownOutcome['state']> = {
  pass: 'passed',
  fail: 'failed',
  undecided: 'skipped',
  'not run': 'skipped',
};

export function shownAs({ outcome, sentence }: Pick<JudgedClaim, 'outcome' | 'sentence'>): ShownOutcome {
  const state = STATES[outcome];
  return { state, description: state === 'skipped' ? outcome : '', message: plainLine(sentence) };
}

/** What is missing for these expectations, by variant; seeds that several of them need count once. */
export function missingOf(claims: readonly Pick<JudgedClaim, 'missing'>[]): Map<string, number[]> {
  const missing = new Map<string, Set<number>>();
  for (const { variant, seeds } of claims.flatMap((claim) => claim.missing)) {
    const known = missing.get(variant) ?? new Set();
    missing.set(variant, known);
    for (const seed of seeds) known.add(seed);
  }
  return new Map([...missing].map(([variant, seeds]) => [variant, [...seeds].sort((a, b) => a - b)]));
}

/** What a button beside the result offers; undefined when nothing is missing. */
export function offerFor(claims: readonly Pick<JudgedClaim, 'missing'>[]): string | undefined {
  const runs = [...missingOf(claims).values()].reduce((sum, seeds) => sum + seeds.length, 0);
  return runs === 0
    ? undefined
    : runs === 1
      ? t('1 run of these expectations is missing.')
      : t('{0} of these expectations are missing.', count(runs, 'run'));
}
