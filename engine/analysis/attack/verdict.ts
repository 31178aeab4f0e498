/** What the controls say of the gradient attack. */
import type { AttackKind, AttackOutcomes, AttackVerdict } from '../../../protocol/analyses/attack.ts';
import { holm } from '../../claims/holm.ts';
import { compareCosts, LEVEL } from './chance.ts';

const CHANGES: Record<AttackKind, string> = {
  flips: 'random flips',
  retiming: 'random moves',
  currents: 'random changes',
};

/**
 * Every gradient attack against random changes, then the wider surrogates and the search against the trained surrogate, each by an
 * exact one-sided sign test on the same samples; Holm over the gradients, and over the wider ones.
 * @param largest budget: what costs more counts as a failure, as it does for the controls
 */
export function verdictOf(
  kind: AttackKind,
  attacks: readonly AttackOutcomes[],
  largest = Number.POSITIVE_INFINITY,
): AttackVerdict {
  const bounded = attacks.map((attack) => ({
    ...attack,
    costs: attack.costs.map((cost) => (cost === null || cost > largest ? null : cost)),
  }));
  const of = (method: AttackOutcomes['method']) => bounded.filter((attack) => attack.method === method);
  const gradients = of('gradient');
  const [random] = of('random');
  const [search] = of('search');
  const n = random?.costs.length ?? 0;
  /** Whether this many samples that differ could reach the level in the strictest of the tests. */
  const enough = (differing: number): boolean => gradients.length * 2 ** -differing <= LEVEL;
  if (!random || !search || gradients.length === 0 || !enough(n))
    return undecided(`${n} attacked samples cannot tell the gradient from ${CHANGES[kind]}`);
  if (bounded.every(({ costs }) => costs.every((cost) => cost === null)))
    return {
      state: 'withstood',
      words: `Withstood: no attack fooled any of ${n} samples within the largest budget. Nothing can be compared: raise it.`,
    };
  const against = gradients.map((gradient) => compareCosts(gradient.costs, random.costs));
  const ps = holm(against.map(({ p }) => p));
  const best = ps.reduce((a, p, i) => (p < ps[a]! ? i : a), 0);
  const told = (i: number): string => {
    const { better, worse } = against[i]!;
    return `${widthWords(gradients[i]!)} needs less on ${better} and more on ${worse} of ${n} samples, p = ${short(ps[i]!)}`;
  };
  // Not to be significantly better is no proof: that no gradient is ahead at all, where enough samples differ, is taken for one.
  if (against.every(({ better, worse }) => better <= worse && enough(better + worse)))
    return {
      state: 'broken',
      words: `Broken attack: the gradient is no better than ${CHANGES[kind]} (${told(best)}). It says nothing about robustness and ranks nothing.`,
    };
  const reference = gradients.findIndex(({ width }) => width === 1);
  const trained = gradients[Math.max(0, reference)]!;
  const reasons: string[] = [];
  const wider = gradients.filter((gradient) => gradient !== trained);
  const gains = wider.map(({ costs }) => compareCosts(costs, trained.costs));
  holm(gains.map(({ p }) => p)).forEach((p, i) => {
    if (p < LEVEL)
      reasons.push(
        `${widthWords(wider[i]!)} needs less than the trained one on ${gains[i]!.better} and more on ${gains[i]!.worse} samples`,
      );
  });
  const searched = compareCosts(search.costs, trained.costs);
  if (searched.p < LEVEL)
    reasons.push(
      `the search without gradients needs less on ${searched.better} and more on ${searched.worse} samples than ${widthWords(trained)}`,
    );
  if (reasons.length > 0)
    return {
      state: 'masked',
      words: `Masked gradient: ${reasons.join('; ')}. The numbers of the trained surrogate overstate the robustness: read the strongest attack.`,
    };
  const own = gradients.indexOf(trained);
  if (!(ps[own]! < LEVEL))
    return undecided(`these samples do not show whether the gradient is better than ${CHANGES[kind]} (${told(own)})`);
  return { state: 'sound', words: `The gradient beats ${CHANGES[kind]} (${told(own)}), and no control beats it.` };
}

const undecided = (why: string): AttackVerdict => ({ state: 'undecided', words: `Undecided: ${why}.` });

const widthWords = ({ width }: AttackOutcomes): string => `the surrogate ×${width}`;

const short = (p: number): string => (p < 0.001 ? p.toExponential(0) : p.toFixed(3));
