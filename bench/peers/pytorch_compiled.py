"""The PyTorch loop by layers, its neurons compiled by torch.compile, ten steps at a time. Needs a C++ compiler."""

import torch
from pytorch_layers import Model as Layers
from surrogate import Spike

STEPS = 10


@torch.compile(dynamic=False)
def some_steps(potential, fired, currents, leak, threshold, width):
    spikes = []
    for current in currents.unbind():
        potential = leak * potential * (1 - fired) + current
        fired = Spike.apply(potential - threshold, width)
        spikes.append(fired)
    return potential, fired, torch.stack(spikes)


def neurons(currents, network):
    potential = fired = torch.zeros_like(currents[0])
    spikes = []
    for chunk in currents.split(STEPS):
        potential, fired, out = some_steps(potential, fired, chunk, network.leak, network.threshold, network.width)
        spikes.append(out)
    return torch.cat(spikes)


class Model(Layers):
    neurons = staticmethod(neurons)
