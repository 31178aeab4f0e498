/** t-SNE against its definition in full: distances, affinities, gradients by differences, silhouettes one by one. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Subject } from '../../../engine/analysis/analysis.ts';
import { affinitiesOf } from '../../../engine/analysis/embedding/affinities.ts';
import { centre, startPositions } from '../../../engine/analysis/embedding/components.ts';
import { embedding } from '../../../engine/analysis/embedding/embedding.ts';
import { differing, refuseImpossible } from '../../../engine/analysis/embedding/features.ts';
import { comparePairs } from '../../../engine/analysis/embedding/pairs.ts';
import { separationOf } from '../../../engine/analysis/embedding/separation.ts';
import { divergenceOf, gradientOf, Tsne } from '../../../engine/analysis/embedding/tsne.ts';
import { stream } from '../../../engine/base/random.ts';
import type { EmbeddingResult } from '../../../protocol/analyses/embedding.ts';
import { spikes } from '../backends/event/support.ts';
import { ask, subjectOf } from './subject.ts';

/** Three clouds in `d` dimensions; every 17th point is the one before it. */
function clouds(n: number, d: number): { points: Float64Array; labels: number[] } {
  const rng = stream(1, 'clouds');
  const labels = Array.from({ length: n }, (_, i) => i % 3);
  const points = new Float64Array(n * d);
  for (let i = 0; i < n; i++)
    for (let c = 0; c < d; c++) points[i * d + c] = rng.normal() + (c % 3 === labels[i] ? 4 : 0);
  for (let i = 17; i < n; i += 17) points.copyWithin(i * d, (i - 1) * d, i * d);
  return { points, labels };
}
const distance = (points: Float64Array, d: number, i: number, j: number): number => {
  let sum = 0;
  for (let c = 0; c < d; c++) sum += (points[i * d + c]! - points[j * d + c]!) ** 2;
  return Math.sqrt(sum);
};

describe('pairs', () => {
  const [n, d, k] = [150, 7, 20];
  const { points, labels } = clouds(n, d);

  test('neighbours and sums by class are those of all distances', async () => {
    const pairs = await comparePairs(points, { n, d, k }, { labels, classes: 4 });
    for (let i = 0; i < n; i++) {
      const others = Array.from({ length: n }, (_, j) => j).filter((j) => j !== i);
      const near = others.toSorted((a, b) => distance(points, d, i, a) - distance(points, d, i, b)).slice(0, k);
      const seen = Array.from(pairs.neighbours.subarray(i * k, (i + 1) * k));
      expect(new Set(seen).size).toBe(k);
      seen.forEach((j, e) => {
        expect(distance(points, d, i, j)).toBeCloseTo(distance(points, d, i, near[e]!), 9);
        expect(pairs.squared[i * k + e]).toBeCloseTo(distance(points, d, i, j) ** 2, 8);
      });
      for (let c = 0; c < 4; c++) {
        const sum = others.reduce((total, j) => total + (labels[j] === c ? distance(points, d, i, j) : 0), 0);
        expect(pairs.toClass[i * 4 + c]).toBeCloseTo(sum, 8);
      }
    }
    expect(pairs.squared[17 * k]).toBe(0);
  });

  test('silhouettes and votes are those of their definitions', async () => {
    const pairs = await comparePairs(points, { n, d, k }, { labels, classes: 3 });
    const { silhouette, silhouettes, kNearest } = separationOf(pairs, labels, 3);
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    const each = labels.map((own, i) => {
      const to = (c: number): number =>
        mean(labels.flatMap((label, j) => (label === c && j !== i ? [distance(points, d, i, j)] : [])));
      const a = to(own);
      const b = Math.min(...[0, 1, 2].filter((c) => c !== own).map(to));
      return (b - a) / Math.max(a, b);
    });
    expect(silhouette).toBeCloseTo(mean(each), 9);
    [0, 1, 2].forEach((c) => {
      expect(silhouettes[c]).toBeCloseTo(mean(each.filter((_, i) => labels[i] === c)), 9);
    });
    const right = labels.filter((own, i) => {
      const votes = Array.from(pairs.neighbours.subarray(i * k, i * k + 10), (j) => labels[j]!);
      const counts = [0, 1, 2].map((c) => votes.filter((vote) => vote === c).length);
      const votesOfWinner = Math.max(...counts);
      return votes.find((vote) => counts[vote] === votesOfWinner) === own;
    });
    expect(kNearest).toBe(right.length / n);
    expect(
      separationOf(
        pairs,
        labels.map(() => 0),
        3,
      ),
    ).toMatchObject({ silhouette: null, kNearest: 1 });
  });

  test('affinities add up to 1, are symmetric, and have the perplexity asked for', async () => {
    const pairs = await comparePairs(points, { n, d, k: 45 }, { labels, classes: 3 });
    const { starts, columns, values } = affinitiesOf(pairs, n, 15);
    const p = new Map<string, number>();
    for (let i = 0; i < n; i++)
      for (let e = starts[i]!; e < starts[i + 1]!; e++) p.set(`${i},${columns[e]}`, values[e]!);
    expect([...p.values()].reduce((a, b) => a + b)).toBeCloseTo(1, 10);
    // p(j|i) by a search of its own.
    for (const i of [0, 17, 99]) {
      const squares = Array.from(pairs.squared.subarray(i * 45, (i + 1) * 45));
      let [low, high] = [1e-9, 1e9];
      const bell = (beta: number): number[] => {
        const raw = squares.map((s) => Math.exp(-beta * (s - squares[0]!)));
        const sum = raw.reduce((a, b) => a + b);
        return raw.map((x) => x / sum);
      };
      const perplexity = (q: number[]): number => Math.exp(-q.reduce((s, x) => s + (x > 0 ? x * Math.log(x) : 0), 0));
      for (let step = 0; step < 300; step++) {
        const middle = Math.sqrt(low * high);
        if (perplexity(bell(middle)) > 15) low = middle;
        else high = middle;
      }
      const own = bell(low);
      own.forEach((q, e) => {
        const j = pairs.neighbours[i * 45 + e]!;
        const seen = p.get(`${i},${j}`)!;
        expect(seen).toBe(p.get(`${j},${i}`));
        // The other half is not negative, and at most as much as the whole of it.
        expect(seen * 2 * n).toBeGreaterThanOrEqual(q - 1e-6);
        if (![...pairs.neighbours.subarray(j * 45, (j + 1) * 45)].includes(i)) expect(seen * 2 * n).toBeCloseTo(q, 5);
      });
    }
  });
});

