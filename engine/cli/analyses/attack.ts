import type { AttackKind, AttackKindResult, AttackOutcomes, AttackResult } from '../../../protocol/analyses/attack.ts';
import { percent } from '../../../protocol/format.ts';
import { layerName } from '../../../protocol/layers.ts';
import { table } from '../text.ts';

const TITLES: Record<AttackKind, string> = {
  flips: 'Events added and taken',
  retiming: 'Spikes moved in time',
  currents: 'Inputs changed within a bound',
};
const UNITS: Record<AttackKind, string> = { flips: 'flips', retiming: 'moved', currents: 'of the range' };

/** What was attacked, then each kind: its verdict first, success over the budget, and what it took. */
export function lines(result: AttackResult): string[] {
  const { split, samples, right, chance, attacked, meanEvents, targeted, iterations, nearThreshold, within } = result;
  const partial = attacked.length < right ? ` ${attacked.length} of them done so far.` : '';
  const events = meanEvents === null ? '' : `, ${amount(meanEvents)} events each`;
  return [
    `${split}: right about ${right} of ${samples} samples (${percent(right / samples)} %; the commonest class alone: ${chance}), which are attacked${events}; the ${samples - right} others are not.${partial}`,
    `${targeted ? 'Towards one other class each' : 'Away from the true class'}, ${iterations} steps, seed ${result.seed}.`,
    ...(result.published
      ? [
          'Gradient steps as published, without a budget: median and mean hold costs beyond the largest one, the curve does not.',
        ]
      : []),
    ...nearThreshold.map(
      ({ layer, near, of }) =>
        `${layerName(layer)}: |u − θ| < ${within} θ in ${of > 0 ? percent(near / of) : '–'} % of neurons and steps.`,
    ),
    ...result.kinds.flatMap((kind) => ['', ...linesOf(kind, attacked.length)]),
  ];
}

function linesOf(kind: AttackKindResult, n: number): string[] {
  const { attacks, budgets, limits } = kind;
  const limit =
    limits &&
    `, each by ${limits.maxShift} steps at most${limits.totalShift === null ? '' : `, all together by ${limits.totalShift}`}`;
  const curve = attacks.map((attack) => [nameOf(attack), ...attack.success.map((share) => percent(share, 1))]);
  const sums = attacks.map((attack) => [
    nameOf(attack),
    `${percent(attack.success.at(-1) ?? 0, 1)} [${attack.successInterval.map((share) => percent(share, 1)).join(', ')}]`,
    attack.median === null ? '∞' : amount(attack.median),
    attack.mean === null ? 'not all fooled' : amount(attack.mean),
    ...(kind.kind === 'retiming' ? [orDash(attack.shift), orDash(attack.largestShift)] : []),
    ...(kind.kind === 'flips' ? [orDash(attack.added), orDash(attack.removed)] : []),
    attack.zeroAtStart === null ? '–' : percent(attack.zeroAtStart),
    attack.randomSteps === null ? '–' : percent(attack.randomSteps),
    attack.queries.toFixed(1),
  ]);
  const own = kind.kind === 'retiming' ? ['steps moved', 'furthest'] : kind.kind === 'flips' ? ['added', 'taken'] : [];
  const header = ['', 'fooled % [95 %]', 'median', 'mean', ...own, 'zero gradients %', 'random steps %', 'queries'];
  const columns = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
  return [
    `${TITLES[kind.kind]}${limit ?? ''} (${n} samples). ${kind.verdict.words}`,
    '',
    ...table([`fooled % within (${UNITS[kind.kind]})`, ...budgets.map(String)], curve, columns(budgets.length)),
    '',
    ...table(header, sums, columns(header.length - 1)),
  ];
}

const nameOf = ({ method, width }: AttackOutcomes): string =>
  method === 'gradient' ? `gradient, surrogate ×${width}` : method;

/** Three digits, and no more than a whole number needs. */
const amount = (value: number): string => String(value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));

const orDash = (value: number | null): string => (value === null ? '–' : amount(value));

/** In a table over runs: of each kind the verdict, and the medians of the trained gradient and of the controls. */
export const columns = {
  header: ['accuracy %', 'attacked', 'kind: verdict, median of gradient / random / search'],
  row: ({ right, samples, attacked, kinds }: AttackResult) => [
    percent(right / samples),
    String(attacked.length),
    kinds.map(shortly).join('; '),
  ],
};

function shortly({ kind, verdict, attacks }: AttackKindResult): string {
  const median = (method: AttackOutcomes['method']) => {
    const found = attacks.find((attack) => attack.method === method);
    return found?.median == null ? '∞' : amount(found.median);
  };
  // The others rank nothing.
  if (verdict.state !== 'sound' && verdict.state !== 'masked') return `${kind}: ${verdict.state}`;
  return `${kind}: ${verdict.state}, ${median('gradient')} / ${median('random')} / ${median('search')}`;
}
