"""SpikingJelly in multi-step mode with the paper's surrogate, which PyTorch differentiates step by step."""

from peer import TwoLayers
from spikingjelly.activation_based import functional, layer, neuron, surrogate


class Model(TwoLayers):
    distributions = ("torch", "spikingjelly")

    def __init__(self, network, parameters):
        super().__init__(network, parameters)
        self.neurons = [self.lif(network) for _ in self.linears]

    def surrogate(self, network):
        return surrogate.Rect(alpha=1 / (2 * network.width))

    def lif(self, network):
        # Its potential is reset at once and ours before the next step, which gives the same spikes.
        return neuron.LIFNode(
            tau=1 / (1 - network.leak),
            decay_input=False,
            v_threshold=network.threshold,
            v_reset=0.0,
            surrogate_function=self.surrogate(network),
            detach_reset=False,
            step_mode="m",
        )

    def forward(self, spikes, watch):
        for node in self.neurons:
            node.reset()
        first, second = self.linears
        hidden = self.neurons[0](first(spikes))
        if watch:
            watch(hidden)
        return self.neurons[1](second(hidden)).mean(0)
