"""TensorFlow in graph mode, as every study that asks it needs it: on one thread, quiet, and each graph by itself.

TensorFlow gets a process of its own: nothing here, and nothing that is imported here, imports torch.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
from collections.abc import Iterator, Sequence
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

PACKAGES = ("tensorflow",)
THREAD, TODAY = "as in the thread", "today's"  # variables and control flow: TensorFlow 1's, and TensorFlow 2's default
CALLER = -1  # in place of a number of threads: the caller's own


class TensorFlow(NamedTuple):
    """tensorflow, and its first version's interface."""

    tf: ModuleType
    v1: Any


def missing(packages: Sequence[str] = PACKAGES) -> tuple[str, ...]:
    """Return those of `packages` that are not installed."""
    return tuple(package for package in packages if importlib.util.find_spec(package) is None)


def versions(packages: Sequence[str] = PACKAGES) -> dict[str, str]:
    """Return the version of each of `packages`, '' where it is not installed."""
    places = importlib.metadata.packages_distributions()  # the distribution may be tensorflow, or tensorflow-cpu
    return {name: importlib.metadata.version(places[name][0]) if name in places else "" for name in packages}


@cache
def start() -> TensorFlow:
    """Import TensorFlow once and return it; raises ImportError where it cannot be imported.

    Whatever else its import should heed, such as the Keras that it is to use, must be in the environment before.
    """
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # its kernels depend on the processor, and it says so on standard error
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)  # of what is run without a session
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.get_logger().setLevel("ERROR")  # the old names are old; that is what is studied
    return TensorFlow(tf, tf.compat.v1)


@contextlib.contextmanager
def graph(control_flow: str = THREAD) -> Iterator[Any]:
    """Make a graph the default one, with the variables and the control flow of `THREAD` or `TODAY`, and yield it."""
    tf, v1 = start()
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


def session(pool: int = CALLER) -> Any:
    """Return a session of the default graph that runs one operation after another, in the caller's own thread.

    pool: more than nought for that many threads instead, which share the operations; each still runs on one.

    With a pool of one thread TensorFlow decides by the time that operations took which of them wait in its queue, so
    their order could change, and with it the outputs of a graph in which an update races with a reader. Op determinism
    would add nothing: all that is random is drawn by numpy.
    """
    v1 = start().v1
    return v1.Session(config=v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=pool))
