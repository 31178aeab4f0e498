/**
 * What becomes of the error δ(t) = dL/du(t) of a layer on its way back through one sample. With docs/engine.md,
 *
 *   δ(t) = J(t)ᵀ·δ(t+1) + new(t)      J(t) = ∂u(t+1)/∂u(t)
 *   [Jᵀδ]_i = k_i·(∂r/∂u_i + h'_i·∂r/∂o_i)·δ_i + h'_i·Σ_n V_in·δ_n
 *
 * equations 12 and 13 of the paper with each component by itself: k the leak, ∂r/∂u what a spike leaves (1 − o after a hard
 * reset), h'·∂r/∂o the spike that resets (where gradients flow through it), V the recurrence; new(t) comes from above or from the
 * loss. A reset after the decay has −h'·θ in place of k·h'·∂r/∂o. N neurons, T steps.
 */
import { RESETS, SURROGATES } from '../../models/neuron.ts';
import type { Integrator, Lif } from '../../models/plan.ts';

export interface ErrorLayer {
  neuron: Lif | Integrator;
  /** k [N] */
  leak: Float64Array;
  /** V [N, N], from-major, times 1 − k of the receiver where inputs are scaled */
  recurrent?: Float32Array | undefined;
}

/** Of one sample, [T] each. Gains of the last step, and of steps after which there is no error, are NaN. */
export interface Propagation {
  /** ‖δ(t)‖ */
  norm: Float64Array;
  /** ‖k·δ(t+1)‖, ‖k·∂r/∂u·δ(t+1)‖ and ‖Jᵀ·δ(t+1)‖, each over ‖δ(t+1)‖ */
  leak: Float64Array;
  reset: Float64Array;
  whole: Float64Array;
  /** ‖new(t)‖ / (‖new(t)‖ + ‖Jᵀ·δ(t+1)‖); NaN where both are 0 */
  fresh: Float64Array;
  /** Means over the neurons: ∂r/∂u, h', and the share of neurons whose h' is not 0. */
  kept: Float64Array;
  surrogate: Float64Array;
  surrogateShare: Float64Array;
  /** Sums over neurons and all steps but the last: k², (k·∂r/∂u)², (k·(∂r/∂u + h'·∂r/∂o))² and h'². */
  squares: { leak: number; reset: number; own: number; surrogate: number };
}

/** Of float32, relative to ‖δ(t)‖: a new error below is a rounding error. */
const ROUNDING = 1e-5;

/** @param u potentials before the reset [T, N]  @param delta δ [T, N] */
export function propagate(
  { neuron, leak, recurrent }: ErrorLayer,
  u: Float32Array,
  delta: Float32Array,
  steps: number,
): Propagation {
  const N = leak.length;
  const nan = (): Float64Array => new Float64Array(steps).fill(Number.NaN);
  const zeros = (): Float64Array => new Float64Array(steps);
  const out: Propagation = {
    norm: zeros(),
    leak: nan(),
    reset: nan(),
    whole: nan(),
    fresh: nan(),
    kept: zeros(),
    surrogate: zeros(),
    surrogateShare: zeros(),
    squares: { leak: 0, reset: 0, own: 0, surrogate: 0 },
  };
  for (let t = steps - 1; t >= 0; t--) {
    const now = delta.subarray(t * N, (t + 1) * N);
    const later = t + 1 < steps ? delta.subarray((t + 1) * N, (t + 2) * N) : undefined;
    const active = later && recurrent ? indicesOf(later) : [];
    let [here, byLeak, byReset, carried, fresh, before] = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < N; i++) {
      const { byU, byO, slope, taken } = derivatives(neuron, u[t * N + i]!);
      out.kept[t]! += byU / N;
      out.surrogate[t]! += slope / N;
      if (slope !== 0) out.surrogateShare[t]! += 1 / N;
      here += now[i]! ** 2;
      if (!later) continue;
      const k = leak[i]!;
      const own = k * (byU + slope * byO) - slope * taken;
      out.squares.leak += k ** 2;
      out.squares.reset += (k * byU) ** 2;
      out.squares.own += own ** 2;
      out.squares.surrogate += slope ** 2;
      const d = later[i]!;
      let whole = own * d;
      if (recurrent && slope !== 0) {
        let sum = 0;
        for (const n of active) sum += recurrent[i * N + n]! * later[n]!;
        whole += slope * sum;
      }
      before += d ** 2;
      byLeak += (k * d) ** 2;
      byReset += (k * byU * d) ** 2;
      carried += whole ** 2;
      fresh += (now[i]! - whole) ** 2;
    }
    out.norm[t] = Math.sqrt(here);
    if (!later) {
      if (here > 0) out.fresh[t] = 1;
      continue;
    }
    if (before > 0) {
      out.leak[t] = Math.sqrt(byLeak / before);
      out.reset[t] = Math.sqrt(byReset / before);
      out.whole[t] = Math.sqrt(carried / before);
    }
    const share = Math.sqrt(fresh) < ROUNDING * Math.sqrt(here) ? 0 : Math.sqrt(fresh);
    if (share + carried > 0) out.fresh[t] = share / (share + Math.sqrt(carried));
  }
  return out;
}

/**
 * ∂r/∂u, ∂r/∂o (0 where gradients do not flow through the spike) and h' of a neuron with this potential, and what its spike
 * takes after the decay.
 */
export function derivatives(
  neuron: Lif | Integrator,
  u: number,
): { byU: number; byO: number; slope: number; taken: number } {
  if (neuron.kind === 'integrator') return { byU: 1, byO: 0, slope: 0, taken: 0 };
  const { threshold, reset, resetGradient, surrogate } = neuron;
  // As the engine compares: both in float32.
  const o = u >= Math.fround(threshold) ? 1 : 0;
  const { byU, byO } = RESETS[reset].backward(u, o, threshold);
  const slope = surrogate.height * SURROGATES[surrogate.shape].derivative((u - threshold) / surrogate.width);
  return { byU, byO: resetGradient ? byO : 0, slope, taken: resetGradient && RESETS[reset].undecayed ? threshold : 0 };
}

function indicesOf(values: Float32Array): number[] {
  const found: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) found.push(i);
  return found;
}
