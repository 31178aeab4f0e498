/** Looks at a network at fixed weight updates: what it shows is logged, and what is wrong with it is warned of. */

import type { Network } from '../../backends/backend.ts';
import { countedLayers } from '../../backends/scores.ts';
import { definitionOf } from '../../datasets/sets/registry.ts';
import { SURROGATES } from '../../models/neuron.ts';
import { lengthOf } from '../../models/parameters.ts';
import type { LayerPlan, NetworkPlan } from '../../models/plan.ts';
import type { MetricLine } from '../../runs/format.ts';
import type { Position } from '../codec.ts';
import { leaksOf, neuronLeaks } from '../leaks.ts';
import type { TrainingRun } from '../run.ts';
import { mean } from '../sums.ts';
import { diagnose, FAR, type LayerSeen, type Seen } from './diagnose.ts';
import { movedBy } from './moved.ts';
import { encodeNeurons } from './neuron-rates.ts';
import { type LayerProbe, probedSamples, probeLayers } from './probe.ts';
import { adviceOn, remarkOn } from './sentences.ts';

/** Fewer weight updates than these are over before anybody wants to hear of the first. */
const EARLY_FROM = 20;

/** After how many updates of the first epoch the network is looked at before the epoch ends; undefined where that is soon. */
export function earlyLook(updates: number): number | undefined {
  return updates >= EARLY_FROM ? Math.floor(updates / 10) : undefined;
}

export interface Look {
  /** Fields of the epoch's line. */
  fields: Pick<Extract<MetricLine, { kind: 'epoch' }>, 'windowShares' | 'gradientNorms'>;
  /** Other lines of this step. */
  lines: MetricLine[];
  /** What was seen and is nothing to warn of, for the run's log. */
  remark?: string;
}

/** @param epoch whole when all its updates are made */
export async function look(run: TrainingRun, epoch: number): Promise<Look> {
  const { spec, plan, network, sizes, position } = run;
  const samples = probedSamples(plan, sizes.train);
  const probes = await probeLayers(network, plan, samples);
  const seen = seenOf(run, probes, epoch);
  const finding = diagnose(seen);
  const moment = { step: position.step, epoch };
  const remark = finding || epoch !== 1 ? undefined : remarkOn(seen, run.updates);
  const rates = probes.map(({ rates }) => rates ?? null);
  return {
    fields: {
      ...(rates.some(Boolean) && {
        windowShares: probes.map(({ window }) => (window ? window.part / window.of : null)),
      }),
      gradientNorms: probes.map(({ gradient }) => gradient),
    },
    lines: [
      ...(rates.some(Boolean)
        ? [{ kind: 'neurons' as const, ...moment, layers: encodeNeurons(rates, neuronLeaks(plan, network)) }]
        : []),
      ...(finding
        ? [warningLine(moment, finding, adviceOn(finding, seen, { spec, plan, probed: samples.length }))]
        : []),
    ],
    ...(remark !== undefined && { remark }),
  };
}

function warningLine(
  moment: { step: number; epoch: number },
  { cause, layer }: NonNullable<ReturnType<typeof diagnose>>,
  advice: { field: string; sentence: string },
): MetricLine {
  return { kind: 'warning', ...moment, cause, ...(layer !== undefined && { layer: layer + 1 }), ...advice };
}

function seenOf(run: TrainingRun, probes: LayerProbe[], epoch: number): Seen {
  const { spec, plan, network, position } = run;
  const { samples, spikes } = position.epochSums;
  const leaks = leaksOf(plan, network);
  const counted = countedLayers(plan);
  const layers = plan.layers.map((layer, l): LayerSeen => {
    const steps = samples * lengthOf(layer.output) * plan.steps;
    const leak = leaks?.[l]?.median;
    return {
      ...(spikesMatter(plan, l) && {
        fired: { part: spikes[counted.indexOf(l)]!, of: steps },
        firedNow: probes[l]!.fired!,
        ...(windowed(layer) && { window: probes[l]!.window! }),
        ...(l < plan.layers.length - 1 && probes[l]!.reached && { reached: probes[l]!.reached }),
      }),
      ...(leak !== undefined && { leak }),
    };
  });
  return {
    layers,
    // While it warms up the learning rate is meant to be small.
    ...(epoch >= Math.max(1, spec.training.warmup) && { moved: movedSoFar(run) }),
    flat: isFlatAgain(position, probes),
    updates: position.step,
    samples,
    ...mean(position.epochSums),
    classes: plan.classes,
    lossKind: spec.training.loss,
    mayGuess: definitionOf(spec.dataset).guessing,
  };
}

/** Whether the gradient of every layer is exactly 0, and was in the look before, which checkpoints remember. */
function isFlatAgain(position: Position, probes: readonly LayerProbe[]): boolean {
  const before = position.flat === true;
  const now = probes.every(({ gradient }) => gradient === 0);
  if (now) position.flat = true;
  else delete position.flat;
  return now && before;
}

/** How far the parameters of networks that have moved far had come when it was first seen. */
const moved = new WeakMap<Network, number>();

/** What has moved far does not come back to where it began, which so need not be drawn again with every look. */
function movedSoFar({ spec, plan, network }: TrainingRun): number {
  const known = moved.get(network);
  if (known !== undefined) return known;
  const distance = movedBy(network, plan, spec.seed);
  if (distance >= FAR) moved.set(network, distance);
  return distance;
}

/** Not where a class is scored by the potentials of spiking neurons. */
function spikesMatter({ layers, readout }: NetworkPlan, l: number): boolean {
  return layers[l]!.neuron.kind === 'lif' && (l < layers.length - 1 || readout.decode === 'rate');
}

function windowed({ neuron }: LayerPlan): boolean {
  return neuron.kind === 'lif' && SURROGATES[neuron.surrogate.shape].windowed;
}
