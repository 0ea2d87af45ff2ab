"""Times matrix products of MLX on the CPU. Reads one JSON object, writes one."""
import json
import sys
import time

import mlx.core as mx

mx.set_default_device(mx.cpu)
request = json.load(sys.stdin)


def matrix(case, rows, cols):
    """Returns a function from x [m, cols] to x W^T, the type of x, and the bytes of W."""
    if case["bits"] == 16:
        kind = {"f16": mx.float16, "bf16": mx.bfloat16}[case["type"]]
        w = mx.random.uniform(-1, 1, (rows, cols)).astype(kind)
        mx.eval(w)
        return lambda x: x @ w.T, kind, w.nbytes
    # On the CPU single precision is the fastest by far: half precision is converted number by number.
    kind = mx.float32
    w = mx.random.uniform(-1, 1, (rows, cols)).astype(kind)
    q, scales, biases = mx.quantize(w, group_size=case["group"], bits=case["bits"])
    mx.eval(q, scales, biases)

    def multiply(x):
        return mx.quantized_matmul(
            x, q, scales, biases, transpose=True, group_size=case["group"], bits=case["bits"]
        )

    return multiply, kind, q.nbytes + scales.nbytes + biases.nbytes


def seconds(run, count):
    start = time.perf_counter()
    for _ in range(count):
        run()
    return (time.perf_counter() - start) / count


def measure(case):
    layers, size = [], 0
    for rows, cols in case["matrices"]:
        multiply, kind, nbytes = matrix(case, rows, cols)
        layers.append(multiply)
        size += nbytes
    x = mx.random.uniform(-1, 1, (case["m"], case["matrices"][0][1])).astype(kind)
    mx.eval(x)

    def run():
        y = x
        for multiply in layers:
            y = multiply(y)
        mx.eval(y)

    once = seconds(run, 1)
    spent = once
    while spent < request["warm_up_seconds"]:
        now = seconds(run, 1)
        spent += now
        once = min(once, now)
    count = max(1, int(request["sample_seconds"] / once))
    return {"bytes": size, "seconds": [seconds(run, count) for _ in range(request["samples"])]}


results = [measure(case) for case in request["cases"]]
json.dump({"version": mx.__version__, "results": results}, sys.stdout)
