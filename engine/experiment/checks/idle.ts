/** Fields that change nothing, since another field switches them off: one table, for warnings and to tell equal variants. */
import { pathText } from '../../base/errors.ts';
import { shapeOf } from '../../datasets/describe.ts';
import { definitionOf } from '../../datasets/sets/registry.ts';
import { isMapping, type Mapping, own, type Path, valueAt } from '../assist/describe.ts';
import type { Settings, Variant } from '../schema.ts';
import { flowText } from '../text/flow-text.ts';
import type { Problem } from './problems.ts';

/** `field` changes nothing as long as `off`; `by` is the field that switches it off. Both are paths in the settings. */
interface Row {
  field: string;
  by: string;
  off(settings: Settings): boolean;
}

export interface Idle {
  field: Path;
  by: Path;
}

/** A field of a data set stands in its description (sets/<name>/describe.ts). */
const TABLE: Row[] = [
  { field: 'neuron', by: 'model', off: ({ model }) => model !== 'lif' },
  { field: 'training.spikePenalty', by: 'model', off: ({ model }) => model !== 'lif' },
  {
    field: 'network.readout',
    by: 'model',
    off: ({ model, network }) => model !== 'lif' && network.readout.kind !== 'linear',
  },
  { field: 'training.leakLearningRate', by: 'neuron.leak', off: (settings) => !learnsLeaks(settings) },
  {
    field: 'training.schedule',
    by: 'training.epochs',
    off: ({ training: { schedule, epochs } }) => schedule?.kind === 'step' && schedule.every >= epochs,
  },
  {
    field: 'training.schedule',
    by: 'training.schedule.factor',
    off: ({ training: { schedule } }) => schedule?.kind === 'step' && schedule.factor === 1,
  },
  {
    field: 'training.schedule',
    by: 'training.schedule.minimum',
    off: ({ training: { schedule, learningRate } }) => schedule?.kind === 'cosine' && schedule.minimum === learningRate,
  },
  // The last step is in every window.
  {
    field: 'network.readout.window',
    by: 'network.readout.kind',
    off: ({ network: { readout } }) => readout.kind === 'last-membrane',
  },
  {
    field: 'network.readout.window',
    by: 'network.readout.decode',
    off: ({ network: { readout } }) => readout.kind === 'leaky-integrator' && readout.decode === 'last',
  },
  {
    field: 'training.earlyStopping',
    by: 'training.epochs',
    off: ({ training }) => (training.earlyStopping?.patience ?? 0) >= evaluations(training),
  },
];

/** Whether any leak of these spiking neurons is learned. */
function learnsLeaks({ model, neuron, network: { conv = [], resnet, hidden, readout } }: Settings): boolean {
  const ofLayers = [...conv, ...(resnet ? [resnet] : []), ...hidden].map(
    (layer) => (typeof layer === 'object' ? layer.neuron?.leak : undefined) ?? neuron.leak,
  );
  const ofReadout =
    readout.kind === 'leaky-integrator' ? readout.leak : 'neuron' in readout ? readout.neuron?.leak : undefined;
  return model === 'lif' && [...ofLayers, ofReadout ?? neuron.leak].some((leak) => typeof leak === 'object');
}

/** Evaluations of a whole training. */
const evaluations = ({ epochs, evaluateEvery }: Settings['training']): number => Math.ceil(epochs / evaluateEvery);

/** `of` gives the fields of a neuron; `oneStep`: samples are a single step long. */
interface NeuronRow {
  field: string;
  /** A field of the neuron, or `steps`: the length of a sample. */
  by: string;
  off(of: (name: string) => unknown, oneStep: boolean): boolean;
}

/** The same for the neuron of the file and for the one of each layer that has fields of its own. */
const NEURON_TABLE: NeuronRow[] = [
  { field: 'recurrentGain', by: 'recurrent', off: (of) => of('recurrent') === false },
  { field: 'resetGradient', by: 'reset', off: (of) => of('reset') === 'none' },
  // These resets act before the decay: where nothing outlives a step there is nothing to reset.
  { field: 'reset', by: 'leak', off: (of) => of('leak') === 0 && of('reset') !== 'soft-undecayed' },
  { field: 'resetGradient', by: 'leak', off: (of) => of('leak') === 0 && of('reset') !== 'soft-undecayed' },
  { field: 'scaleInput', by: 'leak', off: (of) => of('leak') === 0 },
  // The spike before the first step acts through recurrence and through this reset even where no potential is left.
  {
    field: 'initialState',
    by: 'leak',
    off: (of) => of('leak') === 0 && of('recurrent') !== true && of('reset') !== 'soft-undecayed',
  },
  // Without a state before the first step there is nothing to leak or to reset in the only one.
  // Recurrence and a learned leak draw initial values, and with them others for what comes after: hints.ts tells of them.
  {
    field: 'leak',
    by: 'steps',
    off: (of, oneStep) => oneStep && startsAtRest(of) && typeof of('leak') === 'number' && !of('scaleInput'),
  },
  ...['reset', 'resetGradient', 'recurrentGain'].map((field) => ({
    field,
    by: 'steps',
    off: (of: (name: string) => unknown, oneStep: boolean) => oneStep && startsAtRest(of),
  })),
];

const startsAtRest = (of: (name: string) => unknown): boolean => of('initialState') !== 'random';

/** Of the integrators of a readout, which have no threshold and inherit the leak alone. */
const INTEGRATOR_FIELDS = new Set(['leak', 'scaleInput', 'initialState']);

