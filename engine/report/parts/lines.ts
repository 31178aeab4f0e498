/** Analyses whose answers are lines: a chart or several, and a row of means over the seeds for each variant. */
import { lineStyle } from '../../../protocol/drawing/palette.ts';
import { planXy, type XyChart } from '../../../protocol/drawing/xy.ts';
import { byVariant, type StyleOf } from '../../../protocol/figures/answers.ts';
import { errorsCharts, layersOf } from '../../../protocol/figures/errors.ts';
import {
  accuraciesAt,
  inputSpikesAt,
  lengthsOf,
  resolutionCharts,
  WAY_IDS,
  WAYS,
} from '../../../protocol/figures/resolution.ts';
import { layerOf, rateCharts, spikingLayersOf } from '../../../protocol/figures/spikes.ts';
import { percent, spread } from '../../../protocol/format.ts';
import { capital, commonPlace, layerName, layerNumber } from '../../../protocol/layers.ts';
import { spread as spreadOf } from '../../../protocol/seeds.ts';
import { printedAtResolution } from '../../claims/table7.ts';
import type { Block, Figure } from '../document.ts';
import { keyDrawing, xyDrawing } from '../drawings/xy.ts';
import type { Group, Reported, StoredAnswer } from '../gather.ts';
import { MAX_DRAWN } from './study.ts';

/** Layers that are drawn: those of deeper networks are in `lif analyse`. */
const MAX_LAYERS = 4;

export const styleOf: StyleOf = ({ index }) => lineStyle(index, 'light');

/** Mean ± deviation over the seeds of what is a share, in percent; a dash where there is none. */
export const shares = (values: readonly (number | null)[], digits = 2): string =>
  spread(spreadOf(values.filter((value) => value !== null)), (value) => percent(value, digits));

/** The same of other numbers, with three digits. */
export const numbers = (values: readonly (number | null)[]): string =>
  spread(spreadOf(values.filter((value) => value !== null)), (value) => short(value));

function short(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e6) ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}

/** Charts beside each other with one key below. */
export function chartsFigure(charts: readonly XyChart[], answers: readonly StoredAnswer[], caption: string): Figure {
  const variants = byVariant(answers);
  const key = keyDrawing(variants.map(({ name, index }) => ({ name, style: styleOf({ index }) })));
  return { kind: 'figure', drawings: [...charts.map(xyDrawing), key], caption };
}

export const drawn = <T extends { index: number }>(answers: readonly T[]): T[] =>
  answers.filter(({ index }) => index < MAX_DRAWN);

export function evaluateBlocks({ answers }: Group<'evaluate'>): Block[] {
  const rows = byVariant(answers).map(({ name, runs }) => {
    const worst = runs[0]!.result.perClass.map(({ accuracy }, label) => ({ accuracy: accuracy ?? 1, label }));
    const [hardest] = worst.sort((a, b) => a.accuracy - b.accuracy);
    return [
      name,
      shares(runs.map(({ result }) => result.accuracy)),
      numbers(runs.map(({ result }) => result.loss)),
      hardest ? `class ${hardest.label}: ${percent(hardest.accuracy, 1)} (seed ${runs[0]!.run.seed})` : '–',
      String(runs[0]!.result.samples),
      String(runs.length),
    ];
  });
  const head = ['variant', 'accuracy (%)', 'loss', 'hardest class (%)', 'samples', 'seeds'];
  return [{ kind: 'table', caption: 'Accuracy and loss asked anew', head, rows, words: [0, 3] }];
}

const layersIn = (
  answers: readonly { result: { layers: readonly { name: string; layer: number }[] } }[],
): { name: string; layer: number }[] => answers.flatMap(({ result }) => [...result.layers]);

export function spikesBlocks({ answers }: Group<'spikes'>): Block[] {
  const layers = spikingLayersOf(answers).slice(0, MAX_LAYERS);
  const rows = byVariant(answers).flatMap(({ name, runs }) =>
    layers.map((layer) => {
      const own = runs.flatMap((run) => layerOf(run, layer) ?? []);
      const costs = runs.map(({ result }) => result.efficiency);
      return [
        name,
        layerNumber(layer, own[0]?.layer),
        shares(own.map(({ rate }) => rate)),
        ...[numbers(own.map(({ silent }) => silent)), numbers(own.map(({ saturated }) => saturated))],
        String(own[0]?.neurons ?? '–'),
        shares(
          own.map(({ window }) => window.share),
          1,
        ),
        numbers(own.map(({ cv2 }) => cv2.mean)),
        ...[
          numbers(costs.map((cost) => cost.accumulates.mean)),
          numbers(costs.map((cost) => cost.multiplyAccumulates.mean)),
        ],
        String(runs.length),
      ];
    }),
  );
  return [
    ...layers.map((layer) =>
      chartsFigure(
        rateCharts(drawn(answers), layer, styleOf),
        drawn(answers),
        `${capital(layerName(layer, commonPlace(layer, layersIn(answers))))}: how the mean rates of its neurons are distributed, and its rate over time; a line for each seed.`,
      ),
    ),
    {
      kind: 'table',
      caption: 'Means ± deviation over the seeds. Operations are of the whole network, per sample (NeuroBench).',
      head: [
        ...['variant', 'layer', 'rate (%)', 'silent', 'saturated', 'neurons', 'in the window (%)', 'CV2'],
        ...['accumulates', 'multiply-accumulates', 'seeds'],
      ],
      rows,
      words: [0, 1],
    },
  ];
}

