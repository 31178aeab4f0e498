/** Convolutional layers of spiking neurons, each with its pooling. */
import { type Path, SettingError } from '../../base/errors.ts';
import { shapeOf } from '../../datasets/describe.ts';
import type { Settings } from '../../experiment/schema.ts';
import { type Extent, INPUT, type LayerPlan, type Lif, type Planes } from '../plan.ts';

type Conv = NonNullable<Settings['network']['conv']>[number];

/**
 * The layers of `network.conv`, named `layers.0` and so on; [] where there are none.
 * @param neuronOf the neuron of a layer with its own fields
 */
export function convLayers(settings: Settings, neuronOf: (own: Conv['neuron']) => Lif): LayerPlan[] {
  const { conv = [], bias, weightGain } = settings.network;
  if (conv.length === 0) return [];
  let input = placesOf(settings);
  const layers: LayerPlan[] = [];
  const add = (layer: Pick<LayerPlan, 'connection' | 'neuron'>, output: Planes): void => {
    const below = layers.at(-1)?.name ?? INPUT;
    layers.push({ name: `layers.${layers.length}`, input: [below], ...layer, output });
    input = output;
  };
  conv.forEach(({ filters, kernel, stride, padding = Math.floor(kernel / 2), pool, neuron }, i) => {
    const path: Path = ['network', 'conv', i];
    const lif = neuronOf(neuron);
    if (lif.recurrent)
      throw new SettingError(
        [...path, 'neuron', 'recurrent'],
        'cannot be true: the weights would be the square of the number of neurons of a convolutional layer; set it to false there, or in neuron.',
      );
    const output = outputShape(
      [...path, 'kernel'],
      input,
      filters,
      bothAxes(kernel),
      bothAxes(stride),
      bothAxes(padding),
    );
    const wires = { filters, kernel: bothAxes(kernel), stride: bothAxes(stride), padding: bothAxes(padding) };
    add({ connection: { kind: 'conv', input, ...wires, bias, weightGain }, neuron: lif }, output);
    if (!pool) return;
    const window = bothAxes(pool.window);
    const pooled = outputShape([...path, 'pool', 'window'], input, filters, window, window, [0, 0]);
    const { operation } = pool;
    add({ connection: { kind: 'pool', input, operation, window, stride: window }, neuron: { kind: 'linear' } }, pooled);
  });
  return layers;
}

/** Paths of the settings that the layers of a network come from, in their order. */
export function layerFields({ conv = [], hidden }: Settings['network']): Path[] {
  return [
    ...conv.flatMap(({ pool }, i): Path[] => [
      ['network', 'conv', i],
      ...(pool ? [['network', 'conv', i, 'pool'] as const] : []),
    ]),
    ...hidden.map((_, i): Path => ['network', 'hidden', i]),
  ];
}

function placesOf({ dataset }: Settings): Planes {
  const { input } = shapeOf(dataset);
  if ('channels' in input)
    throw new SettingError(
      ['network', 'conv'],
      `needs inputs with places, but those of ${dataset.name} are ${input.channels} channels without any; use network.hidden alone.`,
    );
  return [input.planes, input.height, input.width];
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
