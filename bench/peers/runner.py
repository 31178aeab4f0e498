"""Runs one peer: commands as JSON lines on stdin, one JSON line on stdout for each (../peers.ts sends them).

  {"do": "load", "folder": F, "threads": N, "budget": S}   -> {"threads", "batch", "activity", "versions"}
  {"do": "train", "seconds": S}                            -> {"samples", "seconds"}
  {"do": "gradient", "folder": F}                          -> {"loss", "differs"}, gradients in F/<peer>.<name>.f32
  {"error": sentence} instead where something fails
"""

import ctypes
import importlib
import importlib.metadata
import json
import os
import platform
import sys
import time

import torch
from problem import Problem


class Session:
    def __init__(self, peer):
        self.peer = peer
        self.model_class = importlib.import_module(peer).Model

    def load(self, folder, threads, budget):
        # Potentials and gradients halve from step to step; numbers too small to matter would take many times as long.
        torch.set_flush_denormal(True)
        torch.set_num_threads(threads)
        self.spikes = self.model = self.optimizer = None
        self.problem = Problem(folder)
        self.model = self.model_class(self.problem.network, self.problem.parameters)
        # So small a rate leaves the weights, and with them the activity, as they are. Fused is the fastest on the CPU.
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-9, fused=True)
        self.grow(budget)
        activity = self.activity()
        self.rest()
        return {
            "threads": torch.get_num_threads(),
            "batch": self.batch,
            "activity": activity,
            "versions": {
                "python": platform.python_version(),
                **{name: importlib.metadata.version(name) for name in self.model.distributions},
            },
        }

    def grow(self, budget):
        """Takes the whole batch, or the half, quarter ... of it that one update gets through within the budget."""
        whole = self.problem.network.batch
        batch = min(16, whole)
        while True:
            self.take(batch)
            self.update()
            seconds = self.timed_update()
            # More samples take at most that much longer, since some of the time does not depend on them.
            fits = whole
            while fits > batch and seconds * fits / batch > budget:
                fits //= 2
            if fits <= batch:
                return
            batch = fits

    def take(self, batch):
        self.batch = batch
        self.spikes = self.problem.spikes(batch)
        self.labels = self.problem.labels[:batch]

    def activity(self):
        """Share of hidden neurons that fire in a step; None where none do."""
        fired = []
        with torch.no_grad():
            self.model(self.spikes, lambda hidden: fired.append(hidden.mean().item()))
        return sum(fired) / len(fired) if fired else None

    def loss(self):
        return torch.nn.functional.cross_entropy(self.model(self.spikes, None), self.labels)

    def update(self):
        self.optimizer.zero_grad(set_to_none=True)
        self.loss().backward()
        self.optimizer.step()

    def timed_update(self):
        began = time.perf_counter()
        self.update()
        return time.perf_counter() - began

    def train(self, seconds):
        self.take(self.batch)
        self.update()
        spent = self.timed_update()
        updates = 1
        while spent < seconds:
            spent += self.timed_update()
            updates += 1
        self.rest()
        return {"samples": updates * self.batch, "seconds": spent}

    def rest(self):
        """Gives memory back while others have their turns."""
        self.spikes = self.labels = None
        self.optimizer.zero_grad(set_to_none=True)
        if sys.platform == "linux":
            ctypes.CDLL(None).malloc_trim(0)

    def gradient(self, folder):
        self.take(self.problem.network.batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss()
        loss.backward()
        for name, gradient in self.model.gradients().items():
            gradient.contiguous().numpy().tofile(os.path.join(folder, f"{self.peer}.{name}.f32"))
        return {"loss": loss.item(), "differs": self.model.differs}


def main(peer):
    # What a library prints must not end up between the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    session = None
    for line in sys.stdin:
        command = json.loads(line)
        try:
            session = session or Session(peer)
            answer = getattr(session, command.pop("do"))(**command)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        print(json.dumps(answer), file=answers, flush=True)


main(sys.argv[1])
