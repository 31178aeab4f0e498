/** Points around the parameters: every point is an evaluation there, in both. */
import { randomDirection } from '../../../engine/analysis/directions.ts';
import { writeSamples, writeTensors } from '../files.ts';
import { aboutOf, agree, type Comparison, firstOf, opened, report } from './setting.ts';

/** Of the peer: few enough for half a minute. Of ours: as many as an analysis asks together. */
const SAMPLES = 256;
const THEIRS: number[][] = [
  [0, 0],
  [0.5, -0.25],
  [-1, 1],
];
const SIDE = 14;
const BATCH = 64;
/** A spike or two of millions lie so close to the threshold that rounding decides, and then others hang on them. */
const TOLERANCE = 2e-3;

interface Answer {
  points: { loss: number; accuracy: number }[];
  seconds: number;
}

export const compareLandscape: Comparison = async ({ baseline, threads, folder, ask }) => {
  const { network, plan, data, spec } = await opened(baseline, threads);
  try {
    const weights = network.parameters();
    const directions = [0, 1].map((number) =>
      randomDirection(plan, weights, { seed: 1, number, purpose: 'landscape' }),
    );
    writeSamples(folder, data, 'train', firstOf(data, 'train', SAMPLES));
    const shapes = writeTensors(folder, weights);
    directions.forEach((direction, d) => void writeTensors(`${folder}/direction${d}`, direction));
    const grid = Array.from({ length: SIDE ** 2 }, (_, i) =>
      [i % SIDE, Math.floor(i / SIDE)].map((place) => (2 * place) / (SIDE - 1) - 1),
    );
    const ours = await network.evaluateAround('train', { directions, points: THEIRS, samples: SAMPLES });
    const began = performance.now();
    await network.evaluateAround('train', { directions, points: grid, samples: SAMPLES });
    const each = (performance.now() - began) / 1000 / grid.length / SAMPLES;
    for (const sparse of [false, true]) {
      const command = { do: 'landscape', shapes, about: aboutOf(spec), batch: BATCH, sparse };
      const { points } = await ask<Answer>({ ...command, points: THEIRS });
      points.forEach(({ loss, accuracy }, p) => {
        agree(`loss at ${THEIRS[p]}`, ours[p]!.loss / SAMPLES, loss, TOLERANCE);
        agree(`accuracy at ${THEIRS[p]}`, ours[p]!.accuracy / SAMPLES, accuracy, 2 / SAMPLES);
      });
      const { seconds } = await ask<Answer>({ ...command, points: THEIRS });
      const how = sparse ? 'input as a sparse matrix' : 'input dense';
      report(`landscape, ${how}`, 'µs a sample and point', 1e6 * each, (1e6 * seconds) / THEIRS.length / SAMPLES);
    }
  } finally {
    await network.close();
  }
};
