"""TensorFlow as the study needs it: in graph mode, with what contrib's and Keras 2's layers have lost put back.

TensorFlow gets a process of its own: nothing here, and nothing that is imported here, imports torch.

What is put back. `tf.compat.v1.layers` needs Keras 2, which tf-keras carries and TF_USE_LEGACY_KERAS=1 selects before
the import. contrib's layers live on as tf_slim, whose last version (1.1.0) was made for TensorFlow 2.2: on 2.21 it is
imported without complaint, and fails when a layer is built, as three names that it uses are gone. `ops.Tensor` is
needed by every layer, `control_flow_ops.cond` by a layer whose flag is a tensor, and `tf_keras.legacy_tf_layers`, which
tf-keras moved below `tf_keras.src`, by a layer that collects its updates. All three are put back as they were.
"""

import os
import sys
from contextlib import AbstractContextManager
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

from hearsay import graph_process
from hearsay.graph_process import THREAD, TODAY

__all__ = ["PACKAGES", "RESTORED", "THREAD", "TODAY", "TensorFlow", "graph", "missing", "session", "start", "versions"]

PACKAGES = ("tensorflow", "tf_keras", "tf_slim")
RESTORED = ("ops.Tensor", "control_flow_ops.cond", "tf_keras.legacy_tf_layers")


class TensorFlow(NamedTuple):
    """tensorflow, its first version's interface, and contrib's layers."""

    tf: ModuleType
    v1: Any
    slim: ModuleType


def missing() -> tuple[str, ...]:
    """Return those of `PACKAGES` that are not installed."""
    return graph_process.missing(PACKAGES)


@cache
def versions() -> dict[str, str]:
    """Return the version of each of `PACKAGES`, '' where it is not installed."""
    return graph_process.versions(PACKAGES)


@cache
def start() -> TensorFlow:
    """Import TensorFlow once and return it; raises ImportError where one of `PACKAGES` cannot be imported."""
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    tf, v1 = graph_process.start()
    import tf_keras.src.legacy_tf_layers.normalization as normalization
    import tf_slim
    from tensorflow.python.framework import ops
    from tensorflow.python.ops import control_flow_ops
    from tf_keras.src import legacy_tf_layers

    ops.Tensor = tf.Tensor
    control_flow_ops.cond = v1.cond
    sys.modules["tf_keras.legacy_tf_layers"] = legacy_tf_layers
    sys.modules["tf_keras.legacy_tf_layers.normalization"] = normalization
    return TensorFlow(tf, v1, tf_slim)


def graph(control_flow: str = THREAD) -> AbstractContextManager[Any]:
    """Make a graph the default one, with the variables and the control flow of `THREAD` or `TODAY`."""
    start()  # the layers, before a graph is made without them
    return graph_process.graph(control_flow)


def session() -> Any:
    """Return a session as `hearsay.graph_process` makes it."""
    return graph_process.session()
