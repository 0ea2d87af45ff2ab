#!/usr/bin/env python3
"""Prints the perplexity that transformers computes in float32 for a GGUF file, as one JSON object.

Counts as llama.cpp's perplexity tool does: the text is encoded as a whole, cut into chunks, and the
predictions at the positions n/2 to n-2 of each chunk of n tokens are scored. Tokenizer and weights
are what transformers reads from the file.
"""

from __future__ import annotations

import argparse
import json
import math
import os
from pathlib import Path

# A file is all that is read; nothing is looked up elsewhere.
os.environ["HF_HUB_OFFLINE"] = "1"

import torch
import transformers


@torch.no_grad()
def losses(model: transformers.PreTrainedModel, chunk: list[int]) -> list[float]:
    """Returns the nats of each scored token of a chunk."""
    first, tokens = len(chunk) // 2, torch.tensor([chunk])
    log_probabilities = model(tokens).logits[0].double().log_softmax(dim=-1)
    scored = log_probabilities[first:-1].gather(1, tokens[0, first + 1 :, None])
    return (-scored[:, 0]).tolist()


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="GGUF file")
    parser.add_argument("text", type=Path, help="UTF-8 text")
    parser.add_argument("--chunk", type=int, default=512, help="tokens of a chunk")
    parser.add_argument("--chunks", type=int, required=True, help="how many are scored")
    args = parser.parse_args()
    source = {"pretrained_model_name_or_path": args.model.parent, "gguf_file": args.model.name}
    tokenizer = transformers.AutoTokenizer.from_pretrained(**source)
    model = transformers.AutoModelForCausalLM.from_pretrained(**source, dtype=torch.float32).eval()
    text = args.text.read_text(encoding="utf-8")
    ids = tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
    if len(ids) < args.chunk * args.chunks:
        parser.error(f"{args.text}: {len(ids)} tokens do not fill {args.chunks} chunks")
    starts = range(0, args.chunk * args.chunks, args.chunk)
    nats = [loss for at in starts for loss in losses(model, ids[at : at + args.chunk])]
    result = {
        "perplexity": math.exp(math.fsum(nats) / len(nats)),
        "tokens_scored": len(nats),
        "text_tokens": len(ids),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
