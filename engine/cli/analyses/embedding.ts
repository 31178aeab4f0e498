import type { ClassSeparation, EmbeddingResult } from '../../../protocol/analyses/embedding.ts';
import { percent } from '../../../protocol/format.ts';
import { short, table } from '../text.ts';

/** How well classes lie apart in the layer and in the picture, which only a page can show. */
export function lines(result: EmbeddingResult): string[] {
  const { split, samples, features, varying, perplexity, divergence, iterations, total, original, picture } = result;
  const header = ['', 'silhouette', `label of most of ${original.k} nearest %`];
  return [
    `${split}: ${samples} samples, accuracy ${percent(result.accuracy)} %, ${varying} of ${features} features differ between them, ${result.duplicates} share theirs with another`,
    `t-SNE: perplexity ${perplexity}, ${iterations} of ${total} iterations, divergence ${short(divergence)}; the picture is in the editor, x and y in --json`,
    '',
    ...table(header, [row('last hidden layer', original), ...(picture ? [row('picture', picture)] : [])], [1, 2]),
    '',
    ...table(
      ['class', 'silhouette in the layer'],
      original.silhouettes.map((value, label) => [String(label), numberOr(value)]),
      [0, 1],
    ),
  ];
}

const row = (name: string, { silhouette, kNearest }: ClassSeparation): string[] => [
  name,
  numberOr(silhouette),
  percent(kNearest),
];

const numberOr = (value: number | null): string => (value === null ? '–' : value.toFixed(3));

/** In a table over runs. */
export const columns = {
  header: ['silhouette', 'nearest neighbours %', 'accuracy %', 'divergence', 'samples'],
  row: ({ original, accuracy, divergence, samples }: EmbeddingResult) => [
    numberOr(original.silhouette),
    percent(original.kNearest),
    percent(accuracy),
    short(divergence),
    String(samples),
  ],
};
