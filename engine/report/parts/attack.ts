/** How little fools the networks: curves over the budget, verdicts, and what each attack needs. */
import { byVariant } from '../../../protocol/figures/answers.ts';
import { attackCharts, isTrusted, KINDS, kindsOf, nameOf, ofKind } from '../../../protocol/figures/attack.ts';
import { percent } from '../../../protocol/format.ts';
import { type Block, type Cell, heading } from '../document.ts';
import type { Group } from '../gather.ts';
import { chartsFigure, styleOf } from './lines.ts';

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
      {
        kind: 'list',
        items: shown
          .slice(0, MAX_LISTED)
          .map(({ answer: { name, run }, own }) => [{ strong: `${name}, seed ${run.seed}: ` }, own.verdict.words]),
      },
      chartsFigure(
        attackCharts(drawn, kind, styleOf),
        first,
        'Share of the attacked samples that are fooled within the budget; the first seed of each variant, the Wilson interval at the end.',
      ),
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
    ];
  });
}

const numberText = (value: number | null): string => (value === null ? '–' : String(Number(value.toPrecision(3))));
