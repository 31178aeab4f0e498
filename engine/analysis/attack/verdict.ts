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
 * Every gradient attack against random changes, then against the search and the trained surrogate, each by an exact one-sided sign
 * test on the same samples; Holm over the widths.
 */
export function verdictOf(kind: AttackKind, attacks: readonly AttackOutcomes[]): AttackVerdict {
  const of = (method: AttackOutcomes['method']) => attacks.filter((attack) => attack.method === method);
  const gradients = of('gradient');
  const [random] = of('random');
  const [search] = of('search');
  const n = random?.costs.length ?? 0;
  if (!random || !search || gradients.length === 0 || gradients.length * 2 ** -n > LEVEL)
    return {
      state: 'undecided',
      words: `Undecided: ${n} attacked samples cannot tell the gradient from ${CHANGES[kind]}.`,
    };
  const against = gradients.map((gradient) => compareCosts(gradient.costs, random.costs));
  const ps = holm(against.map(({ p }) => p));
  const best = ps.reduce((a, p, i) => (p < ps[a]! ? i : a), 0);
  const told = (i: number): string => {
    const { better, worse } = against[i]!;
    return `${widthWords(gradients[i]!)} needs less on ${better} and more on ${worse} of ${n} samples, p = ${short(ps[i]!)}`;
  };
  if (!(ps[best]! < LEVEL))
    return {
      state: 'broken',
      words: `Broken attack: the gradient is no better than ${CHANGES[kind]} (${told(best)}). It says nothing about robustness and ranks nothing.`,
    };
  const reasons: string[] = [];
  const first = gradients.findIndex(({ width }) => width === 1);
  if (first >= 0 && !(ps[first]! < LEVEL))
    reasons.push(`with the trained surrogate it is no better than ${CHANGES[kind]}`);
  const trained = gradients[first];
  const wider = trained ? gradients.filter(({ width }) => width !== 1) : [];
  const gains = wider.map(({ costs }) => compareCosts(costs, trained!.costs));
  holm(gains.map(({ p }) => p)).forEach((p, i) => {
    if (p < LEVEL)
      reasons.push(
        `${widthWords(wider[i]!)} needs less than the trained one on ${gains[i]!.better} and more on ${gains[i]!.worse} samples`,
      );
  });
  const strongest = gradients[best]!;
  const searched = compareCosts(search.costs, strongest.costs);
  if (searched.p < LEVEL)
    reasons.push(
      `the search without gradients needs less on ${searched.better} and more on ${searched.worse} samples than ${widthWords(strongest)}`,
    );
  if (reasons.length > 0)
    return {
      state: 'masked',
      words: `Masked gradient: ${reasons.join('; ')}. The numbers of the trained surrogate overstate the robustness: read the strongest attack.`,
    };
  return { state: 'sound', words: `The gradient beats ${CHANGES[kind]} (${told(best)}), and no control beats it.` };
}

const widthWords = ({ width }: AttackOutcomes): string => `the surrogate ×${width}`;

const short = (p: number): string => (p < 0.001 ? p.toExponential(0) : p.toFixed(3));
