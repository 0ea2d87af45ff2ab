#!/usr/bin/env python3
"""Records what Hugging Face transformers computes in float32 on the CPU, as a reference for others.

Reads the folder of any causal language model that transformers knows. Writes into the output
folder ``oracle.json`` (tokens [sequences][tokens], shape of the logits, what computed them) and
``oracle.bin`` (logits [sequences, tokens, vocabulary], float32, little-endian, no header).
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

# A folder is all that is read; nothing is looked up elsewhere.
os.environ["HF_HUB_OFFLINE"] = "1"
# transformers compiles parts of BitNet's layers: that takes minutes and rounds in another order.
os.environ["TORCHDYNAMO_DISABLE"] = "1"

import numpy as np
import torch
import transformers


def chosen_tokens(sequences: int, length: int, vocabulary: int, seed: int) -> list[list[int]]:
    """Returns random token ids [sequences][length], the same for the same seed."""
    return np.random.default_rng(seed).integers(0, vocabulary, (sequences, length)).tolist()


def given_tokens(path: Path, vocabulary: int) -> list[list[int]]:
    """Reads token ids: JSON, a list of lists of one length, or an object with such ``tokens``.

    Raises:
        ValueError: if the lengths differ or an id is outside the vocabulary.
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    tokens = content["tokens"] if isinstance(content, dict) else content
    lengths = {len(ids) for ids in tokens}
    if len(lengths) != 1 or 0 in lengths:
        raise ValueError(f"{path}: expected sequences of one length, got {sorted(lengths)}")
    outside = sorted({token for ids in tokens for token in ids if not 0 <= token < vocabulary})
    if outside:
        raise ValueError(f"{path}: expected ids below {vocabulary}, got {outside[:5]}")
    return tokens


@torch.no_grad()
def logits(model: transformers.PreTrainedModel, tokens: list[list[int]]) -> np.ndarray:
    """Returns float32 logits [sequences, tokens, vocabulary], one sequence at a time."""
    return np.concatenate([model(torch.tensor([ids])).logits.float().numpy() for ids in tokens])


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="folder with config.json and weights")
    parser.add_argument("out", type=Path, help="folder for oracle.json and oracle.bin; made if new")
    parser.add_argument("--sequences", type=int, default=3, help="random ones; default 3")
    parser.add_argument("--tokens", type=int, default=48, help="of each sequence; default 48")
    parser.add_argument("--seed", type=int, default=1, help="of the random tokens; default 1")
    parser.add_argument(
        "--token-file", type=Path, help="JSON with token ids instead, such as another oracle.json"
    )
    args = parser.parse_args()
    if not args.model.is_dir():
        parser.error(f"{args.model}: no such folder")
    if args.sequences < 1 or args.tokens < 1:
        parser.error("expected at least one sequence of one token")

    model = transformers.AutoModelForCausalLM.from_pretrained(
        args.model, dtype=torch.float32, local_files_only=True
    ).eval()
    vocabulary = model.config.vocab_size
    try:
        tokens = (
            given_tokens(args.token_file, vocabulary)
            if args.token_file
            else chosen_tokens(args.sequences, args.tokens, vocabulary, args.seed)
        )
    except (OSError, KeyError, ValueError) as e:
        parser.error(f"--token-file: {e}")
    computed = logits(model, tokens)
    if not np.isfinite(computed).all():
        raise SystemExit(f"{args.model}: transformers computes numbers that are not finite")

    args.out.mkdir(parents=True, exist_ok=True)
    computed.astype("<f4").tofile(args.out / "oracle.bin")
    index = {
        "tokens": tokens,
        "logits_shape": list(computed.shape),
        "seed": None if args.token_file else args.seed,
        "transformers": transformers.__version__,
        "torch": torch.__version__,
        "dtype": "float32",
    }
    (args.out / "oracle.json").write_text(json.dumps(index) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
