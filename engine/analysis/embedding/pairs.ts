/** Everything that is asked of all pairs of points in one pass over their distances: neighbours, and means by class. */
import { setImmediate } from 'node:timers/promises';

/** Called between blocks of pairs with the share that is done; rejecting ends the pass. */
export type Breath = (done: number) => Promise<void>;

export interface Pairs {
  /** Of each point the k nearest others, nearest first, the lower number first where they are as near [n, k]; squared distances. */
  k: number;
  neighbours: Int32Array;
  squared: Float64Array;
  /** Sum of the distances from each point to the points of each class [n, classes]. */
  toClass: Float64Array;
}

/** Rows of a block: two of them lie in the second cache with some hundred features. */
const BLOCK = 64;

/**
 * @param points [n, d]
 * @param labels [n], below `classes`
 * @param k at most n − 1
 */
export async function comparePairs(
  points: Float64Array,
  { n, d, k }: { n: number; d: number; k: number },
  { labels, classes }: { labels: ArrayLike<number>; classes: number },
  breath: Breath = async () => {},
): Promise<Pairs> {
  const norms = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let c = i * d; c < (i + 1) * d; c++) sum += points[c]! * points[c]!;
    norms[i] = sum;
  }
  const neighbours = new Int32Array(n * k).fill(-1);
  const squared = new Float64Array(n * k).fill(Number.POSITIVE_INFINITY);
  const toClass = new Float64Array(n * classes);
  const dots = new Float64Array(BLOCK * BLOCK);
  const blocks = Math.ceil(n / BLOCK);
  for (let a = 0; a < blocks; a++) {
    for (let b = a; b < blocks; b++) {
      const [firstI, firstJ] = [a * BLOCK, b * BLOCK];
      const [rows, columns] = [Math.min(BLOCK, n - firstI), Math.min(BLOCK, n - firstJ)];
      dotProducts(dots, points, d, firstI, rows, firstJ, columns);
      for (let r = 0; r < rows; r++)
        for (let c = a === b ? r + 1 : 0; c < columns; c++) {
          const [i, j] = [firstI + r, firstJ + c];
          const scale = norms[i]! + norms[j]!;
          const difference = scale - 2 * dots[r * BLOCK + c]!;
          // Beyond what the sums are good for, points are the same.
          const square = difference > 1e-13 * scale ? difference : 0;
          insert(neighbours, squared, i, k, j, square);
          insert(neighbours, squared, j, k, i, square);
          const distance = Math.sqrt(square);
          toClass[i * classes + labels[j]!]! += distance;
          toClass[j * classes + labels[i]!]! += distance;
        }
    }
    // Row a has blocks − a of the pairs.
    const left = blocks - a - 1;
    await breath(1 - (left * (left + 1)) / (blocks * (blocks + 1)));
  }
  return { k, neighbours, squared, toClass };
}

/** Lets timers, signals and other work through; about ten times a second. */
export function breathing(signal: AbortSignal, progress: (done: number) => void): Breath {
  let last = performance.now();
  return async (done) => {
    // Between two breaths only what is called from here, a part that is published, can stop it.
    signal.throwIfAborted();
    if (performance.now() - last < 100) return;
    progress(done);
    await setImmediate();
    signal.throwIfAborted();
    last = performance.now();
  };
}

/** Four rows with four: sixteen sums stay in registers. */
function dotProducts(
  out: Float64Array,
  x: Float64Array,
  d: number,
  firstI: number,
  rows: number,
  firstJ: number,
  columns: number,
): void {
  for (let r = 0; r < rows; r += 4)
    for (let c = 0; c < columns; c += 4) {
      if (r + 4 > rows || c + 4 > columns) {
        for (let i = r; i < Math.min(rows, r + 4); i++)
          for (let j = c; j < Math.min(columns, c + 4); j++) {
            let sum = 0;
            for (let e = 0; e < d; e++) sum += x[(firstI + i) * d + e]! * x[(firstJ + j) * d + e]!;
            out[i * BLOCK + j] = sum;
          }
        continue;
      }
      let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
      let [s20, s21, s22, s23, s30, s31, s32, s33] = [0, 0, 0, 0, 0, 0, 0, 0];
      const i = (firstI + r) * d;
      const j = (firstJ + c) * d;
      for (let e = 0; e < d; e++) {
        const a0 = x[i + e]!;
        const a1 = x[i + d + e]!;
        const a2 = x[i + 2 * d + e]!;
        const a3 = x[i + 3 * d + e]!;
        const b0 = x[j + e]!;
        const b1 = x[j + d + e]!;
        const b2 = x[j + 2 * d + e]!;
        const b3 = x[j + 3 * d + e]!;
        s00 += a0 * b0;
        s01 += a0 * b1;
        s02 += a0 * b2;
        s03 += a0 * b3;
        s10 += a1 * b0;
        s11 += a1 * b1;
        s12 += a1 * b2;
        s13 += a1 * b3;
        s20 += a2 * b0;
        s21 += a2 * b1;
        s22 += a2 * b2;
        s23 += a2 * b3;
        s30 += a3 * b0;
        s31 += a3 * b1;
        s32 += a3 * b2;
        s33 += a3 * b3;
      }
      const index = r * BLOCK + c;
      out[index] = s00;
      out[index + 1] = s01;
      out[index + 2] = s02;
      out[index + 3] = s03;
      out[index + BLOCK] = s10;
      out[index + BLOCK + 1] = s11;
      out[index + BLOCK + 2] = s12;
      out[index + BLOCK + 3] = s13;
      out[index + 2 * BLOCK] = s20;
      out[index + 2 * BLOCK + 1] = s21;
      out[index + 2 * BLOCK + 2] = s22;
      out[index + 2 * BLOCK + 3] = s23;
      out[index + 3 * BLOCK] = s30;
      out[index + 3 * BLOCK + 1] = s31;
      out[index + 3 * BLOCK + 2] = s32;
      out[index + 3 * BLOCK + 3] = s33;
    }
}

/** Point j into the sorted list of point i, which has k places. */
function insert(neighbours: Int32Array, squared: Float64Array, i: number, k: number, j: number, square: number): void {
  const first = i * k;
  let position = first + k - 1;
  if (square > squared[position]! || (square === squared[position] && j > neighbours[position]!)) return;
  for (; position > first; position--) {
    const before = squared[position - 1]!;
    if (before < square || (before === square && neighbours[position - 1]! < j)) break;
    squared[position] = before;
    neighbours[position] = neighbours[position - 1]!;
  }
  squared[position] = square;
  neighbours[position] = j;
}
