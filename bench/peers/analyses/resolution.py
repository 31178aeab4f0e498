"""Table 7: accuracy and loss of a model on recordings that were cut anew, as it is or with its leak rescaled."""

import time

import torch
from network import cell, lif


def resolution(samples, p, about, batch, leak):
    """The input is made before the clock starts."""
    count = len(samples.labels)
    parts = [range(first, min(count, first + batch)) for first in range(0, count, batch)]
    inputs = [samples.dense(part) for part in parts]
    module = None if about["model"] == "lif" else cell(about["model"], p)
    loss = right = 0.0
    with torch.inference_mode():
        began = time.perf_counter()
        for spikes, part in zip(inputs, parts):
            label = samples.labels[part.start : part.stop]
            scores = module(spikes) if module else lif(spikes, len(part), p, about, leak)
            loss += torch.nn.functional.cross_entropy(scores, label, reduction="sum").item()
            right += (scores.argmax(1) == label).sum().item()
        seconds = time.perf_counter() - began
    return {"loss": loss / count, "accuracy": right / count, "seconds": seconds}