/** What changes nothing in these settings, written or not. */
export function idleFields(settings: Settings): Idle[] {
  const split = ({ field, by }: { field: string; by: string }) => ({ field: field.split('.'), by: by.split('.') });
  const { dataset } = settings;
  const ofDataset = (definitionOf(dataset).idle ?? []).filter(({ off }) => off(dataset));
  const found: Idle[] = [
    ...TABLE.filter(({ off }) => off(settings)).map(split),
    ...ofDataset.map(split).map(({ field, by }) => ({ field: ['dataset', ...field], by: ['dataset', ...by] })),
    ...(settings.model === 'lif' ? idleInNeurons(settings) : neuronsOfUnits(settings)),
  ];
  // Two fields may switch off the same one: the first is enough.
  return [...new Map(found.toReversed().map((idle) => [pathText(idle.field), idle])).values()].reverse();
}

function idleInNeurons(settings: Settings): Idle[] {
  const { neuron, network, dataset } = settings;
  const { conv = [], resnet, hidden, readout } = network;
  const oneStep = shapeOf(dataset).steps === 1;
  const layers: { path: Path; own: Mapping }[] = [
    ...conv.map((layer, i) => ({ path: ['network', 'conv', i, 'neuron'], own: layer.neuron ?? {} })),
    ...(resnet ? [{ path: ['network', 'resnet', 'neuron'], own: resnet.neuron ?? {} }] : []),
    ...hidden.map((layer, i) => ({
      path: ['network', 'hidden', i, 'neuron'],
      own: typeof layer === 'object' ? (layer.neuron ?? {}) : {},
    })),
  ];
  if (readout.kind !== 'leaky-integrator' && readout.kind !== 'linear')
    layers.push({ path: ['network', 'readout', 'neuron'], own: readout.neuron ?? {} });
  const fieldsOf = (layer: Mapping) => (name: string) => own(layer, name) ?? neuron[name as keyof typeof neuron];
  const integrator = readout.kind === 'leaky-integrator' ? integratorFields(readout, neuron.leak) : undefined;
  // Whoever gives the length of a sample in ms has one step since a step is as long as the sample.
  const steps = ['dataset', own(dataset, 'steps') === 1 ? 'steps' : 'dt'];
  return NEURON_TABLE.flatMap(({ field, by, off }) => {
    const isOff = (of: (name: string) => unknown) => off(of, oneStep);
    const switchOf = (path: Path, layer: Mapping): Path => {
      if (by === 'steps') return steps;
      return own(layer, by) === undefined ? ['neuron', by] : [...path, by];
    };
    const inherits = layers.filter(({ own: layer }) => own(layer, field) === undefined);
    const inLayers = layers.filter(({ own: layer }) => own(layer, field) !== undefined && isOff(fieldsOf(layer)));
    const heard = field === 'leak' && integrator && !('leak' in readout && readout.leak !== undefined);
    const inherited = inherits.every(({ own: layer }) => isOff(fieldsOf(layer))) && !(heard && !isOff(integrator));
    // Where every layer has its own, what all would have is read by none.
    const replaced = inherits.length === 0 && !heard && layers[0];
    const switched = replaced ? [...replaced.path, field] : switchOf(['neuron'], {});
    const ofIntegrator =
      integrator && INTEGRATOR_FIELDS.has(field) && own(readout, field) !== undefined && isOff(integrator);
    return [
      ...(inherited ? [{ field: ['neuron', field], by: switched }] : []),
      ...inLayers.map(({ path, own: layer }) => ({ field: [...path, field], by: switchOf(path, layer) })),
      ...(ofIntegrator
        ? [{ field: ['network', 'readout', field], by: switchOf(['network', 'readout'], readout) }]
        : []),
    ];
  });
}

/** The fields of integrators, as rows of the table ask for them. */
function integratorFields(readout: Mapping, leak: unknown): (name: string) => unknown {
  return (name) =>
    INTEGRATOR_FIELDS.has(name) ? (own(readout, name) ?? (name === 'leak' ? leak : undefined)) : undefined;
}

/** Neurons that the layers of a network without spikes were given. */
function neuronsOfUnits({ network }: Settings): Idle[] {
  return network.hidden.flatMap((layer, i) =>
    typeof layer === 'object' && layer.neuron ? [{ field: ['network', 'hidden', i, 'neuron'], by: ['model'] }] : [],
  );
}

/**
 * Warnings for fields that are written and change nothing: those of a variant in its own settings, those of the file
 * where no variant uses them.
 */
export function idleProblems(raw: unknown, variants: readonly Variant[]): Problem[] {
  const idle = variants.map(({ settings }) => idleFields(settings));
  const everywhere = (idle[0] ?? []).filter(({ field }) =>
    idle.every((fields) => fields.some((other) => pathText(other.field) === pathText(field))),
  );
  return [
    ...written(everywhere, raw).map((one) => warning(one, variants[0]!.settings)),
    ...variants.flatMap(({ name, override, settings }, i) =>
      written(idle[i]!, override).map((one) => ({ ...warning(one, settings), variant: name })),
    ),
  ];
}

const written = (fields: Idle[], data: unknown): Idle[] =>
  fields.filter(({ field }) => valueAt(data, field) !== undefined);

function warning({ field, by }: Idle, settings: Settings): Problem {
  const switched = pathText(by);
  const message = `\`${pathText(field)}\` changes nothing here, since \`${switched}\` is ${flowText(valueAt(settings, by))}; remove it, or change \`${switched}\`.`;
  return { path: field, place: 'name', severity: 'warning', message };
}

/** The same value without the fields at these paths. */
export function without(value: unknown, paths: readonly Path[]): unknown {
  return paths.reduce(dropped, value);
}

function dropped(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined || own(value, key) === undefined) return value;
  if (Array.isArray(value)) return value.with(Number(key), dropped(value[Number(key)], rest));
  if (!isMapping(value)) return value;
  const { [key]: inner, ...others } = value;
  return rest.length === 0 ? others : { ...others, [key]: dropped(inner, rest) };
}
