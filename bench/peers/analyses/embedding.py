"""t-SNE by openTSNE, Barnes and Hut, exact neighbours: the defaults that ours has, too. And the one of scikit-learn."""

import time
import warnings

import numpy as np


def embedding(values, start, perplexity, threads):
    """Positions, divergence and seconds from features [n, d] that are centred, from `start` [n, 2]."""
    import openTSNE

    began = time.perf_counter()
    affinities = openTSNE.affinity.PerplexityBasedNN(
        values, perplexity=perplexity, method="exact", metric="euclidean", n_jobs=threads
    )
    positions = openTSNE.TSNEEmbedding(
        start.copy(), affinities, negative_gradient_method="bh", theta=0.5, n_jobs=threads, learning_rate="auto"
    )
    positions.optimize(n_iter=250, exaggeration=12, momentum=0.5, inplace=True)
    positions.optimize(n_iter=500, momentum=0.8, inplace=True)
    seconds = time.perf_counter() - began
    return {"positions": np.asarray(positions), "divergence": positions.kl_divergence, "seconds": seconds}


def scikit(values, start, perplexity, threads):
    from sklearn.manifold import TSNE

    began = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = TSNE(
            perplexity=perplexity, init=start, max_iter=750, early_exaggeration=12, method="barnes_hut", n_jobs=threads
        )
        positions = model.fit_transform(values)
    return {"positions": positions, "divergence": model.kl_divergence_, "seconds": time.perf_counter() - began}
