import { html, type TemplateResult } from 'lit';
import type { ErrorsLayer, ErrorsResult } from '../../../protocol/analyses/errors.ts';
import type { NumberTable } from '../../plot/number-table.ts';
import { type XyLine, xyChart } from '../../plot/xy.ts';
import type { Answered } from '../../shared/analyses.ts';
import type { Panel, PanelContext } from './panel.ts';

type Answer = Answered<'errors'>;

/** How errors travel back through time in each layer, and the factors that decide it. */
export const errors: Panel<'errors'> = {
  title: 'Errors',
  about:
    'How the error dL/du(t) travels backwards through time (equations 12 and 13 of the paper): its norm over the neurons, median and quartiles over samples, means over the seeds; and what decides it: the leak k, what a reset lets through, the surrogate, the recurrence.',
  example: 'samples=256',
  picture(answers, context) {
    const names = layersOf(answers);
    const layer = context.choice('errors.layer', names);
    return html`<div class="choices">
        ${names.length > 1 ? context.chooser('errors.layer', 'Layer', names, (name) => name) : ''}
      </div>
      <div class="side-by-side wide">
        ${xyChart({
          title: 'Norm of dL/du(t)',
          x: { name: 'time step' },
          y: { name: '‖dL/du(t)‖', log: true },
          lines: linesOf(answers, layer, context, ({ norm }) => [norm.median, norm.lower, norm.upper]),
        })}
        ${xyChart({
          title: 'How much of it reaches the step before',
          x: { name: 'time step' },
          y: { name: 'gain of a step', include: [0, 1] },
          lines: linesOf(answers, layer, context, ({ gain }) => [
            gain.whole.median,
            gain.whole.lower,
            gain.whole.upper,
          ]),
          marks: [{ y: 1, name: 'as it was' }],
        })}
        ${xyChart({
          title: 'What the reset lets through (1 − o)',
          x: { name: 'time step' },
          y: { name: 'mean over neurons and samples' },
          lines: linesOf(answers, layer, context, ({ factors }) => [factors.kept]),
        })}
        ${xyChart({
          title: 'Neurons inside the surrogate’s window',
          x: { name: 'time step' },
          y: { name: 'share in %', percent: true, include: [0] },
          lines: linesOf(answers, layer, context, ({ factors }) => [factors.surrogateShare]),
        })}
      </div>
      ${key(answers, context)}`;
  },
  tables: (answers) => [perStep(answers), overTime(answers)],
};

/** Which line is which. */
function key(answers: readonly Answer[], context: PanelContext): TemplateResult {
  const variants = new Map(answers.map((answer) => [answer.name, answer]));
  return html`<ul class="key">
    ${[...variants.values()].map((answer) => {
      const { colour, dash } = context.style(answer);
      const seeds = answers.filter(({ name }) => name === answer.name).length;
      return html`<li>
        <svg width="24" height="8" aria-hidden="true">
          <path d="M0 4h24" stroke=${colour} stroke-width="2" stroke-dasharray=${dash.join(' ') || 'none'} />
        </svg>
        ${answer.name}<span class="muted">${seeds === 1 ? '1 seed' : `${seeds} seeds`}</span>
      </li>`;
    })}
  </ul>`;
}

function layersOf(answers: readonly Answer[]): string[] {
  return [...new Set(answers.flatMap(({ result }) => result.layers.map(({ name }) => name)))];
}

type OverTime = readonly (number | null)[];

/** A line for each variant: means over its seeds of a middle and, where there are, of a lower and an upper bound. */
function linesOf(
  answers: readonly Answer[],
  layer: string,
  context: PanelContext,
  read: (layer: ErrorsLayer) => [OverTime, OverTime?, OverTime?],
): XyLine[] {
  return [...new Set(answers.map(({ name }) => name))].flatMap((name) => {
    const seeds = answers.filter((answer) => answer.name === name);
    const found = seeds.flatMap(({ result }) => {
      const one = result.layers.find((candidate) => candidate.name === layer);
      return one ? [read(one)] : [];
    });
    if (found.length === 0) return [];
    const { bins, stepsPerBin } = seeds[0]!.result;
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
    return [{ name, style: context.style(seeds[0]!), points, dots: false }];
  });
}

/** Middle of a stretch of steps, the first step being 1. */
function timeOf(bin: number, stepsPerBin: number): number {
  return bin * stepsPerBin + (stepsPerBin + 1) / 2;
}

function meanAt(series: readonly OverTime[], bin: number): number | null {
  const values = series.map((one) => one[bin]).filter((value) => typeof value === 'number');
  return values.length > 0 ? values.reduce((a, b) => a + b, 0) / values.length : null;
}

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
      ({ name, run, result }, { name: layer, factors, perStep: { expected, measured, norms } }) => [
        ...[name, run.seed, layer, result.samples, factors.leak.mean, expected.leak, measured.leak, expected.reset],
        ...[measured.reset, expected.whole, measured.whole, norms],
        ...[factors.recurrent?.gain ?? null, factors.recurrent?.radius ?? null],
      ],
    ),
  };
}

function overTime(answers: readonly Answer[]): NumberTable {
  const row = ({ name, run, result }: Answer, layer: ErrorsLayer, bin: number) => [
    ...[name, run.seed, layer.name, timeOf(bin, result.stepsPerBin)],
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
