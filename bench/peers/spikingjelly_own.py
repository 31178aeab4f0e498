"""SpikingJelly in multi-step mode with its own backward pass over the whole sequence.

Its operators know no rectangular surrogate, so this takes the cheapest that they know, a triangle. Spikes and activity
are those of the other peers.
"""

from spikingjelly.activation_based import surrogate
from spikingjelly_autograd import Model as Autograd


class Model(Autograd):
    def __init__(self, network, parameters):
        super().__init__(network, parameters)
        self.differs = {"surrogate": {"shape": "triangular", "width": network.width}}

    def surrogate(self, network):
        return surrogate.PiecewiseQuadratic(alpha=1 / network.width)
