/** The same network with another surrogate in its backward pass. */
import { neuronSchema, type RunSpec } from '../../experiment/schema.ts';

type Override = NonNullable<Exclude<RunSpec['network']['hidden'][number], number>['neuron']>;

/** Settings whose surrogates are wider by a factor, in every layer; the area of each stays. */
export function widened(spec: RunSpec, factor: number): RunSpec {
  const { neuron, network } = spec;
  const base = neuron.surrogate;
  const own = <N extends Override>(override: N): N => {
    const { surrogate } = override;
    if (!surrogate) return override;
    // Another shape starts from its own width, not from that of `neuron`.
    const inherits = surrogate.width === undefined && (surrogate.shape ?? base.shape) === base.shape;
    const width = surrogate.width ?? neuronSchema.parse({}).surrogate.width;
    return { ...override, surrogate: { ...scaled(surrogate), ...(!inherits && { width: width * factor }) } };
  };
  const scaled = <S extends { height?: number | undefined }>(surrogate: S): S =>
    surrogate.height === undefined ? surrogate : { ...surrogate, height: surrogate.height / factor };
  const { readout } = network;
  return {
    ...spec,
    neuron: { ...neuron, surrogate: { ...scaled(base), width: base.width * factor } },
    network: {
      ...network,
      ...(network.conv && {
        conv: network.conv.map((layer) => (layer.neuron ? { ...layer, neuron: own(layer.neuron) } : layer)),
      }),
      ...(network.resnet?.neuron && { resnet: { ...network.resnet, neuron: own(network.resnet.neuron) } }),
      hidden: network.hidden.map((layer) =>
        typeof layer === 'object' && layer.neuron ? { ...layer, neuron: own(layer.neuron) } : layer,
      ),
      readout: 'neuron' in readout && readout.neuron ? { ...readout, neuron: own(readout.neuron) } : readout,
    },
  };
}
