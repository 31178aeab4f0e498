/**
 * Where the parameters of every layer lie in the parameter vector. Matrices lie in panels of 16 columns
 * (kernels/panels.ts). Sizes are padded to multiples of 4 neurons; padding has zero weights and, since thresholds are
 * positive, never fires, so it stays zero for ever. Units with gates and what reads them are padded to multiples of 16, so
 * that every gate fills whole panels.
 */
import { layerParameters, type Part } from '../../../models/parameters.ts';
import { type Dense, gatesOf, type LayerPlan, type NeuronPlan, unreachable } from '../../../models/plan.ts';
import { PANEL, type Padded, roundUp } from '../kernels/panels.ts';
import { type Elements, elements } from './units.ts';

/** Where a parameter lies, and how it is padded. */
export interface Slot extends Padded {
  name: string;
  part: Part;
  shape: number[];
  first: Elements;
  /** Groups of columns that are padded one by one. */
  gates: number;
}

/** A layer and where its parameters lie. */
export interface LayerParameters<N extends NeuronPlan> {
  plan: LayerPlan<N, Dense>;
  /** Rows of the weight matrix, padded neurons, and columns: the neurons once for each gate. */
  inputs: number;
  size: number;
  columns: number;
  /** Elements from the start of the parameter vector. */
  weight: Elements;
  recurrent: Elements | undefined;
  bias: Elements | undefined;
  recurrentBias: Elements | undefined;
  /** Of a leak that is learned, k = σ(a). */
  a: Elements | undefined;
  slots: Slot[];
  /** Where the next layer begins. */
  end: Elements;
}

/** Neurons of a layer with padding. */
function paddedSize({ connection, neuron }: LayerPlan<NeuronPlan, Dense>): number {
  switch (neuron.kind) {
    case 'lif':
    case 'integrator':
      return roundUp(connection.size, 4);
    case 'rnn':
    case 'lstm':
    case 'gru':
    case 'linear':
      return roundUp(connection.size, PANEL);
    default:
      return unreachable(neuron);
  }
}

/**
 * Places the parameters of a layer from element `start` on, in the order of `parametersOf`; `inputs` is the padded size of
 * the layer below.
 */
export function placeParameters<N extends NeuronPlan>(
  plan: LayerPlan<N, Dense>,
  inputs: number,
  start: Elements,
): LayerParameters<N> {
  const size = paddedSize(plan);
  const gates = gatesOf(plan.neuron);
  const columns = gates * size;
  const places = new Map<Part, Elements>();
  let next = start;
  const slots = layerParameters(plan).map(({ name, part, shape }): Slot => {
    const [storedRows, storedCols] = storedShape(part, shape, { inputs, size, columns });
    const first = next;
    places.set(part, first);
    next = elements(first + storedRows * storedCols);
    const rows = shape.length > 1 ? shape[0]! : 1;
    return { name, part, shape, first, rows, cols: shape.at(-1)!, storedRows, storedCols, gates };
  });
  return {
    plan,
    inputs,
    size,
    columns,
    weight: places.get('weight')!,
    recurrent: places.get('recurrent'),
    bias: places.get('bias'),
    recurrentBias: places.get('recurrentBias'),
    a: places.get('leak'),
    slots,
    end: next,
  };
}

function storedShape(
  part: Part,
  shape: number[],
  { inputs, size, columns }: { inputs: number; size: number; columns: number },
): [rows: number, columns: number] {
  switch (part) {
    case 'weight':
      return [inputs, columns];
    case 'recurrent':
      return [size, columns];
    case 'bias':
    case 'recurrentBias':
      return [1, columns];
    case 'leak':
      return [1, roundUp(shape[0]!, 4)];
    case 'scale':
    case 'shift':
    case 'mean':
    case 'variance':
      throw refused(part);
    default:
      return unreachable(part);
  }
}

/** Elements [from, to) of the parameter vector. */
export interface Stretch {
  from: Elements;
  to: Elements;
}

/** Matrices decay where the optimizer asks for it, and leaks may have a learning rate of their own; biases neither. */
export interface SortedStretch extends Stretch {
  sort: 'matrix' | 'bias' | 'leak';
}

/** The whole parameter vector in ascending order, neighbours of one sort together. */
export function stretchesOf(layers: LayerParameters<NeuronPlan>[]): SortedStretch[] {
  const stretches: SortedStretch[] = [];
  for (const { part, first, storedRows, storedCols } of layers.flatMap(({ slots }) => slots)) {
    const to = elements(first + storedRows * storedCols);
    const sort = sortOf(part);
    const before = stretches.at(-1);
    if (before?.sort === sort) before.to = to;
    else stretches.push({ from: first, to, sort });
  }
  return stretches;
}

function sortOf(part: Part): SortedStretch['sort'] {
  switch (part) {
    case 'weight':
    case 'recurrent':
      return 'matrix';
    case 'bias':
    case 'recurrentBias':
      return 'bias';
    case 'leak':
      return 'leak';
    case 'scale':
    case 'shift':
    case 'mean':
    case 'variance':
      throw refused(part);
    default:
      return unreachable(part);
  }
}

/** Networks with normalisations do not come as far as here (refuses.ts). */
const refused = (part: Part): RangeError => new RangeError(`The event backend has no ${part} of a normalisation.`);
