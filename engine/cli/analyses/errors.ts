import type { ErrorsLayer, ErrorsResult } from '../../../protocol/analyses/errors.ts';
import { percent } from '../../../protocol/format.ts';
import { meanOf } from '../../../protocol/statistics.ts';
import { short, table } from '../text.ts';

/** The length of the error at some times, then what a step does to it. */
export function lines({ split, samples, seed, steps, bins, stepsPerBin, layers }: ErrorsResult): string[] {
  const shownBins = [...new Set([0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * (bins - 1))))];
  const norms = layers.map((layer) => [
    nameOf(layer),
    ...shownBins.map((bin) => quartile(layer, bin)),
    percent(layer.vanished.reduce((a, b) => a + b, 0) / bins, 1),
  ]);
  return [
    `${split}: ${samples} samples (seed ${seed}), ${steps} steps`,
    '',
    '‖dL/du(t)‖, median [quartiles] over samples',
    ...table(['layer', ...shownBins.map((bin) => `t ${bin * stepsPerBin}`), 'zero %'], norms, [shownBins.length + 1]),
    '',
    'factor of a step backwards',
    ...table(['layer', 'through', 'expected', 'measured', 'factors, mean'], layers.flatMap(perStep), [2, 3]),
  ];
}

const nameOf = ({ layer, spiking }: ErrorsLayer): string => `${layer}${spiking ? '' : ' (integrator)'}`;

/** A row for each component that the layer has, from the leak alone to all of them, and one for the norms. */
function perStep(layer: ErrorsLayer): string[][] {
  const { factors, perStep: step, spiking } = layer;
  const { leak, reset, resetGradient, kept, surrogate, surrogateShare, recurrent } = factors;
  const row = (through: string, kind: 'leak' | 'reset' | 'whole', factor: string) => [
    through,
    short(step.expected[kind]),
    number(step.measured[kind]),
    factor,
  ];
  const range = leak.least === leak.most ? '' : ` (${short(leak.least)} to ${short(leak.most)})`;
  const throughSpikes = [...(resetGradient && reset !== 'none' ? ['reset'] : []), ...(recurrent ? ['recurrence'] : [])];
  const slope = `h′ ${short(meanOf(surrogate))}, not 0 in ${percent(meanOf(surrogateShare), 1)} %`;
  const stretch = recurrent
    ? `V gain ${short(recurrent.gain)}, norm ${short(recurrent.norm)}, radius ${short(recurrent.radius)}`
    : '';
  const rows = [
    row('leak alone', 'leak', `k ${short(leak.mean)}${range}`),
    ...(kept.some(leavesLess) ? [row('with what the reset leaves', 'reset', `∂r/∂u ${short(meanOf(kept))}`)] : []),
    ...(throughSpikes.length > 0 ? [row(`with spikes: ${throughSpikes.join(', ')}`, 'whole', stretch)] : []),
    ['‖δ(t)‖ / ‖δ(t+1)‖', '', number(step.norms), spiking ? slope : ''],
  ];
  return rows.map((one, i) => [i === 0 ? nameOf(layer) : '', ...one]);
}

/** A mean of ones is 1 up to rounding. */
const leavesLess = (kept: number): boolean => Math.abs(kept - 1) > 1e-6;

function quartile({ norm: { lower, median, upper } }: ErrorsLayer, bin: number): string {
  return `${number(median[bin]!)} [${number(lower[bin]!)}, ${number(upper[bin]!)}]`;
}

const number = (x: number | null): string => (x === null ? '–' : short(x));

/** In a table over runs: layers one after the other. */
export const columns = {
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
