"""A plain PyTorch loop, layer by layer: the weights of a layer are multiplied once with the spikes of all steps."""

import torch
from peer import TwoLayers
from surrogate import Spike


def neurons(currents, network):
    """Spikes [steps, batch, size] of a layer that receives `currents`."""
    potential = fired = torch.zeros_like(currents[0])
    spikes = []
    for current in currents.unbind():
        potential = network.leak * potential * (1 - fired) + current
        fired = Spike.apply(potential - network.threshold, network.width)
        spikes.append(fired)
    return torch.stack(spikes)


class Model(TwoLayers):
    neurons = staticmethod(neurons)

    def forward(self, spikes, watch):
        first, second = self.linears
        hidden = self.neurons(first(spikes), self.network)
        if watch:
            watch(hidden)
        return self.neurons(second(hidden), self.network).mean(0)
