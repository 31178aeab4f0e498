/** t-SNE of the same features from the same start: openTSNE with the same settings, and scikit-learn's own. */
import { readFileSync, writeFileSync } from 'node:fs';
import { affinitiesOf } from '../../../engine/analysis/embedding/affinities.ts';
import { centre, startPositions } from '../../../engine/analysis/embedding/components.ts';
import { readFeatures } from '../../../engine/analysis/embedding/features.ts';
import { breathing, comparePairs } from '../../../engine/analysis/embedding/pairs.ts';
import { ITERATIONS, Tsne } from '../../../engine/analysis/embedding/tsne.ts';
import { agree, type Comparison, firstOf, opened, SIGNAL } from './setting.ts';

const SAMPLES = 5000;
const PERPLEXITY = 30;
const NEIGHBOURS = 3 * PERPLEXITY;
/** Of the neighbours in the picture. */
const SEEN = 10;
/** Of the divergence of the same positions, which both approximate alike. Descents part ways by rounding; they end in pictures that are about as good. */
const TOLERANCE = 5e-3;
const AS_GOOD = 0.05;

export const compareEmbedding: Comparison = async ({ baseline, threads, folder, ask }) => {
  const { network, data, plan, spec } = await opened(baseline, threads);
  const indices = firstOf(data, 'test', SAMPLES);
  const read = await readFeatures({ network, data, plan, spec }, { split: 'test', indices, signal: SIGNAL }, () => {});
  await network.close();
  const { values, varying: d, labels } = read;
  const n = indices.length;
  const classes = { labels, classes: data.classes };
  const breath = breathing(SIGNAL, () => {});
  const began = performance.now();
  centre(values, n, d);
  const pairs = await comparePairs(values, { n, d, k: NEIGHBOURS }, classes, breath);
  const start = startPositions(values, n, d);
  writeFileSync(`${folder}/start.f64`, start);
  const affinities = affinitiesOf(pairs, n, PERPLEXITY);
  const tsne = new Tsne(affinities, start);
  while (tsne.iteration < ITERATIONS) tsne.step();
  const seconds = (performance.now() - began) / 1000;
  writeFileSync(`${folder}/features.f64`, values);
  const kept = async (positions: Float64Array): Promise<number> => {
    const near = await comparePairs(positions, { n, d: 2, k: SEEN }, classes, breath);
    let same = 0;
    for (let i = 0; i < n; i++) {
      const own = new Set(pairs.neighbours.subarray(i * pairs.k, i * pairs.k + SEEN));
      for (let j = 0; j < SEEN; j++) if (own.has(near.neighbours[i * near.k + j]!)) same++;
    }
    return same / (n * SEEN);
  };
  const say = (who: string, time: number, divergence: number, share: number): void =>
    console.log(
      `embedding, ${n} points of ${d}, ${who}: ${time.toFixed(1)} s, ${(time / seconds).toPrecision(3)} of ours; divergence ${divergence.toFixed(4)}, ${(100 * share).toFixed(1)} % of the ${SEEN} nearest are the nearest in the picture`,
    );
  say('LIF Lab', seconds, tsne.divergence(), await kept(tsne.positions));
  for (const library of ['openTSNE', 'scikit-learn']) {
    const theirs = await ask<{ seconds: number; divergence: number }>({
      do: 'embedding',
      ...{ n, perplexity: PERPLEXITY, library },
    });
    const bytes = readFileSync(`${folder}/positions.f64`);
    const positions = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    const divergence = new Tsne(affinities, positions.slice()).divergence();
    say(library, theirs.seconds, divergence, await kept(positions));
    agree('divergence of the pictures', tsne.divergence(), divergence, AS_GOOD);
    if (library === 'openTSNE') agree('divergence', divergence, theirs.divergence, TOLERANCE);
  }
};