describe('gradient', () => {
  const n = 40;
  const { points, labels } = clouds(n, 5);
  const rng = stream(2, 'positions');
  const positions = Float64Array.from({ length: 2 * n }, () => rng.normal());
  // Three in one place, which a tree must bear.
  positions.copyWithin(2, 0, 2);
  positions.copyWithin(4, 0, 2);
  const p = async () => affinitiesOf(await comparePairs(points, { n, d: 5, k: 30 }, { labels, classes: 3 }), n, 10);
  /** In full, from the definition. */
  const kl = (of: Awaited<ReturnType<typeof p>>, y: Float64Array): number => {
    const w = (i: number, j: number): number => 1 / (1 + distance(y, 2, i, j) ** 2);
    let z = 0;
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) if (i !== j) z += w(i, j);
    let sum = 0;
    for (let i = 0; i < n; i++)
      for (let e = of.starts[i]!; e < of.starts[i + 1]!; e++)
        sum += of.values[e]! * Math.log(of.values[e]! / (w(i, of.columns[e]!) / z));
    return sum;
  };

  test('θ = 0 is the derivative of the divergence, by differences', async () => {
    const affinities = await p();
    const gradient = new Float64Array(2 * n);
    gradientOf(affinities, positions, { exaggeration: 1, theta: 0 }, gradient);
    expect(divergenceOf(affinities, positions, 0)).toBeCloseTo(kl(affinities, positions), 10);
    for (let a = 0; a < 2 * n; a++) {
      const moved = (by: number): Float64Array => positions.map((value, i) => (i === a ? value + by : value));
      const difference = (kl(affinities, moved(1e-5)) - kl(affinities, moved(-1e-5))) / 2e-5;
      expect(Math.abs(gradient[a]! - difference), `coordinate ${a}`).toBeLessThan(1e-8);
    }
  });

  test('θ = .5 is near it, and exaggeration acts on the attraction alone', async () => {
    const affinities = await p();
    const [exact, near, more] = [0, 0.5, 0].map(() => new Float64Array(2 * n)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    gradientOf(affinities, positions, { exaggeration: 1, theta: 0 }, exact);
    gradientOf(affinities, positions, { exaggeration: 1, theta: 0.5 }, near);
    gradientOf(affinities, positions, { exaggeration: 12, theta: 0 }, more);
    const length = Math.hypot(...exact);
    expect(Math.hypot(...near.map((g, i) => g - exact[i]!))).toBeLessThan(0.05 * length);
    const attraction = more.map((g, i) => (g - exact[i]!) / 11);
    const repulsion = exact.map((g, i) => g - attraction[i]!);
    const twelve = more.map((g, i) => g - repulsion[i]! - 12 * attraction[i]!);
    expect(Math.hypot(...twelve)).toBeLessThan(1e-12);
  });

  test('the descent lowers the divergence, keeps the middle, and repeats to the bit', async () => {
    const affinities = await p();
    const run = (): { tsne: Tsne; before: number } => {
      const centred = points.slice();
      centre(centred, n, 5);
      const tsne = new Tsne(affinities, startPositions(centred, n, 5));
      const before = tsne.divergence();
      for (let i = 0; i < 750; i++) tsne.step();
      return { tsne, before };
    };
    const { tsne, before } = run();
    expect(tsne.divergence()).toBeLessThan(0.5 * before);
    const middle = tsne.positions.reduce((sum, value) => sum + value, 0) / n;
    expect(Math.abs(middle)).toBeLessThan(1e-9);
    expect(run().tsne.positions).toEqual(tsne.positions);
  });
});

