/** How little has to change before the network errs: three kinds of change, each along the gradient and with two controls. */
import type { AttackedSample, AttackResult } from '../../../protocol/analyses/attack.ts';
import { meanOf } from '../../../protocol/statistics.ts';
import type { Network, Sample } from '../../backends/backend.ts';
import { UserError } from '../../base/errors.ts';
import { stream } from '../../base/random.ts';
import { definitionOf } from '../../datasets/sets/registry.ts';
import { ANALYSIS_PARAMS, type AnalysisParams } from '../../experiment/schema.ts';
import type { Lif, NetworkPlan } from '../../models/plan.ts';
import type { Analysis, AnalysisContext } from '../analysis.ts';
import { chooseSamples } from '../choose-samples.ts';
import { rounded } from '../numbers.ts';
import { readSamples } from '../read-samples.ts';
import { type Assault, assaultsOn } from './assault.ts';
import { binomialTail, LEVEL } from './chance.ts';
import { resultSchema } from './result.ts';
import { classOf, victimOf } from './victim.ts';
import { widened } from './widths.ts';

type Params = AnalysisParams<'attack'>;
type Context = AnalysisContext<AttackResult>;

/** Bytes of gradients at once, and samples: after each such chunk the answer so far is published. */
const GRADIENT_BYTES = 48 * 2 ** 20;
const CHUNK = 32;

export const attack: Analysis<Params, AttackResult> = {
  id: 'attack',
  title: 'How little has to change in the input before the network errs, beside controls.',
  params: ANALYSIS_PARAMS.attack,
  result: resultSchema,
  async run(context, params) {
    const { data, plan, signal, progress, publish, earlier } = context;
    const drawn = drawSamples(data.sizes[params.split], params);
    const { right, ...base } = await aboveChance(context, params, drawn);
    const spiking = plan.layers.some(({ neuron }) => neuron.kind === 'lif');
    const networks: Network[] = [];
    const largest = params.budgets.at(-1)!;
    const widths = spiking ? params.widths : [1];
    for (const width of widths) {
      const options = { maxEvents: data.encoding === 'events' ? data.maxEvents + largest : 0 };
      networks.push((await context.open((spec) => (width === 1 ? spec : widened(spec, width)), options)).network);
    }
    const size = plan.steps * plan.inputs;
    const batch = Math.max(1, Math.min(CHUNK, Math.floor(GRADIENT_BYTES / (4 * size))));
    const victim = victimOf(networks, { classes: plan.classes, size, batch, signal });
    const assaults = assaultsOn(data, params, widths, victim);
    const done = resumed(earlier, right, assaults);
    const near = done > 0 ? earlier!.nearThreshold : nearCounts(plan);
    const attacked = done > 0 ? [...earlier!.attacked] : [];
    const result = (): AttackResult => ({
      ...base,
      right: right.length,
      attacked,
      meanEvents: data.encoding === 'events' ? meanOrNone(attacked.map(({ events }) => events)) : null,
      nearThreshold: near,
      kinds: assaults.map((assault) => assault.result(attacked.map(({ events }) => events))),
    });
    for (let from = done; from < right.length; from += CHUNK) {
      const indices = right.slice(from, from + CHUNK);
      const samples = readSamples(data, params.split, indices);
      const targets = indices.map((index, i) => targetOf(params, index, samples[i]!.label, plan.classes));
      await countNear(networks[0]!, plan, samples, params.within, near);
      for (const [k, assault] of assaults.entries())
        await assault.attack(indices, samples, targets, (part) =>
          progress((from + ((k + part) / assaults.length) * indices.length) / right.length),
        );
      samples.forEach((sample, i) => void attacked.push(described(indices[i]!, sample, targets[i])));
      progress(attacked.length / right.length);
      // Later chunks go on with the same lists.
      publish(structuredClone(result()));
    }
    return result();
  },
};

