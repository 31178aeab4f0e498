/** How many inputs are fooled within each budget (Figures 8 and 9 of the paper). */
import type { AttackKind, AttackKindResult, AttackOutcomes } from '../analyses/attack.ts';
import type { XyChart, XyLine } from '../drawing/xy.ts';
import type { SeedAnswer, StyleOf } from './answers.ts';

type Answer = SeedAnswer<'attack'>;

export const KINDS: Record<AttackKind, { title: string; axis: string }> = {
  flips: { title: 'Events added and taken', axis: 'flipped events' },
  retiming: { title: 'Spikes moved in time', axis: 'moved spikes' },
  currents: { title: 'Inputs changed within a bound', axis: 'largest change, share of the range' },
};

/** Those that any of them was asked for. */
export function kindsOf(answers: readonly Answer[]): AttackKind[] {
  return [...new Set(answers.flatMap(({ result }) => result.kinds.map(({ kind }) => kind)))];
}

/** A run, and what it says of one kind. */
export interface OfKind<T extends Answer = Answer> {
  answer: T;
  own: AttackKindResult;
}

export function ofKind<T extends Answer>(answers: readonly T[], kind: AttackKind): OfKind<T>[] {
  return answers.flatMap((answer) => {
    const own = answer.result.kinds.find((one) => one.kind === kind);
    return own ? [{ answer, own }] : [];
  });
}

/** One chart for each attack of a kind, a line for each run; the band at the end is the interval there. */
export function attackCharts(shown: readonly OfKind[], kind: AttackKind, style: StyleOf): XyChart[] {
  const names = new Set(shown.flatMap(({ own }) => own.attacks.map(nameOf)));
  return [...names].map((attack) => ({
    title: attack,
    x: { name: KINDS[kind].axis, log: true },
    y: { name: 'fooled in %', percent: true, include: [0, 1] },
    lines: shown.flatMap(({ answer, own }): XyLine[] => {
      const found = own.attacks.find((one) => nameOf(one) === attack);
      if (!found) return [];
      const last = own.budgets.length - 1;
      const [low, high] = found.successInterval;
      const points = own.budgets.map((x, i) => ({
        x,
        y: found.success[i] ?? null,
        ...(i === last && { low, high }),
      }));
      return [{ name: `${answer.name}, seed ${answer.run.seed}`, style: style(answer), points }];
    }),
  }));
}

export function nameOf({ method, width }: Pick<AttackOutcomes, 'method' | 'width'>): string {
  return method === 'gradient' ? `gradient, surrogate ×${width}` : method;
}

/** Whether its medians may be compared: what is broken or undecided ranks nothing. */
export function isTrusted({ verdict }: AttackKindResult): boolean {
  return verdict.state === 'sound' || verdict.state === 'masked';
}
