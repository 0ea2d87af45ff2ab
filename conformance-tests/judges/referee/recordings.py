"""Logits on disk: what transformers recorded, and what a judge writes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Recording:
    """Token ids [sequences][tokens] and the logits [sequences, tokens, vocabulary] for them."""

    tokens: list[list[int]]
    logits: np.ndarray

    @classmethod
    def read(cls, folder: Path) -> Recording:
        """Reads ``oracle.json`` and the logits it names.

        The logits of the tiny models are ``oracle.bin``, float32; those of the trained ones are in
        the float16 file named by ``oracle_logits``. Both are little-endian.

        Raises:
            OSError: if a file is missing.
            ValueError: if a field is missing, or the sizes of tokens, shape and file disagree.
        """
        index = json.loads((folder / "oracle.json").read_text(encoding="utf-8"))
        try:
            if "oracle_logits" in index:
                entry = index["oracle_logits"]
                tokens, shape = entry["tokens"], entry["shape"]
                path, dtype = folder / entry["file"], "<f2"
            else:
                tokens, shape = index["tokens"], index["logits_shape"]
                path, dtype = folder / "oracle.bin", "<f4"
        except KeyError as e:
            raise ValueError(f"{folder / 'oracle.json'}: expected a field {e}") from e
        if not tokens or [len(tokens), len(tokens[0])] != shape[:2]:
            lengths = sorted({len(ids) for ids in tokens})
            raise ValueError(
                f"{folder / 'oracle.json'}: expected {shape[:2]} tokens,"
                f" got {len(tokens)} sequences of {lengths}"
            )
        return cls(tokens, read_logits(path, tokens, shape[2], dtype))


def recorded_versions(folders: Iterable[Path]) -> list[str]:
    """Returns the versions of transformers that the recordings name, each once; some name none."""
    indices = [json.loads((folder / "oracle.json").read_text("utf-8")) for folder in folders]
    return sorted({index["transformers"] for index in indices if "transformers" in index})


def read_logits(
    path: Path, tokens: list[list[int]], vocabulary: int, dtype: str = "<f4"
) -> np.ndarray:
    """Reads raw logits [sequences, tokens, vocabulary] without a header.

    Raises:
        ValueError: if the file has another size.
    """
    shape = (len(tokens), len(tokens[0]), vocabulary)
    logits = np.fromfile(path, dtype=dtype)
    if logits.size != np.prod(shape):
        raise ValueError(f"{path.name}: expected {shape} numbers, got {logits.size}")
    return logits.reshape(shape)
