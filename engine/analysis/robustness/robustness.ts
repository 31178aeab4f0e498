/** How accuracy falls when input or weights are disturbed: beyond the paper. */
import {
  DISTURBANCES,
  type Disturbance,
  type RobustnessPoint,
  type RobustnessResult,
} from '../../../protocol/analyses/robustness.ts';
import { meanOf } from '../../../protocol/statistics.ts';
import { UserError } from '../../base/errors.ts';
import { stream } from '../../base/random.ts';
import { ANALYSIS_PARAMS, type AnalysisParams } from '../../experiment/schema.ts';
import { moved } from '../../models/moved.ts';
import type { Analysis, AnalysisContext, Subject } from '../analysis.ts';
import { randomDirection } from '../directions.ts';
import { isBinary, readSamples } from '../read-samples.ts';
import { chooseChannels, type Disturb, drop, type EventSample, hotCount, hotPixels, jitter, noise } from './events.ts';
import { robustnessResult } from './result.ts';
import { quantised } from './weights.ts';

type Params = AnalysisParams<'robustness'>;
type Score = { accuracy: number; events: number | null };

/** Samples of one probe: how soon a stop is heard. */
const CHUNK = 50;
const EACH: Partial<Record<Disturbance, Disturb>> = { drop, jitter, noise };
const OF_WEIGHTS: readonly Disturbance[] = ['weights', 'quantisation'];

export const robustness: Analysis<Params, RobustnessResult> = {
  id: 'robustness',
  title: 'Accuracy when events or weights are disturbed, as curves over the strength.',
  params: ANALYSIS_PARAMS.robustness,
  result: robustnessResult,
  async run(context, params) {
    const { data, signal, progress, publish, earlier } = context;
    const { split, seed, draws } = params;
    if (data.sizes[split] === 0) throw new UserError(`The data set has no ${split} samples; choose another split.`);
    const samples = Math.min(params.samples, data.sizes[split]);
    const asked = (Object.keys(DISTURBANCES) as Disturbance[]).filter((one) => params[one].length > 0);
    const possible = asked.filter((one) => data.encoding === 'events' || OF_WEIGHTS.includes(one));
    const answer: RobustnessResult = {
      ...{ split, samples, seed, draws },
      clean: (await context.network.evaluate(split, { samples, signal })).accuracy / samples,
      events: data.encoding === 'events' ? await eventsOf(context, split, samples) : null,
      curves: [],
      left: asked
        .filter((one) => !possible.includes(one))
        .map(
          (one) => `${DISTURBANCES[one].title}: not asked, since the input is a constant current and has no events.`,
        ),
    };
    const subject = await withRoom(context, params);
    const strengths = possible.map((one) => orderOf(one, params[one]));
    const total = strengths.reduce((sum, { length }) => sum + length, 0);
    let done = 0;
    for (const [i, disturbance] of possible.entries()) {
      const points: RobustnessPoint[] = [];
      const idle =
        disturbance === 'hot-pixels' ? strengths[i]!.filter((share) => hotCount(data.inputs, share) === 0) : [];
      if (idle.length > 0)
        answer.left.push(
          `Hot pixels: ${idle.join(', ')} of ${data.inputs} channels is less than half a channel, which is none; ask for a larger share.`,
        );
      if (idle.length < strengths[i]!.length) answer.curves.push({ disturbance, points });
      for (const [place, strength] of strengths[i]!.entries()) {
        if (idle.includes(strength)) {
          progress(++done / total);
          continue;
        }
        const known = earlier?.curves
          .find((curve) => curve.disturbance === disturbance)
          ?.points.find((point) => point.strength === strength);
        points.push(known ?? (await pointAt(subject, context, { ...params, samples }, disturbance, strength, place)));
        progress(++done / total);
        publish(answer);
      }
    }
    return answer;
  },
};

/** From weak to strong. */
function orderOf(disturbance: Disturbance, strengths: readonly number[]): number[] {
  const order = [...new Set(strengths)].sort((a, b) => a - b);
  return disturbance === 'quantisation' ? order.reverse() : order;
}

