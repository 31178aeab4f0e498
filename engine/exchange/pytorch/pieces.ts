/** The parts of a script that are the same for every network; script.ts takes those that a network needs. */
import type { Reset, SurrogateShape } from '../../models/neuron.ts';

export const IMPORTS = `import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
`;

/** d(z), as engine/models/neuron.ts has them. What stands in neither table is refused by name. */
export const SURROGATE_LINES: Readonly<Partial<Record<SurrogateShape, string>>> = {
  rectangular: 'lambda z: (z.abs() < 1).to(z.dtype)',
  triangular: 'lambda z: (1 - z.abs()).clamp(min=0)',
  sigmoid: 'lambda z: 4 * torch.sigmoid(z) * torch.sigmoid(-z)',
  arctan: 'lambda z: 1 / (1 + z * z)',
  superspike: 'lambda z: 1 / (1 + z.abs()) ** 2',
  'multi-gaussian': 'lambda z: multi_gaussian(z) / multi_gaussian(torch.zeros_like(z))',
};

export const MULTI_GAUSSIAN = `
def multi_gaussian(z):
    def normal(mean, deviation):
        return torch.exp(-(((z - mean) / deviation) ** 2) / 2) / (deviation * (2 * np.pi) ** 0.5)

    return 0.5 * (1.15 * normal(0, 1) - 0.15 * normal(1, 6) - 0.15 * normal(-1, 6))

`;

/** u[t + 1] from u[t], o[t] and what is received, as engine/models/neuron.ts has it. */
export const RESET_LINES: Readonly<Partial<Record<Reset, string>>> = {
  hard: 'k * (u * (1 - fired)) + received',
  soft: 'k * (u - self.threshold * fired) + received',
  'soft-undecayed': 'k * u + received - self.threshold * fired',
  none: 'k * u + received',
};
const nextPotential = Object.entries(RESET_LINES).map(
  ([reset, next], i) => `${i === 0 ? 'if' : 'elif'} self.reset == "${reset}":\n                u = ${next}`,
);

export const SPIKE = `
class Spike(torch.autograd.Function):
    """1 where the potential reaches the threshold, else 0; backwards the surrogate height * d((u - threshold) / width)."""

    @staticmethod
    def forward(ctx, above, shape, width, height):
        ctx.save_for_backward(above)
        ctx.surrogate = shape, width, height
        return (above >= 0).to(above.dtype)

    @staticmethod
    def backward(ctx, grad):
        (above,) = ctx.saved_tensors
        shape, width, height = ctx.surrogate
        return grad * height * SURROGATES[shape](above / width), None, None, None

`;

export const EACH_STEP = `
def each_step(connection, x):
    """A connection applied to every step and sample: x [T, B, ...]."""
    flat = x.flatten(0, 1)
    if isinstance(connection, nn.Linear):
        flat = flat.flatten(1)
    return connection(flat).unflatten(0, x.shape[:2])

`;

export const LEAKY = `
class Leaky(nn.Module):
    """What spiking neurons and integrators have alike: a leak k, fixed or learned as k = sigmoid(a)."""

    def __init__(self, connection, leak, scale_input=False, start=0.0):
        super().__init__()
        self.connection = connection
        # A number is a fixed leak; a shape has a learned one for each neuron, [1] one for all.
        self.a = nn.Parameter(torch.zeros(leak)) if isinstance(leak, list) else None
        self.fixed = leak if self.a is None else None
        self.scale_input = scale_input
        self.start = start

    def leak(self, like):
        if self.a is None:
            return self.fixed
        k = torch.sigmoid(self.a)
        return k if k.numel() == 1 else k.view(like.shape[1:])

`;

export const LIF = `
class LIF(Leaky):
    """u[t] = k * r(u[t-1], o[t-1]) + W x[t] + V o[t-1] + b, o[t] = 1 where u[t] >= threshold."""

    def __init__(self, connection, leak, threshold, reset, surrogate, recurrent=0, reset_gradient=True, **more):
        super().__init__(connection, leak, **more)
        self.threshold, self.reset, self.surrogate = threshold, reset, surrogate
        self.reset_gradient = reset_gradient
        # [to, from]
        self.recurrent = nn.Parameter(torch.zeros(recurrent, recurrent)) if recurrent else None

    def forward(self, x):
        """x [T, B, ...] to potentials before the reset and spikes [T, B, ...]."""
        current = each_step(self.connection, x)
        k = self.leak(current[0])
        u = torch.full_like(current[0], self.start)
        o = torch.full_like(current[0], self.start)
        potentials, spikes = [], []
        for received in current:
            if self.recurrent is not None:
                received = received + F.linear(o, self.recurrent)
            if self.scale_input:
                received = (1 - k) * received
            fired = o if self.reset_gradient else o.detach()
            ${nextPotential.join('\n            ')}
            o = Spike.apply(u - self.threshold, *self.surrogate)
            potentials.append(u)
            spikes.append(o)
        return torch.stack(potentials), torch.stack(spikes)

`;

