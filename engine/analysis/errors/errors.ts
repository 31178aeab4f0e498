/** How the error dL/du(t) travels backwards in time, layer by layer. */
import * as z from 'zod';
import type { ErrorsResult } from '../../../protocol/analyses/errors.ts';
import { UserError } from '../../base/errors.ts';
import { ANALYSIS_PARAMS, type AnalysisParams } from '../../experiment/schema.ts';
import { namesOf, RESETS } from '../../models/neuron.ts';
import { lengthOf } from '../../models/parameters.ts';
import type { NetworkPlan } from '../../models/plan.ts';
import type { Analysis } from '../analysis.ts';
import { chooseSamples } from '../choose-samples.ts';
import { leakOf } from '../leaks.ts';
import { propagate } from './propagation.ts';
import { LayerErrors } from './summary.ts';

const MAX_BINS = 128;
/** Bytes of potentials and errors that are looked at together. */
const BATCH_BYTES = 64 * 2 ** 20;

const n = z.number();
const gaps = z.array(n.nullable()).max(MAX_BINS);
const list = z.array(n).max(MAX_BINS);
const quartiles = z.object({ lower: gaps, median: gaps, upper: gaps, mean: gaps });
const factors = z.object({ leak: n, reset: n, whole: n });
const result = z.object({
  split: z.enum(['train', 'validation', 'test']),
  samples: n,
  seed: n,
  steps: n,
  bins: n,
  stepsPerBin: n,
  layers: z
    .array(
      z.object({
        layer: n,
        name: z.string().max(100),
        neurons: n,
        spiking: z.boolean(),
        norm: quartiles,
        vanished: list,
        factors: z.object({
          leak: z.object({ least: n, mean: n, most: n }),
          reset: z.enum(namesOf(RESETS)),
          resetGradient: z.boolean(),
          kept: list,
          surrogate: list,
          surrogateShare: list,
          recurrent: z.object({ gain: n, norm: n, radius: n }).optional(),
        }),
        gain: z.object({ leak: quartiles, reset: quartiles, whole: quartiles }),
        fresh: gaps,
        perStep: z.object({
          expected: factors,
          measured: z.object({ leak: n.nullable(), reset: n.nullable(), whole: n.nullable() }),
          norms: n.nullable(),
        }),
      }),
    )
    .max(1000),
}) as z.ZodType<ErrorsResult>;

export const errors: Analysis<AnalysisParams<'errors'>, ErrorsResult> = {
  id: 'errors',
  title: 'The error dL/du(t) backwards in time, and what leak, reset and recurrence do to it.',
  params: ANALYSIS_PARAMS.errors,
  result,
  async run({ network, data, plan, progress, signal }, { split, samples: wanted, seed, layers: asked }) {
    const size = data.sizes[split];
    if (size === 0) throw new UserError(`The data set has no ${split} samples; choose another split.`);
    const layers = layersOf(plan, asked);
    const { steps } = plan;
    const stepsPerBin = Math.ceil(steps / MAX_BINS);
    const time = { steps, stepsPerBin, bins: Math.ceil(steps / stepsPerBin) };
    const parameters = network.parameters();
    const all = layers.map((l) => {
      const layer = plan.layers[l]!;
      const { name, neuron } = layer;
      if (neuron.kind !== 'lif' && neuron.kind !== 'integrator') throw new TypeError(name);
      const recurrent = parameters.find((tensor) => tensor.name === `${name}.recurrent`)?.data;
      const leak = leakOf(layer, parameters);
      const scaled = neuron.scaleInput ? recurrent?.map((v, i) => v * (1 - leak[i % leak.length]!)) : recurrent;
      const own = { neuron, leak, recurrent: scaled };
      return { l, name, own, errors: new LayerErrors(own, time) };
    });
    const indices = chooseSamples(size, wanted, seed, 'samples of errors');
    const perSample = 8 * steps * layers.reduce((sum, l) => sum + lengthOf(plan.layers[l]!.output), 0);
    const batch = Math.max(1, Math.min(64, Math.floor(BATCH_BYTES / perSample)));
    for (let from = 0; from < indices.length; from += batch) {
      signal.throwIfAborted();
      const now = indices.subarray(from, from + batch);
      const { potentials, delta } = await network.probe({ split, indices: now }, { potentials: layers, delta: layers });
      for (const { l, own, errors } of all)
        for (let b = 0, each = steps * own.leak.length; b < now.length; b++) {
          const rows = (values: Float32Array): Float32Array => values.subarray(b * each, (b + 1) * each);
          errors.add(propagate(own, rows(potentials.get(l)!), rows(delta.get(l)!), steps));
        }
      progress((from + now.length) / indices.length);
    }
    return {
      split,
      samples: indices.length,
      seed,
      ...time,
      layers: all.map(({ l, name, errors }) => errors.result(l, name)),
    };
  },
};

/** From 0, in ascending order. Throws a UserError when one is not there or has no potential. */
function layersOf({ layers }: NetworkPlan, asked: 'all' | readonly number[]): number[] {
  const have = layers.flatMap(({ neuron: { kind } }, l) => (kind === 'lif' || kind === 'integrator' ? [l] : []));
  if (have.length === 0)
    throw new UserError('errors follows membrane potentials, and this network has none; ask a run of the model lif.');
  if (asked === 'all') return have;
  for (const n of asked)
    if (!have.includes(n - 1))
      throw new UserError(
        `The network has no layer ${n} with a potential; there are ${have.map((l) => l + 1).join(', ')}.`,
      );
  return have.filter((l) => asked.includes(l + 1));
}
