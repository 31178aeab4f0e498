/** A neuron as the kernels take it: part of the arguments of each kernel of a layer. */
import { type Integrator, type Lif, unreachable } from '../../../models/plan.ts';
import { type Kernels, RESET, SURROGATE } from '../kernels/kernels.ts';

type Arguments = Parameters<Kernels['lifBackward']>[0];

/** To the kernels an integrator is a neuron that never fires; reset and shape are codes. */
export type Dynamics = Pick<
  Arguments,
  'spiking' | 'threshold' | 'reset' | 'resetGradient' | 'shape' | 'width' | 'height'
>;

export function dynamicsOf(neuron: Lif | Integrator): Dynamics {
  switch (neuron.kind) {
    case 'lif': {
      const { threshold, reset, resetGradient, surrogate } = neuron;
      const { shape, width, height } = surrogate;
      const codes = { reset: RESET[reset], shape: SURROGATE[shape] };
      return { spiking: true, threshold, resetGradient, width, height, ...codes };
    }
    case 'integrator': {
      const codes = { reset: RESET.none, shape: SURROGATE.rectangular };
      return { spiking: false, threshold: 1, resetGradient: false, width: 1, height: 1, ...codes };
    }
    default:
      return unreachable(neuron);
  }
}
