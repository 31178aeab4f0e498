/** The first two principal components, by orthogonal iteration on the points themselves. */
import { stream } from '../../base/random.ts';

const COMPONENTS = 2;
/** Directions that are followed: more of them make the first two settle sooner. */
const FOLLOWED = 6;
const MAX_ITERATIONS = 300;
const SETTLED = 1e-13;
/** Up to this many features, their products with each other are formed once: 32 MB. */
const MAX_COVARIANCE = 2048;

/** The deviation of the first component at the start, as in openTSNE: small against the distances that attraction makes. */
const START_DEVIATION = 1e-4;

/** Takes the mean of each feature away, in place. @param points [n, d] */
export function centre(points: Float64Array, n: number, d: number): void {
  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let c = 0; c < d; c++) mean[c]! += points[i * d + c]! / n;
  for (let i = 0; i < n; i++) for (let c = 0; c < d; c++) points[i * d + c]! -= mean[c]!;
}

/**
 * Where points start [n, 2]: their first two components, scaled alike so that the first has the standard deviation 1e-4. The
 * sign of a component is such that its largest loading is positive. @param points [n, d], centred, not all zero
 */
export function startPositions(points: Float64Array, n: number, d: number): Float64Array {
  const followed = Math.min(FOLLOWED, d);
  const rng = stream(0, 'principal components');
  const times = d <= MAX_COVARIANCE ? byMatrix(covarianceOf(points, n, d), d) : byPoints(points, n, d);
  let directions: Float64Array[] = Array.from({ length: followed }, () =>
    Float64Array.from({ length: d }, () => rng.normal()),
  );
  orthonormalise(directions);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const products = directions.map(times);
    // Rayleigh and Ritz: the best directions within what is followed, so that two of like variance are told apart.
    const axes = eigenvectors(directions.map((direction) => products.map((product) => dot(direction, product))));
    const best = axes.map((axis) => combined(directions, axis));
    const next = axes.map((axis) => combined(products, axis));
    orthonormalise(next);
    const moved = next
      .slice(0, COMPONENTS)
      .reduce((largest, direction, i) => Math.max(largest, 1 - Math.abs(dot(direction, best[i]!))), 0);
    directions = next;
    if (moved < SETTLED) break;
  }
  const positions = new Float64Array(2 * n);
  for (const [axis, direction] of directions.slice(0, COMPONENTS).entries()) {
    const largest = direction.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
    const sign = largest < 0 ? -1 : 1;
    for (let i = 0; i < n; i++) positions[2 * i + axis] = sign * dot(points.subarray(i * d, (i + 1) * d), direction);
  }
  let variance = 0;
  for (let i = 0; i < n; i++) variance += positions[2 * i]! ** 2 / n;
  const scale = START_DEVIATION / Math.sqrt(variance);
  return positions.map((value) => value * scale);
}

/** Xᵀ·(X·v). */
function byPoints(points: Float64Array, n: number, d: number): (v: Float64Array) => Float64Array {
  return (v) => {
    const product = new Float64Array(d);
    for (let i = 0; i < n; i++) {
      const row = i * d;
      let along = 0;
      for (let c = 0; c < d; c++) along += points[row + c]! * v[c]!;
      for (let c = 0; c < d; c++) product[c]! += along * points[row + c]!;
    }
    return product;
  };
}

/** A·v of a symmetric matrix. */
function byMatrix(matrix: Float64Array, d: number): (v: Float64Array) => Float64Array {
  return (v) => Float64Array.from({ length: d }, (_, c) => dot(matrix.subarray(c * d, (c + 1) * d), v));
}

/** Xᵀ·X [d, d], four points at a time so that a sum is read and written a quarter as often. */
function covarianceOf(points: Float64Array, n: number, d: number): Float64Array {
  const sums = new Float64Array(d * d);
  const whole = n - (n % 4);
  for (let i = 0; i < whole; i += 4) {
    const [p0, p1, p2, p3] = [i * d, (i + 1) * d, (i + 2) * d, (i + 3) * d];
    for (let a = 0; a < d; a++) {
      const [x0, x1, x2, x3] = [points[p0 + a]!, points[p1 + a]!, points[p2 + a]!, points[p3 + a]!];
      const row = a * d;
      for (let b = a; b < d; b++)
        sums[row + b]! += x0 * points[p0 + b]! + x1 * points[p1 + b]! + (x2 * points[p2 + b]! + x3 * points[p3 + b]!);
    }
  }
  for (let i = whole; i < n; i++)
    for (let a = 0; a < d; a++) for (let b = a; b < d; b++) sums[a * d + b]! += points[i * d + a]! * points[i * d + b]!;
  for (let a = 0; a < d; a++) for (let b = 0; b < a; b++) sums[a * d + b] = sums[b * d + a]!;
  return sums;
}

/** Σ weights·vectors. */
function combined(vectors: readonly Float64Array[], weights: ArrayLike<number>): Float64Array {
  const sum = new Float64Array(vectors[0]!.length);
  vectors.forEach((vector, i) => {
    for (let c = 0; c < sum.length; c++) sum[c]! += weights[i]! * vector[c]!;
  });
  return sum;
}

/** Of a small symmetric matrix, those of the largest eigenvalue first: Jacobi's rotations, a few times around. */
export function eigenvectors(matrix: readonly (readonly number[])[]): number[][] {
  const size = matrix.length;
  const a = matrix.map((row) => [...row]);
  const vectors = a.map((_, i) => a.map((_, j) => (i === j ? 1 : 0)));
  for (let round = 0; round < 30; round++)
    for (let p = 0; p < size; p++)
      for (let q = p + 1; q < size; q++) {
        if (a[p]![q] === 0) continue;
        const angle = 0.5 * Math.atan2(2 * a[p]![q]!, a[q]![q]! - a[p]![p]!);
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
        for (const row of [...a, ...vectors]) {
          const [x, y] = [row[p]!, row[q]!];
          row[p] = cos * x - sin * y;
          row[q] = sin * x + cos * y;
        }
        const [rowP, rowQ] = [a[p]!, a[q]!];
        for (let i = 0; i < size; i++) {
          const [x, y] = [rowP[i]!, rowQ[i]!];
          rowP[i] = cos * x - sin * y;
          rowQ[i] = sin * x + cos * y;
        }
      }
  const order = a.map((_, i) => i).sort((i, j) => a[j]![j]! - a[i]![i]!);
  return order.map((i) => vectors.map((row) => row[i]!));
}

/** Gram–Schmidt, in place. Directions that the others span become zero. */
function orthonormalise(directions: Float64Array[]): void {
  directions.forEach((direction, i) => {
    const before = Math.sqrt(dot(direction, direction));
    for (const other of directions.slice(0, i)) {
      const part = dot(direction, other);
      for (let c = 0; c < direction.length; c++) direction[c]! -= part * other[c]!;
    }
    const length = Math.sqrt(dot(direction, direction));
    const scale = length > 1e-12 * before ? 1 / length : 0;
    for (let c = 0; c < direction.length; c++) direction[c]! *= scale;
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
