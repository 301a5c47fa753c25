"""The data of the cases: the same numbers as in `tests/benches`, where `common/data.rs` makes them."""

import numpy as np


def numbers(count, seed):
    """`count` numbers from -1 to 1: each is a hash of its place."""
    hashes = np.arange(count, dtype=np.uint32)
    hashes += np.uint32(seed * 0x9E3779B9 % 2**32)
    hashes *= np.uint32(0x85EBCA6B)
    hashes ^= hashes >> np.uint32(16)
    hashes *= np.uint32(0xC2B2AE35)
    hashes ^= hashes >> np.uint32(15)
    return (hashes >> np.uint32(8)).astype(np.float32) / np.float32(2**23) - np.float32(1)


def targets(x):
    """A number from -2 to 2 for each row of `x`, which depends on the row's first number and on chance."""
    return x[:, 0] + numbers(len(x), 2)


def labels(x, classes):
    """A class for each row of `x`."""
    return ((targets(x) + np.float32(2)) / np.float32(4) * np.float32(classes)).astype(np.int64)


def parse(case):
    """`linear/1000x8` is the case `linear` of the sizes 1000 and 8."""
    kind, sizes = case.split("/")
    return kind, [int(size) for size in sizes.split("x")]


def make(case):
    """The parameters at the start and the data."""
    kind, sizes = parse(case)
    zeros = lambda *shape: np.zeros(shape, np.float32)
    if kind == "three_points":
        n, _ = sizes
        return [zeros(), zeros()], (numbers(n, 1), numbers(n, 2))
    if kind in ("linear", "logistic", "huber"):
        n, d = sizes
        x = numbers(n * d, 1).reshape(n, d)
        y = targets(x)
        if kind == "logistic":
            y = (y > 0).astype(np.float32)
        return [zeros(d), zeros()], (x, y)
    if kind == "softmax":
        n, d, k = sizes
        x = numbers(n * d, 1).reshape(n, d)
        return [zeros(d, k), zeros(k)], (x, labels(x, k))
    if kind == "elementwise":
        (n,) = sizes
        return [np.array(0.5, np.float32), np.array(0.1, np.float32)], (numbers(n, 1),)
    if kind == "mlp":
        n, d, h, k = sizes
        x = numbers(n * d, 1).reshape(n, d)
        shapes = [(d, h), (h,), (h, k), (k,)]
        ends = np.cumsum([np.prod(shape) for shape in shapes])
        start = np.split(np.float32(0.1) * numbers(ends[-1], 4), ends[:-1])
        return [part.reshape(shape).copy() for part, shape in zip(start, shapes)], (x, labels(x, k))
    if kind == "matmul":
        batch, m, k, n = sizes
        a = numbers(batch * m * k, 1).reshape(batch, m, k)
        return [], (a, numbers(batch * k * n, 2).reshape(batch, k, n))
    raise ValueError(f"there is no case {case}")


def rate(kind):
    """The learning rate."""
    return 0.01 if kind == "three_points" else 0.1
