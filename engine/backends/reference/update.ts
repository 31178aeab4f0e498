/** Weight updates of the reference backend: clipping and the optimizers, float64 with results in float32. */
import type { Parameter } from '../../models/parameters.ts';
import type { Parameters } from '../../reference/network.ts';
import { adamStep } from '../../reference/optimizer.ts';
import type { OptimizerStep } from '../backend.ts';

/** Parameters and the first and second moment of their gradients (the momentum of SGD in the first). */
export interface State {
  model: Parameters;
  m: Parameters;
  v: Parameters;
}

/** Update number `index` of a command, in place; scales `gradients` where they are clipped. */
export function applyUpdate(
  { model, m, v }: State,
  gradients: Parameters,
  list: readonly Parameter[],
  { optimizer, updates, learningRates, leakFactor = 1, clipNorm }: OptimizerStep,
  index: number,
): void {
  if (clipNorm !== undefined) clip(Object.values(gradients), clipNorm);
  for (const { name, part } of list) {
    const [w, g] = [model[name]!, gradients[name]!];
    const rate = learningRates[index]! * (part === 'leak' ? leakFactor : 1);
    if (optimizer.kind === 'sgd') sgdStep(w, g, m[name]!, rate, optimizer.momentum);
    else {
      // Biases, leaks and normalisations do not decay.
      const decays = optimizer.kind === 'adamw' && (part === 'weight' || part === 'recurrent');
      if (decays) for (let i = 0; i < w.length; i++) w[i]! *= 1 - rate * optimizer.weightDecay;
      adamStep(w, g, { m: m[name]!, v: v[name]!, step: updates + index }, rate, optimizer);
    }
    for (const values of [w, m[name]!, v[name]!]) toFloat32(values);
  }
}

/** m = momentum·m + g, w = w − η·m (as PyTorch has it). */
function sgdStep(w: Float64Array, g: Float64Array, m: Float64Array, rate: number, momentum: number): void {
  for (let i = 0; i < w.length; i++) {
    m[i] = momentum * m[i]! + g[i]!;
    w[i]! -= rate * m[i]!;
  }
}

/** Scales a gradient that is longer than `norm` down to it. */
function clip(gradients: Float64Array[], norm: number): void {
  const length = Math.sqrt(gradients.reduce((sum, g) => sum + g.reduce((part, x) => part + x * x, 0), 0));
  if (length > norm) for (const g of gradients) for (let i = 0; i < g.length; i++) g[i]! *= norm / length;
}

function toFloat32(values: Float64Array): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.fround(values[i]!);
}
