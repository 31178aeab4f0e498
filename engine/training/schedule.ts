/** Learning rates: schedule and warm-up. */
import type { OptimizerStep } from '../backends/backend.ts';
import type { RunSpec } from '../experiment/schema.ts';

/** Learning rate of weight update `update` of `updates` in an epoch (both from 0): schedule times warm-up. */
export function learningRateAt(training: RunSpec['training'], epoch: number, update: number, updates: number): number {
  const { learningRate, schedule, warmup, epochs } = training;
  let rate = learningRate;
  if (schedule?.kind === 'step') rate *= schedule.factor ** Math.floor(epoch / schedule.every);
  else if (schedule?.kind === 'cosine') {
    const done = (epoch + update / updates) / epochs;
    rate = schedule.minimum + ((learningRate - schedule.minimum) * (1 + Math.cos(Math.PI * done))) / 2;
  }
  return epoch < warmup ? (rate * (epoch * updates + update + 1)) / (warmup * updates) : rate;
}

/** What the optimizer needs for the updates [update, to) of an epoch. */
export function optimizerStep(
  training: RunSpec['training'],
  { step, epoch, update }: { step: number; epoch: number; update: number },
  to: number,
  updates: number,
): OptimizerStep {
  const { optimizer, clipNorm, learningRate, leakLearningRate } = training;
  const learningRates = Array.from({ length: to - update }, (_, i) =>
    learningRateAt(training, epoch, update + i, updates),
  );
  const leakFactor = leakLearningRate === undefined ? undefined : leakLearningRate / learningRate;
  return { optimizer, updates: step, learningRates, leakFactor, clipNorm };
}
