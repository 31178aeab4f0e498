"""What all peers share. A peer is a module with a class `Model(Peer)`."""

import torch


class Peer(torch.nn.Module):
    distributions = ("torch",)
    """Installed packages whose versions the result names."""

    differs = {}
    """Fields of our experiment file's `neuron` with which our gradients are the peer's; empty: the benchmark's own."""

    def forward(self, spikes, watch):
        """Class scores [batch, classes] of spikes [steps, batch, inputs]. `watch`, unless None, gets the hidden spikes."""
        raise NotImplementedError

    def gradients(self):
        """Of the loss, by the names and in the shapes of problem.parameters."""
        raise NotImplementedError


class TwoLayers(Peer):
    """Two layers of neurons, each behind a torch.nn.Linear; the scores are the spikes per step of the second."""

    input_gain = 1.0
    """Where a neuron scales its input by 1 / input_gain, weights and biases are scaled by input_gain."""

    def __init__(self, network, parameters):
        super().__init__()
        self.network = network
        self.linears = torch.nn.ModuleList(
            torch.nn.Linear(*parameters[f"layers.{i}.weight"].shape) for i in range(2)
        )
        with torch.no_grad():
            for i, linear in enumerate(self.linears):
                linear.weight.copy_(self.input_gain * parameters[f"layers.{i}.weight"].T)
                linear.bias.copy_(self.input_gain * parameters[f"layers.{i}.bias"])

    def gradients(self):
        return {
            f"layers.{i}.{name}": self.input_gain * gradient
            for i, linear in enumerate(self.linears)
            for name, gradient in (("weight", linear.weight.grad.T), ("bias", linear.bias.grad))
        }
