/** One sample through a network, step by step, to be drawn. */
import {
  type EventList,
  MAX_TRACES,
  type SampleAnswer,
  type SampleLayer,
  type SampleQuestion,
} from '../../protocol/analyses/sample.ts';
import type { Sample } from '../backends/backend.ts';
import { UserError } from '../base/errors.ts';
import { shapeOf } from '../datasets/describe.ts';
import { openReader } from '../datasets/reader.ts';
import type { LayerPlan } from '../models/plan.ts';
import type { Subject } from './analysis.ts';
import { readSamples } from './read-samples.ts';

/** Potentials are drawn: five digits are more than a screen shows. */
const DIGITS = 5;

/** Without the checkpoints, which the store knows. Rejects with a UserError when the sample or a layer is not there. */
export async function sampleOf(
  { network, data, plan, spec }: Subject,
  question: SampleQuestion,
): Promise<Omit<SampleAnswer, 'checkpoint' | 'checkpoints'>> {
  const { split } = question;
  const index = find(data, question);
  const traces = tracesOf(plan.layers, question);
  const spiking = plan.layers.flatMap(({ neuron }, layer) => (neuron.kind === 'lif' ? [layer] : []));
  const potentials = [...traces.keys()];
  const recording = await network.probe({ split, indices: [index] }, { spikes: spiking, potentials });
  const [sample] = readSamples(data, split, [index]);
  const { scores, loss } = recording.samples;
  const layers = plan.layers.map((layer, place): SampleLayer => {
    const { neuron, name, output } = layer;
    const neurons = output.reduce((a, b) => a * b, 1);
    const u = recording.potentials.get(place);
    const spikes = recording.spikes.get(place);
    return {
      layer: place,
      name,
      neurons,
      kind: neuron.kind,
      ...(spikes && { spikes: eventsOf(spikes, data.steps, neurons) }),
      ...(neuron.kind === 'lif' && {
        threshold: neuron.threshold,
        reset: neuron.reset,
        window: neuron.surrogate.width,
      }),
      traces: (traces.get(place) ?? []).map((one) => ({
        neuron: one,
        values: Array.from({ length: data.steps }, (_, t) => Number(u![t * neurons + one]!.toPrecision(DIGITS))),
      })),
    };
  });
  return {
    split,
    index,
    of: data.sizes[split],
    label: sample!.label,
    classes: data.classes,
    steps: data.steps,
    scores: [...scores],
    decision: scores.reduce((best, value, c) => (value > scores[best]! ? c : best), 0),
    loss: loss[0]!,
    input: inputOf(sample!, spec, data.inputs),
    layers,
  };
}

function find(data: Subject['data'], { split, index, label }: SampleQuestion): number {
  const size = data.sizes[split];
  if (size === 0) throw new UserError(`The data set has no ${split} samples; choose another split.`);
  if (index >= size)
    throw new UserError(`There is no sample ${index}: the ${split} split has ${size}, the first one is 0.`);
  if (label === undefined) return index;
  if (label >= data.classes) throw new UserError(`There is no class ${label}; there are 0 to ${data.classes - 1}.`);
  const reader = openReader(data);
  for (let i = 0; i < size; i++) {
    const candidate = (index + i) % size;
    if (reader.label(split, 0, candidate) === label) return candidate;
  }
  throw new UserError(`The ${split} split has no sample of class ${label}.`);
}

/** Neurons to trace by layer; of the last layer all, since it decides. */
function tracesOf(layers: readonly LayerPlan[], { traces }: SampleQuestion): Map<number, number[]> {
  const wanted = new Map<number, number[]>();
  let left = MAX_TRACES;
  for (const { layer, neurons } of traces) {
    const plan = layers[layer];
    if (!plan) throw new UserError(`There is no layer ${layer + 1}; there are 1 to ${layers.length}.`);
    const size = plan.output.reduce((a, b) => a * b, 1);
    const wrong = neurons.find((one) => one >= size);
    if (wrong !== undefined) throw new UserError(`Layer ${layer + 1} has no neuron ${wrong}; it has 0 to ${size - 1}.`);
    if (plan.neuron.kind === 'linear') continue;
    wanted.set(layer, neurons.slice(0, left));
    left -= Math.min(left, neurons.length);
  }
  const last = layers.length - 1;
  const { neuron, output } = layers[last]!;
  if (neuron.kind !== 'linear') wanted.set(last, [...Array(Math.min(MAX_TRACES, output[0])).keys()]);
  return wanted;
}

/** @param spikes 0 or 1 [T, N] */
function eventsOf(spikes: Uint8Array, steps: number, neurons: number): EventList {
  const offsets = [0];
  const items: number[] = [];
  for (let t = 0; t < steps; t++) {
    for (let n = 0; n < neurons; n++) if (spikes[t * neurons + n]) items.push(n);
    offsets.push(items.length);
  }
  return { offsets, items };
}

function inputOf(sample: Sample, spec: Subject['spec'], channels: number): SampleAnswer['input'] {
  const { input } = shapeOf(spec.dataset);
  const picture = 'planes' in input ? { picture: input } : {};
  if ('current' in sample) return { channels, ...picture, current: Array.from(sample.current) };
  const events = { offsets: Array.from(sample.offsets), items: Array.from(sample.channels) };
  return { channels, ...picture, events };
}
