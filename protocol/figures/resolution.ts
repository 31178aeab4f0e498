/** Accuracy over the length of a step (Table 7 of the paper). */
import type { ResolutionRow } from '../analyses/resolution.ts';
import type { XyChart } from '../drawing/xy.ts';
import { banded, byVariant, type SeedAnswer, type StyleOf } from './answers.ts';

type Answer = SeedAnswer<'resolution'>;

export const WAYS = { asIs: 'as is', rescaled: 'leak rescaled' } as const;
export type LeakTreatment = keyof typeof WAYS;
export const WAY_IDS = Object.keys(WAYS) as LeakTreatment[];

/** One for each way; bands reach from the least to the greatest seed. */
export function resolutionCharts(answers: readonly Answer[], style: StyleOf): XyChart[] {
  return WAY_IDS.map((way) => ({
    title: `Accuracy, ${WAYS[way]}`,
    x: { name: 'step in ms', log: true, ticks: lengthsOf(answers) },
    y: { name: 'accuracy in %', percent: true },
    lines: byVariant(answers).map(({ name, index, runs }) => ({
      name,
      style: style({ index }),
      points: lengthsOf(runs).flatMap((dt) => {
        const values = accuraciesAt(runs, dt, way);
        return values.length === 0 ? [] : [banded(dt, values)];
      }),
    })),
  }));
}

const rowsAt = ({ result: { rows } }: Answer, dt: number): ResolutionRow[] => rows.filter((row) => row.dt === dt);

/** Lengths of a step that any of them was tested at, in ms, ascending. */
export const lengthsOf = (answers: readonly Answer[]): number[] =>
  [...new Set(answers.flatMap(({ result }) => result.rows.map(({ dt }) => dt)))].sort((a, b) => a - b);

/** Of each run that was tested at this length. */
export const accuraciesAt = (answers: readonly Answer[], dt: number, way: LeakTreatment): number[] =>
  answers.flatMap((answer) => rowsAt(answer, dt).map((row) => row[way].accuracy));

/** Mean input spikes of a sample; undefined where nobody was tested. */
export const inputSpikesAt = (answers: readonly Answer[], dt: number): number | undefined =>
  answers.flatMap((answer) => rowsAt(answer, dt))[0]?.inputSpikes;
