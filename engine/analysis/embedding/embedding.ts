/** Figure 7: t-SNE of the last hidden layer, beside what the layer says of the classes without it. */
import * as z from 'zod';
import type { ClassSeparation, EmbeddingResult } from '../../../protocol/analyses/embedding.ts';
import { UserError } from '../../base/errors.ts';
import { ANALYSIS_PARAMS, type AnalysisParams } from '../../experiment/schema.ts';
import type { Analysis } from '../analysis.ts';
import { chooseSamples } from '../choose-samples.ts';
import { rounded } from '../numbers.ts';
import { affinitiesOf } from './affinities.ts';
import { centre, startPositions } from './components.ts';
import { duplicatesOf, readFeatures, refuseImpossible } from './features.ts';
import { breathing, comparePairs } from './pairs.ts';
import { separationOf, VOTERS } from './separation.ts';
import { ITERATIONS, learningRate, PHASES, Tsne } from './tsne.ts';

const MOST = 10_000;
const numbers = z.array(z.number()).max(MOST);
const separation: z.ZodType<ClassSeparation> = z.object({
  silhouette: z.number().nullable(),
  silhouettes: z.array(z.number().nullable()).max(65_536),
  kNearest: z.number(),
  k: z.int().min(1),
});
const result: z.ZodType<EmbeddingResult> = z.object({
  split: z.enum(['train', 'validation', 'test']),
  samples: z.int().min(1).max(MOST),
  seed: z.int().min(0),
  features: z.int().min(1),
  varying: z.int().min(1),
  perplexity: z.number(),
  learningRate: z.number(),
  iterations: z.int().min(0),
  total: z.int().min(1),
  divergence: z.number(),
  indices: numbers,
  labels: numbers,
  predicted: numbers,
  x: numbers,
  y: numbers,
  original: separation,
  picture: separation.nullable(),
  duplicates: z.int().min(0),
  accuracy: z.number(),
});

/** Iterations between two pictures. */
const EVERY = 50;
/** What the parts take of the whole, roughly: reading the features, comparing pairs, the descent. */
const PARTS = { read: 0.1, pairs: 0.3 };

export const embedding: Analysis<AnalysisParams<'embedding'>, EmbeddingResult> = {
  id: 'embedding',
  title: 't-SNE of the last hidden layer, with silhouette and nearest neighbours of the original space.',
  params: ANALYSIS_PARAMS.embedding,
  result,
  async run(context, { split, samples, perplexity, seed }) {
    const { data, signal, progress, publish } = context;
    const size = data.sizes[split];
    if (size === 0) throw new UserError(`The data set has no ${split} samples; choose another split.`);
    const indices = chooseSamples(size, samples, seed, 'embedding samples');
    const n = indices.length;
    const seen = await readFeatures(context, { split, indices, signal }, (done) => progress(PARTS.read * done));
    refuseImpossible(seen, n, perplexity);
    const { values, varying: d, labels } = seen;
    const { duplicates } = duplicatesOf(values, n, d);
    const classes = { labels, classes: data.classes };

    centre(values, n, d);
    const k = Math.min(n - 1, Math.max(VOTERS, Math.floor(3 * perplexity)));
    const breath = breathing(signal, (done) => progress(PARTS.read + PARTS.pairs * done));
    const pairs = await comparePairs(values, { n, d, k }, classes, breath);
    const tsne = new Tsne(affinitiesOf(pairs, n, perplexity), startPositions(values, n, d));
    const original = separationOf(pairs, labels, data.classes);
    const part = (): EmbeddingResult => ({
      ...{ split, samples: n, seed, features: seen.all, varying: d, perplexity },
      learningRate: learningRate(n, PHASES[1].exaggeration),
      iterations: tsne.iteration,
      total: ITERATIONS,
      divergence: rounded(tsne.divergence()),
      ...{ indices: Array.from(indices), labels, predicted: seen.predicted },
      x: Array.from({ length: n }, (_, i) => rounded(tsne.positions[2 * i]!)),
      y: Array.from({ length: n }, (_, i) => rounded(tsne.positions[2 * i + 1]!)),
      original,
      picture: null,
      duplicates,
      accuracy: seen.accuracy,
    });
    const before = PARTS.read + PARTS.pairs;
    const between = breathing(signal, (done) => progress(before + (1 - before) * done));
    while (tsne.iteration < ITERATIONS) {
      tsne.step();
      await between(tsne.iteration / ITERATIONS);
      if (tsne.iteration % EVERY === 0 && tsne.iteration < ITERATIONS) publish(part());
    }
    const near = { n, d: 2, k: Math.min(n - 1, VOTERS) };
    const picture = await comparePairs(
      tsne.positions,
      near,
      classes,
      breathing(signal, () => progress(1)),
    );
    return { ...part(), picture: separationOf(picture, labels, data.classes) };
  },
};
