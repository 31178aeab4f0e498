/** What every backend does alike with probes: check what is asked, make room for the answers. */
import { lengthOf } from '../models/parameters.ts';
import { gatesOf, type LayerPlan, type NetworkPlan } from '../models/plan.ts';
import {
  type Batch,
  type Probe,
  type Recording,
  type Sample,
  type SampleScores,
  type Slopes,
  type Steepest,
  WHOLE,
} from './backend.ts';

/** Which neurons have what: of a linear layer only its scores are to be had. */
const HAVE: Record<'spikes' | 'counts' | 'potentials' | 'delta', (kind: LayerPlan['neuron']['kind']) => boolean> = {
  spikes: (kind) => kind === 'lif',
  counts: (kind) => kind === 'lif',
  potentials: (kind) => kind !== 'linear',
  delta: (kind) => kind !== 'linear',
};

/** Throws a RangeError with one sentence when `ask` or a sample of the batch does not fit the network. */
export function checkProbe(plan: NetworkPlan, sizes: Record<string, number>, batch: Batch, ask: Probe): void {
  for (const what of Object.keys(HAVE) as (keyof typeof HAVE)[])
    for (const l of ask[what] ?? []) {
      const layer = plan.layers[l];
      if (!layer) throw new RangeError(`The network has no layer ${l}: it has ${plan.layers.length}, the first is 0.`);
      if (!HAVE[what](layer.neuron.kind))
        throw new RangeError(`Layer ${layer.name} (${layer.neuron.kind}) has no ${what}: ask another layer.`);
    }
  if ('samples' in batch) batch.samples.forEach((sample, i) => void checkSample(plan, sample, i));
  else
    for (const index of Array.from(batch.indices))
      if (!(Number.isInteger(index) && index >= 0 && index < sizes[batch.split]!))
        throw new RangeError(`The ${batch.split} set has no sample ${index}: it has ${sizes[batch.split]}.`);
}

function checkSample({ encoding, inputs, steps, classes }: NetworkPlan, sample: Sample, i: number): void {
  const refuse = (why: string): never => {
    throw new RangeError(`Sample ${i} of the batch ${why}.`);
  };
  if (!(Number.isInteger(sample.label) && sample.label >= 0 && sample.label < classes))
    refuse(`has the label ${sample.label}, but there are ${classes} classes, the first is 0`);
  if ('current' in sample !== (encoding === 'current'))
    refuse(`is not of the kind that the network takes (${encoding})`);
  if ('current' in sample) {
    if (sample.current.length !== inputs) refuse(`has ${sample.current.length} inputs, but the network ${inputs}`);
    return;
  }
  const { offsets, channels } = sample;
  if (offsets.length !== steps + 1) refuse(`has ${offsets.length - 1} steps, but the network ${steps}`);
  for (let t = 0; t < steps; t++)
    if (!(offsets[t]! <= offsets[t + 1]!)) refuse(`has events that go back in time at step ${t}`);
  const end = offsets[steps]!;
  for (let e = offsets[0]!; e < end; e++) {
    const channel = channels[e]!;
    if (!(channel >= 0 && channel < inputs))
      refuse(`has an event in channel ${channel}, but the network has ${inputs} inputs`);
  }
}

/** Class scores of `samples` samples, over memory that threads can share. */
export function createSampleScores(samples: number, classes: number): SampleScores {
  return {
    labels: new Uint32Array(shared(samples * 4)),
    loss: new Float64Array(shared(samples * 8)),
    accuracy: new Float64Array(shared(samples * 8)),
    scores: new Float32Array(shared(samples * classes * 4)),
  };
}

/** Zeros for all that is asked of `samples` samples, but the gradient of the parameters; over memory that threads can share. */
export function createRecording(plan: NetworkPlan, ask: Probe, samples: number): Recording {
  const { layers, steps, inputs, classes } = plan;
  const size = (l: number): number => lengthOf(layers[l]!.output);
  const columns = (l: number): number => gatesOf(layers[l]!.neuron) * size(l);
  const floats = (width: number): Float32Array => new Float32Array(shared(samples * width * 4));
  const byLayer = <A>(asked: readonly number[] = [], array: (l: number) => A): Map<number, A> =>
    new Map(asked.map((l) => [l, array(l)]));
  return {
    samples: createSampleScores(samples, classes),
    spikes: byLayer(ask.spikes, (l) => new Uint8Array(shared(samples * steps * size(l)))),
    counts: byLayer(ask.counts, (l) => new Uint32Array(shared(samples * size(l) * 4))),
    potentials: byLayer(ask.potentials, (l) => floats(steps * size(l))),
    delta: byLayer(ask.delta, (l) => floats(steps * columns(l))),
    ...(ask.features && { features: floats(size(featureLayer(plan))) }),
    ...(ask.inputGradient && { inputGradient: floats(steps * inputs) }),
  };
}

export function createSlopes({ classes, steps, inputs }: NetworkPlan, { wanted, what }: Steepest): Slopes {
  const places = wanted.length * mostWanted(wanted);
  return {
    samples: createSampleScores(wanted.length, classes),
    found: new Uint32Array(shared(4 * wanted.length)),
    places: new Uint32Array(shared(4 * places)),
    values: new Float64Array(shared(8 * places)),
    to: new Uint32Array(shared(what === 'moves' ? 4 * places : 0)),
    whole: new Float32Array(shared(4 * steps * inputs * wanted.filter((n) => n === WHOLE).length)),
  };
}

/** Of all samples but those whose whole gradient is wanted. */
export function mostWanted(wanted: Uint32Array): number {
  return wanted.reduce((most, n) => (n === WHOLE ? most : Math.max(most, n)), 0);
}

const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);

/** The last hidden layer. */
export function featureLayer({ layers }: NetworkPlan): number {
  return layers.length - 2;
}

export function needsGradients(ask: Probe): boolean {
  return Boolean(ask.delta?.length || ask.inputGradient || ask.parameterGradient);
}
