/** How much a recurrent matrix V [N, N] stretches what goes through it. */
import { stream } from '../../base/random.ts';

/** Products with V at most, about this many multiplications in all. */
const WORK = 2 ** 29;

/**
 * `gain`: Frobenius norm over √N, by which a vector with independent entries grows on average. `norm`: the largest singular
 * value, by which any vector grows at most. `radius`: the growth per step in the long run, |λ| of the largest eigenvalue.
 */
export function stretch(V: ArrayLike<number>, N: number): { gain: number; norm: number; radius: number } {
  let squares = 0;
  for (let i = 0; i < N * N; i++) squares += V[i]! ** 2;
  const rounds = Math.max(64, Math.min(2000, Math.floor(WORK / (N * N))));
  return {
    gain: Math.sqrt(squares / N),
    norm: Math.sqrt(growth(N, rounds >> 1, (x) => product(transposed(V, x, N), V, N))),
    radius: growth(N, rounds, (x) => product(x, V, N)),
  };
}

/**
 * Factor per application in the long run, from the second half of them: a complex pair of eigenvalues makes the length swing,
 * which averages out.
 */
function growth(N: number, rounds: number, apply: (x: Float64Array) => Float64Array): number {
  const rng = stream(1, 'power iteration');
  let x = Float64Array.from({ length: N }, () => rng.normal());
  let sum = 0;
  let counted = 0;
  for (let round = 0; round < rounds; round++) {
    const next = apply(x);
    const length = norm(next);
    const before = norm(x);
    if (length === 0) return 0;
    if (round >= rounds / 2) {
      sum += Math.log(length / before);
      counted++;
    }
    x = next.map((value) => value / length);
  }
  return Math.exp(sum / counted);
}

function norm(x: Float64Array): number {
  let sum = 0;
  for (const value of x) sum += value ** 2;
  return Math.sqrt(sum);
}

/** y_n = Σ_i x_i·V[i, n] */
function product(x: Float64Array, V: ArrayLike<number>, N: number): Float64Array<ArrayBuffer> {
  const y = new Float64Array(N);
  for (let i = 0; i < N; i++) {
    const factor = x[i]!;
    for (let n = 0, index = i * N; n < N; n++) y[n]! += factor * V[index++]!;
  }
  return y;
}

/** y_i = Σ_n V[i, n]·x_n */
function transposed(V: ArrayLike<number>, x: Float64Array, N: number): Float64Array {
  return Float64Array.from({ length: N }, (_, i) => {
    let sum = 0;
    for (let n = 0, index = i * N; n < N; n++) sum += V[index++]! * x[n]!;
    return sum;
  });
}
