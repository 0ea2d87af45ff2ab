"""Makes a tiny random model as the 1bitLLM folders have it, and its logits in float64.

Written from the models' own modeling_bitnet.py and utils_quant.py: masters in float16, rounded to
ternary in each linear layer, int8 activations, norms inside attention and feed-forward block under
names of their own, SiLU, heads of 100. Needs NumPy; knows nothing of this project.

    python record_one_bit_llm.py one-bit-llm
"""

import gzip
import json
import struct
import sys
from pathlib import Path

import numpy as np

HIDDEN, INTERMEDIATE, LAYERS, HEADS, VOCABULARY = 200, 60, 2, 2, 64
HEAD_DIM = HIDDEN // HEADS
EPSILON, THETA = 1e-5, 10000.0

CONFIG = {
    "architectures": ["BitnetForCausalLM"],
    "attention_bias": False,
    "hidden_act": "silu",
    "hidden_size": HIDDEN,
    "input_bits": 8,
    "intermediate_size": INTERMEDIATE,
    "max_position_embeddings": 128,
    "model_type": "llama",
    "num_attention_heads": HEADS,
    "num_hidden_layers": LAYERS,
    "num_key_value_heads": HEADS,
    "pretraining_tp": 1,
    "rms_norm_eps": EPSILON,
    "rope_scaling": None,
    "rope_theta": THETA,
    "tie_word_embeddings": True,
    "torch_dtype": "float16",
    "vocab_size": VOCABULARY,
    "weight_bits": 1,
}


def make(random):
    """Masters of few distinct numbers, so that the file packs well.

    Embeddings and gains are of many: quotients of few numbers would be ties of the int8 rounding.
    """

    def matrix(rows, cols):
        return (np.round(random.normal(0, 12, (rows, cols))) / 512).astype(np.float16)

    def gain(length):
        return random.normal(1, 0.1, length).astype(np.float16)

    table = random.normal(0, 0.05, (VOCABULARY, HIDDEN)).astype(np.float16)
    tensors = {"model.embed_tokens.weight": table, "model.norm.weight": gain(HIDDEN)}
    for layer in range(LAYERS):
        name = f"model.layers.{layer}."
        for module in "q_proj", "k_proj", "v_proj", "o_proj":
            tensors[f"{name}self_attn.{module}.weight"] = matrix(HIDDEN, HIDDEN)
        tensors[f"{name}mlp.gate_proj.weight"] = matrix(INTERMEDIATE, HIDDEN)
        tensors[f"{name}mlp.up_proj.weight"] = matrix(INTERMEDIATE, HIDDEN)
        tensors[f"{name}mlp.down_proj.weight"] = matrix(HIDDEN, INTERMEDIATE)
        tensors[f"{name}input_layernorm.weight"] = gain(HIDDEN)
        tensors[f"{name}post_attention_layernorm.weight"] = gain(HIDDEN)
        tensors[f"{name}self_attn.inner_attn_ln.weight"] = gain(HIDDEN)
        tensors[f"{name}mlp.ffn_layernorm.weight"] = gain(INTERMEDIATE)
    return tensors


def ternary(master):
    """weight_quant: the mean and its inverse in float32."""
    master = master.astype(np.float32)
    mean = np.float32(np.abs(master.astype(np.float64)).mean())
    scale = np.float32(1) / max(mean, np.float32(1e-5))
    signs = np.clip(np.rint(master * scale), -1, 1)
    return signs.astype(np.float64) * np.float64(np.float32(1) / scale)


def int8(x):
    """activation_quant, token by token."""
    scale = 127 / np.maximum(np.abs(x).max(-1, keepdims=True), 1e-5)
    return np.clip(np.rint(x * scale), -128, 127) / scale


def norm(x, gain):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + EPSILON) * gain.astype(np.float64)


def rotate(x):
    """x [tokens, heads, head_dim], halves."""
    frequency = THETA ** (-np.arange(0, HEAD_DIM, 2) / HEAD_DIM)
    angle = np.outer(np.arange(len(x)), frequency)[:, None, :]
    first, second = x[..., : HEAD_DIM // 2], x[..., HEAD_DIM // 2 :]
    return np.concatenate(
        [
            first * np.cos(angle) - second * np.sin(angle),
            second * np.cos(angle) + first * np.sin(angle),
        ],
        -1,
    )


def attention(x, linear, gain):
    tokens = len(x)
    q, k, v = (linear(m, x).reshape(tokens, HEADS, HEAD_DIM) for m in ("q_proj", "k_proj", "v_proj"))
    scores = np.einsum("thd,shd->hts", rotate(q), rotate(k)) / np.sqrt(HEAD_DIM)
    scores[:, np.triu_indices(tokens, 1)[0], np.triu_indices(tokens, 1)[1]] = -np.inf
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    mixed = np.einsum("hts,shd->thd", weights, v).reshape(tokens, HIDDEN)
    return linear("o_proj", norm(mixed, gain))


def logits(tensors, ids):
    def linear(module):
        weight = ternary(tensors[f"{module}.weight"])
        return lambda x: int8(x) @ weight.T

    table = tensors["model.embed_tokens.weight"].astype(np.float64)
    stream = table[ids]
    for layer in range(LAYERS):
        name = f"model.layers.{layer}."
        stream = stream + attention(
            norm(stream, tensors[name + "input_layernorm.weight"]),
            lambda module, x, name=name: linear(f"{name}self_attn.{module}")(x),
            tensors[name + "self_attn.inner_attn_ln.weight"],
        )
        x = norm(stream, tensors[name + "post_attention_layernorm.weight"])
        gate = linear(name + "mlp.gate_proj")(x)
        x = gate / (1 + np.exp(-gate)) * linear(name + "mlp.up_proj")(x)
        x = norm(x, tensors[name + "mlp.ffn_layernorm.weight"])
        stream = stream + linear(name + "mlp.down_proj")(x)
    return norm(stream, tensors["model.norm.weight"]) @ table.T


def safetensors(tensors):
    header, offset = {}, 0
    for name, tensor in tensors.items():
        header[name] = {
            "dtype": "F16",
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + tensor.nbytes],
        }
        offset += tensor.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(t.tobytes() for t in tensors.values())


def main(folder):
    random = np.random.default_rng(158)
    tensors = make(random)
    tokens = random.integers(0, VOCABULARY, (3, 48))
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(CONFIG, indent=1) + "\n")
    (folder / "model.safetensors.gz").write_bytes(gzip.compress(safetensors(tensors), 9, mtime=0))
    facts = {"tokens": tokens.tolist(), "logits_shape": [3, 48, VOCABULARY]}
    (folder / "oracle.json").write_text(json.dumps(facts) + "\n")
    recorded = np.stack([logits(tensors, ids) for ids in tokens])
    (folder / "oracle.bin").write_bytes(recorded.astype("<f4").tobytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
