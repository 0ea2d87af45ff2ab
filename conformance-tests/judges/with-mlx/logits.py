#!/usr/bin/env python3
"""Writes the logits that MLX itself (CPU build, through mlx-lm) computes for a model folder."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import mlx.core as mx
import numpy as np
from mlx_lm.utils import load_model


def logits(folder: Path, tokens: list[list[int]], in_float32: bool) -> np.ndarray:
    """Returns float32 logits [sequences, tokens, vocabulary].

    In float32 every scale, bias and norm is widened first; else MLX computes in the type that the
    file has them in, and only its results are widened.
    """
    model, _ = load_model(folder)
    if in_float32:
        model.set_dtype(mx.float32)
    return np.stack([np.array(model(mx.array([ids]))[0].astype(mx.float32)) for ids in tokens])


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder in MLX or dense layout")
    parser.add_argument("--tokens", type=Path, required=True, help="JSON [sequences][tokens]")
    parser.add_argument("--precision", choices=("float32", "file"), required=True)
    parser.add_argument("--out", type=Path, required=True, help="raw float32, little-endian")
    args = parser.parse_args()
    mx.set_default_device(mx.cpu)
    tokens = json.loads(args.tokens.read_text(encoding="utf-8"))
    logits(args.model, tokens, args.precision == "float32").astype("<f4").tofile(args.out)


if __name__ == "__main__":
    main()
