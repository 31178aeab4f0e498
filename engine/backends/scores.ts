/** What an evaluation says of single samples and classes, whichever backend makes it. */
import type { Evaluation, SampleScores } from './backend.ts';

/** Sums over the samples of each class, by label. */
export function classSums(
  { labels, loss, accuracy }: SampleScores,
  classes: number,
): NonNullable<Evaluation['perClass']> {
  const sums = Array.from({ length: classes }, () => ({ samples: 0, loss: 0, accuracy: 0 }));
  labels.forEach((label, i) => {
    const sum = sums[label]!;
    sum.samples++;
    sum.loss += loss[i]!;
    sum.accuracy += accuracy[i]!;
  });
  return sums;
}
