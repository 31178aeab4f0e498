/** A neuron as the kernels take it. */
import { type Integrator, type Lif, unreachable } from '../../../models/plan.ts';
import { RESET, SURROGATE } from '../kernels/kernels.ts';

/** To the kernels an integrator is a neuron that never fires; flags are 0 or 1, reset and shape are codes. */
export interface Dynamics {
  spiking: number;
  threshold: number;
  reset: number;
  resetGradient: number;
  shape: number;
  width: number;
  height: number;
}

export function dynamicsOf(neuron: Lif | Integrator): Dynamics {
  switch (neuron.kind) {
    case 'lif': {
      const { threshold, reset, resetGradient, surrogate } = neuron;
      const { shape, width, height } = surrogate;
      const codes = { reset: RESET[reset], shape: SURROGATE[shape] };
      return { spiking: 1, threshold, resetGradient: Number(resetGradient), width, height, ...codes };
    }
    case 'integrator': {
      const codes = { reset: RESET.none, shape: SURROGATE.rectangular };
      return { spiking: 0, threshold: 1, resetGradient: 0, width: 1, height: 1, ...codes };
    }
    default:
      return unreachable(neuron);
  }
}
