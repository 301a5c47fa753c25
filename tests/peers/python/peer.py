"""A case in a library, with the arguments of our own programs (`tests/benches/common`).

`peer.py LIBRARY --serve CASE` answers every line of its input with the best of three times of a step, in
nanoseconds; `peer.py LIBRARY --check CASES..` prints of each the loss and the numbers after the first run.
"""

import importlib
import sys
import time

import numpy as np

import data

LIBRARIES = {
    "NumPy": ("by_numpy", {}),
    "PyTorch": ("by_torch", {}),
    "torch.compile": ("by_torch", {"compiled": True}),
    "JAX": ("by_jax", {}),
}

LONG_ENOUGH = 5e-3


def seconds(step, runs):
    """Seconds for `runs` steps in a row."""
    start = time.perf_counter()
    for _ in range(runs):
        step()
    return time.perf_counter() - start


def serve(step):
    # What is compiled, is compiled at the first call, and may be again at the second.
    step()
    step()
    runs = 1
    while seconds(step, runs) < LONG_ENOUGH:
        runs *= 2
    for _ in sys.stdin:
        print(min(seconds(step, runs) for _ in range(3)) / runs * 1e9, flush=True)


def check(case, step, numbers):
    kind, sizes = data.parse(case)
    # Ours does a whole training loop of this case in a run.
    for _ in range(sizes[1] if kind == "three_points" else 1):
        loss = step()
    # A product has no loss.
    loss = 0.0 if kind == "matmul" else float(loss)
    print(loss, *np.concatenate([np.ravel(part) for part in numbers()]))


def main():
    library, mode, *cases = sys.argv[1:]
    module, options = LIBRARIES[library]
    for case in cases:
        kind, _ = data.parse(case)
        step, numbers = importlib.import_module(module).make(kind, *data.make(case), **options)
        if mode == "--serve":
            serve(step)
        else:
            check(case, step, numbers)


if __name__ == "__main__":
    main()
