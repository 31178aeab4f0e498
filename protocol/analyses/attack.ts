import type { Split } from '../metrics.ts';

/** flips: events are added and taken. retiming: spikes move in time. currents: constant inputs change, L∞. */
export type AttackKind = 'flips' | 'retiming' | 'currents';

/** The answer of `attack`. */
export interface AttackResult {
  split: Split;
  /** Drawn with the seed. */
  samples: number;
  seed: number;
  /** How many of them the network is right about, which are attacked; and how many always saying their commonest class would be. */
  right: number;
  chance: number;
  /** Probability to be right as often, or more often, by that. */
  chanceP: number;
  targeted: boolean;
  published: boolean;
  iterations: number;
  /** Steps and channels of a sample. */
  steps: number;
  inputs: number;
  /** How the channels lie, plane by plane and row by row; null where they have no place. */
  picture: { planes: number; height: number; width: number } | null;
  /** The samples under attack, as far as they are done. */
  attacked: AttackedSample[];
  /** Events of an attacked sample, mean; null for currents. */
  meanEvents: number | null;
  /** Of all neurons and steps of the attacked samples, on their clean input, how many have |u − θ| < within · θ; spiking layers. */
  nearThreshold: { layer: string; near: number; of: number }[];
  within: number;
  kinds: AttackKindResult[];
}

export interface AttackedSample {
  /** In the split. */
  index: number;
  label: number;
  target: number | null;
  /** 0 for currents. */
  events: number;
}

export interface AttackKindResult {
  kind: AttackKind;
  /** Ascending, in events, moved spikes, or shares of the input's range; the last one is the most that is tried. */
  budgets: number[];
  /** Ascending shares of a sample's events or spikes, as far as the largest budget reaches for all samples; none for currents. */
  shares: number[];
  /** Of retiming, in steps; a total of null is without limit. */
  limits: { maxShift: number; totalShift: number | null } | null;
  attacks: AttackOutcomes[];
  verdict: AttackVerdict;
  examples: AttackExample[];
}

export interface AttackOutcomes {
  method: 'gradient' | 'random' | 'search';
  /** Of the surrogate in the backward pass, as a multiple of the trained one; 1 for the others. */
  width: number;
  /** Share of the attacked samples that are fooled within each budget, and its 95 % interval at the largest (Wilson). */
  success: number[];
  successInterval: [low: number, high: number];
  /** The same by share of the sample's own events. */
  successByShare: number[];
  /** Median of the smallest costs found, failures counted as infinite; null where it is infinite. */
  median: number | null;
  /** Their mean, as the paper gives it; null unless every sample was fooled. */
  mean: number | null;
  /** Means over the samples that were fooled; null without any. */
  added: number | null;
  removed: number | null;
  /** Steps moved in all, mean; and the largest of any spike. */
  shift: number | null;
  largestShift: number | null;
  /** Samples asked of the network for each sample, mean. */
  queries: number;
  /** Of the gradient: share of the samples with dL/dx = 0 everywhere on the clean input, and of the steps that were random so. */
  zeroAtStart: number | null;
  randomSteps: number | null;
  /** What each attacked sample cost [n]; null where it was never fooled. */
  costs: (number | null)[];
  /** By sample, to go on from: events added and taken, steps moved in all and at most, queries, zero, random steps, steps. */
  rows: number[][];
}

/**
 * sound: the gradient beats random changes and nothing shows it to be masked. masked: a wider surrogate or the search without
 * gradients needs less than the trained one, which overstates the robustness. broken: no gradient is ahead of random changes.
 * withstood: nothing fooled anybody within the largest budget. undecided: too few samples to tell.
 */
export interface AttackVerdict {
  state: 'sound' | 'masked' | 'broken' | 'withstood' | 'undecided';
  words: string;
}

/** A clean input and what became of it. Events: in each bin t·M + c. */
export interface AttackExample {
  index: number;
  label: number;
  /** What the adversarial input is taken for. */
  taken: number;
  method: AttackOutcomes['method'];
  width: number;
  cost: number;
  /** Bins of the clean events, ascending, with repeats; and of those added and taken. Or the currents [M]. */
  clean: number[];
  added: number[];
  removed: number[];
  adversarial: number[];
}
