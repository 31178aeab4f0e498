import type { ErrorsLayer, ErrorsResult } from '../../../protocol/analyses/errors.ts';
import { percent } from '../../../protocol/format.ts';
import { short, table } from '../text.ts';

/** The length of the error at some times, then what a step does to it. */
export function lines({ split, samples, seed, steps, bins, stepsPerBin, layers }: ErrorsResult): string[] {
  const at = [...new Set([0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * (bins - 1))))];
  const name = ({ layer, spiking }: ErrorsLayer): string => `${layer}${spiking ? '' : ' (integrator)'}`;
  const norms = layers.map((layer) => [
    name(layer),
    ...at.map((bin) => quartile(layer, bin)),
    percent(layer.vanished.reduce((a, b) => a + b, 0) / bins, 1),
  ]);
  const perStep = layers.flatMap((layer) => {
    const { factors, perStep: step } = layer;
    const { leak, recurrent } = factors;
    const mean = (values: readonly number[]): string => short(values.reduce((a, b) => a + b, 0) / values.length);
    const row = (what: string, kind: 'leak' | 'reset' | 'whole', factor: string) => [
      what,
      short(step.expected[kind]),
      number(step.measured[kind]),
      factor,
    ];
    const range =
      leak.least === leak.most ? short(leak.mean) : `${short(leak.mean)} (${short(leak.least)} to ${short(leak.most)})`;
    return [
      [name(layer), ...row('leak alone', 'leak', `k ${range}`)],
      ['', ...row(`with the reset (${factors.reset})`, 'reset', `∂r/∂u ${mean(factors.kept)}`)],
      [
        '',
        ...row(
          recurrent ? 'with spikes and recurrence' : 'with the spike that resets',
          'whole',
          [
            `h′ ${mean(factors.surrogate)}, not 0 in ${percent(Number(mean(factors.surrogateShare)), 1)} %`,
            ...(recurrent
              ? [`V gain ${short(recurrent.gain)}, norm ${short(recurrent.norm)}, radius ${short(recurrent.radius)}`]
              : []),
          ].join('; '),
        ),
      ],
      ['', '‖δ(t)‖ / ‖δ(t+1)‖', '', number(step.norms), 'new errors included'],
    ];
  });
  return [
    `${split}: ${samples} samples (seed ${seed}), ${steps} steps`,
    '',
    '‖dL/du(t)‖, median [quartiles] over samples',
    ...table(['layer', ...at.map((bin) => `t ${bin * stepsPerBin}`), 'zero %'], norms, [at.length + 1]),
    '',
    'factor of a step backwards',
    ...table(['layer', 'through', 'expected', 'measured', 'factors, mean'], perStep, [2, 3]),
  ];
}

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
