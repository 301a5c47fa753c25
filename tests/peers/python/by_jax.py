"""Steps in JAX, compiled as a whole."""

import jax
import jax.numpy as jnp

import data


def cross_entropy(logits, labels):
    own = jnp.take_along_axis(logits, labels[:, None], 1)[:, 0]
    return (jax.nn.logsumexp(logits, 1) - own).mean()


def huber(error):
    size = jnp.abs(error)
    return jnp.where(size < 0.5, 0.5 * error**2, 0.5 * (size - 0.25)).mean()


def logistic(z, y):
    return (jax.nn.softplus(z) - z * y).mean()


LOSSES = {
    "three_points": lambda p, x, y: jnp.mean((x * p[0] + p[1] - y) ** 2),
    "linear": lambda p, x, y: jnp.mean((x @ p[0] + p[1] - y) ** 2),
    "logistic": lambda p, x, y: logistic(x @ p[0] + p[1], y),
    "huber": lambda p, x, y: huber(x @ p[0] + p[1] - y),
    "softmax": lambda p, x, labels: cross_entropy(x @ p[0] + p[1], labels),
    "elementwise": lambda p, x: jnp.mean(jax.nn.softplus(jnp.tanh(x * p[0] + p[1])) + jax.nn.sigmoid(x)),
    "mlp": lambda p, x, labels: cross_entropy(jax.nn.relu(x @ p[0] + p[1]) @ p[2] + p[3], labels),
}


def make(kind, params, arrays):
    """A function that takes a step and answers the loss, and one that answers the numbers it has led to."""
    arrays = [jnp.asarray(array) for array in arrays]
    if kind == "matmul":
        multiply = jax.jit(jnp.matmul)
        return lambda: multiply(*arrays).block_until_ready(), lambda: [multiply(*arrays)]

    params = [jnp.asarray(param) for param in params]
    gradient, rate = jax.value_and_grad(LOSSES[kind]), data.rate(kind)

    @jax.jit
    def step_from(params, arrays):
        value, grads = gradient(params, *arrays)
        return value, [param - rate * grad for param, grad in zip(params, grads)]

    def step():
        nonlocal params
        value, params = step_from(params, arrays)
        return value.block_until_ready()

    return step, lambda: params
