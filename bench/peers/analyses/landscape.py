"""Loss and accuracy at points around the parameters, each by an evaluation of its own."""

import time

import torch
from network import lif


def landscape(samples, p, directions, points, about, batch, sparse):
    """Mean loss and accuracy of each point, and the seconds of all of them. The input is made before the clock starts."""
    count = len(samples.labels)
    parts = [range(first, min(count, first + batch)) for first in range(0, count, batch)]
    inputs = [(samples.sparse if sparse else samples.dense)(part) for part in parts]
    labels = [samples.labels[part.start : part.stop] for part in parts]
    answers = []
    with torch.inference_mode():
        began = time.perf_counter()
        for scales in points:
            here = {name: w + sum(s * d[name] for s, d in zip(scales, directions)) for name, w in p.items()}
            loss = right = 0.0
            for spikes, label in zip(inputs, labels):
                scores = lif(spikes, len(label), here, about)
                loss += torch.nn.functional.cross_entropy(scores, label, reduction="sum").item()
                right += (scores.argmax(1) == label).sum().item()
            answers.append({"loss": loss / count, "accuracy": right / count})
        seconds = time.perf_counter() - began
    return {"points": answers, "seconds": seconds}
