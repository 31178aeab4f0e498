"""A plain PyTorch loop, step by step."""

from peer import TwoLayers
from surrogate import Spike


class Model(TwoLayers):
    def forward(self, spikes, watch):
        n = self.network
        first, second = self.linears
        potential1 = fired1 = spikes.new_zeros(spikes.shape[1], n.hidden)
        potential2 = fired2 = total = spikes.new_zeros(spikes.shape[1], n.classes)
        for step in spikes:
            potential1 = n.leak * potential1 * (1 - fired1) + first(step)
            fired1 = Spike.apply(potential1 - n.threshold, n.width)
            potential2 = n.leak * potential2 * (1 - fired2) + second(fired1)
            fired2 = Spike.apply(potential2 - n.threshold, n.width)
            total = total + fired2
            if watch:
                watch(fired1)
        return total / n.steps
