/** Accuracy, loss, and which class is taken for which, of one split. */
import * as z from 'zod';
import type { EvaluateResult } from '../../protocol/analyses/evaluate.ts';
import { UserError } from '../base/errors.ts';
import { ANALYSIS_PARAMS, type AnalysisParams } from '../experiment/schema.ts';
import type { Analysis } from './analysis.ts';

const score = { samples: z.number(), accuracy: z.number(), loss: z.number() };
const result: z.ZodType<EvaluateResult> = z.object({
  split: z.enum(['train', 'validation', 'test']),
  ...score,
  perClass: z.array(z.object({ samples: z.number(), accuracy: z.number().nullable(), loss: z.number().nullable() })),
  confusion: z.array(z.array(z.number())),
});

export const evaluate: Analysis<AnalysisParams<'evaluate'>, EvaluateResult> = {
  id: 'evaluate',
  title: 'Accuracy, loss and confusion of the classes on one split.',
  params: ANALYSIS_PARAMS.evaluate,
  result,
  async run({ network, data, progress, signal }, { split }) {
    const size = data.sizes[split];
    if (size === 0) throw new UserError(`The data set has no ${split} samples; choose another split.`);
    const onPart = (done: number) => progress(done / size);
    const evaluation = await network.evaluate(split, { perClass: true, perSample: true, signal, onPart });
    const { labels, scores } = evaluation.perSample!;
    return {
      split,
      samples: evaluation.samples,
      accuracy: evaluation.accuracy / evaluation.samples,
      loss: evaluation.loss / evaluation.samples,
      perClass: evaluation.perClass!.map(({ samples, accuracy, loss }) => ({
        samples,
        accuracy: samples > 0 ? accuracy / samples : null,
        loss: samples > 0 ? loss / samples : null,
      })),
      confusion: confusionOf(labels, scores, data.classes),
    };
  },
};

/** @param labels [B]  @param scores [B, C]  @returns counts [C, C]: label, class with the highest score */
export function confusionOf(labels: Uint32Array, scores: Float32Array, classes: number): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const [sample, label] of labels.entries()) {
    const own = scores.subarray(sample * classes, (sample + 1) * classes);
    const highest = own.reduce((best, value, c) => (value > own[best]! ? c : best), 0);
    counts[label]![highest]!++;
  }
  return counts;
}