async function pointAt(
  subject: Subject,
  { signal }: Pick<AnalysisContext<RobustnessResult>, 'signal'>,
  params: Params,
  disturbance: Disturbance,
  strength: number,
  place: number,
): Promise<RobustnessPoint> {
  const scores: Score[] = [];
  // Nothing is drawn where weights are rounded.
  const draws = disturbance === 'quantisation' ? 1 : params.draws;
  for (let draw = 0; draw < draws; draw++)
    scores.push(
      OF_WEIGHTS.includes(disturbance)
        ? await withWeights(subject, params, { disturbance, strength, draw, signal })
        : await withInput(subject, params, { disturbance, strength, draw, place, signal }),
    );
  const accuracies = scores.map(({ accuracy }) => accuracy);
  const mean = meanOf(accuracies);
  const events = scores[0]!.events === null ? null : scores.reduce((sum, one) => sum + one.events!, 0) / draws;
  const squares = accuracies.reduce((sum, accuracy) => sum + (accuracy - mean) ** 2, 0);
  return { strength, accuracies, mean, deviation: draws > 1 ? Math.sqrt(squares / (draws - 1)) : null, events };
}

interface Draw {
  disturbance: Disturbance;
  strength: number;
  draw: number;
  signal: AbortSignal;
}

/** The parameters are as before afterwards. */
async function withWeights(
  { network, plan }: Subject,
  { split, samples, seed }: Params,
  { disturbance, strength, draw, signal }: Draw,
): Promise<Score> {
  const weights = network.parameters();
  const direction =
    disturbance === 'weights' && randomDirection(plan, weights, { seed, number: draw, purpose: 'weight noise' });
  network.setParameters(direction ? moved(weights, [direction], [strength]) : quantised(weights, strength));
  try {
    const { accuracy } = await network.evaluate(split, { samples, signal });
    return { accuracy: accuracy / samples, events: null };
  } finally {
    network.setParameters(weights);
  }
}

/** Each sample has a stream of its own, so the draws do not hang on the network or on how many samples there are. */
async function withInput(
  { network, data, spec }: Subject,
  { split, samples, seed }: Params,
  { disturbance, strength, draw, place, signal }: Draw & { place: number },
): Promise<Score> {
  const shape = { steps: data.steps, inputs: data.inputs, binary: isBinary(spec.dataset) };
  const hot = chooseChannels(data.inputs, strength, stream(seed, 'hot pixels', draw, place));
  const disturb = EACH[disturbance];
  let [right, events] = [0, 0];
  for (let from = 0; from < samples; from += CHUNK) {
    signal.throwIfAborted();
    const indices = Array.from({ length: Math.min(CHUNK, samples - from) }, (_, i) => from + i);
    const disturbed = readSamples(data, split, indices).map((sample, i): EventSample => {
      const rng = stream(seed, `robustness ${disturbance}`, draw, from + i, place);
      return disturb
        ? disturb(sample as EventSample, strength, shape, rng)
        : hotPixels(sample as EventSample, hot, shape);
    });
    const { samples: scores } = await network.probe({ samples: disturbed }, {});
    right += scores.accuracy.reduce((a, b) => a + b, 0);
    events += disturbed.reduce((sum, { channels }) => sum + channels.length, 0);
  }
  return { accuracy: right / samples, events: events / samples };
}

async function eventsOf(
  { data, signal }: Pick<AnalysisContext<RobustnessResult>, 'data' | 'signal'>,
  split: Params['split'],
  samples: number,
): Promise<number> {
  let sum = 0;
  for (let i = 0; i < samples; i++) {
    signal.throwIfAborted();
    const [sample] = readSamples(data, split, [i]) as unknown as [EventSample];
    sum += sample.channels.length;
  }
  return sum / samples;
}

/** The same network with room for the events that are added. */
function withRoom(context: AnalysisContext<RobustnessResult>, params: Params): Promise<Subject> | Subject {
  const { data, open } = context;
  if (data.encoding !== 'events') return context;
  const added = data.maxEvents * Math.max(0, ...params.noise);
  const hot = data.steps * data.inputs * Math.max(0, ...params['hot-pixels']);
  const maxEvents = data.maxEvents + Math.ceil(Math.max(added, hot + data.steps));
  return open((spec) => spec, { maxEvents });
}
