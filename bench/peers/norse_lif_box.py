"""Norse: LIFBox cells. Of its surrogates the triangle, of half-width 1, is the cheapest.

It integrates leak * v + (1 - leak) * input, so weights are scaled up by 1 / (1 - leak). Steps are taken with unbind(),
since norse.torch.Lift indexes them, whose backward pass fills a whole sequence with zeros for every step.
"""

import torch
from norse.torch import LIFBoxCell, LIFBoxParameters
from peer import TwoLayers


class Model(TwoLayers):
    distributions = ("torch", "norse")

    def __init__(self, network, parameters):
        height = 1 / (2 * network.width)
        self.input_gain = 1 / (1 - network.leak)
        self.differs = {"surrogate": {"shape": "triangular", "width": 1, "height": height}}
        super().__init__(network, parameters)
        dt = 0.001
        cell = LIFBoxParameters(
            tau_mem_inv=torch.tensor((1 - network.leak) / dt),
            v_th=torch.tensor(network.threshold),
            method="triangle",
            alpha=height,
        )
        self.neurons = torch.nn.ModuleList(LIFBoxCell(cell, dt=dt) for _ in self.linears)

    def layer(self, index, spikes):
        state = None
        out = []
        for current in self.linears[index](spikes).unbind():
            fired, state = self.neurons[index](current, state)
            out.append(fired)
        return torch.stack(out)

    def forward(self, spikes, watch):
        hidden = self.layer(0, spikes)
        if watch:
            watch(hidden)
        return self.layer(1, hidden).mean(0)
