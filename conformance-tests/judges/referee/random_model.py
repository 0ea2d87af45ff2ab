"""Writes small models of random weights, in shapes that the files of the data folder do not have.

A Qwen3 graph in the layout of Hugging Face: dense float32 weights that a format which is to be
judged can hold exactly, or that it must round. Config, norms and sizes are this file's own;
vocabulary and tokenizer come from a model of the data folder.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from referee.agreements import Random

_WIDTH, _FEED_FORWARD, _LAYERS, _HEADS, _KEY_HEADS, _HEAD_DIM = 256, 512, 2, 4, 2, 64
_TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "generation_config.json")


def write(recipe: Random, folder: Path, data: Path) -> None:
    """Writes a folder that any program of Hugging Face models opens; the same for the same seed.

    Raises:
        OSError: if the model that gives the tokenizer is missing.
        ValueError: if there are no such weights.
    """
    if recipe.weights not in _KINDS:
        raise ValueError(f"expected weights of {sorted(_KINDS)}, got {recipe.weights}")
    donor = data / recipe.tokenizer_of
    vocabulary = json.loads((donor / "config.json").read_text(encoding="utf-8"))["vocab_size"]
    folder.mkdir(parents=True)
    for name in _TOKENIZER_FILES:
        shutil.copyfile(donor / name, folder / name)
    (folder / "config.json").write_text(json.dumps(_config(vocabulary), indent=1), encoding="utf-8")
    rng = np.random.default_rng(recipe.seed)
    save_file(_tensors(vocabulary, _KINDS[recipe.weights](rng), rng), folder / "model.safetensors")


def _config(vocabulary: int) -> dict[str, object]:
    return {
        "architectures": ["Qwen3ForCausalLM"],
        "model_type": "qwen3",
        "vocab_size": vocabulary,
        "hidden_size": _WIDTH,
        "intermediate_size": _FEED_FORWARD,
        "num_hidden_layers": _LAYERS,
        "num_attention_heads": _HEADS,
        "num_key_value_heads": _KEY_HEADS,
        "head_dim": _HEAD_DIM,
        "hidden_act": "silu",
        "max_position_embeddings": 512,
        "rms_norm_eps": 1e-6,
        "rope_theta": 10000.0,
        "attention_bias": False,
        "tie_word_embeddings": False,
        "torch_dtype": "float32",
        "bos_token_id": 0,
        "eos_token_id": 0,
    }


def _tensors(
    vocabulary: int, linear: Callable[[int, int], np.ndarray], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    def gain(size: int) -> np.ndarray:
        return rng.uniform(0.5, 1.5, size).astype(np.float32)

    tensors = {
        "model.embed_tokens.weight": _half(rng.standard_normal((vocabulary, _WIDTH))),
        "model.norm.weight": gain(_WIDTH),
        # Wide logits: tokens must not lie so close together that each rounding makes a tie.
        "lm_head.weight": _half(rng.standard_normal((vocabulary, _WIDTH)) * 0.2),
    }
    shapes = {
        "self_attn.q_proj": (_HEADS * _HEAD_DIM, _WIDTH),
        "self_attn.k_proj": (_KEY_HEADS * _HEAD_DIM, _WIDTH),
        "self_attn.v_proj": (_KEY_HEADS * _HEAD_DIM, _WIDTH),
        "self_attn.o_proj": (_WIDTH, _HEADS * _HEAD_DIM),
        "mlp.gate_proj": (_FEED_FORWARD, _WIDTH),
        "mlp.up_proj": (_FEED_FORWARD, _WIDTH),
        "mlp.down_proj": (_WIDTH, _FEED_FORWARD),
    }
    for layer in range(_LAYERS):
        prefix = f"model.layers.{layer}."
        tensors |= {
            prefix + name + ".weight": linear(rows, cols) for name, (rows, cols) in shapes.items()
        }
        tensors[prefix + "input_layernorm.weight"] = gain(_WIDTH)
        tensors[prefix + "post_attention_layernorm.weight"] = gain(_WIDTH)
        tensors[prefix + "self_attn.q_norm.weight"] = gain(_HEAD_DIM)
        tensors[prefix + "self_attn.k_norm.weight"] = gain(_HEAD_DIM)
    return tensors


def _half(values: np.ndarray) -> np.ndarray:
    """Rounds to what float16 holds, in float32."""
    return values.astype(np.float16).astype(np.float32)


def _gaussian(rng: np.random.Generator) -> Callable[[int, int], np.ndarray]:
    return lambda rows, cols: _half(rng.standard_normal((rows, cols)) / np.sqrt(cols))


def _ternary(rng: np.random.Generator) -> Callable[[int, int], np.ndarray]:
    """Codes -1, 0 and 1 with a float16 scale for every 256 weights of a row."""

    def matrix(rows: int, cols: int) -> np.ndarray:
        codes = rng.integers(-1, 2, (rows, cols // 256, 256))
        scales = _half(rng.uniform(0.5, 2.0, (rows, cols // 256, 1)) / np.sqrt(cols))
        return (codes * scales).reshape(rows, cols).astype(np.float32)

    return matrix


def _binary(rng: np.random.Generator) -> Callable[[int, int], np.ndarray]:
    """Signs with a float16 scale for every 128 weights of a row."""

    def matrix(rows: int, cols: int) -> np.ndarray:
        signs = 2 * rng.integers(0, 2, (rows, cols // 128, 128)) - 1
        scales = _half(rng.uniform(0.5, 2.0, (rows, cols // 128, 1)) / np.sqrt(cols))
        return (signs * scales).reshape(rows, cols).astype(np.float32)

    return matrix


_KINDS = {"gaussian": _gaussian, "ternary": _ternary, "binary": _binary}
