/** Accuracy under disturbance: means over the strengths for each variant, curves, and every strength as a table. */
import { DISTURBANCES, type Disturbance } from '../../../protocol/analyses/robustness.ts';
import { byVariant } from '../../../protocol/figures/answers.ts';
import { disturbancesOf, drawsAt, pointsOf, robustnessCharts } from '../../../protocol/figures/robustness.ts';
import { percent } from '../../../protocol/format.ts';
import { meanOf } from '../../../protocol/statistics.ts';
import type { Block } from '../document.ts';
import type { Group, StoredAnswer } from '../gather.ts';
import { chartsFigure, drawn, shares, styleOf } from './lines.ts';

export function robustnessBlocks({ answers }: Group<'robustness'>): Block[] {
  const asked = disturbancesOf(answers);
  const rows = byVariant(answers).flatMap(({ name, runs }) => [
    [name, 'nothing', '–', shares(runs.map(({ result }) => result.clean)), '–'],
    ...asked.flatMap((one) => {
      const points = pointsOf(runs, one);
      return [...new Set(points.map(({ strength }) => strength))].map((strength) => {
        const draws = drawsAt(points, strength);
        const change = meanOf(draws) - meanOf(runs.map(({ result }) => result.clean));
        return [
          name,
          DISTURBANCES[one].title,
          `${strength} ${DISTURBANCES[one].unit}`,
          shares(draws),
          percent(change, 1),
        ];
      });
    }),
  ]);
  const left = [...new Set(answers.flatMap(({ result }) => result.left))];
  return [
    changesTable({ answers }, asked),
    chartsFigure(
      robustnessCharts(drawn(answers), styleOf),
      drawn(answers),
      'The first point is undisturbed (of bits: 32). Bands reach from the least to the greatest of all draws and seeds; every variant meets the same draws.',
    ),
    {
      kind: 'details',
      summary: 'Accuracy under disturbance as a table',
      blocks: [
        {
          kind: 'table',
          caption: `Mean ± deviation over draws and seeds; ${answers[0]!.result.samples} samples`,
          head: ['variant', 'disturbed', 'strength', 'accuracy (%)', 'change (pp)'],
          rows,
          words: [0, 1, 2],
        },
      ],
    },
    ...left.map((sentence): Block => ({ kind: 'paragraph', words: [sentence] })),
  ];
}

/** What every disturbance costs on average, so that variants can be compared at a glance. */
function changesTable({ answers }: Pick<Group<'robustness'>, 'answers'>, asked: readonly Disturbance[]): Block {
  const change = (one: Disturbance, runs: readonly StoredAnswer<'robustness'>[]): string =>
    shares(
      runs.map(({ result: { curves, clean } }) => {
        const points = curves.find(({ disturbance }) => disturbance === one)?.points ?? [];
        return points.length > 0 ? meanOf(points.map(({ mean }) => mean)) - clean : null;
      }),
    );
  return {
    kind: 'table',
    caption: `Accuracy less the undisturbed one in points, mean over the strengths of each disturbance; ± deviation over the seeds; ${answers[0]!.result.samples} samples`,
    head: ['variant', 'undisturbed (%)', ...asked.map((one) => DISTURBANCES[one].title), 'seeds'],
    rows: byVariant(answers).map(({ name, runs }) => [
      name,
      shares(runs.map(({ result }) => result.clean)),
      ...asked.map((one) => change(one, runs)),
      String(runs.length),
    ]),
    words: [0],
  };
}
