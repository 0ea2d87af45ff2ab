"""Records rotary frequencies (rope.tsv) and packed BitNet weights (bitnet.tsv), beside this file.

Needs: pip install torch transformers==5.17.0
"""
import json
import pathlib

import torch
import transformers
from transformers import LlamaConfig
from transformers.integrations.bitnet import pack_weights, unpack_weights
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

HERE = pathlib.Path(__file__).parent

# name, head size, base, scaling as in the model's config.json
CASES = [
    ("BitNet-b1.58-2B-4T", 128, 500000.0, dict(rope_type="default")),
    ("default base, head of 64", 64, 10000.0, dict(rope_type="default")),
    ("head of 2", 2, 10000.0, dict(rope_type="default")),
    ("linear", 64, 10000.0, dict(rope_type="linear", factor=2.5)),
    ("Llama-3.1-8B", 128, 500000.0, dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0,
        high_freq_factor=4.0, original_max_position_embeddings=8192)),
    ("Llama-3.2-1B", 64, 500000.0, dict(rope_type="llama3", factor=32.0, low_freq_factor=1.0,
        high_freq_factor=4.0, original_max_position_embeddings=8192)),
    ("Qwen2.5 with YaRN", 128, 1000000.0, dict(rope_type="yarn", factor=4.0,
        original_max_position_embeddings=32768)),
    ("Bonsai-8B", 128, 1000000.0, dict(rope_type="yarn", factor=4.0,
        original_max_position_embeddings=16384)),
    ("yarn, explicit attention factor", 128, 1000000.0, dict(rope_type="yarn", factor=4.0,
        original_max_position_embeddings=32768, attention_factor=0.75)),
    ("yarn, own betas, head of 80", 80, 10000.0, dict(rope_type="yarn", factor=16.0,
        original_max_position_embeddings=4096, beta_fast=24.0, beta_slow=1.5)),
    ("yarn, factor 1", 64, 10000.0, dict(rope_type="yarn", factor=1.0,
        original_max_position_embeddings=2048)),
    ("yarn, ramp one pair wide", 64, 10000.0, dict(rope_type="yarn", factor=8.0,
        original_max_position_embeddings=2048, beta_fast=12.1, beta_slow=12.0)),
]


def rope(head, theta, scaling):
    context = scaling.get("original_max_position_embeddings", 2048)
    config = LlamaConfig(head_dim=head, hidden_size=head * 2, num_attention_heads=2,
                         max_position_embeddings=int(context * scaling.get("factor", 1)),
                         rope_parameters=dict(scaling, rope_theta=theta))
    if scaling["rope_type"] == "default":
        frequencies, magnitude = LlamaRotaryEmbedding.compute_default_rope_parameters(config)
    else:
        frequencies, magnitude = ROPE_INIT_FUNCTIONS[scaling["rope_type"]](config, "cpu")
    assert frequencies.dtype == torch.float32
    return [repr(float(f)) for f in frequencies], repr(float(magnitude))


KEYS = ("factor", "original_max_position_embeddings", "low_freq_factor", "high_freq_factor",
        "beta_fast", "beta_slow", "attention_factor")
with open(HERE / "rope.tsv", "w") as out:
    out.write(f"# transformers {transformers.__version__}, torch {torch.__version__}, float32\n")
    out.write("# name\thead\ttheta\ttype\t" + "\t".join(KEYS) + "\tmagnitude\tfrequencies\n")
    for name, head, theta, scaling in CASES:
        frequencies, magnitude = rope(head, theta, scaling)
        given = [str(scaling.get(key, "-")) for key in KEYS]
        out.write("\t".join([name, str(head), str(theta), scaling["rope_type"], *given, magnitude,
                             " ".join(frequencies)]) + "\n")

with open(HERE / "bitnet.tsv", "w") as out:
    out.write(f"# transformers {transformers.__version__}, integrations/bitnet.py pack_weights\n")
    out.write("# rows\tcols\tternary values, row-major\tpacked bytes\n")
    generator = torch.Generator().manual_seed(5)
    for rows, cols in ((4, 1), (8, 5), (12, 33), (64, 7)):
        trits = torch.randint(-1, 2, (rows, cols), generator=generator)
        packed = pack_weights(trits.to(torch.float32))
        assert torch.equal(unpack_weights(packed, torch.float32), trits.to(torch.float32))
        text = "".join("-0+"[t + 1] for t in trits.flatten().tolist())
        out.write(f"{rows}\t{cols}\t{text}\t{bytes(packed.flatten().tolist()).hex()}\n")
