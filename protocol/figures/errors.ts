/** How errors travel back through time in a layer, and the factors that decide it (equations 12 and 13 of the paper). */
import type { ErrorsLayer } from '../analyses/errors.ts';
import type { XyChart, XyLine } from '../drawing/xy.ts';
import { meanOf } from '../statistics.ts';
import { byVariant, type SeedAnswer, type StyleOf } from './answers.ts';

type Answer = SeedAnswer<'errors'>;
type OverTime = readonly (number | null)[];
type Read = (layer: ErrorsLayer) => [OverTime, OverTime?, OverTime?];

/** Norm, gain, reset and window of one layer over time; medians and quartiles over samples, means over the seeds. */
export function errorsCharts(answers: readonly Answer[], layer: string, style: StyleOf): XyChart[] {
  const lines = (read: Read) => linesOf(answers, layer, style, read);
  return [
    {
      title: 'Norm of dL/du(t)',
      x: { name: 'time step' },
      y: { name: '‖dL/du(t)‖', log: true },
      lines: lines(({ norm }) => [norm.median, norm.lower, norm.upper]),
    },
    {
      title: 'How much of it reaches the step before',
      x: { name: 'time step' },
      y: { name: 'gain of a step', include: [0, 1] },
      lines: lines(({ gain: { whole } }) => [whole.median, whole.lower, whole.upper]),
      marks: [{ y: 1, name: 'as it was' }],
    },
    {
      title: 'What the reset lets through (1 − o)',
      x: { name: 'time step' },
      y: { name: 'mean over neurons and samples' },
      lines: lines(({ factors }) => [factors.kept]),
    },
    {
      title: 'Neurons inside the surrogate’s window',
      x: { name: 'time step' },
      y: { name: 'share in %', percent: true, include: [0] },
      lines: lines(({ factors }) => [factors.surrogateShare]),
    },
  ];
}

/** Names of the layers that any of them has. */
export function layersOf(answers: readonly Answer[]): string[] {
  return [...new Set(answers.flatMap(({ result }) => result.layers.map(({ name }) => name)))];
}

/** A line for each variant: means over its seeds of a middle and, where there are, of a lower and an upper bound. */
function linesOf(answers: readonly Answer[], layer: string, style: StyleOf, read: Read): XyLine[] {
  return byVariant(answers).flatMap(({ name, index, runs }) => {
    const found = runs.flatMap(({ result }) => {
      const one = result.layers.find((candidate) => candidate.name === layer);
      return one ? [read(one)] : [];
    });
    if (found.length === 0) return [];
    const { bins, stepsPerBin } = runs[0]!.result;
    const points = Array.from({ length: bins }, (_, bin) => {
      const [y, low, high] = [0, 1, 2].map((i) =>
        meanAt(
          found.flatMap((parts) => (parts[i] ? [parts[i]] : [])),
          bin,
        ),
      );
      return {
        x: timeOf(bin, stepsPerBin),
        y: y ?? null,
        ...(typeof low === 'number' && typeof high === 'number' && { low, high }),
      };
    });
    return [{ name, style: style({ index }), points, dots: false }];
  });
}

/** Middle of a stretch of steps, the first step being 1. */
export function timeOf(bin: number, stepsPerBin: number): number {
  return bin * stepsPerBin + (stepsPerBin + 1) / 2;
}

function meanAt(series: readonly OverTime[], bin: number): number | null {
  const values = series.map((one) => one[bin]).filter((value) => typeof value === 'number');
  return values.length > 0 ? meanOf(values) : null;
}
