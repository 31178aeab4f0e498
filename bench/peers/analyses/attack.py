"""The spike-compatible gradient of Liang et al. with its flipper, along a ladder of budgets: flips, untargeted."""

import time

import numpy as np
import torch
from draws import Rng, some
from network import dense, lif

HALVINGS = 6


class Way:
    """A sample under attack; flips are (bin, 1 or -1) in their order."""

    def __init__(self, index, label, bins):
        self.index, self.label, self.bins = index, label, bins
        self.capacity = max(1, np.bincount(bins).max(initial=0))
        self.before, self.now = [], []
        self.low = self.high = None
        self.queries = 0

    def counts(self, flips, size):
        counts = np.bincount(self.bins, minlength=size).astype(np.float32)
        for at, by in flips:
            counts[at] += by
        return counts

    def arrive(self):
        self.low, self.high = self.before, self.now


def cost(flips):
    net = {}
    for at, by in flips:
        net[at] = net.get(at, 0) + by
    return sum(abs(by) for by in net.values())


def converted(g, counts, capacity, limit, rng):
    """Bins taken with probability |g| / max |g|, strongest first, and only where the count may go that way; None where g is zero."""
    magnitude = np.abs(g)
    top = float(magnitude.max())
    if top == 0:
        return None
    possible = (g != 0) & np.where(g < 0, counts > 0, counts < capacity)
    magnitude = np.where(possible, magnitude, 0)
    taken, skipped, look = [], 0, max(256, 8 * limit)
    while len(taken) < limit:
        look = min(look, int(possible.sum()))
        strongest = np.argpartition(-magnitude, look - 1)[:look] if look > 0 else np.zeros(0, int)
        strongest = strongest[np.lexsort((strongest, -magnitude[strongest]))]
        for at in strongest[skipped:]:
            if len(taken) >= limit:
                break
            if rng.uniform() * top < magnitude[at]:
                taken.append((int(at), -1 if g[at] < 0 else 1))
        if look == int(possible.sum()):
            break
        skipped, look = look, 4 * look
    return taken


def fooled(scores, label):
    return max(s for c, s in enumerate(scores) if c != label) > scores[label]


class Attack:
    def __init__(self, samples, p, about, options):
        self.samples, self.p, self.about, self.options = samples, p, about, options
        self.size = samples.steps * samples.inputs

    def inputs(self, ways, flips):
        x = dense([way.bins for way in ways], self.samples.steps, self.samples.inputs)
        for place, own in enumerate(flips):
            for at, by in own:
                x[at // self.samples.inputs, place, at % self.samples.inputs] += by
        return x

    def ask(self, ways, flips):
        for way in ways:
            way.queries += 1
        with torch.inference_mode():
            scores = lif(self.inputs(ways, flips), len(ways), self.p, self.about)
        return [fooled(own, way.label) for own, way in zip(scores.tolist(), ways)]

    def gradients(self, ways):
        """Whether each is fooled, and dL/dx [T*M] of each."""
        x = self.inputs(ways, [way.now for way in ways]).requires_grad_()
        scores = lif(x, len(ways), self.p, self.about, width=self.options["width"])
        labels = torch.tensor([way.label for way in ways])
        torch.nn.functional.cross_entropy(scores, labels, reduction="sum").backward()
        gradients = x.grad.transpose(0, 1).reshape(len(ways), -1).numpy()
        for way in ways:
            way.queries += 1
        return [fooled(own, way.label) for own, way in zip(scores.tolist(), ways)], gradients

    def step(self, way, g, budget, iteration):
        rng = Rng(self.options["seed"], "attack/flips/gradient", way.index, iteration)
        counts = way.counts(way.now, self.size)
        left = budget - cost(way.now)
        flips = converted(g, counts, way.capacity, left, rng)
        if flips is None:
            flips = []
            for at in some(self.size, self.options["turnover"], left, rng):
                up = counts[at] == 0 or not (counts[at] >= way.capacity or rng.uniform() < 0.5)
                flips.append((at, 1 if up else -1))
        way.before, way.now = way.now, way.now + flips

    def run(self, ways):
        for iteration, budget in enumerate(self.options["budgets"]):
            alive = [way for way in ways if way.high is None]
            if not alive:
                break
            for way, done, g in zip(alive, *self.gradients(alive)):
                if done:
                    way.arrive()
                else:
                    self.step(way, g, budget, iteration)
        alive = [way for way in ways if way.high is None]
        if alive:
            for way, done in zip(alive, self.ask(alive, [way.now for way in alive])):
                if done:
                    way.arrive()
        self.refine([way for way in ways if way.high is not None])

    def refine(self, ways):
        """Halves the way between the last state that did not fool and the first that did."""
        bounds = {way: [0.0, 1.0, way.low, way.high] for way in ways}
        for _ in range(HALVINGS):
            tried = []
            for way, (start, end, low, high) in bounds.items():
                # As JavaScript rounds.
                length = int(np.floor(len(low) + (start + end) / 2 * (len(high) - len(low)) + 0.5))
                if len(low) < length < len(high):
                    tried.append((way, high[:length]))
            if not tried:
                break
            answers = self.ask([way for way, _ in tried], [flips for _, flips in tried])
            for (way, flips), done in zip(tried, answers):
                middle = sum(bounds[way][:2]) / 2
                bounds[way][int(done)] = middle
                if done and cost(flips) < cost(way.high):
                    way.high = flips


def attack(samples, p, about, options):
    """Flips that fool the network, None where none were found; queries; the gradient of the first sample before any change."""
    work = Attack(samples, p, about, options)
    ways = [
        Way(index, label, bins) for index, label, bins in zip(options["indices"], samples.labels.tolist(), samples.bins)
    ]
    _, first = work.gradients(ways[:1])
    began = time.perf_counter()
    for start in range(0, len(ways), options["batch"]):
        work.run(ways[start : start + options["batch"]])
    return {
        "costs": [None if way.high is None else cost(way.high) for way in ways],
        "seconds": time.perf_counter() - began,
        "gradient": first[0],
    }
