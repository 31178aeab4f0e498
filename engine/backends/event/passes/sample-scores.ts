/** Scores of single samples, in arrays that all threads write to. */
import type { SampleScores } from '../../backend.ts';
import { STATS } from '../layout/layout.ts';

/** Notes sample `index`, which `readout` adds to the stats of its task; these have the same bits as without. */
export function noteSample(
  { labels, loss, accuracy, scores }: SampleScores,
  index: number,
  label: number,
  stats: Float64Array,
  classScores: Float32Array,
  readout: () => void,
): void {
  const before = [stats[STATS.loss]!, stats[STATS.accuracy]!];
  stats.fill(0, STATS.loss, STATS.accuracy + 1);
  readout();
  labels[index] = label;
  loss[index] = stats[STATS.loss]!;
  accuracy[index] = stats[STATS.accuracy]!;
  scores.set(classScores, index * classScores.length);
  stats[STATS.loss]! += before[0]!;
  stats[STATS.accuracy]! += before[1]!;
}
