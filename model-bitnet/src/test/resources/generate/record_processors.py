"""Records what transformers' logits processors do, for ProcessorsTest.

    pip install torch==2.10.0 transformers==5.17.0
    python record_processors.py > processors.json

Writes one JSON object: {"torch": ..., "transformers": ..., "cases": [...]}. A case has the settings
under the names of SamplerSettings (absent: off), "context" (token ids before), "logits" and
"scores": what the chain of processors makes of the logits, both as the bits of f32 numbers
(signed 32-bit integers; -8388608 is minus infinity, a filtered token), and "probabilities": the
softmax of the scores in f64.

The chain is the order of transformers' generate(): sequence bias, repetition penalty, temperature,
top-k, top-p, min-p. A repetition window is recorded by cutting the ids that the processor sees.
"""

import json
import math
import sys

import torch
import transformers
from transformers import (
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    SequenceBiasLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)


def bits(tensor):
    return tensor.contiguous().view(torch.int32).tolist()


def chain(settings):
    processors = LogitsProcessorList()
    if "logitBias" in settings:
        processors.append(
            SequenceBiasLogitsProcessor({(int(t),): b for t, b in settings["logitBias"].items()})
        )
    if "repetition" in settings:
        processors.append(RepetitionPenaltyLogitsProcessor(settings["repetition"]))
    if "temperature" in settings:
        processors.append(TemperatureLogitsWarper(settings["temperature"]))
    if "topK" in settings:
        processors.append(TopKLogitsWarper(settings["topK"]))
    if "topP" in settings:
        processors.append(TopPLogitsWarper(settings["topP"]))
    if "minP" in settings:
        processors.append(MinPLogitsWarper(settings["minP"]))
    return processors


def record(name, logits, context=(0,), **settings):
    seen = list(context)[-settings.get("repetitionWindow", len(context)):]
    scores = chain(settings)(torch.tensor([seen]), logits.clone().unsqueeze(0))[0]
    if "logitBias" in settings:
        # JSON has no infinity: biases are written as strings that Float.parseFloat reads.
        settings["logitBias"] = {
            t: "-Infinity" if b == -math.inf else str(b) for t, b in settings["logitBias"].items()
        }
    return {
        "name": name,
        "settings": settings,
        "context": list(context),
        "logits": bits(logits),
        "scores": bits(scores),
        "probabilities": torch.softmax(scores.double(), dim=-1).tolist(),
    }


def cases():
    generator = torch.Generator().manual_seed(20240607)

    def normal(size, spread=3.0):
        return torch.randn(size, generator=generator) * spread

    def ids(count, size):
        return torch.randint(0, size, (count,), generator=generator).tolist()

    yield record("temperature alone", normal(31), temperature=0.7)
    yield record("high temperature", normal(31), temperature=13.0)
    for k in (1, 2, 31, 32, 33, 40):
        yield record(f"top-k {k} of 33", normal(33), topK=k)
    tied = torch.tensor([1.0, 3.0, 2.0, 3.0, 2.0, 2.0, 0.0, -1.0])
    for k in (1, 2, 3, 5, 6):
        yield record(f"top-k {k} with ties", tied, topK=k)
    for p in (0.05, 0.5, 0.9, 0.95, 0.999):
        yield record(f"top-p {p}", normal(37), topP=p)
        yield record(f"top-p {p}, tied scores", tied, topP=p)
    # The boundary falls exactly between two tokens: all shares are powers of two or equal.
    for size, p in ((4, 0.5), (4, 0.25), (4, 0.75), (8, 0.125), (10, 0.9), (10, 0.1), (5, 0.6)):
        yield record(f"top-p {p} of {size} equal scores", torch.full((size,), 0.25), topP=p)
    halves = torch.tensor([math.log(x) for x in (0.5, 0.25, 0.125, 0.0625, 0.0625)])
    for p in (0.49, 0.51, 0.74, 0.76, 0.9, 0.99):
        yield record(f"top-p {p} of halves", halves, topP=p)
    yield record("top-p with one certain token", torch.tensor([0.0, 100.0, 1.0]), topP=0.01)
    for p in (0.01, 0.1, 0.3, 0.9, 1.0):
        yield record(f"min-p {p}", normal(41), minP=p)
        yield record(f"min-p {p}, tied scores", tied, minP=p)
    for penalty in (1.1, 1.3, 0.8, 2.0):
        yield record(f"repetition {penalty}", normal(29), ids(12, 29), repetition=penalty)
    zero = torch.tensor([0.0, -0.0, 1.5, -1.5, 0.0])
    yield record("repetition of zeros", zero, (0, 1, 2, 3, 3), repetition=1.2)
    for window in (1, 4, 100):
        yield record(
            f"repetition window {window}", normal(29), ids(20, 29),
            repetition=1.5, repetitionWindow=window,
        )
    yield record("bias", normal(9), logitBias={"1": 2.5, "4": -100.0, "8": 0.1})
    yield record("bias that forbids", normal(9), logitBias={"0": -math.inf, "3": -math.inf})
    for size in (2, 3, 64, 257):
        yield record(
            f"all of {size}", normal(size), ids(size, size), temperature=0.8, topK=40, topP=0.95,
            minP=0.05, repetition=1.15, repetitionWindow=16, logitBias={"1": 1.5, "0": -0.5},
        )
        yield record(
            f"all but top-k of {size}", normal(size, 1.0), ids(5, size), temperature=1.4,
            topP=0.8, minP=0.02, repetition=1.05, logitBias={"1": -1.25},
        )
    yield record("top-k then top-p", normal(97), topK=10, topP=0.6)
    yield record("top-p then min-p", normal(97, 1.0), topP=0.9, minP=0.2)
    yield record("temperature moves top-p", normal(97, 1.0), temperature=0.5, topP=0.9)
    yield record("large vocabulary", normal(1031, 2.0), temperature=0.9, topP=0.92)


def main():
    recorded = {
        "torch": torch.__version__.split("+")[0],
        "transformers": transformers.__version__,
        "cases": list(cases()),
    }
    text = json.dumps(recorded, allow_nan=False)
    # One case a line, so that a change shows in a diff.
    sys.stdout.write(text.replace('}, {"name"', '},\n{"name"'))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
