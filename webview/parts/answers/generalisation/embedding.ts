import { html, type TemplateResult } from 'lit';
import type { EmbeddingResult } from '../../../../protocol/analyses/embedding.ts';
import { type LineStyle, lineStyle } from '../../../../protocol/drawing/palette.ts';
import { shapeText } from '../../../../protocol/drawing/scatter.ts';
import { scatter } from '../../../plot/maps/scatter.ts';
import { percentSign } from '../../../shared/format.ts';
import type { Answered } from '../analyses.ts';
import type { Panel, PanelContext } from '../panel.ts';

type Answer = Answered<'embedding'>;

/** Figure 7: the last hidden layer of each variant in the plane. */
export const embedding: Panel<'embedding'> = {
  title: 'Features',
  about:
    't-SNE of the last hidden layer, coloured by class; hollow where the network is wrong. Which samples are neighbours means something, sizes and distances of clusters do not: compare variants by silhouette and nearest neighbours, which are those of the layer itself.',
  example: 'samples=2000 perplexity=50',
  picture(answers, context) {
    const memory = context.memory<{ sample: number | undefined }>('embedding', () => ({ sample: undefined }));
    return html`${classKey(answers, context)}
      <div class="side-by-side">${answers.map((answer) => figure(answer, memory, context))}</div>`;
  },
  tables: (answers) => [
    {
      title: 'How well classes lie apart',
      note: 'in the last hidden layer, and in the picture for comparison',
      header: [
        ...['variant', 'seed', 'samples', 'accuracy', 'silhouette', 'nearest neighbours', 'k'],
        ...['picture: silhouette', 'picture: nearest neighbours', 'features that vary', 'of', 'duplicates'],
        ...['perplexity', 'iterations', 'divergence'],
      ],
      rows: answers.map(({ name, run, result }) => [
        ...[name, run.seed, result.samples, result.accuracy, result.original.silhouette, result.original.kNearest],
        ...[
          result.original.k,
          result.picture?.silhouette ?? null,
          result.picture?.kNearest ?? null,
          result.varying,
          result.features,
        ],
        ...[result.duplicates, result.perplexity, result.iterations, result.divergence],
      ]),
    },
    {
      title: 'Silhouette by class, in the last hidden layer',
      header: ['variant', 'seed', 'class', 'silhouette'],
      rows: answers.flatMap(({ name, run, result }) =>
        result.original.silhouettes.map((value, label) => [name, run.seed, label, value]),
      ),
    },
    {
      title: 'Samples',
      header: ['variant', 'seed', 'sample', 'class', 'taken for', 'x', 'y'],
      rows: answers.flatMap(({ name, run, result }) =>
        result.indices.map((sample, i) => [
          ...[name, run.seed, sample, result.labels[i]!, result.predicted[i]!, result.x[i]!, result.y[i]!],
        ]),
      ),
    },
  ],
};

function figure(answer: Answer, memory: { sample: number | undefined }, context: PanelContext): TemplateResult {
  const { name, run, result } = answer;
  // What is drawn has to be the same object as long as nothing has changed.
  const data = context.memory(
    `embedding ${run.id} ${result.iterations} ${result.samples} ${result.divergence}`,
    () => ({
      x: result.x,
      y: result.y,
      groups: result.labels,
      hollow: result.labels.map((label, i) => label !== result.predicted[i]),
    }),
  );
  const style = context.memory(
    `embedding ${context.theme.scheme}`,
    () => (group: number) => classStyle(group, context),
  );
  const index = memory.sample === undefined ? -1 : result.indices.indexOf(memory.sample);
  const { silhouette, kNearest, k } = result.original;
  return html`<figure class="panel-figure">
    <figcaption>
      <h3>${name}</h3>
      <span class="muted"
        >seed ${run.seed} · silhouette ${silhouette === null ? '–' : silhouette.toFixed(3)} · ${k} nearest ${percentSign(kNearest)} ·
        ${result.samples} ${result.split} samples</span
      >
    </figcaption>
    ${scatter(
      { ...data, style },
      {
        label: `Features of ${name}, seed ${run.seed}, in the plane; as a table under Table`,
        pointed: index < 0 ? undefined : index,
        point: (i) => {
          memory.sample = i === undefined ? undefined : result.indices[i];
          context.invalidate();
        },
        describe: (i) => describe(result, i),
      },
    )}
    ${result.iterations < result.total ? html`<span class="muted">${result.iterations} of ${result.total} iterations</span>` : ''}
  </figure>`;
}

function describe({ indices, labels, predicted, split }: EmbeddingResult, i: number): string {
  const verdict = labels[i] === predicted[i] ? 'taken for it' : `taken for ${predicted[i]}`;
  return `${split} sample ${indices[i]}: class ${labels[i]}, ${verdict}`;
}

const classStyle = (group: number, { theme }: PanelContext): LineStyle => lineStyle(group, theme.scheme);

function classKey(answers: readonly Answer[], context: PanelContext): TemplateResult {
  const classes = [...new Set(answers.flatMap(({ result }) => result.labels))].sort((a, b) => a - b);
  return html`<div class="key classes" role="group" aria-label="Classes">
    ${classes.map(
      (label) =>
        html`<span><span aria-hidden="true" .style=${`color: ${classStyle(label, context).colour}`}>${shapeText(label)}</span> ${label}</span>`,
    )}
  </div>`;
}
