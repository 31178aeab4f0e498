/** Table 7: trained with steps of one length, tested on the same recordings cut into others. */
import * as z from 'zod';
import type { ResolutionResult, ResolutionRow, ResolutionScore } from '../../../protocol/analyses/resolution.ts';
import { UserError } from '../../base/errors.ts';
import { ANALYSIS_PARAMS, type AnalysisParams, type RunSpec } from '../../experiment/schema.ts';
import type { Analysis, AnalysisContext, Subject } from '../analysis.ts';
import { isBinary } from '../read-samples.ts';
import { inputSpikes } from './input-spikes.ts';
import { hasLeaks, withFixedLeaks, withLearnedLeaks } from './rescaled-leaks.ts';
import { lengthsOf, specAt, trainedAt } from './times.ts';

type Params = AnalysisParams<'resolution'>;
type Context = AnalysisContext<ResolutionResult>;

const score = z.object({ accuracy: z.number(), loss: z.number().nullable(), rates: z.array(z.number()).max(1000) });
const result: z.ZodType<ResolutionResult> = z.object({
  split: z.enum(['train', 'validation', 'test']),
  trainedAt: z.number().positive(),
  values: z.enum(['counts', 'binary']),
  rows: z
    .array(
      z.object({
        dt: z.number().positive(),
        steps: z.int().min(1),
        window: z.int().min(1),
        covered: z.number().positive(),
        samples: z.int().min(1),
        inputSpikes: z.number(),
        occupied: z.number(),
        asIs: score,
        rescaled: score,
      }),
    )
    .max(64),
  rescaling: z.enum(['changes leaks', 'changes nothing']),
});

export const resolution: Analysis<Params, ResolutionResult> = {
  id: 'resolution',
  title: 'Accuracy on the same recordings, cut into steps of other lengths than in training.',
  params: ANALYSIS_PARAMS.resolution,
  result,
  async run(context, params) {
    const { spec, data, plan, progress, publish, earlier } = context;
    const dts = lengthsOf(spec, params);
    if (data.sizes[params.split] === 0)
      throw new UserError(`The data set has no ${params.split} samples; choose another split.`);
    const answer: ResolutionResult = {
      split: params.split,
      trainedAt: trainedAt(spec),
      values: isBinary(spec.dataset) ? 'binary' : 'counts',
      rows: [],
      rescaling: hasLeaks(plan) ? 'changes leaks' : 'changes nothing',
    };
    for (const [i, dt] of dts.entries()) {
      const within = (done: number): void => progress((i + done) / dts.length);
      answer.rows.push(earlier?.rows.find((row) => row.dt === dt) ?? (await rowAt(context, params, dt, within)));
      publish(answer);
      within(1);
    }
    return answer;
  },
};

async function rowAt(
  context: Context,
  { split, samples: limit }: Params,
  dt: number,
  progress: (done: number) => void,
): Promise<ResolutionRow> {
  const { spec, signal, plan } = context;
  const ratio = dt / trainedAt(spec);
  const changes = ratio !== 1 && hasLeaks(plan);
  const asIs = await opened(
    context,
    (of) => specAt(of, dt),
    async (subject) => {
      const { data, plan: there } = subject;
      const samples = Math.min(limit, data.sizes[split]);
      const input = await inputSpikes(data, split, samples, signal);
      const score = await scoreOf(subject, { split, samples, signal }, (done) => progress(changes ? done / 2 : done));
      const window = there.steps - there.readout.from;
      return {
        dt,
        steps: there.steps,
        window,
        covered: Number((dt * there.steps).toPrecision(12)),
        samples,
        ...input,
        asIs: score,
      };
    },
  );
  if (!changes) return { ...asIs, rescaled: asIs.asIs };
  const rescale = (of: RunSpec): RunSpec => specAt(withFixedLeaks(of, ratio), dt);
  const rescaled = await opened(context, rescale, (subject) => {
    const { network, plan: there } = subject;
    network.setParameters(withLearnedLeaks(there, network.parameters(), ratio));
    return scoreOf(subject, { split, samples: asIs.samples, signal }, (done) => progress((1 + done) / 2));
  });
  return { ...asIs, rescaled };
}

/** Opens the same parameters under other settings, and lets go of them as soon as they are not needed: they may be large. */
async function opened<T>(
  { open }: Context,
  change: (spec: RunSpec) => RunSpec,
  use: (subject: Subject) => Promise<T>,
): Promise<T> {
  const subject = await open(change);
  try {
    return await use(subject);
  } finally {
    await subject.network.close();
  }
}

async function scoreOf(
  { network, plan }: Subject,
  { split, samples, signal }: { split: Params['split']; samples: number; signal: AbortSignal },
  progress: (done: number) => void,
): Promise<ResolutionScore> {
  const onPart = (done: number): void => progress(done / samples);
  const { accuracy, loss, spikes } = await network.evaluate(split, { samples, signal, onPart });
  // Counted for spiking layers and integrators; these give none.
  const counted = plan.layers.filter(({ neuron }) => neuron.kind === 'lif' || neuron.kind === 'integrator');
  return {
    accuracy: accuracy / samples,
    loss: Number.isFinite(loss) ? loss / samples : null,
    rates: counted.flatMap(({ neuron, output }, i) =>
      neuron.kind === 'lif' ? [spikes[i]! / (samples * plan.steps * output.reduce((a, b) => a * b, 1))] : [],
    ),
  };
}
