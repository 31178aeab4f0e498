/** How little fools the networks: curves over the budget, verdicts, and what each attack needs. */
import { byVariant } from '../../../protocol/figures/answers.ts';
import {
  attackCharts,
  isTrusted,
  KINDS,
  kindsOf,
  nameOf,
  type OfKind,
  ofKind,
} from '../../../protocol/figures/attack.ts';
import { percent } from '../../../protocol/format.ts';
import { type Block, type Cell, heading } from '../document.ts';
import type { Group, StoredAnswer } from '../gather.ts';
import { chartsFigure, numbers, shares, styleOf } from './lines.ts';
import { strongest } from './quantities.ts';

/** Runs that are listed one by one, at most. */
const MAX_LISTED = 100;

export function attackBlocks({ answers }: Group<'attack'>): Block[] {
  return kindsOf(answers).flatMap((kind): Block[] => {
    const shown = ofKind(answers, kind);
    const first = byVariant(shown.map(({ answer }) => answer)).map(({ runs }) => runs[0]!);
    const drawn = shown.filter(({ answer }) => first.includes(answer));
    const rows = shown.slice(0, MAX_LISTED).flatMap(({ answer: { name, run, result }, own }) =>
      own.attacks.map((attack): Cell[] => {
        const [low, high] = attack.successInterval;
        return [
          name,
          String(run.seed),
          nameOf(attack),
          isTrusted(own) ? own.verdict.state : `${own.verdict.state}: ranks nothing`,
          percent(result.right / result.samples, 1),
          String(result.attacked.length),
          `${percent(attack.success.at(-1) ?? 0, 1)} (${percent(low, 1)} to ${percent(high, 1)})`,
          attack.median === null ? '∞' : numberText(attack.median),
          attack.mean === null ? '–' : numberText(attack.mean),
          `${numberText(attack.added)} / ${numberText(attack.removed)}`,
          attack.zeroAtStart === null ? '–' : percent(attack.zeroAtStart, 1),
        ];
      }),
    );
    return [
      heading(4, KINDS[kind].title),
      overSeeds(shown, KINDS[kind].axis),
      chartsFigure(
        attackCharts(drawn, kind, styleOf),
        first,
        'Share of the attacked samples that are fooled within the budget; the first seed of each variant, the Wilson interval at the end.',
      ),
      {
        kind: 'details',
        summary: 'Verdicts and costs of every network',
        blocks: [
          {
            kind: 'list',
            items: shown
              .slice(0, MAX_LISTED)
              .map(({ answer: { name, run }, own }) => [{ strong: `${name}, seed ${run.seed}: ` }, own.verdict.words]),
          },
          {
            kind: 'table',
            caption: `Costs in ${KINDS[kind].axis}. Medians count failures as infinite; the paper’s mean only where every sample was fooled. Zero: samples whose dL/dx is zero everywhere`,
            head: [
              ...['variant', 'seed', 'attack', 'verdict', 'clean (%)', 'attacked', 'fooled (%)', 'median', 'mean'],
              ...['added / taken', 'zero gradients (%)'],
            ],
            rows,
            words: [0, 2, 3],
          },
        ],
      },
    ];
  });
}

/** A row for each variant and attack, and one for the best of them on each sample: what remains where a surrogate misleads. */
function overSeeds(shown: readonly OfKind<StoredAnswer<'attack'>>[], axis: string): Block {
  const variants = byVariant(shown.map((one) => ({ ...one, index: one.answer.index, name: one.answer.name })));
  const rows = variants.flatMap(({ name, runs }): Cell[][] => {
    const attacks = runs[0]!.own.attacks.map(nameOf);
    const states = [...new Set(runs.map(({ own }) => own.verdict.state))];
    const verdicts = states.map((state) => `${state} ${runs.filter(({ own }) => own.verdict.state === state).length}`);
    const attacked = numbers(runs.map(({ answer }) => answer.result.attacked.length));
    const row = (attack: string, fooled: (number | null)[], medians: number[], zero: (number | null)[]): Cell[] => [
      ...[name, attack, attacked, shares(fooled, 1), rangeOf(medians)],
      ...[shares(zero, 1), String(runs.length), verdicts.join(', ')],
    ];
    return [
      ...attacks.map((attack) => {
        const own = runs.flatMap(({ own }) => own.attacks.find((one) => nameOf(one) === attack) ?? []);
        return row(
          attack,
          own.map(({ success }) => success.at(-1) ?? null),
          own.map(({ median }) => median ?? Number.POSITIVE_INFINITY),
          own.map(({ zeroAtStart }) => zeroAtStart),
        );
      }),
      row(
        'the best of all',
        runs.map(({ own }) => fooledWithin(strongest(own), own.budgets.at(-1) ?? 0)),
        runs.map(({ own }) => medianOf(strongest(own))),
        [],
      ),
    ];
  });
  return {
    kind: 'table',
    caption: `Over the seeds, costs in ${axis}: share fooled within the largest budget, mean ± deviation; median cost, failures counted as infinite: its median over the seeds (least to greatest). The best of all: the smallest cost of each sample over all attacks. Only “sound” attacks rank the surrogate’s gradient`,
    head: [
      ...['variant', 'attack', 'attacked', 'fooled (%)', 'median cost'],
      ...['zero gradients (%)', 'seeds', 'verdicts'],
    ],
    rows,
    words: [0, 1, 7],
  };
}

const fooledWithin = (costs: readonly number[], budget: number): number | null =>
  costs.length === 0 ? null : costs.filter((cost) => cost <= budget).length / costs.length;

/** Of values that may be infinite; NaN of none. */
function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return low === undefined || high === undefined ? Number.NaN : low === high ? low : (low + high) / 2;
}

/** `12 (9 to ∞)`. */
function rangeOf(values: readonly number[]): string {
  const text = (value: number): string =>
    Number.isNaN(value) ? '–' : Number.isFinite(value) ? numberText(value) : '∞';
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return '–';
  const [least, greatest] = [Math.min(...known), Math.max(...known)];
  return least === greatest ? text(least) : `${text(medianOf(known))} (${text(least)} to ${text(greatest)})`;
}

const numberText = (value: number | null): string => (value === null ? '–' : String(Number(value.toPrecision(3))));
