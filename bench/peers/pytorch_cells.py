"""PyTorch's own RNN (tanh), LSTM and GRU, and a linear layer on the last hidden state."""

import torch
from peer import Peer

NAMES = {
    "cell.weight": "cell.weight_ih_l0",
    "cell.recurrent": "cell.weight_hh_l0",
    "cell.bias": "cell.bias_ih_l0",
    "cell.recurrentBias": "cell.bias_hh_l0",
    "readout.weight": "readout.weight",
    "readout.bias": "readout.bias",
}


class Model(Peer):
    def __init__(self, network, parameters):
        super().__init__()
        kind = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[network.model]
        self.cell = kind(network.inputs, network.hidden)
        self.readout = torch.nn.Linear(network.hidden, network.classes)
        with torch.no_grad():
            for ours, theirs in NAMES.items():
                self.get_parameter(theirs).copy_(parameters[ours].T)

    def forward(self, spikes, watch):
        hidden, _ = self.cell(spikes)
        return self.readout(hidden[-1])

    def gradients(self):
        return {ours: self.get_parameter(theirs).grad.T for ours, theirs in NAMES.items()}
