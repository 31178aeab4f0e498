/** What analyses of a trained network say of it in one number each, so that seeds can be compared. Pure. */
import type { AnalysisId, AnalysisResults } from '../../../protocol/analyses/analyses.ts';
import type { Disturbance } from '../../../protocol/analyses/robustness.ts';
import { meanOf } from '../../../protocol/statistics.ts';

/** A question to which more is better, as a share: in points when two networks are compared. */
export type Question = 'resolution' | 'events' | 'weights' | 'attack';

export const QUESTIONS: readonly Question[] = ['resolution', 'events', 'weights', 'attack'];

/** Which analysis answers it; what a number of it is called; and what a variant did that has more of it, or less. */
export const DESCRIBED: Record<Question, { analysis: AnalysisId; what: string; more: Said; less: Said }> = {
  resolution: {
    analysis: 'resolution',
    what: 'accuracy kept in steps of other lengths',
    more: (points, at) => `kept ${points} points more accuracy in steps of other lengths (${at})`,
    less: (points, at) => `lost ${points} points more accuracy in steps of other lengths (${at})`,
  },
  events: {
    analysis: 'robustness',
    what: 'accuracy kept under disturbed events',
    more: (points, at) => `kept ${points} points more accuracy under disturbed events (${at})`,
    less: (points, at) => `lost ${points} points more accuracy under disturbed events (${at})`,
  },
  weights: {
    analysis: 'robustness',
    what: 'accuracy kept with disturbed weights',
    more: (points, at) => `kept ${points} points more accuracy with disturbed weights (${at})`,
    less: (points, at) => `lost ${points} points more accuracy with disturbed weights (${at})`,
  },
  attack: {
    analysis: 'attack',
    what: 'samples that withstood the attack',
    more: (points, at) => `withstood the attack on ${points} points more of the samples (${at})`,
    less: (points, at) => `was fooled on ${points} points more of the samples (${at})`,
  },
};
type Said = (points: string, at: string) => string;

/** One number of one network, and over what it is a mean: the same for all that may be compared. */
export interface Measure {
  value: number;
  at: string;
}

/** The numbers of one answer; `operations`: synaptic operations of a sample. */
export type Measures = Partial<Record<Question | 'operations', Measure>>;

const WEIGHTS: readonly Disturbance[] = ['weights', 'quantisation'];

/** The numbers that an answer holds; none where its analysis answers no question, or says that it ranks nothing. */
export function measuresOf<A extends AnalysisId>(analysis: A, result: AnalysisResults[A]): Measures {
  switch (analysis) {
    case 'resolution':
      return kept(result as AnalysisResults['resolution']);
    case 'robustness':
      return disturbed(result as AnalysisResults['robustness']);
    case 'attack':
      return withstood(result as AnalysisResults['attack']);
    case 'spikes': {
      const { accumulates, multiplyAccumulates } = (result as AnalysisResults['spikes']).efficiency;
      return { operations: { value: accumulates.mean + multiplyAccumulates.mean, at: '' } };
    }
    default:
      return {};
  }
}

/** Mean over the other lengths of the accuracy as is, less that at the length of training. */
function kept({ rows, trainedAt }: AnalysisResults['resolution']): Measures {
  const own = rows.find(({ dt }) => dt === trainedAt);
  const others = rows.filter(({ dt }) => dt !== trainedAt);
  if (!own || others.length === 0) return {};
  const value = meanOf(others.map(({ asIs }) => asIs.accuracy)) - own.asIs.accuracy;
  return { resolution: { value, at: `${listed(others.map(({ dt }) => `${dt}`))} ms` } };
}

/** Mean over the disturbances, each a mean over its strengths, of the accuracy less the undisturbed one. */
function disturbed({ curves, clean }: AnalysisResults['robustness']): Measures {
  const over = (question: Question, ofWeights: boolean): Measures => {
    const asked = curves.filter(
      ({ disturbance, points }) => points.length > 0 && WEIGHTS.includes(disturbance) === ofWeights,
    );
    if (asked.length === 0) return {};
    const value = meanOf(asked.map(({ points }) => meanOf(points.map(({ mean }) => mean)) - clean));
    return { [question]: { value, at: listed(asked.map(({ disturbance }) => disturbance.replace('-', ' '))) } };
  };
  return { ...over('events', false), ...over('weights', true) };
}

/**
 * Share that the trained gradient did not fool, mean over the budgets. Only of an attack that ranks: not of one that is broken, that a
 * wider surrogate or a search shows to be masked, or that is undecided (docs/analyses.md).
 */
function withstood({ kinds, targeted }: AnalysisResults['attack']): Measures {
  const kind = kinds.find((one) => one.kind !== 'retiming');
  const trained = kind?.attacks.find(({ method, width }) => method === 'gradient' && width === 1);
  if (!kind || !trained || kind.verdict.state !== 'sound' || trained.success.length === 0) return {};
  const at = `${targeted ? 'targeted ' : ''}${kind.kind}, mean over budgets up to ${kind.budgets.at(-1)}`;
  return { attack: { value: 1 - meanOf(trained.success), at } };
}

/** `1, 2 and 5`. */
function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
