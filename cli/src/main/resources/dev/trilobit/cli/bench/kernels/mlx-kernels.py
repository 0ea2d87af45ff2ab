"""Times matrix products of MLX on the CPU. Reads one JSON object, writes one."""
import json
import sys
import time

import mlx.core as mx

mx.set_default_device(mx.cpu)
request = json.load(sys.stdin)


def copy(arrays):
    """Returns arrays in memory of their own."""
    fresh = [array + mx.zeros_like(array) for array in arrays]
    mx.eval(*fresh)
    return fresh


def matrix(case, rows, cols):
    """Returns functions from x [m, cols] to x W^T, one a copy, the type of x, and the bytes of W."""
    if case["bits"] == 16:
        kind = {"f16": mx.float16, "bf16": mx.bfloat16}[case["type"]]
        w = mx.random.uniform(-1, 1, (rows, cols)).astype(kind)
        mx.eval(w)

        def dense():
            (own,) = copy([w])
            return lambda x: x @ own.T

        return [dense() for _ in range(case["copies"])], kind, w.nbytes
    # On the CPU single precision is the fastest by far: half precision is converted number by number.
    kind = mx.float32
    w = mx.random.uniform(-1, 1, (rows, cols)).astype(kind)
    q, scales, biases = mx.quantize(w, group_size=case["group"], bits=case["bits"])
    mx.eval(q, scales, biases)

    def quantized():
        own = copy([q, scales, biases])
        return lambda x: mx.quantized_matmul(
            x, *own, transpose=True, group_size=case["group"], bits=case["bits"]
        )

    return [quantized() for _ in range(case["copies"])], kind, q.nbytes + scales.nbytes + biases.nbytes


def seconds(run, count):
    start = time.perf_counter()
    for _ in range(count):
        run()
    return (time.perf_counter() - start) / count


def measure(case):
    layers, size = [], 0
    for rows, cols in case["matrices"]:
        copies, kind, nbytes = matrix(case, rows, cols)
        layers.append(copies)
        size += nbytes
    x = mx.random.uniform(-1, 1, (case["m"], case["matrices"][0][1])).astype(kind)
    mx.eval(x)

    def run():
        results = []
        for chain in zip(*layers):
            y = x
            for multiply in chain:
                y = multiply(y)
            results.append(y)
        mx.eval(*results)

    once = seconds(run, 1)
    spent = once
    while spent < request["warm_up_seconds"]:
        now = seconds(run, 1)
        spent += now
        once = min(once, now)
    count = max(1, int(request["sample_seconds"] / once))
    samples = [seconds(run, count) / case["copies"] for _ in range(request["samples"])]
    return {"bytes": size, "seconds": samples}


results = [measure(case) for case in request["cases"]]
json.dump({"version": mx.__version__, "results": results}, sys.stdout)
