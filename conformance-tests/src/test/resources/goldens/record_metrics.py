"""Records divergences, losses and a perplexity with its standard error (metrics.json, beside this
file) in NumPy's extended precision.

Needs: pip install numpy. Run: python record_metrics.py
"""
import json
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(20260102)


def log_softmax(logits):
    wide = np.asarray(logits, dtype=np.longdouble)
    return wide - wide.max() - np.log(np.exp(wide - wide.max()).sum())


def row(noise):
    reference = rng.normal(0, 4, 50)
    other = reference + rng.normal(0, noise, 50)
    p, q = log_softmax(reference), log_softmax(other)
    return {
        "reference": reference.tolist(),
        "other": other.tolist(),
        "forward": float((np.exp(p) * (p - q)).sum()),
        "reverse": float((np.exp(q) * (q - p)).sum()),
        "losses": [float(-x) for x in p],
    }


def perplexity(count):
    """llama.cpp tools/perplexity/perplexity.cpp: nll, nll2 and the final estimate."""
    losses = rng.gamma(2, 1.2, count)
    nll = losses.sum() / count
    nll2 = (losses**2).sum() / count - nll * nll
    ppl = np.exp(nll)
    return {
        "losses": losses.tolist(),
        "value": float(ppl),
        "error": float(np.sqrt(nll2 / (count - 1)) * ppl),
    }


def main():
    facts = {
        "rows": [row(noise) for noise in (1.0, 1e-2, 1e-4)],
        "perplexity": perplexity(60),
    }
    (HERE / "metrics.json").write_text(json.dumps(facts, indent=1) + "\n")


main()
