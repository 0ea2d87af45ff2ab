"""Records what gguf 0.19.0 decodes from random bytes: python record.py FOLDER

The other files of this folder, TYPE.bytes and TYPE.f32, were quantized and decoded by ggml.
"""

import sys
from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, quants

WEIGHTS = 1024
folder = Path(sys.argv[1])
random = np.random.default_rng(77)
for name in ("Q8_0", "Q6_K", "Q5_0", "Q4_0", "Q4_1", "Q4_K"):
    kind = GGMLQuantizationType[name]
    weights, size = GGML_QUANT_SIZES[kind]
    data = random.integers(0, 256, (1, WEIGHTS // weights * size), dtype=np.uint8)
    data.tofile(folder / f"random-{name.lower()}.bytes")
    with np.errstate(all="ignore"):
        decoded = quants.dequantize(data, kind).astype("<f4")
    decoded.tofile(folder / f"random-{name.lower()}.f32")
