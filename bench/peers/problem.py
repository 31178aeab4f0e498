"""A benchmark network and its input, as problem.ts wrote them into a folder."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch


@dataclass
class Network:
    """Of LIF neurons (the paper's baseline: hard reset, rectangular surrogate, read out by spike rate), or an RNN."""

    model: str
    """lif, rnn, lstm or gru."""
    inputs: int
    hidden: int
    classes: int
    steps: int
    batch: int
    threshold: float
    leak: float
    """What of the potential survives a step."""
    width: float
    """Half-width of the surrogate's window."""


class Problem:
    def __init__(self, folder):
        folder = Path(folder)
        about = json.loads((folder / "problem.json").read_text())
        self.network = Network(**about["network"])
        self.labels = torch.from_numpy(np.fromfile(folder / "labels.u16", np.uint16).astype(np.int64))
        self._starts = np.fromfile(folder / "starts.f64", np.float64).astype(np.int64)
        self._events = np.fromfile(folder / "events.bin", np.uint8)
        self.parameters = {
            name: torch.from_numpy(np.fromfile(folder / f"{name}.f32", np.float32).reshape(shape))
            for name, shape in about["parameters"].items()
        }
        """By the names of our checkpoints; weights are [inputs, size]."""

    def spikes(self, batch):
        """Input of the first `batch` samples, dense: [steps, batch, inputs]."""
        steps = self.network.steps
        dense = torch.zeros(steps, batch, self.network.inputs)
        for sample in range(batch):
            record = self._events[self._starts[sample] : self._starts[sample + 1]]
            offsets = record[: 4 * (steps + 1)].view(np.uint32).astype(np.int64)
            channels = record[4 * (steps + 1) :].view(np.uint16)[: offsets[-1]].astype(np.int64)
            at = np.repeat(np.arange(steps), np.diff(offsets))
            dense[torch.from_numpy(at), sample, torch.from_numpy(channels)] = 1.0
        return dense
