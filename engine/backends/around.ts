/** Evaluations around the parameters of a network one by one, as any backend can do them. */
import type { Split } from '../datasets/dataset.ts';
import { moved } from '../models/moved.ts';
import type { Around, Network, Score } from './backend.ts';

export async function evaluateEach(
  network: Pick<Network, 'parameters' | 'setParameters' | 'evaluate'>,
  split: Split,
  { directions, points, ...options }: Around,
): Promise<Score[]> {
  const parameters = network.parameters();
  const scores: Score[] = [];
  try {
    for (const scales of points) {
      network.setParameters(moved(parameters, directions, scales));
      const { loss, accuracy } = await network.evaluate(split, options);
      scores.push({ loss, accuracy });
    }
    return scores;
  } finally {
    network.setParameters(parameters);
  }
}