export function errorsBlocks({ answers }: Group<'errors'>): Block[] {
  const layers = layersOf(answers).slice(0, MAX_LAYERS);
  const rows = byVariant(answers).flatMap(({ name, runs }) =>
    layers.map((layer) => {
      const own = runs.flatMap(({ result }) => result.layers.find((one) => one.name === layer) ?? []);
      const of = (read: (one: (typeof own)[number]) => number | null): string => numbers(own.map(read));
      return [
        ...[name, layerNumber(layer, own[0]?.layer), of(({ factors }) => factors.leak.mean)],
        ...[of(({ perStep }) => perStep.expected.leak), of(({ perStep }) => perStep.measured.leak)],
        ...[of(({ perStep }) => perStep.expected.reset), of(({ perStep }) => perStep.measured.reset)],
        ...[of(({ perStep }) => perStep.expected.whole), of(({ perStep }) => perStep.measured.whole)],
        ...[
          of(({ perStep }) => perStep.norms),
          of(({ factors }) => factors.recurrent?.gain ?? null),
          String(own.length),
        ],
      ];
    }),
  );
  return [
    ...layers.map((layer) =>
      chartsFigure(
        // Where a line would be of one step, as of a readout at the end, there is nothing to draw.
        errorsCharts(drawn(answers), layer, styleOf).filter((chart) =>
          planXy(chart).lines.some(({ path }) => path.includes('L')),
        ),
        drawn(answers),
        `${capital(layerName(layer, commonPlace(layer, layersIn(answers))))}: medians and quartiles over samples, means over the seeds.`,
      ),
    ),
    {
      kind: 'table',
      caption:
        'Factor of a step backwards in time, expected from the factors alone and measured on the errors; mean ± deviation over the seeds',
      head: [
        ...['variant', 'layer', 'k', 'leak: expected', 'measured', 'and reset: expected', 'measured'],
        ...['whole: expected', 'measured', 'norms', 'gain of V', 'seeds'],
      ],
      rows,
      words: [0, 1],
    },
  ];
}

export function resolutionBlocks({ answers }: Group<'resolution'>, { experiment }: Reported): Block[] {
  const dts = lengthsOf(answers);
  const variants = byVariant(answers);
  const trained = answers[0]!.result.trainedAt;
  const rows = variants.flatMap(({ name, index, runs }) => {
    const { settings } = experiment.variants[index]!;
    const printed = dts.map((dt) => printedAtResolution(settings, dt));
    return [
      ...WAY_IDS.map((way) => [
        name,
        WAYS[way],
        ...dts.map((dt) => shares(accuraciesAt(runs, dt, way))),
        String(runs.length),
      ]),
      ...(printed.some((value) => value !== undefined)
        ? [[name, 'paper', ...printed.map((value) => (value === undefined ? '–' : percent(value))), '–']]
        : []),
    ];
  });
  const spikes = dts.map((dt) => inputSpikesAt(answers, dt)?.toFixed(0) ?? '–');
  return [
    {
      kind: 'table',
      caption: `Accuracy in % after training at ${trained} ms, on the same recordings cut into other steps (${answers[0]!.result.values}); mean ± deviation over the seeds, ${answers[0]!.result.rows[0]?.samples ?? 0} samples. “paper”: its Table 7, whose settings may be others`,
      head: ['variant', 'way', ...dts.map((dt) => `${dt} ms${dt === trained ? ' (trained)' : ''}`), 'seeds'],
      rows: [...rows, ['input spikes per sample', '', ...spikes, '']],
      words: [0, 1],
    },
    chartsFigure(
      resolutionCharts(drawn(answers), styleOf),
      drawn(answers),
      'Bands reach from the least to the greatest seed.',
    ),
  ];
}
