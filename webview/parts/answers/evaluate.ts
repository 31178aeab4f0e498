import { html, type TemplateResult } from 'lit';
import type { EvaluateResult } from '../../../protocol/analyses/evaluate.ts';
import { type Cell, colourScale, heatmap } from '../../plot/maps/heatmap.ts';
import { percentSign } from '../../shared/format.ts';
import type { Answered } from './analyses.ts';
import type { Panel, PanelContext } from './panel.ts';

type Answer = Answered<'evaluate'>;

/** Which class is taken for which: a matrix for each run, on one scale. */
export const evaluate: Panel<'evaluate'> = {
  title: 'Confusion',
  about: 'Which class is taken for which: a row for each true class, in shares of its samples.',
  example: 'split=validation',
  picture(answers, context) {
    const memory = context.memory<{ cell: Cell | undefined }>('confusion', () => ({ cell: undefined }));
    const map = { range: [0, 1] as const, map: 'sequential' as const, scheme: context.theme.scheme };
    return html`${colourScale(map, 'share of the true class', (value) => percentSign(value, 0))}
      <div class="side-by-side">${answers.map((answer) => matrix(answer, map, memory, context))}</div>`;
  },
  tables: (answers) => [
    {
      title: 'Accuracy and loss',
      header: ['variant', 'seed', 'split', 'samples', 'accuracy', 'loss'],
      rows: answers.map(({ name, run, result }) => [
        name,
        run.seed,
        result.split,
        result.samples,
        result.accuracy,
        result.loss,
      ]),
    },
    {
      title: 'Confusion in samples',
      header: ['variant', 'seed', 'class', ...classesOf(answers).map((c) => `as ${c}`)],
      rows: answers.flatMap(({ name, run, result }) => result.confusion.map((row, c) => [name, run.seed, c, ...row])),
    },
  ],
};

function matrix(
  { name, run, result }: Answer,
  map: { range: readonly [number, number]; map: 'sequential'; scheme: 'dark' | 'light' },
  memory: { cell: Cell | undefined },
  { invalidate }: PanelContext,
): TemplateResult {
  const classes = result.confusion.length;
  const last = String(classes - 1);
  return html`<figure class="panel-figure">
    <figcaption>
      <h3>${name}</h3>
      <span class="muted">seed ${run.seed} · ${percentSign(result.accuracy)} of ${result.samples} ${result.split} samples</span>
    </figcaption>
    ${heatmap(
      { ...map, rows: classes, columns: classes, values: sharesOf(result) },
      {
        label: `Confusion of ${name}, seed ${run.seed}; as a table under Table`,
        xAxis: { from: '0', to: last, name: 'taken for' },
        yAxis: { from: '0', to: last, name: 'true class' },
        pointed: memory.cell,
        point: (cell) => {
          memory.cell = cell;
          invalidate();
        },
        describe: ({ row, column }) => {
          const samples = result.confusion[row]?.[column] ?? 0;
          const of = result.perClass[row]?.samples ?? 0;
          return `${samples} of ${of} samples of class ${row} are taken for ${column}`;
        },
      },
    )}
  </figure>`;
}

/** [classes, classes]; NaN for a class without samples. */
function sharesOf({ confusion, perClass }: EvaluateResult): number[] {
  return confusion.flatMap((row, c) => row.map((samples) => samples / (perClass[c]?.samples || Number.NaN)));
}

function classesOf(answers: readonly Answer[]): number[] {
  return [...Array(Math.max(...answers.map(({ result }) => result.confusion.length))).keys()];
}
