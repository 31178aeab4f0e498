import type { ErrorsLayer, ErrorsResult } from '../../../protocol/analyses/errors.ts';
import { percent } from '../../../protocol/format.ts';
import { layerNumber } from '../../../protocol/layers.ts';
import { meanOf } from '../../../protocol/statistics.ts';
import { short, table, wrapped } from '../text.ts';

/** The length of the error at some times, then what a step does to it. */
export function lines(
  { split, samples, seed, steps, bins, stepsPerBin, layers }: ErrorsResult,
  width = Number.POSITIVE_INFINITY,
): string[] {
  const shownBins = [...new Set([0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * (bins - 1))))];
  const norms = layers.flatMap((layer) =>
    shownBins.map((bin, i) => [
      i === 0 ? nameOf(layer) : '',
      timeOf(bin, stepsPerBin, steps),
      number(layer.norm.median[bin]!),
      `${number(layer.norm.lower[bin]!)} to ${number(layer.norm.upper[bin]!)}`,
      percent(layer.vanished[bin]!, 1),
    ]),
  );
  return [
    `${split}: ${samples} samples (seed ${seed}), ${steps} steps`,
    '',
    'length of the error dL/du(t) of a layer; zero: samples without any there',
    ...table(['layer', 'steps', 'median', 'middle half of the samples', 'zero %'], norms, [1, 2, 4]),
    '',
    'what one step backwards in time multiplies it by',
    ...table(['layer', 'through', 'expected', 'measured'], layers.flatMap(perStep), [2, 3]),
    '',
    'expected from these factors, means over neurons, steps and samples',
    ...layers.flatMap((layer) => wrapped(`layer ${nameOf(layer)}: ${factorsOf(layer)}`, width)),
  ];
}

const nameOf = ({ layer, name, spiking }: ErrorsLayer): string =>
  spiking ? layerNumber(name, layer) : `${layer + 1} (integrator)`;

/** A row for each component that the layer has, from the leak alone to all of them, and one for the norms. */
function perStep(layer: ErrorsLayer): string[][] {
  const { factors, perStep: step } = layer;
  const { reset, resetGradient, kept, recurrent } = factors;
  const row = (through: string, kind: 'leak' | 'reset' | 'whole') => [
    through,
    short(step.expected[kind]),
    number(step.measured[kind]),
  ];
  const throughSpikes = [...(resetGradient && reset !== 'none' ? ['reset'] : []), ...(recurrent ? ['recurrence'] : [])];
  const rows = [
    row('leak alone', 'leak'),
    ...(kept.some(leavesLess) ? [row('with what the reset leaves', 'reset')] : []),
    ...(throughSpikes.length > 0 ? [row(`with spikes: ${throughSpikes.join(', ')}`, 'whole')] : []),
    ['‖δ(t)‖ / ‖δ(t+1)‖', '', number(step.norms)],
  ];
  return rows.map((one, i) => [i === 0 ? nameOf(layer) : '', ...one]);
}

function factorsOf({ factors, spiking }: ErrorsLayer): string {
  const { leak, kept, surrogate, surrogateShare, recurrent } = factors;
  const range = leak.least === leak.most ? '' : ` (${short(leak.least)} to ${short(leak.most)})`;
  return [
    `leak k ${short(leak.mean)}${range}`,
    ...(kept.some(leavesLess) ? [`the reset leaves ∂r/∂u ${short(meanOf(kept))}`] : []),
    ...(spiking ? [`surrogate h′ ${short(meanOf(surrogate))}, not 0 in ${percent(meanOf(surrogateShare), 1)} %`] : []),
    ...(recurrent
      ? [`recurrence V gain ${short(recurrent.gain)}, norm ${short(recurrent.norm)}, radius ${short(recurrent.radius)}`]
      : []),
  ].join('; ');
}

/** A mean of ones is 1 up to rounding. */
const leavesLess = (kept: number): boolean => Math.abs(kept - 1) > 1e-6;

/** Steps of a stretch, the first is 1: `1–4`. */
function timeOf(bin: number, stepsPerBin: number, steps: number): string {
  const [from, to] = [bin * stepsPerBin + 1, Math.min(steps, (bin + 1) * stepsPerBin)];
  return from === to ? String(from) : `${from}–${to}`;
}

const number = (x: number | null): string => (x === null ? '–' : short(x));

/** In a table over runs: layers one after the other. */
export const columns = {
  legend: ([first]: readonly ErrorsResult[]) =>
    `${first!.split}, ${first!.samples} samples. Layers one after the other. ‖δ‖ first, last: length of the error dL/du(t) over the neurons in the first and in the last steps, median over samples; leak, + reset, all: what one step backwards in time multiplies it by, measured: through the leak alone, with what a reset leaves, with spikes (reset, recurrence) too; expected: all of it from the factors alone; zero: samples and steps without any error.`,
  header: ['‖δ‖ first', '‖δ‖ last', 'leak', '+ reset', 'all', 'expected', 'zero %'],
  row: ({ layers, bins }: ErrorsResult) => {
    const each = (of: (layer: ErrorsLayer) => string): string => layers.map(of).join(' / ');
    return [
      each(({ norm }) => number(norm.median[0]!)),
      each(({ norm }) => number(norm.median[bins - 1]!)),
      each(({ perStep }) => number(perStep.measured.leak)),
      each(({ perStep }) => number(perStep.measured.reset)),
      each(({ perStep }) => number(perStep.measured.whole)),
      each(({ perStep }) => short(perStep.expected.whole)),
      each(({ vanished }) => percent(vanished.reduce((a, b) => a + b, 0) / bins, 1)),
    ];
  },
};