export const INTEGRATOR = `
class Integrator(Leaky):
    """u[t] = k * u[t-1] + W x[t] + b; never fires."""

    def forward(self, x):
        current = each_step(self.connection, x)
        k = self.leak(current[0])
        u = torch.full_like(current[0], self.start)
        potentials = []
        for received in current:
            u = k * u + ((1 - k) * received if self.scale_input else received)
            potentials.append(u)
        u = torch.stack(potentials)
        return u, u

`;

export const POOL = `
class Pool(nn.Module):
    """Gives on what it pools, without a state."""

    def __init__(self, connection):
        super().__init__()
        self.connection = connection

    def forward(self, x):
        y = each_step(self.connection, x)
        return y, y

`;

export const LOADING = `
def read_weights(path):
    """Tensors of a safetensors file, without the library of that name."""
    raw = path.read_bytes()
    data = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:data])
    header.pop("__metadata__", None)
    return {
        name: torch.from_numpy(
            np.frombuffer(raw[data + entry["data_offsets"][0] : data + entry["data_offsets"][1]], "<f4")
            .reshape(entry["shape"])
            .copy()
        )
        for name, entry in header.items()
    }


def load():
    """The network with the weights of the run."""
    network = Network()
    network.load_state_dict(read_weights(WEIGHTS))
    return network.eval()

`;

export const EVENTS = `
def inputs_of(data, samples):
    """How often each channel fired in each step, [B, T, M]."""
    x = torch.zeros(len(samples), STEPS, INPUTS)
    for row, sample in enumerate(samples):
        events = slice(int(data["starts"][sample]), int(data["starts"][sample + 1]))
        place = data["steps"][events].astype(np.int64) * INPUTS + data["channels"][events]
        x[row].view(-1).index_add_(0, torch.from_numpy(place), torch.ones(len(place)))
    return x

`;

export const CURRENTS = `
def inputs_of(data, samples):
    """The input of each channel, the same in every step, [B, T, M]."""
    x = torch.from_numpy(data["inputs"][samples.start : samples.stop])
    return x[:, None].expand(-1, STEPS, -1)

`;

/** @param eachStep whether the scores have rows of their own for the steps of the window */
export const evaluation = (eachStep: boolean): string => `
@torch.no_grad()
def evaluate(network, data):
    """Scores [B, C] and accuracy [B] of the test samples in the file."""
    labels = torch.from_numpy(data["labels"].astype(np.int64))
    batch = max(1, min(256, 2**24 // (STEPS * INPUTS)))
    scores, accuracies = [], []
    for start in range(0, len(labels), batch):
        samples = range(start, min(start + batch, len(labels)))
        s = network(inputs_of(data, samples))
${
  eachStep
    ? `        # [B, window, C]: every step is right or wrong by itself.
        accuracies.append((s.argmax(2) == labels[samples.start : samples.stop, None]).float().mean(1))
        scores.append(s.mean(1))`
    : `        accuracies.append((s.argmax(1) == labels[samples.start : samples.stop]).float())
        scores.append(s)`
}
    return torch.cat(scores), torch.cat(accuracies)


def main():
    with np.load(DATA) as file:
        data = {name: file[name] for name in file.files}
    scores, accuracies = evaluate(load(), data)
    theirs, expected = torch.from_numpy(data["scores"]), torch.from_numpy(data["accuracies"])
    n = len(theirs)
    differ = int(((scores.argmax(1) != theirs.argmax(1)) | ((accuracies - expected).abs() > 1e-6)).sum())
    print(f"accuracy {accuracies.double().mean():.6f} on {n} test samples; LIF Lab: {expected.double().mean():.6f}")
    print(f"predictions that differ: {differ} of {n}; largest deviation of a score: {(scores - theirs).abs().max():.3g}")
    # Sums in another order may differ in the last bit, and a potential that is as near to its threshold falls on the other side.
    sys.exit(0 if differ * 1000 <= n else 1)


if __name__ == "__main__":
    main()
`;
