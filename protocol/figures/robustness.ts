/** Accuracy over the strength of a disturbance. */
import { DISTURBANCES, type Disturbance, type RobustnessPoint } from '../analyses/robustness.ts';
import type { XyChart, XyLine } from '../drawing/xy.ts';
import { banded, byVariant, type SeedAnswer, type StyleOf } from './answers.ts';

type Answer = SeedAnswer<'robustness'>;

/** Weights as they are, on an axis of bits. */
const UNDISTURBED_BITS = 32;

/** One for each disturbance; bands reach from the least to the greatest of all draws and seeds. */
export function robustnessCharts(answers: readonly Answer[], style: StyleOf): XyChart[] {
  return disturbancesOf(answers).map((one) => ({
    title: DISTURBANCES[one].title,
    x: { name: DISTURBANCES[one].unit, log: one === 'quantisation' },
    y: { name: 'accuracy in %', percent: true },
    lines: linesOf(answers, one, style),
  }));
}

/** Those that any of them was asked for, in the order in which they are shown. */
export function disturbancesOf(answers: readonly Answer[]): Disturbance[] {
  return (Object.keys(DISTURBANCES) as Disturbance[]).filter((one) =>
    answers.some(({ result }) => result.curves.some(({ disturbance }) => disturbance === one)),
  );
}

/** Points of all runs. */
export function pointsOf(runs: readonly Answer[], disturbance: Disturbance): RobustnessPoint[] {
  return runs.flatMap(({ result }) => result.curves.find((one) => one.disturbance === disturbance)?.points ?? []);
}

/** The undisturbed accuracy comes first. */
function linesOf(answers: readonly Answer[], disturbance: Disturbance, style: StyleOf): XyLine[] {
  return byVariant(answers).map(({ name, index, runs }) => {
    const points = pointsOf(runs, disturbance);
    const strengths = [...new Set(points.map(({ strength }) => strength))];
    const clean = runs.map(({ result }) => result.clean);
    const first = banded(disturbance === 'quantisation' ? UNDISTURBED_BITS : 0, clean);
    const drawn = strengths.map((strength) => banded(strength, drawsAt(points, strength)));
    return { name, style: style({ index }), points: [first, ...drawn].sort((a, b) => a.x - b.x) };
  });
}

/** Accuracies of every draw at a strength. */
export const drawsAt = (points: readonly RobustnessPoint[], strength: number): number[] =>
  points.filter((point) => point.strength === strength).flatMap(({ accuracies }) => accuracies);
