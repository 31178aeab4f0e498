/** Layers over planes, one after another: what builders of convolutional networks share. */
import { type Path, pathText, SettingError } from '../../base/errors.ts';
import { shapeOf } from '../../datasets/describe.ts';
import type { Norm as NormSettings, Settings } from '../../experiment/schema.ts';
import {
  type Connection,
  type Extent,
  INPUT,
  type LayerPlan,
  type Lif,
  type NeuronPlan,
  type Planes,
} from '../plan.ts';

/** A layer that others can receive. */
export interface Placed {
  name: string;
  output: Planes;
}

/** A convolution with square kernels, and what comes behind it before its neurons. */
export interface Convolution {
  filters: number;
  kernel: number;
  stride: number;
  padding: number;
  norm?: NormSettings | undefined;
  /** α of the threshold-dependent form: 1, and less where its result is one term of a sum. */
  alpha?: number;
  /** The threshold of those that receive it in the end. */
  threshold: number;
}

export class PlaneLayers {
  readonly layers: LayerPlan[] = [];
  readonly input: Placed;
  private readonly network: Pick<Settings['network'], 'bias' | 'weightGain'>;

  /** @param field what asks for places */
  constructor({ dataset, network }: Settings, field: Path) {
    const { input } = shapeOf(dataset);
    if ('channels' in input)
      throw new SettingError(
        field,
        `needs inputs with places, but those of ${dataset.name} are ${input.channels} channels without any; use network.hidden alone.`,
      );
    this.input = { name: INPUT, output: [input.planes, input.height, input.width] };
    this.network = network;
  }

  /** @param field the setting to blame where the kernel fits nowhere */
  convolution(field: Path, from: Placed, wires: Convolution, neuron: NeuronPlan): Placed {
    const { norm, filters, threshold, alpha = 1 } = wires;
    const [kernel, stride, padding] = [bothAxes(wires.kernel), bothAxes(wires.stride), bothAxes(wires.padding)];
    const output = outputShape(field, from.output, filters, kernel, stride, padding);
    const { weightGain } = this.network;
    // A normalisation takes a bias out again, and has its own.
    const bias = this.network.bias && !norm;
    const conv = { kind: 'conv', input: from.output, filters, kernel, stride, padding, bias, weightGain } as const;
    if (!norm) return this.add([from], conv, neuron, output);
    const gain = norm.kind === 'threshold-dependent' ? alpha * threshold : 1;
    const { epsilon, momentum } = norm;
    const summed = this.add([from], conv, { kind: 'linear' }, output);
    return this.add([summed], { kind: 'norm', input: output, gain, epsilon, momentum }, neuron, output);
  }

  /** @param field the setting to blame where the window fits nowhere */
  pool(field: Path, from: Placed, operation: 'mean' | 'max', window: Extent): Placed {
    const output = outputShape(field, from.output, from.output[0], window, window, [0, 0]);
    const connection = { kind: 'pool', input: from.output, operation, window, stride: window } as const;
    return this.add([from], connection, { kind: 'linear' }, output);
  }

  /** Layers of one shape. */
  sum(from: readonly Placed[], neuron: NeuronPlan): Placed {
    const { output } = from[0]!;
    return this.add(from, { kind: 'residual', input: output }, neuron, output);
  }

  private add(from: readonly Placed[], connection: Connection, neuron: NeuronPlan, output: Planes): Placed {
    const name = `layers.${this.layers.length}`;
    this.layers.push({ name, input: from.map((below) => below.name), connection, neuron, output });
    return { name, output };
  }
}

/** Throws a SettingError where these neurons are recurrent. @param path of their own fields, `own`; others come from `neuron` */
export function refuseRecurrence(path: Path, own: { recurrent?: unknown } | undefined, lif: Lif): void {
  if (!lif.recurrent) return;
  const itself = own?.recurrent !== undefined;
  throw new SettingError(
    itself ? [...path, 'recurrent'] : ['neuron', 'recurrent'],
    `cannot be true${itself ? '' : ` for ${pathText(path)}`}: recurrent connections are inconvenient to add onto convolutional architectures, as the paper says (their weights would be the square of the number of neurons of a layer); set it to false${itself ? '' : ', here or there'}.`,
  );
}

const bothAxes = (n: number): Extent => [n, n];

/** What a window gives that is moved over planes. Throws a SettingError when it fits nowhere. */
function outputShape(
  field: Path,
  [, height, width]: Planes,
  planes: number,
  window: Extent,
  stride: Extent,
  padding: Extent,
): Planes {
  const along = (size: number, axis: 0 | 1): number =>
    Math.floor((size + 2 * padding[axis] - window[axis]) / stride[axis]) + 1;
  const [rows, columns] = [along(height, 0), along(width, 1)];
  if (rows < 1 || columns < 1)
    throw new SettingError(field, `is ${window[0]}, but the layer below has ${height} × ${width} places; take fewer.`);
  return [planes, rows, columns];
}