/** Numbers of samples, ascending: any of the split with the same chance. */
function drawSamples(size: number, { split, samples, seed }: Params): number[] {
  if (size === 0) throw new UserError(`The data set has no ${split} samples; choose another split.`);
  return Array.from(chooseSamples(size, samples, seed, 'attack/samples'));
}

/** Which samples the network is right about. Rejects with a UserError when it might as well guess. */
async function aboveChance({ network, plan, spec, signal }: Context, params: Params, drawn: number[]) {
  const labels: number[] = [];
  const right: number[] = [];
  for (let from = 0; from < drawn.length; from += 256) {
    signal.throwIfAborted();
    const indices = drawn.slice(from, from + 256);
    const { samples } = await network.probe({ split: params.split, indices }, {});
    indices.forEach((index, b) => {
      const label = samples.labels[b]!;
      labels.push(label);
      if (classOf(samples.scores.subarray(b * plan.classes, (b + 1) * plan.classes)) === label) right.push(index);
    });
  }
  const n = drawn.length;
  const commonest = Math.max(...Array.from({ length: plan.classes }, (_, c) => labels.filter((l) => l === c).length));
  const p = binomialTail(right.length, n, commonest / n);
  if (!(p < LEVEL))
    throw new UserError(
      `The network is right about ${right.length} of ${n} ${params.split} samples, and always saying their commonest class would be about ${commonest} (p = ${p.toFixed(2)}): there is nothing to attack at chance; train it further, or ask for more samples.`,
    );
  const { split, seed, targeted, published, iterations, within } = params;
  const { steps, inputs } = plan;
  const counts = { samples: n, chance: commonest, chanceP: rounded(p) };
  const { input } = definitionOf(spec.dataset).shape(spec.dataset);
  const picture = 'planes' in input ? input : null;
  return { right, picture, split, seed, targeted, published, iterations, within, steps, inputs, ...counts };
}

/** How many attacked samples the earlier attempt had done, whose tallies are then taken over. */
function resumed(earlier: AttackResult | undefined, right: readonly number[], assaults: readonly Assault[]): number {
  if (!earlier) return 0;
  const done = earlier.attacked.length;
  const whole = done % CHUNK === 0 || done === right.length;
  const same = earlier.attacked.every(({ index }, i) => index === right[i]);
  if (!whole || !same || earlier.kinds.length !== assaults.length) return 0;
  if (!assaults.every((assault, k) => assault.fits(earlier.kinds[k]!, done))) return 0;
  assaults.forEach((assault, k) => void assault.takeOver(earlier.kinds[k]!));
  return done;
}

function targetOf({ targeted, seed }: Params, index: number, label: number, classes: number): number | undefined {
  if (!targeted) return undefined;
  return (label + 1 + stream(seed, 'attack/target', index).below(classes - 1)) % classes;
}

function described(index: number, sample: Sample, target: number | undefined): AttackedSample {
  const events = 'current' in sample ? 0 : sample.channels.length;
  return { index, label: sample.label, target: target ?? null, events };
}

type Near = AttackResult['nearThreshold'];

function nearCounts({ layers }: NetworkPlan): Near {
  return layers.filter(({ neuron }) => neuron.kind === 'lif').map(({ name }) => ({ layer: name, near: 0, of: 0 }));
}

/** Adds neurons and steps of these samples that are near to their threshold. */
async function countNear(network: Network, { layers }: NetworkPlan, samples: Sample[], within: number, near: Near) {
  const spiking = layers.flatMap(({ neuron }, l) => (neuron.kind === 'lif' ? [l] : []));
  const { potentials } = await network.probe({ samples }, { potentials: spiking });
  spiking.forEach((l, i) => {
    const { threshold } = layers[l]!.neuron as Lif;
    const values = potentials.get(l)!;
    let count = 0;
    for (let v = 0; v < values.length; v++) if (Math.abs(values[v]! - threshold) < within * threshold) count++;
    near[i]!.near += count;
    near[i]!.of += values.length;
  });
}

const meanOrNone = (values: readonly number[]): number | null => (values.length === 0 ? null : rounded(meanOf(values)));
