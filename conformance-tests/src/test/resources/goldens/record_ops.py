"""Records every op of a program in float64 (ops.json, beside this file), written in NumPy from the
papers and from transformers' formulas, without a look at the decoder that it judges.

Needs: pip install numpy. Run: python record_ops.py
"""
import json
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent
TOKENS = [3, 0, 4, 1, 1, 2]
VOCABULARY = 5
rng = np.random.default_rng(20260101)


def f32(values):
    """Numbers that a stored float32 holds exactly."""
    return np.asarray(values, dtype=np.float32).astype(np.float64)


def table(width, spread=1.0):
    return f32(rng.normal(0, spread, (VOCABULARY, width)))


def case(name, ops, weights, expected):
    return {
        "name": name,
        "vocabulary": VOCABULARY,
        "tokens": TOKENS,
        "ops": ops,
        "weights": {key: np.atleast_2d(value).tolist() for key, value in weights.items()},
        "expected": expected.tolist(),
    }


def embed(name):
    return {"op": "embed", "weight": name}


def int8(x):
    """BitNet b1.58: s = 127 / max(max|x|, 1e-5), round half to even, clamp, divide again."""
    scale = 127.0 / np.maximum(np.abs(x).max(axis=-1, keepdims=True), 1e-5)
    return np.clip(np.rint(x * scale), -128, 127) / scale


def linear_cases():
    weight = f32(rng.normal(0, 0.3, (7, 12)))
    x = table(12)
    yield case(
        "linear of floats",
        [embed("x"), {"op": "linear", "in": 0, "weight": "w", "activations": "NONE"}],
        {"x": x, "w": weight},
        x[TOKENS] @ weight.T,
    )
    ties = table(12)
    # Scale 1: halves lie exactly between two integers. Then a token below the least magnitude.
    ties[3] = [127, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 126.5, -126.5, 3.5, 0, -127]
    ties[0] = f32(rng.normal(0, 2e-6, 12))
    ties[1] = 0
    rule = {"op": "linear", "in": 0, "weight": "w", "activations": "INT8_PER_TOKEN"}
    yield case(
        "linear of int8",
        [embed("x"), rule],
        {"x": ties, "w": weight},
        int8(ties[TOKENS]) @ weight.T,
    )
    back = f32(rng.normal(0, 0.3, (12, 12)))
    middle = int8(ties[TOKENS]) @ back.T
    yield case(
        "linear inside a program",
        [
            embed("x"),
            {"op": "linear", "in": 0, "weight": "w", "activations": "INT8_PER_TOKEN"},
            {"op": "add", "left": 0, "right": 1},
        ],
        {"x": ties, "w": back},
        ties[TOKENS] + middle,
    )


def norm_cases():
    x = table(12, 3)
    for name, length in (("the whole width", 12), ("each head", 4)):
        gain = f32(1 + 0.2 * rng.normal(size=length))
        heads = x[TOKENS].reshape(len(TOKENS), -1, length)
        epsilon = float(np.float32(1e-2))
        root = np.sqrt(np.mean(np.square(heads), axis=-1, keepdims=True) + epsilon)
        yield case(
            "norm of " + name,
            [embed("x"), {"op": "norm", "in": 0, "weight": "gain", "epsilon": epsilon}],
            {"x": x, "gain": gain},
            (heads / root * gain).reshape(len(TOKENS), -1),
        )


