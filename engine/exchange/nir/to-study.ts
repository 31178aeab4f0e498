/** From a graph of NIR to the text of an experiment file that trains such a network from the beginning. */
import { stringify } from 'yaml';
import { plainLine } from '../../../protocol/text/plain-text.ts';
import { UserError } from '../../base/errors.ts';
import { shapeOf } from '../../datasets/describe.ts';
import { DATASETS, type DatasetSpec, datasetSchema } from '../../datasets/sets/registry.ts';
import type { NirGraph } from './graph.ts';
import { chainOf, type NirLayer } from './layers.ts';

export interface StudyChoice {
  /** Name of the file, for messages, and of the study. */
  file: string;
  name: string;
  /** `dataset` of the experiment file; undefined: one with as many inputs and classes. */
  dataset?: unknown;
  /** Seconds of a step; undefined: as the file's metadata have it. */
  dt?: number | undefined;
}

/** @returns the text, and sentences on what it does not have of the graph. Throws a UserError. */
export function studyFrom(
  graph: NirGraph,
  { file, name, dataset, dt }: StudyChoice,
): { text: string; remarks: string[] } {
  const own = graph.metadata.dt;
  const step = dt ?? (typeof own === 'number' && own > 0 ? own : undefined);
  const { layers, inputs, bias } = chainOf(file, graph, step);
  const last = layers.at(-1);
  if (!last || layers.length < 2)
    throw new UserError(
      `${file}: it has ${layers.length} layers of neurons, and a study needs a hidden one and an output layer.`,
    );
  const spec = dataset ?? suiting(file, inputs, last.size);
  checkShape(file, spec, inputs, last.size);
  const hidden = layers.slice(0, -1);
  const base = neuronFields(hidden[0]!);
  const sizes = hidden.map((layer) =>
    isSame(neuronFields(layer), base) ? layer.size : { size: layer.size, neuron: neuronFields(layer) },
  );
  const study = {
    name,
    dataset: spec,
    network: { hidden: sizes, ...(bias ? {} : { bias: false }), readout: readoutOf(last) },
    neuron: base,
    variants: { imported: {} },
  };
  const remarks = [
    'Weights are not taken over: a study trains from weights of its own.',
    ...(step === undefined ? [] : [`Leaks are of steps of ${step} s, k = 1 - dt/tau.`]),
    ...layers.flatMap(({ name: node, leak }) =>
      typeof leak === 'number'
        ? []
        : [
            `The neurons of ${plainLine(node, 60)} have leaks from ${leak.least} to ${leak.greatest}: here they are learned and begin in that range.`,
          ],
    ),
    ...(typeof graph.metadata.readout === 'string'
      ? [`What the file says of its readout: ${plainLine(graph.metadata.readout, 200)}.`]
      : []),
  ];
  const head = [
    `Made of ${plainLine(file, 200)}, a graph of the Neuromorphic Intermediate Representation.`,
    ...remarks,
  ];
  return {
    text: `${head.map((line) => `# ${line}\n`).join('')}${stringify(study, { flowCollectionPadding: true, lineWidth: 120 })}`,
    remarks,
  };
}

/** The data set with these numbers of inputs and classes. */
function suiting(file: string, inputs: number, classes: number): unknown {
  for (const { name } of DATASETS) {
    const spec = datasetSchema.safeParse({ name }).data;
    if (spec === undefined) continue;
    const shape = shapeOf(spec);
    if (shape.inputs === inputs && shape.classes === classes) return { name };
  }
  throw new UserError(
    `${file}: no data set has its ${inputs} inputs and ${classes} classes; name yours, for instance --dataset '{ name: events, path: mine.npz }' with the fields that lif data show mine.npz writes.`,
  );
}

function checkShape(file: string, dataset: unknown, inputs: number, classes: number): void {
  const spec: DatasetSpec | undefined = datasetSchema.safeParse(dataset).data;
  // What is wrong with the fields is said by the check of the whole study.
  if (spec === undefined) return;
  const shape = shapeOf(spec);
  if (shape.inputs !== inputs || shape.classes !== classes)
    throw new UserError(
      `${file}: it has ${inputs} inputs and ${classes} classes, but the data set has ${shape.inputs} and ${shape.classes}; name another one with --dataset.`,
    );
}

type Fields = Record<string, unknown>;

function neuronFields(layer: NirLayer): Fields {
  if (layer.threshold === undefined)
    throw new UserError(
      `The node ${layer.name} never fires, and hidden neurons of a study do; such a graph cannot become one.`,
    );
  return {
    leak: leakField(layer),
    threshold: layer.threshold,
    reset: layer.reset,
    recurrent: layer.recurrent,
    ...(layer.scaleInput && { scaleInput: true }),
  };
}

function readoutOf(layer: NirLayer): Fields {
  if (layer.threshold !== undefined) return { kind: 'spike-rate', neuron: neuronFields(layer) };
  if (layer.recurrent)
    throw new UserError(`The node ${layer.name} is a recurrent integrator, for which there is no layer.`);
  return { kind: 'leaky-integrator', leak: leakField(layer), ...(layer.scaleInput && { scaleInput: true }) };
}

/** k = σ(a): what learned leaks begin with. */
function leakField({ leak }: NirLayer): unknown {
  if (typeof leak === 'number') return leak;
  const a = (k: number) => Number(Math.min(20, Math.max(-20, Math.log(k / (1 - k)))).toPrecision(7));
  return { learnable: true, init: { low: a(leak.least), high: a(leak.greatest) } };
}

const isSame = (a: Fields, b: Fields): boolean => JSON.stringify(a) === JSON.stringify(b);
