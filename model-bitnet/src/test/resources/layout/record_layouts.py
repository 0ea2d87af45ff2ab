"""Records what the bytes of every tensor type stand for, for GgmlLayoutTest.

    pip install numpy==2.4.6 gguf==0.19.0
    python record_layouts.py .

Writes TYPE.bytes, the tensor as a GGUF file has it, and TYPE.f32, its numbers, into `random`. The
bytes are random but for the scales, which are random finite numbers of either sign. Codes are read
here by the rule of each layout, number by number, and by nothing of the reader under test; where
the Python package of llama.cpp's project knows the type it must say the same.

It does not know Q2_0 in either size, PQ2_0, PTQ1_0 and I2_S: their rules were not run by a third
party. Q2_0 of 64 weights is in `ggml`, which ggml's C functions wrote.

The numbers of a product of three are rounded as ggml rounds them, once, since the first product is
exact in float32.
"""

import sys
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, quants

SEED = 5
RNG = np.random.default_rng(SEED)

f32 = np.float32


def half(block, at):
    """Returns the binary16 at byte `at` of each block as float32."""
    return block[:, at : at + 2].copy().view("<f2").astype(f32)


def bits(values, shift, count):
    return (values >> shift) & ((1 << count) - 1)


def put(out, at, values):
    out[:, at : at + values.shape[1]] = values


