"""Steps in PyTorch: eager, and compiled as a whole."""

import os

import torch
import torch.nn.functional as F

import data

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))

LOSSES = {
    "three_points": lambda w, b, x, y: ((x * w + b) - y).square().mean(),
    "linear": lambda w, b, x, y: F.mse_loss(x @ w + b, y),
    "logistic": lambda w, b, x, y: F.binary_cross_entropy_with_logits(x @ w + b, y),
    "huber": lambda w, b, x, y: F.huber_loss(x @ w + b, y, delta=0.5),
    "softmax": lambda w, b, x, labels: F.cross_entropy(x @ w + b, labels),
    "elementwise": lambda w, b, x: (F.softplus(torch.tanh(x * w + b)) + torch.sigmoid(x)).mean(),
    "mlp": lambda w1, b1, w2, b2, x, labels: F.cross_entropy(torch.relu(x @ w1 + b1) @ w2 + b2, labels),
}


def make(kind, params, arrays, compiled=False):
    """A function that takes a step and answers the loss, and one that answers the numbers it has led to."""
    arrays = [torch.from_numpy(array) for array in arrays]
    params = [torch.from_numpy(param) for param in params]
    if kind == "matmul":
        return multiplication(*arrays, compiled)
    return (compiled_step if compiled else eager_step)(LOSSES[kind], data.rate(kind), params, arrays)


def multiplication(a, b, compiled):
    product = torch.empty(a.shape[0], a.shape[1], b.shape[2])
    if not compiled:
        return lambda: torch.bmm(a, b, out=product), lambda: [product.numpy()]
    multiply = torch.compile(torch.bmm)
    return lambda: multiply(a, b), lambda: [multiply(a, b).numpy()]


def eager_step(loss, rate, params, arrays):
    for param in params:
        param.requires_grad_()
    optimizer = torch.optim.SGD(params, lr=rate)

    def step():
        value = loss(*params, *arrays)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        return value.detach()

    return step, lambda: [param.detach().numpy() for param in params]


def compiled_step(loss, rate, params, arrays):
    gradient = torch.func.grad_and_value(loss, argnums=tuple(range(len(params))))

    @torch.compile(fullgraph=True)
    def step_from(params, arrays):
        grads, value = gradient(*params, *arrays)
        return value, [param - rate * grad for param, grad in zip(params, grads)]

    def step():
        nonlocal params
        value, params = step_from(params, arrays)
        return value

    return step, lambda: [param.numpy() for param in params]
