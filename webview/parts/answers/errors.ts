import { html } from 'lit';
import type { ErrorsLayer, ErrorsResult } from '../../../protocol/analyses/errors.ts';
import { errorsCharts, layersOf, timeOf } from '../../../protocol/figures/errors.ts';
import { commonPlace, layerNumber } from '../../../protocol/layers.ts';
import type { NumberTable } from '../../plot/number-table.ts';
import { xyChart } from '../../plot/xy.ts';
import type { Answered } from './analyses.ts';
import { key } from './key.ts';
import type { Panel } from './panel.ts';

type Answer = Answered<'errors'>;

/** How errors travel back through time in each layer, and the factors that decide it. */
export const errors: Panel<'errors'> = {
  title: 'Errors',
  about:
    'How the error dL/du(t) travels backwards through time (equations 12 and 13 of the paper): its norm over the neurons, median and quartiles over samples, means over the seeds; and what decides it: the leak k, what a reset lets through, the surrogate, the recurrence.',
  example: 'samples=256',
  picture(answers, context) {
    const names = layersOf(answers);
    const layers = eachLayer(answers, (_, one) => one);
    const layer = context.choice('errors.layer', names);
    return html`<div class="choices">
        ${names.length > 1 ? context.chooser('errors.layer', 'Layer', names, (name) => layerNumber(name, commonPlace(name, layers))) : ''}
      </div>
      ${key(answers, context)}
      <div class="side-by-side wide">
        ${errorsCharts(answers, layer, context.style).map(xyChart)}
      </div>`;
  },
  tables: (answers) => [perStep(answers), overTime(answers)],
};

function eachLayer<T>(answers: readonly Answer[], read: (answer: Answer, layer: ErrorsLayer) => T): T[] {
  return answers.flatMap((answer) => answer.result.layers.map((layer) => read(answer, layer)));
}

function perStep(answers: readonly Answer[]): NumberTable {
  return {
    title: 'Factor of a step',
    note: 'expected from the factors alone, and measured on the errors of the samples',
    header: [
      ...['variant', 'seed', 'layer', 'samples', 'k mean', 'leak expected', 'measured', 'with reset expected'],
      ...['measured', 'whole expected', 'measured', 'norms', 'V gain', 'V radius'],
    ],
    rows: eachLayer(
      answers,
      ({ name, run, result }, { name: layer, layer: place, factors, perStep: { expected, measured, norms } }) => [
        ...[
          name,
          run.seed,
          layerNumber(layer, place),
          result.samples,
          factors.leak.mean,
          expected.leak,
          measured.leak,
          expected.reset,
        ],
        ...[measured.reset, expected.whole, measured.whole, norms],
        ...[factors.recurrent?.gain ?? null, factors.recurrent?.radius ?? null],
      ],
    ),
  };
}

function overTime(answers: readonly Answer[]): NumberTable {
  const row = ({ name, run, result }: Answer, layer: ErrorsLayer, bin: number) => [
    ...[name, run.seed, layerNumber(layer.name, layer.layer), timeOf(bin, result.stepsPerBin)],
    ...[layer.norm.lower[bin]!, layer.norm.median[bin]!, layer.norm.upper[bin]!, layer.norm.mean[bin]!],
    ...[layer.vanished[bin]!, layer.factors.kept[bin]!, layer.factors.surrogateShare[bin]!],
  ];
  return {
    title: 'Norm of dL/du(t)',
    header: [
      ...['variant', 'seed', 'layer', 'step', 'lower quartile', 'median', 'upper quartile', 'mean'],
      ...['share of samples at 0', '1 − o', 'share in window'],
    ],
    rows: eachLayer(answers, (answer, layer) =>
      Array.from({ length: binsOf(answer.result) }, (_, bin) => row(answer, layer, bin)),
    ).flat(),
  };
}

const binsOf = ({ bins }: ErrorsResult): number => bins;
