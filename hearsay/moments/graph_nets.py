"""The net of the study in TensorFlow's graph mode, normalised in every way that the thread writes it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from hearsay.moments.graph_process import THREAD, start

LAYERS, SLIM = "tf.compat.v1.layers", "tf_slim.layers"
ONE, INSIDE, OUTSIDE = "one layer, flag fed", "two layers, in tf.cond", "two layers, before tf.cond"
TWO_NETS, DEFAULT = "two nets, flags in the code", "one layer, flag fed to nothing"
FORMS = (ONE, INSIDE, OUTSIDE, TWO_NETS, DEFAULT)
NOT_RUN, DEPENDENCIES, BY_HAND, IN_PLACE = "not run", "control dependencies", "by hand", "in place"
EPSILON = 1e-3  # the default of both interfaces


class Way(NamedTuple):
    """How a net is normalised: by whose layer, in which form, how its updates are run, by which control flow."""

    layer: str
    form: str
    updates: str
    control_flow: str = THREAD


class Recipe(NamedTuple):
    """What all ways have in common: feature maps of a block, decay of the moving statistics, rate of the descent."""

    maps: int
    decay: float
    rate: float


class Net(NamedTuple):
    """Tensors of one net: what reaches its last layer, that layer's output (n, classes), and means by block.

    means: for each block the mean (maps,) of what its layer normalises.
    """

    features: Any
    outputs: Any
    means: list[Any]


def net(way: Way, recipe: Recipe, images: Any, classes: int, flag: Any, reuse: bool = False) -> Net:
    """Build the net of `hearsay.moments.classifier` on `images`: two blocks that halve them, then a linear layer.

    flag: whether to normalise by the batch, a tensor, or a bool in `TWO_NETS`. A convolution has no bias, which the
    normalisation would undo. reuse: whether the variables are there already.
    """
    tf = start().tf
    hidden, means = images, []
    for block in range(2):
        kernel = _variable(f"conv{block}/kernel", (3, 3, hidden.shape[-1], recipe.maps), reuse)
        hidden = tf.nn.conv2d(hidden, kernel, 2, "SAME")
        means.append(tf.reduce_mean(hidden, [0, 1, 2]))
        hidden = tf.nn.relu(_normalised(way, recipe, hidden, flag, f"norm{block}", reuse))
    features = tf.reshape(hidden, [-1, int(np.prod(hidden.shape[1:]))])
    return Net(features, linear("linear", features, classes, reuse), means)


def linear(scope: str, features: Any, classes: int, reuse: bool = False) -> Any:
    """Return the outputs (n, classes) of a linear layer."""
    kernel = _variable(f"{scope}/kernel", (features.shape[1], classes), reuse)
    return features @ kernel + _variable(f"{scope}/bias", (classes,), reuse)


def _variable(name: str, shape: tuple[int, ...], reuse: bool) -> Any:
    v1 = start().v1
    scope, short = name.split("/")
    with v1.variable_scope(scope, reuse=reuse):
        return v1.get_variable(short, shape, initializer=v1.zeros_initializer())


def _normalised(way: Way, recipe: Recipe, hidden: Any, flag: Any, scope: str, reuse: bool) -> Any:
    v1 = start().v1
    layer = _layer(way, recipe, hidden, scope)
    if way.form == DEFAULT:
        return layer(None, reuse)
    if way.form in (ONE, TWO_NETS):
        return layer(flag, reuse)

    # The thread's code: two layers that share their variables, one for training and one for evaluation.
    def training() -> Any:
        return layer(True, reuse)

    def evaluating() -> Any:
        return layer(False, True)

    if way.form == INSIDE:
        return v1.cond(flag, training, evaluating)
    built = training(), evaluating()
    return v1.cond(flag, lambda: built[0], lambda: built[1])


def _layer(way: Way, recipe: Recipe, hidden: Any, scope: str) -> Callable[[Any, bool], Any]:
    """Return what builds the layer for a flag, None to leave the flag at its default."""
    _, v1, slim = start()
    if way.layer == LAYERS:

        def layer(flag: Any, reuse: bool) -> Any:
            said = {} if flag is None else {"training": flag}
            return v1.layers.batch_normalization(
                hidden, momentum=recipe.decay, epsilon=EPSILON, name=scope, reuse=reuse, **said
            )

    else:

        def layer(flag: Any, reuse: bool) -> Any:
            said = {} if flag is None else {"is_training": flag}
            if way.updates == IN_PLACE:
                said["updates_collections"] = None
            return slim.layers.batch_norm(
                hidden, decay=recipe.decay, epsilon=EPSILON, scale=True, scope=scope, reuse=reuse, **said
            )

    return layer