def frequencies(dim, theta, scaling):
    """transformers modeling_rope_utils.py, in float64; returns frequencies and the factor."""
    inverse = 1.0 / theta ** (np.arange(0, dim, 2) / dim)
    kind = scaling["type"]
    if kind == "none":
        return inverse, 1.0
    if kind == "linear":
        return inverse / scaling["factor"], 1.0
    original = scaling["originalContext"]
    if kind == "llama3":
        low, high = scaling["lowFrequencyFactor"], scaling["highFrequencyFactor"]
        wave = 2 * np.pi / inverse
        smooth = (original / wave - low) / (high - low)
        blend = (1 - smooth) * inverse / scaling["factor"] + smooth * inverse
        return (
            np.where(
                wave > original / low,
                inverse / scaling["factor"],
                np.where(wave < original / high, inverse, blend),
            ),
            1.0,
        )

    def dimension(rotations):
        return dim * np.log(original / (rotations * 2 * np.pi)) / (2 * np.log(theta))

    low = max(np.floor(dimension(scaling["betaFast"])), 0)
    high = min(np.ceil(dimension(scaling["betaSlow"])), dim - 1)
    if low == high:
        high += 0.001
    ramp = np.clip((np.arange(dim // 2) - low) / (high - low), 0, 1)
    return (
        inverse / scaling["factor"] * ramp + inverse * (1 - ramp),
        scaling["attentionFactor"],
    )


def rope_cases():
    dim, theta = 16, 10000.0
    for scaling in (
        {"type": "none"},
        {"type": "linear", "factor": 2.5},
        {
            "type": "llama3",
            "factor": 8.0,
            "lowFrequencyFactor": 1.0,
            "highFrequencyFactor": 4.0,
            "originalContext": 64,
        },
        {
            "type": "yarn",
            "factor": 4.0,
            "originalContext": 64,
            "betaFast": 32.0,
            "betaSlow": 1.0,
            "attentionFactor": 1.25,
        },
    ):
        x = table(2 * dim)
        inverse, factor = frequencies(dim, theta, scaling)
        # A pair is one complex number, turned by a complex factor.
        heads = x[TOKENS].reshape(len(TOKENS), 2, dim)
        pairs = heads[..., : dim // 2] + 1j * heads[..., dim // 2 :]
        angles = np.arange(len(TOKENS))[:, None] * inverse
        turned = pairs * (factor * np.exp(1j * angles))[:, None, :]
        expected = np.concatenate([turned.real, turned.imag], axis=-1)
        yield case(
            "rope " + scaling["type"],
            [embed("x"), {"op": "rope", "in": 0, "headDim": dim, "theta": theta, "scaling": scaling}],
            {"x": x},
            expected.reshape(len(TOKENS), -1),
        )


def attend_cases():
    dim = 4
    for heads, shared in ((6, 2), (3, 3), (4, 1)):
        q, k, v = table(heads * dim, 2), table(shared * dim, 2), table(shared * dim)
        scale = float(np.float32(1 / np.sqrt(dim)))

        def split(values, count):
            return values[TOKENS].reshape(len(TOKENS), count, dim).transpose(1, 0, 2)

        keys = np.repeat(split(k, shared), heads // shared, axis=0)
        values = np.repeat(split(v, shared), heads // shared, axis=0)
        scores = scale * np.einsum("hqd,hkd->hqk", split(q, heads), keys)
        scores = np.where(np.tri(len(TOKENS), dtype=bool), scores, -np.inf)
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        mixed = np.einsum("hqk,hkd->hqd", shares, values)
        yield case(
            f"attend {heads} over {shared}",
            [
                embed("q"),
                embed("k"),
                embed("v"),
                {
                    "op": "attend",
                    "queries": 0,
                    "keys": 1,
                    "values": 2,
                    "heads": heads,
                    "kvHeads": shared,
                    "headDim": dim,
                    "scale": scale,
                },
            ],
            {"q": q, "k": k, "v": v},
            mixed.transpose(1, 0, 2).reshape(len(TOKENS), -1),
        )


def elementwise_cases():
    left, right = table(8, 4), table(8)
    a, b = left[TOKENS], right[TOKENS]
    weights = {"l": left, "r": right}
    two = [embed("l"), embed("r")]
    for name, opened in (("SILU", a / (1 + np.exp(-a))), ("RELU_SQUARED", np.maximum(a, 0) ** 2)):
        gate = {"op": "gate", "gate": 0, "up": 1, "activation": name}
        yield case("gate " + name, two + [gate], weights, opened * b)
    yield case("add", two + [{"op": "add", "left": 0, "right": 1}], weights, a + b)
    yield case("embed", [embed("l")], weights, a)


def main():
    cases = [
        *linear_cases(),
        *norm_cases(),
        *rope_cases(),
        *attend_cases(),
        *elementwise_cases(),
    ]
    lines = ",\n".join(json.dumps(one) for one in cases)
    (HERE / "ops.json").write_text("[\n" + lines + "\n]\n")


main()
