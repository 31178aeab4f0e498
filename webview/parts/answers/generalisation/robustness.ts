import { html } from 'lit';
import { DISTURBANCES } from '../../../../protocol/analyses/robustness.ts';
import { robustnessCharts } from '../../../../protocol/figures/robustness.ts';
import { xyChart } from '../../../plot/xy.ts';
import { key } from '../key.ts';
import type { Panel } from '../panel.ts';

/** A curve over strength for each disturbance, the undisturbed accuracy first. */
export const robustness: Panel<'robustness'> = {
  title: 'Robustness',
  about:
    'Accuracy when events or weights are disturbed; every variant meets the same draws. The first point is undisturbed (of bits: 32). Bands reach from the least to the greatest of all draws and seeds.',
  example: 'samples=1000 draws=5',
  picture(answers, context) {
    const left = [...new Set(answers.flatMap(({ result }) => result.left))];
    return html`${key(answers, context)}
      <div class="side-by-side wide">
        ${robustnessCharts(answers, context.style).map(xyChart)}
      </div>
      ${left.map((sentence) => html`<p class="muted">${sentence}</p>`)}`;
  },
  tables: (answers) => [
    {
      title: 'Accuracy under disturbance',
      note: 'mean and standard deviation over the draws',
      header: [
        'variant',
        'seed',
        'disturbed',
        'strength',
        'unit',
        'accuracy',
        'deviation',
        'draws',
        'change',
        'events',
      ],
      rows: answers.flatMap(({ name, run, result: { curves, clean, events } }) => [
        [name, run.seed, 'nothing', 0, '', clean, null, null, 0, events],
        ...curves.flatMap(({ disturbance, points }) =>
          points.map((point) => [
            ...[name, run.seed, DISTURBANCES[disturbance].title, point.strength, DISTURBANCES[disturbance].unit],
            ...[point.mean, point.deviation, point.accuracies.length, point.mean - clean, point.events],
          ]),
        ),
      ]),
    },
  ],
};
