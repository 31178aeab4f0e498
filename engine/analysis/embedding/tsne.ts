/** t-SNE by gradient descent, with the defaults of openTSNE and the repulsion of Barnes and Hut (van der Maaten, 2014). */
import type { Affinities } from './affinities.ts';
import { Quadtree } from './quadtree.ts';

/** Side of a square over its distance, up to which it counts as one point. */
export const THETA = 0.5;

/** The two stretches of the descent. */
export const PHASES = [
  { iterations: 250, exaggeration: 12, momentum: 0.5 },
  { iterations: 500, exaggeration: 1, momentum: 0.8 },
] as const;
export const ITERATIONS = PHASES[0].iterations + PHASES[1].iterations;

/** A step of a point is at most so long. */
const LONGEST_STEP = 5;
const LEAST_GAIN = 0.01;

/** openTSNE's "auto": n over the exaggeration of the stretch. */
export const learningRate = (n: number, exaggeration: number): number => n / exaggeration;

export class Tsne {
  iteration = 0;
  private readonly n: number;
  private readonly gradient: Float64Array;
  private readonly update: Float64Array;
  private readonly gains: Float64Array;
  private readonly tree: Quadtree;

  /** @param positions where points start [n, 2]; they are moved in place */
  constructor(
    private readonly p: Affinities,
    readonly positions: Float64Array,
  ) {
    this.n = positions.length / 2;
    this.gradient = new Float64Array(2 * this.n);
    this.update = new Float64Array(2 * this.n);
    this.gains = new Float64Array(2 * this.n).fill(1);
    this.tree = new Quadtree(this.n);
  }

  /** One iteration, in the stretch that it belongs to. */
  step(): void {
    const { positions, gradient, update, gains, n } = this;
    const { exaggeration, momentum } = PHASES[this.iteration < PHASES[0].iterations ? 0 : 1];
    // The second stretch begins without momentum, but with the gains of the first, as in openTSNE.
    if (this.iteration === PHASES[0].iterations) update.fill(0);
    const rate = learningRate(n, exaggeration);
    gradientOf(this.p, positions, { exaggeration, theta: THETA }, gradient, this.tree);
    for (let i = 0; i < n; i++) {
      for (let a = 2 * i; a < 2 * i + 2; a++) {
        const flipped = Math.sign(update[a]!) !== Math.sign(gradient[a]!);
        gains[a] = flipped ? gains[a]! + 0.2 : 0.8 * gains[a]! + LEAST_GAIN;
        update[a] = momentum * update[a]! - rate * gains[a]! * gradient[a]!;
      }
      const length = Math.hypot(update[2 * i]!, update[2 * i + 1]!);
      if (length <= LONGEST_STEP) continue;
      update[2 * i]! *= LONGEST_STEP / length;
      update[2 * i + 1]! *= LONGEST_STEP / length;
    }
    let [meanX, meanY] = [0, 0];
    for (let i = 0; i < n; i++) {
      meanX += (positions[2 * i]! += update[2 * i]!) / n;
      meanY += (positions[2 * i + 1]! += update[2 * i + 1]!) / n;
    }
    for (let i = 0; i < n; i++) {
      positions[2 * i]! -= meanX;
      positions[2 * i + 1]! -= meanY;
    }
    this.iteration++;
  }

  /** Kullback–Leibler divergence of the positions from p. */
  divergence(): number {
    return divergenceOf(this.p, this.positions, THETA, this.tree);
  }
}

/**
 * dKL/dy = 4·Σ_j (p·exaggeration − q)·(y_i − y_j)/(1 + d²), written to `out` [n, 2]; θ = 0 sums over all pairs.
 * @param positions [n, 2]
 */
export function gradientOf(
  { starts, columns, values }: Affinities,
  positions: Float64Array,
  { exaggeration, theta }: { exaggeration: number; theta: number },
  out: Float64Array,
  tree = new Quadtree(positions.length / 2),
): void {
  const n = positions.length / 2;
  tree.build(positions);
  let total = 0;
  for (let i = 0; i < n; i++) {
    tree.repel(positions[2 * i]!, positions[2 * i + 1]!, theta);
    // Each point sees itself with q = 1, and without a force.
    total += tree.sum - 1;
    out[2 * i] = tree.forceX;
    out[2 * i + 1] = tree.forceY;
  }
  for (let i = 0; i < n; i++) {
    const [x, y] = [positions[2 * i]!, positions[2 * i + 1]!];
    let [attractX, attractY] = [0, 0];
    for (let e = starts[i]!; e < starts[i + 1]!; e++) {
      const j = columns[e]!;
      const dx = x - positions[2 * j]!;
      const dy = y - positions[2 * j + 1]!;
      const force = values[e]! / (1 + dx * dx + dy * dy);
      attractX += force * dx;
      attractY += force * dy;
    }
    out[2 * i] = 4 * (exaggeration * attractX - out[2 * i]! / total);
    out[2 * i + 1] = 4 * (exaggeration * attractY - out[2 * i + 1]! / total);
  }
}

/** Σ p·log(p/q). */
export function divergenceOf(
  { starts, columns, values }: Affinities,
  positions: Float64Array,
  theta: number,
  tree = new Quadtree(positions.length / 2),
): number {
  const n = positions.length / 2;
  tree.build(positions);
  let total = 0;
  for (let i = 0; i < n; i++) {
    tree.repel(positions[2 * i]!, positions[2 * i + 1]!, theta);
    total += tree.sum - 1;
  }
  let sum = 0;
  for (let i = 0; i < n; i++)
    for (let e = starts[i]!; e < starts[i + 1]!; e++) {
      const j = columns[e]!;
      const p = values[e]!;
      const distance =
        (positions[2 * i]! - positions[2 * j]!) ** 2 + (positions[2 * i + 1]! - positions[2 * j + 1]!) ** 2;
      if (p > 0) sum += p * Math.log(p * total * (1 + distance));
    }
  return sum;
}
