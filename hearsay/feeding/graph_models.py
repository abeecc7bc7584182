"""The small models that TensorFlow trains, and what they are trained on: numpy draws all of it, TensorFlow nothing."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from hearsay import seeds
from hearsay.errors import HearsayError
from hearsay.graph_process import start

CLASSES = 10
SOFTMAX, HIDDEN, SMALL, LARGER = "softmax regression", "one hidden layer", "small conv", "larger conv"
MODELS = (SOFTMAX, HIDDEN, SMALL, LARGER)
UNITS = 32  # of the hidden layer
_MAPS = {SMALL: (8,), LARGER: (16, 32, 32)}  # of every convolution, 3 x 3; the first halves each side


class Task(NamedTuple):
    """What is trained on what.

    images (examples, side * side) of float32, labels (examples,) of int32, order (steps, batch): the examples of each
    step, of int32; weights: the initial value of every weight by its name, in order; rate: of gradient descent.
    """

    model: str
    images: np.ndarray
    labels: np.ndarray
    order: np.ndarray
    weights: dict[str, np.ndarray]
    rate: float

    def batch(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Return images and labels of a step; after the last one, the first comes again."""
        chosen = self.order[step % len(self.order)]
        return self.images[chosen], self.labels[chosen]


def task(model: str, config: Mapping[str, Any], seed: int) -> Task:
    """Draw a task. config: `examples`, `side` (pixels of an image's side), `steps`, `batch` and `rate`.

    Raises HearsayError where the model is none of `MODELS`.
    """
    if model not in MODELS:
        raise HearsayError(f"feeding: there is no model {model!r} in TensorFlow; take one of {', '.join(MODELS)}")
    rng = seeds.generator(seed, "feeding", f"graph task {model}", 0)
    pixels, wanted = config["side"] ** 2, config["steps"] * config["batch"]
    images = rng.standard_normal((config["examples"], pixels), np.float32)
    labels = (images @ rng.standard_normal((pixels, CLASSES), np.float32)).argmax(1).astype(np.int32)
    passes = [rng.permutation(config["examples"]) for _ in range(-(-wanted // config["examples"]))]
    order = np.concatenate(passes)[:wanted].astype(np.int32).reshape(config["steps"], config["batch"])
    weights = {}
    for name, shape in _shapes(model, config["side"]).items():
        drawn = rng.standard_normal(shape, np.float32)
        weights[name] = drawn * np.float32(np.prod(shape[:-1]) ** -0.5) if len(shape) > 1 else np.zeros_like(drawn)
    return Task(model, images, labels, order, weights, config["rate"])


def _shapes(model: str, side: int) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    units, maps = side**2, 1
    for i, made in enumerate(_MAPS.get(model, ())):
        shapes[f"kernel{i}"] = (3, 3, maps, made)
        maps, units = made, (-(-side // 2)) ** 2 * made
    if model == HIDDEN:
        shapes |= {"kernel": (units, UNITS), "shift": (UNITS,)}
        units = UNITS
    return shapes | {"weights": (units, CLASSES), "bias": (CLASSES,)}


def loss(model: str, weights: Mapping[str, Any], images: Any, labels: Any) -> Any:
    """Return the mean cross entropy of tensors images (n, side * side) and labels (n,), in a graph or without."""
    tf = start().tf
    found = images
    if model in _MAPS:
        side = round(int(images.shape[1]) ** 0.5)
        found = tf.reshape(found, (-1, side, side, 1))
        for i in range(len(_MAPS[model])):
            found = tf.nn.relu(tf.nn.conv2d(found, weights[f"kernel{i}"], 1 if i else 2, "SAME"))
        found = tf.reshape(found, (-1, weights["weights"].shape[0]))
    if model == HIDDEN:
        found = tf.nn.relu(tf.matmul(found, weights["kernel"]) + weights["shift"])
    logits = tf.matmul(found, weights["weights"]) + weights["bias"]
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
