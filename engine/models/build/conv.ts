/** Convolutional layers of spiking neurons: as `network.conv` lists them, each with its pooling, or a residual network. */
import type { Path } from '../../base/errors.ts';
import { SettingError } from '../../base/errors.ts';
import type { Settings } from '../../experiment/schema.ts';
import type { LayerPlan, Lif } from '../plan.ts';
import { PlaneLayers, refuseRecurrence } from './planes.ts';
import { residualFields, residualLayers } from './resnet.ts';

type Own = Record<string, unknown> | undefined;

/**
 * The layers of `network.conv` or `network.resnet`, named `layers.0` and so on; [] where there is neither.
 * @param neuronOf the neuron of a layer with its own fields
 */
export function placedLayers(settings: Settings, neuronOf: (own: Own) => Lif): LayerPlan[] {
  const { conv, resnet } = settings.network;
  if (!resnet) return convLayers(settings, neuronOf);
  if (conv)
    throw new SettingError(['network', 'conv'], 'cannot stand beside network.resnet, which has its own; take one out.');
  return residualLayers(settings, resnet, neuronOf(resnet.neuron));
}

function convLayers(settings: Settings, neuronOf: (own: Own) => Lif): LayerPlan[] {
  const { conv = [] } = settings.network;
  if (conv.length === 0) return [];
  const planes = new PlaneLayers(settings, ['network', 'conv']);
  let below = planes.input;
  conv.forEach(({ filters, kernel, stride, padding = Math.floor(kernel / 2), norm, pool, neuron }, i) => {
    const path: Path = ['network', 'conv', i];
    const lif = neuronOf(neuron);
    refuseRecurrence([...path, 'neuron'], neuron, lif);
    const wires = { filters, kernel, stride, padding, norm, threshold: lif.threshold };
    below = planes.convolution([...path, 'kernel'], below, wires, lif);
    if (pool) below = planes.pool([...path, 'pool', 'window'], below, pool.operation, [pool.window, pool.window]);
  });
  return planes.layers;
}

/** Paths of the settings that the layers of a network come from, in their order. */
export function layerFields({ conv = [], resnet, hidden }: Settings['network']): Path[] {
  return [
    ...(resnet ? residualFields(resnet) : []),
    ...conv.flatMap(({ norm, pool }, i): Path[] => {
      const path = ['network', 'conv', i] as const;
      return [path, ...(norm ? [path] : []), ...(pool ? [[...path, 'pool'] as const] : [])];
    }),
    ...hidden.map((_, i): Path => ['network', 'hidden', i]),
  ];
}