def q1_0(b):
    d = half(b, 0)
    out = np.zeros((len(b), 128), f32)
    for j in range(128):
        out[:, j] = np.where(bits(b[:, 2 + j // 8], j % 8, 1) == 1, d[:, 0], -d[:, 0])
    return out


def two_bit(weights):
    def read(b):
        d = half(b, 0)
        out = np.zeros((len(b), weights), f32)
        for j in range(weights):
            code = bits(b[:, 2 + j // 4], 2 * (j % 4), 2).astype(f32)
            out[:, j] = (code - 1) * d[:, 0]
        return out

    return read


def tq2_0(b):
    d = half(b, 64)
    out = np.zeros((len(b), 256), f32)
    for h in range(2):
        for l in range(4):
            for m in range(32):
                code = bits(b[:, 32 * h + m], 2 * l, 2).astype(f32)
                out[:, 128 * h + 32 * l + m] = (code - 1) * d[:, 0]
    return out


def digit(byte, n):
    """Returns digit n, the first the most significant, of a number of base 3 in a byte."""
    return ((byte.astype(np.int64) * 3**n % 256) * 3) >> 8


def base3(weights, stages, scale):
    """Returns the reader of blocks whose stages are (first byte, bytes, digits)."""

    def read(b):
        d = half(b, scale)
        columns = []
        for first, count, digits in stages:
            for n in range(digits):
                for m in range(count):
                    columns.append((digit(b[:, first + m], n) - 1).astype(f32) * d[:, 0])
        assert len(columns) == weights
        return np.stack(columns, axis=1)

    return read


tq1_0 = base3(256, [(0, 32, 5), (32, 16, 5), (48, 4, 4)], 52)
ptq1_0 = base3(128, [(0, 16, 5), (16, 8, 5), (24, 2, 4)], 26)


def nibbles(qs):
    """Returns 16 low halves, then 16 high halves."""
    return np.concatenate([qs & 15, qs >> 4], axis=1)


def q4_0(b):
    return half(b, 0) * (nibbles(b[:, 2:18]).astype(f32) - 8)


def q4_1(b):
    return half(b, 0) * nibbles(b[:, 4:20]).astype(f32) + half(b, 2)


def q5_0(b):
    qh = b[:, 2:6].copy().view("<u4")
    fifth = (qh >> np.arange(32, dtype=np.uint32)) & 1
    return half(b, 0) * ((nibbles(b[:, 6:22]) | (fifth << 4).astype(np.uint8)).astype(f32) - 16)


def q8_0(b):
    return half(b, 0) * b[:, 2:34].view(np.int8).astype(f32)


def q4_k(b):
    d, dmin, scales, qs = half(b, 0), half(b, 2), b[:, 4:16], b[:, 16:144]
    out = np.zeros((len(b), 256), f32)
    for j in range(8):
        if j < 4:
            sc, m = scales[:, j] & 63, scales[:, j + 4] & 63
        else:
            sc = (scales[:, j + 4] & 15) | ((scales[:, j - 4] >> 6) << 4)
            m = (scales[:, j + 4] >> 4) | ((scales[:, j] >> 6) << 4)
        q = bits(qs[:, 32 * (j // 2) : 32 * (j // 2) + 32], 4 * (j % 2), 4).astype(f32)
        put(out, 32 * j, (d * sc[:, None].astype(f32)) * q - dmin * m[:, None].astype(f32))
    return out


def q6_k(b):
    ql, qh, scales, d = b[:, :128], b[:, 128:192], b[:, 192:208].view(np.int8), half(b, 208)
    out = np.zeros((len(b), 256), f32)
    for h in range(2):
        for quarter in range(4):
            for m in range(32):
                low = bits(ql[:, 64 * h + 32 * (quarter % 2) + m], 4 * (quarter // 2), 4)
                high = bits(qh[:, 32 * h + m], 2 * quarter, 2)
                q = (low | (high << 4)).astype(f32) - 32
                sc = scales[:, 8 * h + 2 * quarter + m // 16].astype(f32)
                out[:, 128 * h + 32 * quarter + m] = (d[:, 0] * sc) * q
    return out


def i2_s(layout):
    """Returns the reader of a whole tensor [rows, cols]; the high bits come first."""

    def read(tensor, rows, cols):
        count = rows * cols
        scale = tensor[count // 4 : count // 4 + 4].copy().view("<f4")[0]
        out = np.zeros((rows, cols), f32)
        for i in range(count):
            row, col = divmod(i, cols)
            if layout == "c":
                byte, place = row // 4 * cols + col, row % 4
            else:
                lane = 32 if layout == "a" else 16
                block, inner = divmod(i, 4 * lane)
                byte, place = block * lane + inner % lane, inner // lane
            out[row, col] = (f32(bits(tensor[byte], 6 - 2 * place, 2)) - 1) * scale
        return out

    return read


# name: (reader, weights of a block, its bytes, where the binary16 scales lie)
BLOCKS = {
    "q1_0": (q1_0, 128, 18, [0]),
    "q2_0": (two_bit(64), 64, 18, [0]),
    "q2_0_g128": (two_bit(128), 128, 34, [0]),
    "pq2_0": (two_bit(128), 128, 34, [0]),
    "tq1_0": (tq1_0, 256, 54, [52]),
    "tq2_0": (tq2_0, 256, 66, [64]),
    "ptq1_0": (ptq1_0, 128, 28, [26]),
    "q4_0": (q4_0, 32, 18, [0]),
    "q4_1": (q4_1, 32, 20, [0, 2]),
    "q5_0": (q5_0, 32, 22, [0]),
    "q8_0": (q8_0, 32, 34, [0]),
    "q4_k": (q4_k, 256, 144, [0, 2]),
    "q6_k": (q6_k, 256, 210, [208]),
}


def known(name, block_bytes):
    """Returns the type in the package, if it knows it in this size."""
    upstream = {"q4_k": "Q4_K", "q6_k": "Q6_K"}.get(name, name.upper())
    kind = getattr(GGMLQuantizationType, upstream, None)
    return kind if kind is not None and quants.GGML_QUANT_SIZES[kind][1] == block_bytes else None


def record_blocks(folder, name, rows=2, cols=1024):
    read, weights, size, scales = BLOCKS[name]
    blocks = RNG.integers(0, 256, (rows * cols // weights, size), np.uint8)
    for at in scales:
        blocks[:, at : at + 2] = random_scales(len(blocks), "<f2")
    values = read(blocks).reshape(rows, cols)
    kind = known(name, size)
    checked = "alone"
    if kind is not None:
        try:
            theirs = quants.dequantize(blocks.reshape(rows, -1), kind)
        except NotImplementedError:
            theirs = None
        if theirs is not None:
            assert np.array_equal(values, theirs), name
            checked = "as the package says"
    write(folder, name, blocks, values)
    print(f"{name}: {checked}")


def record_whole(folder, layout, rows=8, cols=256):
    codes = RNG.integers(0, 3, (rows * cols // 4, 4), np.uint8)  # code 3 does not occur
    packed = codes[:, 0] << 6 | codes[:, 1] << 4 | codes[:, 2] << 2 | codes[:, 3]
    tensor = np.concatenate([packed, random_scales(1, "<f4")[0], np.zeros(28, np.uint8)])
    write(folder, f"i2_s_{layout}", tensor, i2_s(layout)(tensor, rows, cols))
    print(f"i2_s_{layout}: alone")


def random_scales(count, kind):
    values = (RNG.standard_normal((count, 1)) * 10.0 ** RNG.integers(-6, 2, (count, 1))).astype(kind)
    return values.view(np.uint8)


def write(folder, name, data, values):
    assert np.all(np.isfinite(values)) and values.dtype == f32
    (folder / f"{name}.bytes").write_bytes(data.tobytes())
    (folder / f"{name}.f32").write_bytes(values.astype("<f4").tobytes())


def main():
    folder = Path(sys.argv[1]) / "random"
    folder.mkdir(exist_ok=True)
    for name in BLOCKS:
        record_blocks(folder, name)
    for layout in "abc":
        record_whole(folder, layout)


if __name__ == "__main__":
    main()
