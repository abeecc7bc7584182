"""TensorFlow as the study needs it: in graph mode, on one thread, quiet, and with what it has lost put back.

TensorFlow gets a process of its own: nothing here, and nothing that is imported here, imports torch.

What is put back. `tf.compat.v1.layers` needs Keras 2, which tf-keras carries and TF_USE_LEGACY_KERAS=1 selects before
the import. contrib's layers live on as tf_slim, whose last version (1.1.0) was made for TensorFlow 2.2: on 2.21 it is
imported without complaint, and fails when a layer is built, as three names that it uses are gone. `ops.Tensor` is
needed by every layer, `control_flow_ops.cond` by a layer whose flag is a tensor, and `tf_keras.legacy_tf_layers`, which
tf-keras moved below `tf_keras.src`, by a layer that collects its updates. All three are put back as they were.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import sys
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

PACKAGES = ("tensorflow", "tf_keras", "tf_slim")
RESTORED = ("ops.Tensor", "control_flow_ops.cond", "tf_keras.legacy_tf_layers")
THREAD, TODAY = "as in the thread", "today's"  # variables and control flow: TensorFlow 1's, and TensorFlow 2's default


class TensorFlow(NamedTuple):
    """tensorflow, its first version's interface, and contrib's layers."""

    tf: ModuleType
    v1: Any
    slim: ModuleType


def missing() -> tuple[str, ...]:
    """Return those of `PACKAGES` that are not installed."""
    return tuple(package for package in PACKAGES if importlib.util.find_spec(package) is None)


@cache
def versions() -> dict[str, str]:
    """Return the version of each of `PACKAGES`, '' where it is not installed."""
    places = importlib.metadata.packages_distributions()  # the distribution may be tensorflow, or tensorflow-cpu
    return {name: importlib.metadata.version(places[name][0]) if name in places else "" for name in PACKAGES}


@cache
def start() -> TensorFlow:
    """Import TensorFlow once and return it; raises ImportError where one of `PACKAGES` cannot be imported."""
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # its kernels depend on the processor, and it says so on standard error
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf
    import tf_keras.src.legacy_tf_layers.normalization as normalization
    import tf_slim
    from tensorflow.python.framework import ops
    from tensorflow.python.ops import control_flow_ops
    from tf_keras.src import legacy_tf_layers

    ops.Tensor = tf.Tensor
    control_flow_ops.cond = tf.compat.v1.cond
    sys.modules["tf_keras.legacy_tf_layers"] = legacy_tf_layers
    sys.modules["tf_keras.legacy_tf_layers.normalization"] = normalization
    tf.get_logger().setLevel("ERROR")  # the old names are old; that is what is studied
    return TensorFlow(tf, tf.compat.v1, tf_slim)


@contextlib.contextmanager
def graph(control_flow: str = THREAD) -> Iterator[Any]:
    """Make a graph the default one, with the variables and the control flow of `THREAD` or `TODAY`, and yield it."""
    tf, v1, _ = start()
    before = v1.control_flow_v2_enabled(), v1.resource_variables_enabled()
    _switch(v1, control_flow == TODAY, control_flow == TODAY)
    try:
        with tf.Graph().as_default() as made:
            yield made
    finally:
        _switch(v1, *before)


def _switch(v1: Any, control_flow_v2: bool, resource_variables: bool) -> None:
    (v1.enable_control_flow_v2 if control_flow_v2 else v1.disable_control_flow_v2)()
    (v1.enable_resource_variables if resource_variables else v1.disable_resource_variables)()


def session() -> Any:
    """Return a session of the default graph that runs one operation after another, in the caller's own thread.

    With a pool of one thread TensorFlow decides by the time that operations took which of them wait in its queue, so
    their order could change, and with it the outputs of a graph in which an update races with a reader. Op determinism
    would add nothing: all that is random is drawn by numpy.
    """
    v1 = start().v1
    return v1.Session(config=v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=-1))
