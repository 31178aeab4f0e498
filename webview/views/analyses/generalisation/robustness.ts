import { html } from 'lit';
import { DISTURBANCES, type Disturbance, type RobustnessPoint } from '../../../../protocol/analyses/robustness.ts';
import { type XyLine, xyChart } from '../../../plot/xy.ts';
import type { Answered } from '../../../shared/analyses.ts';
import type { Panel, PanelContext } from '../panel.ts';
import { byVariant, key, meanOf } from './variants.ts';

type Answer = Answered<'robustness'>;

/** Weights as they are, on an axis of bits. */
const UNDISTURBED_BITS = 32;

/** A curve over strength for each disturbance, the undisturbed accuracy first. */
export const robustness: Panel<'robustness'> = {
  title: 'Robustness',
  about:
    'Accuracy when events or weights are disturbed; every variant meets the same draws. The first point is undisturbed (of bits: 32). Bands reach from the least to the greatest of all draws and seeds.',
  example: 'samples=1000 draws=5',
  picture(answers, context) {
    const asked = (Object.keys(DISTURBANCES) as Disturbance[]).filter((one) =>
      answers.some(({ result }) => result.curves.some(({ disturbance }) => disturbance === one)),
    );
    const left = [...new Set(answers.flatMap(({ result }) => result.left))];
    return html`<div class="side-by-side wide">
        ${asked.map((one) =>
          xyChart({
            title: DISTURBANCES[one].title,
            x: { name: DISTURBANCES[one].unit, log: one === 'quantisation' },
            y: { name: 'accuracy', percent: true },
            lines: linesOf(answers, one, context),
          }),
        )}
      </div>
      ${key(answers, context)} ${left.map((sentence) => html`<p class="muted">${sentence}</p>`)}`;
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

function linesOf(answers: readonly Answer[], disturbance: Disturbance, { style }: PanelContext): XyLine[] {
  return byVariant(answers).map(({ name, index, runs }) => {
    const points = runs.flatMap(
      ({ result }) => result.curves.find((one) => one.disturbance === disturbance)?.points ?? [],
    );
    const strengths = [...new Set(points.map(({ strength }) => strength))];
    const clean = runs.map(({ result }) => result.clean);
    const first = { x: disturbance === 'quantisation' ? UNDISTURBED_BITS : 0, values: clean };
    const drawn = strengths.map((strength) => ({ x: strength, values: drawsAt(points, strength) }));
    return {
      name,
      style: style({ index }),
      points: [first, ...drawn]
        .sort((a, b) => a.x - b.x)
        .map(({ x, values }) => ({ x, y: meanOf(values), low: Math.min(...values), high: Math.max(...values) })),
    };
  });
}

const drawsAt = (points: readonly RobustnessPoint[], strength: number): number[] =>
  points.filter((point) => point.strength === strength).flatMap(({ accuracies }) => accuracies);
