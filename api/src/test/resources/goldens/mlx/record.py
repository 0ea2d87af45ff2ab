"""Records what MLX packs (of w) and decodes: mlx.bin and its index mlx.json, beside this file.

Needs: pip install 'mlx[cpu]==0.32.4' numpy

Each case quantizes 8 rows of 192 numbers in one element type. Rows 0 to 6 are the hard ones: zeros,
all negative, all positive, constant, every other zero, huge, tiny. Scales, biases and decoded
numbers are written in the element type itself.
"""
import json
import pathlib

import mlx.core as mx
import numpy as np

HERE = pathlib.Path(__file__).parent
ROWS, COLS, GROUP = 8, 192, 64
mx.set_default_device(mx.cpu)
rng = np.random.default_rng(20260101)


def numbers():
    w = rng.standard_normal((ROWS, COLS)).astype(np.float32)
    w[0] = 0
    w[1] = -np.abs(w[1])
    w[2] = np.abs(w[2])
    w[3] = 0.25
    w[4, ::2] = 0
    w[5] *= 1e4
    w[6] *= 1e-6
    return w


cases = []
with open(HERE / "mlx.bin", "wb") as blob:
    for bits in (1, 2, 3, 4, 5, 6, 8):
        for dtype in ("float32", "float16", "bfloat16"):
            w = mx.array(numbers()).astype(getattr(mx, dtype))
            q, scales, biases = mx.quantize(w, group_size=GROUP, bits=bits)
            decoded = mx.dequantize(q, scales, biases, group_size=GROUP, bits=bits)
            case = dict(name=f"b{bits}_g{GROUP}_{dtype}", rows=ROWS, cols=COLS)
            for tag, array in dict(w=w, q=q, scales=scales, biases=biases, decoded=decoded).items():
                kind = str(array.dtype).removeprefix("mlx.core.")
                raw = array if array.dtype in (mx.uint32, mx.float32) else array.view(mx.uint16)
                case[tag] = dict(type=kind, offset=blob.tell())
                blob.write(np.array(raw).tobytes())
            cases.append(case)
index = dict(mlx=mx.__version__, cases=cases)
(HERE / "mlx.json").write_text(json.dumps(index, indent=0) + "\n")
