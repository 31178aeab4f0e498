"""snnTorch: Leaky with reset to zero. It always detaches the reset, which saves it part of the backward pass."""

import snntorch
import torch
from peer import TwoLayers
from surrogate import Spike


class Model(TwoLayers):
    distributions = ("torch", "snntorch")
    differs = {"resetGradient": False}

    def __init__(self, network, parameters):
        super().__init__(network, parameters)
        self.neurons = torch.nn.ModuleList(
            snntorch.Leaky(
                beta=network.leak,
                threshold=network.threshold,
                reset_mechanism="zero",
                spike_grad=lambda x: Spike.apply(x, network.width),
            )
            for _ in self.linears
        )

    def layer(self, index, spikes):
        leaky = self.neurons[index]
        currents = self.linears[index](spikes)
        potential = torch.zeros_like(currents[0])
        out = []
        for current in currents.unbind():
            fired, potential = leaky(current, potential)
            out.append(fired)
        return torch.stack(out)

    def forward(self, spikes, watch):
        hidden = self.layer(0, spikes)
        if watch:
            watch(hidden)
        return self.layer(1, hidden).mean(0)
