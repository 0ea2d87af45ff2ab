"""How far two programs' logits lie apart: in NumPy float64, over the whole vocabulary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


LEAST_MEAN_KL = -1e-12
"""A divergence is not negative: a mean below this, in nats, is no rounding of its sum any more."""


@dataclass(frozen=True)
class Distance:
    """What one program's logits say about another's, over all positions of all sequences.

    KL divergences are in nats a position; ``forward`` is KL(reference || other) and ``backward``
    KL(other || reference). A position counts in ``agreements`` if both prefer the same token, in
    ``ties`` if they do not but the reference has the other's choice within the tie width of its
    own maximum, and in ``misses`` otherwise.
    """

    positions: int
    forward_mean: float
    forward_max: float
    backward_mean: float
    backward_max: float
    agreements: int
    ties: int
    misses: int

    @property
    def mean_kl(self) -> float:
        """The larger of both directions' means, in nats a position."""
        return max(self.forward_mean, self.backward_mean)

    @property
    def least_mean_kl(self) -> float:
        """The smaller of both directions' means, in nats a position."""
        return min(self.forward_mean, self.backward_mean)

    @property
    def top1(self) -> float:
        """The share of positions at which both prefer the same token; a tie is no agreement."""
        return self.agreements / self.positions


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Returns log-probabilities along the last axis, in float64."""
    wide = np.asarray(logits, dtype=np.float64)
    shifted = wide - wide.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def divergence(p_log: np.ndarray, q_log: np.ndarray) -> np.ndarray:
    """Returns KL(p || q) along the last axis, in nats.

    Summed as p (log p - log q) - p + q: the added terms cancel over the vocabulary, every summand
    is then positive, and a tiny divergence is not lost among rounding errors of both signs.
    """
    p, q = np.exp(p_log), np.exp(q_log)
    return (p * (p_log - q_log) - p + q).sum(axis=-1)


def distance(reference: np.ndarray, other: np.ndarray, tie_width: float) -> Distance:
    """Measures ``other`` against ``reference``; shapes [..., vocabulary], logits.

    Log-probabilities do as well as logits: both differ by a constant a position.

    Raises:
        ValueError: if shapes differ, there is no position, or a number is not finite.
    """
    if reference.shape != other.shape:
        raise ValueError(f"expected logits of shape {reference.shape}, got {other.shape}")
    if reference.size == 0:
        raise ValueError(f"expected at least one position, got shape {reference.shape}")
    for name, logits in (("reference", reference), ("other", other)):
        bad = int(np.count_nonzero(~np.isfinite(logits)))
        if bad:
            raise ValueError(f"the {name} has {bad} of {logits.size} numbers not finite")
    vocabulary = reference.shape[-1]
    ours = np.asarray(reference, dtype=np.float64).reshape(-1, vocabulary)
    theirs = np.asarray(other, dtype=np.float64).reshape(-1, vocabulary)
    ours_log, theirs_log = log_softmax(ours), log_softmax(theirs)
    forward, backward = divergence(ours_log, theirs_log), divergence(theirs_log, ours_log)
    best, choice = ours.argmax(axis=-1), theirs.argmax(axis=-1)
    rows = np.arange(len(ours))
    same = best == choice
    close = ours[rows, best] - ours[rows, choice] <= tie_width
    return Distance(
        positions=len(ours),
        forward_mean=float(forward.mean()),
        forward_max=float(forward.max()),
        backward_mean=float(backward.mean()),
        backward_max=float(backward.max()),
        agreements=int(same.sum()),
        ties=int((~same & close).sum()),
        misses=int((~same & ~close).sum()),
    )