test('the start is the first two principal components, small', () => {
  const [n, d] = [80, 6];
  const { points } = clouds(n, d);
  centre(points, n, d);
  const start = startPositions(points, n, d);
  // Power iteration with deflation on the covariance, apart from the code above.
  const covariance = Array.from({ length: d }, (_, a) =>
    Array.from({ length: d }, (_, b) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += points[i * d + a]! * points[i * d + b]!;
      return sum;
    }),
  );
  const axes: number[][] = [];
  for (let axis = 0; axis < 2; axis++) {
    let v = Array.from({ length: d }, (_, i) => i + 1);
    for (let step = 0; step < 5000; step++) {
      v = covariance.map((row) => row.reduce((sum, value, i) => sum + value * v[i]!, 0));
      for (const other of axes) {
        const part = v.reduce((sum, value, i) => sum + value * other[i]!, 0);
        v = v.map((value, i) => value - part * other[i]!);
      }
      const length = Math.hypot(...v);
      v = v.map((value) => value / length);
    }
    const largest = v.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
    axes.push(v.map((value) => (largest < 0 ? -value : value)));
  }
  const along = (i: number, axis: number): number => axes[axis]!.reduce((sum, v, c) => sum + v * points[i * d + c]!, 0);
  const deviation = Math.sqrt(Array.from({ length: n }, (_, i) => along(i, 0) ** 2).reduce((a, b) => a + b) / n);
  for (let i = 0; i < n; i++)
    for (const axis of [0, 1]) expect(start[2 * i + axis]! * 1e4).toBeCloseTo(along(i, axis) / deviation, 4);
});

test('impossible perplexities, identical vectors and too many of them are refused, with the largest allowed', () => {
  const one = (values: number[], n: number, perplexity: number) => () =>
    refuseImpossible(differing(Float64Array.from(values), n, values.length / n), n, perplexity);
  const rising = Array.from({ length: 60 }, (_, i) => i);
  expect(one(rising, 30, 30)).toThrow(
    'perplexity: 30 needs three times as many other samples, and there are 29; the largest allowed is 9.',
  );
  expect(one(rising, 30, 9)).not.toThrow();
  expect(one(new Array(60).fill(2), 30, 5)).toThrow(/^All 30 samples have the same features: .+ nothing to draw\.$/);
  const many = Array.from({ length: 40 }, (_, i) => (i < 8 ? 1 : i));
  expect(one(many, 40, 5)).toThrow(
    /^8 of 40 samples have identical features, .+ from 7 on, the largest allowed is 13\.$/,
  );
  expect(one(many, 40, 7)).not.toThrow();
  const mostly = Array.from({ length: 40 }, (_, i) => (i < 30 ? 1 : i));
  expect(one(mostly, 40, 5)).toThrow(/^30 of 40 .+ largest perplexity allowed, 13, .+ that is not there\.$/);
});

describe('of a network', () => {
  const open: Subject[] = [];
  afterEach(async () => {
    for (const { network } of open.splice(0)) await network.close();
  });
  const opened = async (threads: number, settings: object = {}): Promise<Subject> => {
    const data = { ...spikes(20, 30), sizes: { train: 32, validation: 0, test: 120 } };
    const subject = await subjectOf(data, { network: { hidden: [16], weightGain: 3 }, ...settings }, threads);
    open.push(subject);
    return subject;
  };

  test.each([{}, { model: 'gru' }])(
    'has the same bits for any number of threads, and shows parts: %o',
    async (settings) => {
      const parts: EmbeddingResult[] = [];
      const params = { samples: 100, perplexity: 12 };
      const result = await ask(embedding, await opened(1, settings), params, { published: (part) => parts.push(part) });
      expect(result).toMatchObject({ samples: 100, iterations: 750, total: 750, features: 16, perplexity: 12 });
      expect(parts.map(({ iterations }) => iterations)).toEqual(Array.from({ length: 14 }, (_, i) => 50 * (i + 1)));
      expect(await ask(embedding, await opened(2, settings), params)).toEqual(result);
      const subject = open[0]!;
      const { accuracy } = (await subject.network.probe({ split: 'test', indices: result.indices }, {})).samples;
      expect(result.accuracy).toBeCloseTo(accuracy.reduce((a, b) => a + b) / 100, 12);
      expect([result.x.length, result.labels.length, result.predicted.length]).toEqual([100, 100, 100]);
    },
  );

  test('a stop is heard, and silent neurons are refused', async () => {
    const stop = new AbortController();
    const published = (): void => stop.abort();
    const params = { samples: 100, perplexity: 12 };
    await expect(ask(embedding, await opened(2), params, { signal: stop.signal, published })).rejects.toThrow(/abort/i);
    const silent = await opened(2);
    silent.network.setParameters(silent.network.parameters().map((one) => ({ ...one, data: one.data.map(() => 0) })));
    await expect(ask(embedding, silent, params)).rejects.toThrow(/^All 100 samples have the same features/);
  });
});
