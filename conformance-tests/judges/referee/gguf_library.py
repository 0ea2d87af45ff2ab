"""A GGUF file as the Python library of llama.cpp's project reads it: metadata, names and numbers."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import gguf
import numpy as np
from safetensors import safe_open

from referee import programs
from referee.agreements import Check
from referee.findings import Finding
from referee.models import Models
from referee.programs import Installation

_FACTS = {
    "block_count": "num_hidden_layers",
    "embedding_length": "hidden_size",
    "feed_forward_length": "intermediate_size",
    "attention.head_count": "num_attention_heads",
    "attention.head_count_kv": "num_key_value_heads",
    "attention.layer_norm_rms_epsilon": "rms_norm_eps",
    "context_length": "max_position_embeddings",
    "rope.freq_base": "rope_theta",
    "attention.key_length": "head_dim",
    "vocab_size": "vocab_size",
}
"""Metadata keys, after the architecture's name, and what config.json of the same model calls them."""

_OPTIONAL = {"attention.key_length", "vocab_size"}
_MOST_NAMED = 3


def decide(check: Check, models: Models, place: Installation) -> Finding:
    """Opens a file, and compares with what ``trilobit convert`` decodes it to: dense float32.

    The library maps names between both and decodes; every number must be the same. Types that it
    cannot decode must be those that ``undecoded`` names. ``config``, a folder of the table, has the
    sizes that the metadata must tell; left out, those of the decoded folder are taken.
    """
    path = models.path(check.file)
    dense = place.work / f"{check.file}-decoded"
    shutil.rmtree(dense, ignore_errors=True)
    # Only weights are compared: that dense folders do not ask for rounded input is no matter.
    allowed = "--allow-other-activations"
    programs.run(place.launcher, "convert", path, dense, "--to", "hf-f32", allowed)
    config = models.path(str(check.options["config"])) if "config" in check.options else dense
    facts = json.loads((config / "config.json").read_text(encoding="utf-8"))
    reader = gguf.GGUFReader(path)
    failures = _metadata(reader, facts)
    names = _names(reader, facts["num_hidden_layers"])
    undecoded = set(check.options.get("undecoded", []))
    seen: Counter[str] = Counter()
    compared = 0
    stored = {tensor.name: tensor for tensor in reader.tensors}
    with safe_open(_weights(dense), framework="numpy") as ours:
        for name in ours.keys():
            theirs = names.get_name(name, try_suffixes=(".weight", ".bias"))
            if theirs not in stored:
                failures.append(f"{name}: no tensor {theirs} in the GGUF file")
                continue
            tensor = stored.pop(theirs)
            kind = tensor.tensor_type.name
            seen[kind] += 1
            if kind in undecoded:
                continue
            decoded = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
            wanted = _permuted(ours.get_tensor(name), name, reader, facts)
            reason = _difference(wanted, decoded.reshape(tuple(tensor.shape[::-1])))
            compared += decoded.size
            failures += [f"{theirs} ({kind}): {reason}"] if reason else []
    failures += [f"{name}: not in what we decoded" for name in stored]
    failures += [f"no tensor of type {kind}" for kind in sorted(undecoded - seen.keys())]
    if not compared:
        failures.append("not a number was compared")
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(seen.items()))
    shutil.rmtree(dense)
    found = f"{len(reader.fields)} keys; tensors: {kinds}; {compared} numbers compared"
    return Finding(check, "gguf", found, "all equal", tuple(failures[: 3 * _MOST_NAMED]))


def _weights(folder: Path) -> Path:
    files = sorted(folder.glob("*.safetensors"))
    if len(files) != 1:
        raise ValueError(f"{folder}: expected one safetensors file, got {len(files)}")
    return files[0]


def _metadata(reader: gguf.GGUFReader, facts: Mapping[str, object]) -> list[str]:
    """Returns what the metadata says otherwise than config.json."""
    architecture = _value(reader, "general.architecture")
    failures = []
    for key, name in _FACTS.items():
        told, expected = _value(reader, f"{architecture}.{key}"), facts.get(name)
        if expected is None or (told is None and key in _OPTIONAL):
            continue
        if told is None or not np.isclose(float(told), float(str(expected)), rtol=1e-6, atol=0):
            failures.append(f"{architecture}.{key}: expected {expected}, got {told}")
    tokens = reader.get_field("tokenizer.ggml.tokens")
    if tokens is not None and len(tokens.data) != facts["vocab_size"]:
        failures.append(f"{len(tokens.data)} tokens, expected {facts['vocab_size']}")
    return failures


def _value(reader: gguf.GGUFReader, key: str) -> object:
    field = reader.get_field(key)
    return None if field is None else field.contents()


def _names(reader: gguf.GGUFReader, layers: int) -> gguf.TensorNameMap:
    architecture = _value(reader, "general.architecture")
    for known, name in gguf.MODEL_ARCH_NAMES.items():
        if name == architecture:
            return gguf.get_tensor_name_map(known, layers)
    raise ValueError(f"general.architecture: the library does not know {architecture}")


def _permuted(
    weight: np.ndarray, name: str, reader: gguf.GGUFReader, facts: Mapping[str, object]
) -> np.ndarray:
    """Orders the rows of queries and keys as files of the architecture ``llama`` have them.

    As ``LlamaModel.permute`` of llama.cpp's converter does.
    """
    heads = {"q_proj": "num_attention_heads", "k_proj": "num_key_value_heads"}
    part = name.split(".")[-2] if "." in name else ""
    if _value(reader, "general.architecture") != "llama" or part not in heads:
        return weight
    count = int(str(facts[heads[part]]))
    halves = weight.reshape(count, 2, weight.shape[0] // count // 2, *weight.shape[1:])
    return halves.swapaxes(1, 2).reshape(weight.shape)


def _difference(ours: np.ndarray, theirs: np.ndarray) -> str:
    """Returns how two decoded tensors differ, for people; empty if they do not."""
    if ours.dtype != np.float32 or ours.shape != theirs.shape:
        return f"{ours.dtype} {ours.shape} of ours, {theirs.dtype} {theirs.shape} of theirs"
    wrong = np.argwhere(ours != theirs)
    if not len(wrong):
        return ""
    at = tuple(int(i) for i in wrong[0])
    return f"{len(wrong)} of {ours.size} numbers differ, first {at}: {ours[at]} and {theirs[at]}"
