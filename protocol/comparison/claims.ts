/** Expectations of a study: what its file says must come out, and what its runs say to that. */
import type { Paired } from './verdicts.ts';

/** What an expectation may be about, of the epoch that counts; `spikes` is the mean rate over the spiking layers. */
export const CLAIM_METRICS = {
  accuracy: 'share of the test samples that are classified correctly, from 0 to 1',
  loss: 'mean loss on the test set',
  spikes:
    'spikes per neuron and step, the mean over the spiking layers, from 0 to 1; `spikes.2` is that of the second layer',
} as const;

export const CLAIM_OPERATORS = ['>=', '<=', '>', '<'] as const;
export type ClaimOperator = (typeof CLAIM_OPERATORS)[number];

export interface ClaimTerm {
  variant: string;
  /** `accuracy`, `loss`, `spikes`, `spikes.2`. */
  metric: string;
}

/** `left operator right + margin`. */
export interface Claim {
  /** As it is written. */
  text: string;
  left: ClaimTerm;
  operator: ClaimOperator;
  right: ClaimTerm | number;
  margin: number;
}

/** `undecided` is neither: the seeds allow nothing to be said. */
export type ClaimOutcome = 'pass' | 'fail' | 'undecided' | 'not run';

export interface JudgedClaim extends Claim {
  outcome: ClaimOutcome;
  /** Why, in one sentence. */
  sentence: string;
  /** left − right − margin, seed by seed; absent while there is none, or where the settings are identical. */
  paired?: Paired;
  /** Variants and seeds of the file that it needs and that have not finished. */
  missing: { variant: string; seeds: number[] }[];
}

/** Exit code of `lif check`: of what is worst. 1 and 2 are those of every command: a failure, and a wrong input. */
export const CHECK_CODES: Record<ClaimOutcome, number> = { pass: 0, fail: 3, undecided: 4, 'not run': 5 };

/** What a list of outcomes comes to: one that fails counts more than one that has not run, and that more than one undecided. */
export function worstOf(outcomes: readonly ClaimOutcome[]): ClaimOutcome {
  const order: readonly ClaimOutcome[] = ['fail', 'not run', 'undecided'];
  return order.find((outcome) => outcomes.includes(outcome)) ?? 'pass';
}
