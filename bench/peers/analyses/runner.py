"""Runs analyses in PyTorch: commands as JSON lines on stdin, one JSON line on stdout for each (../../analyses/compare.ts sends them).

  {"do": name, "folder": F, "threads": N, ...}   -> the answer of that analysis; arrays go to files in F
  {"error": sentence} instead where something fails
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from attack import attack
from embedding import embedding, scikit
from landscape import landscape
from network import Samples, parameters
from resolution import resolution


class Session:
    def do(self, name, folder, threads, **options):
        torch.set_flush_denormal(True)
        torch.set_num_threads(threads)
        return getattr(self, name)(Path(folder), threads, **options)

    def landscape(self, folder, threads, shapes, about, points, batch, sparse):
        directions = [parameters(folder / f"direction{d}", shapes) for d in range(2)]
        return landscape(Samples(folder), parameters(folder, shapes), directions, points, about, batch, sparse)

    def attack(self, folder, threads, shapes, about, options):
        answer = attack(Samples(folder), parameters(folder, shapes), about, options)
        answer.pop("gradient").astype(np.float32).tofile(folder / "gradient.f32")
        return answer

    def resolution(self, folder, threads, shapes, about, batch, leak):
        return resolution(Samples(folder), parameters(folder, shapes), about, batch, leak)

    def embedding(self, folder, threads, n, perplexity, library):
        values = np.fromfile(folder / "features.f64").reshape(n, -1)
        start = np.fromfile(folder / "start.f64").reshape(n, 2)
        run = scikit if library == "scikit-learn" else embedding
        answer = run(values, start, perplexity, threads)
        answer.pop("positions").astype(np.float64).tofile(folder / "positions.f64")
        return answer


def main():
    # What a library prints must not end up between the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    session = Session()
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = session.do(command.pop("do"), **command)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        print(json.dumps(answer), file=answers, flush=True)


main()
