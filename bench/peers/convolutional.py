"""A network of convolutions, normalisations and spiking neurons in PyTorch, layer by layer as its plan lists them.

One JSON command on a line, one answer: {"load": {...}}, {"gradient": true}, {"train": updates}. All steps of a layer are one
call where no state is needed, and what is the same in every step is computed once.
"""

import json
import math
import resource
import sys
import time

import numpy
import torch
from torch.nn import functional as F

from surrogate import Spike


class Network:
    def __init__(self, plan, file, batch, threads, learningRate, double=False):
        torch.set_num_threads(threads)
        self.plan, self.batch = plan, batch
        numbers = torch.from_numpy(numpy.fromfile(file, dtype=numpy.float32))
        numbers = numbers.double() if double else numbers
        self.parameters, at = {}, 0
        for name, shape in plan["parameters"]:
            size = math.prod(shape)
            self.parameters[name] = numbers[at : at + size].reshape(shape).clone()
            at += size
        count = plan["samples"]
        self.currents = numbers[at : at + count * math.prod(plan["input"])].reshape(count, *plan["input"])
        self.labels = torch.tensor(plan["labels"])
        self.learned = [
            p.requires_grad_() for n, p in self.parameters.items() if not n.endswith((".mean", ".variance"))
        ]
        self.optimizer = torch.optim.Adam(self.learned, lr=learningRate)
        self.updates = 0

    def neurons(self, received, neuron):
        """Spikes [steps, batch, ...]; what is there for one step is the same in all of them."""
        steps = received.expand(self.plan["steps"], *received.shape[1:]).unbind()
        potential = fired = torch.zeros_like(steps[0])
        spikes = []
        for current in steps:
            potential = neuron["leak"] * potential * (1 - fired) + current
            fired = Spike.apply(potential - neuron["threshold"], neuron["surrogate"]["width"])
            spikes.append(fired)
        return torch.stack(spikes)

    def connect(self, name, c, x):
        p = self.parameters
        steps, flat = x.shape[0], x.flatten(0, 1)
        if c["kind"] == "conv":
            y = F.conv2d(flat, p[f"{name}.weight"], p.get(f"{name}.bias"), c["stride"], c["padding"])
        elif c["kind"] == "norm":
            running = [p[f"{name}.{part}"] for part in ("mean", "variance")]
            scale = c["gain"] * p[f"{name}.scale"]
            y = F.batch_norm(flat, *running, scale, p[f"{name}.shift"], True, c["momentum"], c["epsilon"])
        elif c["kind"] == "pool":
            pool = F.avg_pool2d if c["operation"] == "mean" else F.max_pool2d
            y = pool(flat, c["window"], c["stride"])
        elif c["kind"] == "dense":
            y = flat.flatten(1) @ p[f"{name}.weight"] + p[f"{name}.bias"]
        else:
            return x
        return y.unflatten(0, (steps, -1))

    def loss(self, first):
        rows = slice(first, first + self.batch)
        given = {"input": self.currents[rows][None]}
        for layer in self.plan["layers"]:
            x = sum(given[name] for name in layer["input"])
            y = self.connect(layer["name"], layer["connection"], x)
            given[layer["name"]] = self.neurons(y, layer["neuron"]) if layer["neuron"]["kind"] == "lif" else y
        return F.cross_entropy(y.mean(0), self.labels[rows])

    def gradient(self):
        loss = self.loss(0)
        gradients = torch.autograd.grad(loss, self.learned)
        return {"loss": loss.item(), "gradient": [g.flatten().tolist() for g in gradients]}

    def train(self, updates):
        began = time.perf_counter()
        for _ in range(updates):
            self.optimizer.zero_grad()
            self.loss(self.updates * self.batch % self.plan["samples"]).backward()
            self.optimizer.step()
            self.updates += 1
        seconds = time.perf_counter() - began
        return {"seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


network = None
for line in sys.stdin:
    command = json.loads(line)
    if "load" in command:
        network = Network(**command["load"])
        answer = {"version": torch.__version__}
    elif "gradient" in command:
        answer = network.gradient()
    else:
        answer = network.train(command["train"])
    print(json.dumps(answer), flush=True)
