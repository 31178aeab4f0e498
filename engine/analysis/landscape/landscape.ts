/** Figure 6: the loss around a trained network, on a plane and along more random directions. */
import { coarseToFine, type LandscapeResult, type Sharpness } from '../../../protocol/analyses/landscape.ts';
import { meanOf } from '../../../protocol/statistics.ts';
import { UserError } from '../../base/errors.ts';
import { ANALYSIS_PARAMS, type AnalysisParams } from '../../experiment/schema.ts';
import type { Tensor } from '../../models/parameters.ts';
import type { Analysis, AnalysisContext } from '../analysis.ts';
import { leftAlone, randomDirection } from '../directions.ts';
import { rounded } from '../numbers.ts';
import { landscapeResult } from './result.ts';

type Params = AnalysisParams<'landscape'>;
/** Points that are asked together: few at first, then as many as take about so long, since all of them share the input. */
const FIRST_POINTS = 16;
const MAX_POINTS = 256;
const TOGETHER_MS = 5000;
/** What float32 sums are good for. */
const DIGITS = 7;

type Point = { loss: number | null; accuracy: number | null };

export const landscape: Analysis<Params, LandscapeResult> = {
  id: 'landscape',
  title: 'The loss around the network on a plane of two random directions, and its sharpness along more.',
  params: ANALYSIS_PARAMS.landscape,
  result: landscapeResult,
  async run(context, params) {
    const { network, data, plan, progress, publish, signal } = context;
    const size = data.sizes[params.split];
    if (size === 0) throw new UserError(`The data set has no ${params.split} samples; choose another split.`);
    const samples = Math.min(params.samples, size);
    const weights = network.parameters();
    const directionOf = (number: number): Tensor[] =>
      randomDirection(plan, weights, { seed: params.seed, number, purpose: 'landscape' });
    const pointsOn = async (directions: readonly Tensor[][], points: readonly number[][]): Promise<Point[]> => {
      const scores = await network.evaluateAround(params.split, { directions, points, samples, signal });
      return scores.map(({ loss, accuracy }) =>
        Number.isFinite(loss)
          ? { loss: rounded(loss / samples, DIGITS), accuracy: rounded(accuracy / samples, DIGITS) }
          : { loss: null, accuracy: null },
      );
    };
    const centre = await evaluateCentre(context, params.split, samples);
    const result = begun(context.earlier, params, samples, centre, leftAlone(weights));
    const total = result.loss.length + params.radii.length * params.directions;
    let done = result.evaluated + result.sharpness.reduce((sum, { rises }) => sum + rises.length, 0);
    const another = (): void => {
      progress(++done / total);
      // Whoever keeps it writes at most once a second, so a copy is made as rarely.
      publish(result);
      signal.throwIfAborted();
    };

    const plane = [directionOf(0), directionOf(1)];
    const cells = coarseToFine(params.points);
    for (let groupSize = FIRST_POINTS; result.evaluated < cells.length; ) {
      const next = cells.slice(result.evaluated, result.evaluated + groupSize);
      const began = performance.now();
      const points = next.map((cell) =>
        [cell % params.points, Math.floor(cell / params.points)].map((i) => coordinateOf(i, params)),
      );
      for (const [i, here] of (await pointsOn(plane, points)).entries()) {
        result.loss[next[i]!] = here.loss;
        result.accuracy[next[i]!] = here.accuracy;
        result.evaluated++;
        if (here.loss === null) result.notFinite++;
        another();
      }
      // No bit hangs on how many are asked together.
      const factor = Math.min(4, TOGETHER_MS / (performance.now() - began));
      groupSize = Math.max(1, Math.min(MAX_POINTS, Math.round(factor * groupSize)));
    }
    for (let number = 0; number < params.directions; number++) {
      const missing = result.sharpness.filter(({ rises }) => rises.length <= number);
      if (missing.length === 0) continue;
      const radii = missing.map(({ radius }) => [radius]);
      for (const [i, { loss, accuracy }] of (await pointsOn([directionOf(number)], radii)).entries()) {
        addRise(missing[i]!, centre, loss, accuracy);
        another();
      }
    }
    return result;
  },
};

/** Of column or row `i`: in [-extent, extent]. */
export function coordinateOf(i: number, { points, extent }: { points: number; extent: number }): number {
  return extent * ((2 * i) / (points - 1) - 1);
}

async function evaluateCentre(
  { network, signal }: AnalysisContext<LandscapeResult>,
  split: Params['split'],
  samples: number,
): Promise<LandscapeResult['centre']> {
  const { loss, accuracy } = await network.evaluate(split, { samples, signal });
  return { loss: Number.isFinite(loss) ? loss / samples : null, accuracy: accuracy / samples };
}

/** Nothing computed yet, or what an earlier attempt left. */
function begun(
  earlier: LandscapeResult | undefined,
  { split, seed, points, extent, radii, directions }: Params,
  samples: number,
  centre: LandscapeResult['centre'],
  fixed: string[],
): LandscapeResult {
  // Of the same question, so of the same grid, unless somebody changed the file.
  if (earlier?.loss.length === points ** 2 && earlier.accuracy.length === points ** 2 && earlier.samples === samples)
    return { ...structuredClone(earlier), centre, fixed };
  const none = (): null[] => new Array(points ** 2).fill(null);
  const sharpness = radii.map((radius) => ({
    radius,
    directions,
    rises: [],
    mean: null,
    deviation: null,
    accuracyFall: null,
  }));
  return {
    split,
    samples,
    seed,
    points,
    extent,
    centre,
    evaluated: 0,
    loss: none(),
    accuracy: none(),
    notFinite: 0,
    sharpness,
    fixed,
  };
}

function addRise(
  sharp: Sharpness,
  centre: LandscapeResult['centre'],
  loss: number | null,
  accuracy: number | null,
): void {
  const finite = (values: (number | null)[]): number[] => values.filter((value) => value !== null);
  const before = finite(sharp.rises).length;
  sharp.rises.push(loss === null || centre.loss === null ? null : rounded(loss - centre.loss, DIGITS));
  const rises = finite(sharp.rises);
  if (rises.length === before) return;
  sharp.mean = meanOf(rises);
  sharp.deviation =
    rises.length > 1
      ? Math.sqrt(rises.reduce((sum, rise) => sum + (rise - sharp.mean!) ** 2, 0) / (rises.length - 1))
      : null;
  const fall = centre.accuracy - accuracy!;
  sharp.accuracyFall = ((sharp.accuracyFall ?? 0) * before + fall) / rises.length;
}
