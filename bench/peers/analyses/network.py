"""The networks of the analyses in PyTorch, forward, as a PyTorch user writes them: layer by layer, weights times all steps at once."""

import json
import sys
from pathlib import Path

import numpy as np
import torch

sys.path.append(str(Path(__file__).resolve().parent.parent))
from surrogate import Spike  # noqa: E402


class Samples:
    """Events as ../../analyses/files.ts wrote them into a folder: bins t*M + c, ascending, of one sample after the other."""

    def __init__(self, folder):
        folder = Path(folder)
        about = json.loads((folder / "samples.json").read_text())
        self.steps, self.inputs = about["steps"], about["inputs"]
        self.labels = torch.from_numpy(np.fromfile(folder / "labels.u16", np.uint16).astype(np.int64))
        starts = np.fromfile(folder / "starts.u32", np.uint32).astype(np.int64)
        bins = np.fromfile(folder / "bins.u32", np.uint32).astype(np.int64)
        self.bins = [bins[a:b] for a, b in zip(starts, starts[1:])]

    def dense(self, chosen):
        """[steps, samples, inputs] of some samples."""
        return dense([self.bins[i] for i in chosen], self.steps, self.inputs)

    def sparse(self, chosen):
        """The same as a CSR matrix [steps * samples, inputs]."""
        count = len(chosen)
        rows, columns = [], []
        for place, i in enumerate(chosen):
            step = self.bins[i] // self.inputs
            rows.append(step * count + place)
            columns.append(self.bins[i] - step * self.inputs)
        rows, columns = np.concatenate(rows), np.concatenate(columns)
        indices = torch.from_numpy(np.stack([rows, columns]))
        return torch.sparse_coo_tensor(
            indices, torch.ones(len(rows)), (self.steps * count, self.inputs)
        ).to_sparse_csr()


def dense(bins, steps, inputs):
    out = torch.zeros(len(bins), steps * inputs)
    for place, events in enumerate(bins):
        out[place].index_put_((torch.from_numpy(events),), torch.ones(len(events)), accumulate=True)
    return out.view(len(bins), steps, inputs).transpose(0, 1).contiguous()


def parameters(folder, about):
    """By the names of checkpoints; weights are [inputs, size]."""
    return {
        name: torch.from_numpy(np.fromfile(Path(folder) / f"{name}.f32", np.float32).reshape(shape))
        for name, shape in about.items()
    }


def neurons(currents, about, leak, recurrent, width):
    """Spikes [steps, samples, size] of a layer that receives `currents`."""
    potential = fired = torch.zeros_like(currents[0])
    hard = about["reset"] == "hard"
    spikes = []
    for current in currents.unbind():
        kept = potential * (1 - fired) if hard else potential
        potential = leak * kept + current
        if recurrent is not None:
            potential = potential + fired @ recurrent
        fired = Spike.apply(potential - about["threshold"], width)
        spikes.append(fired)
    return torch.stack(spikes)


def received(spikes, weight, bias):
    """Products of all steps at once, [steps, samples, size]; of a CSR matrix, too."""
    if spikes.layout == torch.sparse_csr:
        return torch.sparse.mm(spikes, weight) + bias
    return torch.nn.functional.linear(spikes, weight.T, bias)


def lif(spikes, samples, p, about, leak=None, width=None):
    """Class scores: spikes per step of the second layer. `spikes`: dense, or a CSR matrix of `samples` samples."""
    leak = about["leak"] if leak is None else leak
    width = about["width"] if width is None else width
    first = received(spikes, p["layers.0.weight"], p["layers.0.bias"])
    hidden = neurons(first.view(-1, samples, first.shape[-1]), about, leak, p.get("layers.0.recurrent"), width)
    second = received(hidden, p["layers.1.weight"], p["layers.1.bias"])
    return neurons(second, about, leak, p.get("layers.1.recurrent"), width).mean(0)


CELLS = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
NAMES = {
    "cell.weight": "weight_ih_l0",
    "cell.recurrent": "weight_hh_l0",
    "cell.bias": "bias_ih_l0",
    "cell.recurrentBias": "bias_hh_l0",
}


def cell(model, p):
    """PyTorch's own RNN, LSTM or GRU with these parameters, and a linear layer on the last hidden state."""
    module = CELLS[model](*p["cell.weight"].shape[:1], p["cell.recurrent"].shape[0])
    with torch.no_grad():
        for ours, theirs in NAMES.items():
            getattr(module, theirs).copy_(p[ours].T)
    return lambda spikes: module(spikes)[0][-1] @ p["readout.weight"] + p["readout.bias"]
