/** Landscapes and features: a picture for each variant, and the numbers that compare them. */
import { byVariant } from '../../../protocol/figures/answers.ts';
import { planeOf, radiiOf, risesAt, sharpnessChart, valueRangeOf } from '../../../protocol/figures/landscape.ts';
import { loss, percent } from '../../../protocol/format.ts';
import type { Block } from '../document.ts';
import { classKeyDrawing, planeDrawing, scaleDrawing, scatterDrawing } from '../drawings/maps.ts';
import type { Group, StoredAnswer } from '../gather.ts';
import { chartsFigure, numbers, shares, styleOf } from './lines.ts';

/** Pictures of an analysis, at most: one for each variant, of its first seed. */
const MAX_PICTURES = 12;

function firstOfEach<T extends StoredAnswer>(answers: readonly T[]): { shown: T[]; note: string } {
  const variants = byVariant(answers);
  const shown = variants.slice(0, MAX_PICTURES).map(({ runs }) => runs[0]!);
  const more = variants.length > shown.length ? ` The first ${shown.length} of ${variants.length} variants.` : '';
  return { shown, note: `One seed of each variant; the table has all.${more}` };
}

export function landscapeBlocks({ answers }: Group<'landscape'>): Block[] {
  const { shown, note } = firstOfEach(answers);
  const planes = shown.map(({ result }) => planeOf(result, 'loss'));
  const range = valueRangeOf(planes);
  const pictures = shown.map(({ name, run, result }, i) => {
    const holes = result.notFinite > 0 ? `, ${result.notFinite} not finite` : '';
    const about = `seed ${run.seed}, loss ${loss(result.centre.loss)}, ${percent(result.centre.accuracy, 1)} %${holes}`;
    return planeDrawing({ title: name, note: about, extent: result.extent }, result.points, planes[i]!, range);
  });
  const { split, samples, extent, points } = answers[0]!.result;
  const rows = byVariant(answers).flatMap(({ name, runs }) =>
    radiiOf(runs).map((radius) => {
      const rises = risesAt(runs, radius);
      return [
        name,
        String(radius),
        numbers(rises.map(({ mean }) => mean)),
        numbers(rises.map(({ deviation }) => deviation)),
        shares(rises.map(({ accuracyFall }) => accuracyFall)),
        numbers(runs.map(({ result }) => result.centre.loss)),
        String(rises[0]?.directions ?? '–'),
        String(runs.length),
      ];
    }),
  );
  return [
    {
      kind: 'figure',
      drawings: [...pictures, scaleDrawing('loss', [loss(range[0]), loss(range[1])])],
      caption: `Mean loss over ${samples} ${split} samples on ${points} × ${points} points within ±${extent} of the weights, along two filter-normalised random directions, the same for all. One scale of colours; contours at nine even levels; grey: not finite. ${note}`,
    },
    {
      kind: 'table',
      caption:
        'Sharpness: rise of the loss at a radius relative to the weights of each neuron. Mean over the directions, ± deviation over the seeds; beside it the deviation over the directions',
      head: [
        'variant',
        'radius',
        'mean rise',
        'over directions',
        'accuracy falls by (pp)',
        'loss of the network',
        'directions',
        'seeds',
      ],
      rows,
      words: [0],
    },
    chartsFigure([sharpnessChart(answers, styleOf)], answers, 'Bands of one standard deviation over the directions.'),
  ];
}

export function embeddingBlocks({ answers }: Group<'embedding'>): Block[] {
  const { shown, note } = firstOfEach(answers);
  const pictures = shown.map(({ name, run, result }) => {
    const { silhouette, kNearest, k } = result.original;
    const about = `seed ${run.seed}, silhouette ${silhouette?.toFixed(3) ?? '–'}, ${k} nearest ${percent(kNearest, 1)} %`;
    return scatterDrawing(name, about, result);
  });
  const classes = [...new Set(shown.flatMap(({ result }) => result.labels))].sort((a, b) => a - b).slice(0, 40);
  const rows = byVariant(answers).map(({ name, runs }) => [
    name,
    numbers(runs.map(({ result }) => result.original.silhouette)),
    shares(runs.map(({ result }) => result.original.kNearest)),
    shares(runs.map(({ result }) => result.accuracy)),
    numbers(runs.map(({ result }) => result.picture?.silhouette ?? null)),
    `${numbers(runs.map(({ result }) => result.varying))} of ${runs[0]!.result.features}`,
    numbers(runs.map(({ result }) => result.duplicates)),
    String(runs[0]!.result.samples),
    String(runs.length),
  ]);
  return [
    {
      kind: 'figure',
      drawings: [...pictures, classKeyDrawing(classes)],
      caption: `t-SNE, shape and colour by class, hollow where the network is wrong. Which samples are neighbours means something, sizes and distances of clusters do not: compare by the table. ${note}`,
    },
    {
      kind: 'table',
      caption: 'How well classes lie apart in the last hidden layer itself; mean ± deviation over the seeds',
      head: [
        ...['variant', 'silhouette', 'nearest neighbours (%)', 'network (%)', 'silhouette of the picture'],
        ...['features that vary', 'duplicates', 'samples', 'seeds'],
      ],
      rows,
      words: [0],
    },
  ];
}
