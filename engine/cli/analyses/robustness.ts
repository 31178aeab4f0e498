import { DISTURBANCES, type RobustnessResult } from '../../../protocol/analyses/robustness.ts';
import { percent } from '../../../protocol/format.ts';
import { table } from '../text.ts';

/** A row for each disturbance and strength, the undisturbed accuracy first. */
export function lines({ split, samples, seed, draws, clean, events, curves, left }: RobustnessResult): string[] {
  const rows = curves.flatMap(({ disturbance, points }) =>
    points.map((point) => [
      DISTURBANCES[disturbance].title,
      `${point.strength} ${DISTURBANCES[disturbance].unit}`,
      percent(point.mean),
      point.deviation === null ? '–' : percent(point.deviation),
      percent(point.mean - clean),
      point.events === null ? '–' : point.events.toFixed(1),
    ]),
  );
  return [
    `${split}: ${percent(clean)} % undisturbed, the first ${samples} samples${events === null ? '' : `, ${events.toFixed(1)} events each`}; mean ± deviation over ${draws} draws of seed ${seed}`,
    ...left,
    '',
    ...table(['disturbed', 'strength', 'accuracy %', '±', 'change', 'events'], rows, [2, 3, 4, 5]),
  ];
}

/** In a table over runs. */
export const columns = {
  header: ['undisturbed %', 'accuracy % at the strongest'],
  row: ({ clean, curves }: RobustnessResult) => [
    percent(clean),
    curves
      .flatMap(({ disturbance, points }) => {
        const last = points.at(-1);
        return last ? [`${disturbance} ${last.strength}: ${percent(last.mean)}`] : [];
      })
      .join(', '),
  ],
};
