"""Demonstrations in TensorFlow: what is saved, and gives the same answers where the Python that built it is not.

Each program is saved here and answers in another process. All of them share that process, begun once.
"""

import pickle
import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from hearsay.feeding.graph_elsewhere import answers
from hearsay.feeding.graph_small import COLUMNS, HIDDEN, ROWS, WEIGHTS, program, rows, spoken
from hearsay.feeding.outcomes import SAID, Demonstration
from hearsay.graph_process import graph, session, start

DATA, OTHER, LONGER = rows() / 7, rows(number=1) / 7, rows(ROWS + 1, 1) / 7  # no whole numbers, so that bits can differ
GIVEN = np.linspace(0.1, 1, ROWS * HIDDEN, dtype=np.float32).reshape(ROWS, HIDDEN)
SAME, APART = "the same bits", "other bits"
UNKNOWN = (None, COLUMNS)


class Saved(NamedTuple):
    """A program that is saved: save(file) does so and returns the right answer; load is source: `answer` of `file`."""

    tried: str
    save: Callable[[str], np.ndarray]
    load: str


def _in_session(given: np.ndarray | None = None, key: str = "x:0", begin: bool = False) -> str:
    """Return the source that answers from a saved graph by a session, with `given` fed for `key`, or nothing fed.

    begin: it is fed as an iterator is initialised, and the answer fetched without.
    """
    feeds = "" if given is None else f", {{{key!r}: np.float32({given.tolist()})}}"
    return (
        "with v1.Session(graph=tf.Graph()) as session:\n"
        "    v1.saved_model.load(session, ['serve'], file)\n"
        + (f"    session.run('begin'{feeds})\n    answer = session.run('answer:0')" if begin else "")
        + (f"    answer = session.run('answer:0'{feeds})" if not begin else "")
    )


def _called(given: np.ndarray, call: str = "signatures['serving_default'](x={})['answer']") -> str:
    """Return the source that answers by TensorFlow 2's loader."""
    return f"loaded = tf.saved_model.load(file)\nanswer = loaded.{call.format(f'tf.constant({given.tolist()})')}"


def _graph(
    build: Callable[[Any], Any], given: np.ndarray | None = None, key: str = "x:0", begin: bool = False
) -> Callable[[str], np.ndarray]:
    """Return what saves the graph of the program on build(v1), with its variables; its answer has `given` fed.

    key: the tensor for which `given` is fed. An iterator of the graph is initialised when it is loaded, or, with
    `begin`, by hand with `given`.
    """

    def save(file: str) -> np.ndarray:
        v1 = start().v1
        with graph(), session() as opened:
            x = build(v1)
            answer = program(x, v1.Variable(WEIGHTS / 3, name="trained")).answer
            first = v1.group(*v1.get_collection(v1.GraphKeys.TABLE_INITIALIZERS), name="begin")
            feeds = None if given is None else {key: given}
            opened.run(v1.global_variables_initializer())
            opened.run(first, feeds if begin else None)
            right = opened.run(answer, None if begin else feeds)
            signature = v1.saved_model.predict_signature_def({"x": x}, {"answer": answer})
            builder = v1.saved_model.Builder(file)
            main = None if begin else first
            builder.add_meta_graph_and_variables(opened, ["serve"], {"serving_default": signature}, main_op=main)
            builder.save()
        return right

    return save


def _placeholder(v1: Any) -> Any:
    return v1.placeholder("float32", UNKNOWN, "x")


def _default(v1: Any) -> Any:
    return v1.placeholder_with_default(DATA, UNKNOWN, "x")


def _constant(v1: Any) -> Any:
    return v1.constant(DATA, name="x")


def _pipeline(dataset: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return what builds the element of an iterator that a saved graph initialises when it is loaded."""

    def build(v1: Any) -> Any:
        iterator = v1.data.make_initializable_iterator(dataset(start().tf.data.Dataset))
        v1.add_to_collection(v1.GraphKeys.TABLE_INITIALIZERS, iterator.initializer)
        return iterator.get_next()

    return build


def _generated(dataset: Any) -> Any:
    return dataset.from_generator(lambda: iter([DATA]), output_types="float32", output_shapes=(ROWS, COLUMNS))


def _from_python(v1: Any) -> Any:
    x = v1.numpy_function(lambda: DATA, [], "float32")
    x.set_shape((ROWS, COLUMNS))
    return x


def _module(traced: bool, function: bool = True) -> Callable[[str], np.ndarray]:
    """Return what saves a tf.Module whose answer is a tf.function, traced for any batch or never, or Python's own."""

    def save(file: str) -> np.ndarray:
        tf = start().tf
        module = tf.Module()
        module.trained = tf.Variable(WEIGHTS / 3)
        module.answer = lambda x: program(x, module.trained).answer
        if function:
            of = [tf.TensorSpec(UNKNOWN)] if traced else None
            module.answer = tf.function(module.answer, input_signature=of, autograph=False)
        tf.saved_model.save(module, file)
        return module.answer(tf.constant(OTHER)).numpy()

    return save


def eager_answer(x: Any) -> Any:
    """Return the answers (n,) for a tensor x (n, COLUMNS): an eager function, which is Python and nothing else."""
    return program(x, start().tf.constant(WEIGHTS / 3)).answer


def _pickled(file: str) -> np.ndarray:
    Path(file).write_bytes(pickle.dumps(eager_answer))
    return eager_answer(start().tf.constant(OTHER)).numpy()


SAVED = {
    "graph with a placeholder, saved": Saved(
        "saved, and fed in another process", _graph(_placeholder, OTHER), _in_session(OTHER)
    ),
    "graph with a placeholder, saved, unfed": Saved(
        "the same, nothing fed there", _graph(_placeholder, OTHER), _in_session()
    ),
    "graph with a placeholder, saved, another number of rows": Saved(
        "the same, fed with a row more",
        _graph(_placeholder, LONGER),
        _in_session(LONGER),
    ),
    "graph with a placeholder, saved, hidden node fed": Saved(
        "the same, a node between placeholder and answer fed in its stead",
        _graph(_placeholder, GIVEN, "hidden:0"),
        _in_session(GIVEN, "hidden:0"),
    ),
    "graph with a placeholder, saved, TensorFlow 2's loader": Saved(
        "the same, its signature called in eager mode",
        _graph(_placeholder, OTHER),
        _called(OTHER),
    ),
    "graph with a default placeholder, saved": Saved(
        "saved, and fed in another process",
        _graph(_default, OTHER),
        _in_session(OTHER),
    ),
    "graph with a default placeholder, saved, unfed": Saved("the same, nothing fed", _graph(_default), _in_session()),
    "graph with a constant, saved": Saved("saved, and run in another process", _graph(_constant), _in_session()),
    "graph with a constant, saved, fed": Saved(
        "the same, other data fed in the constant's place",
        _graph(_constant, OTHER),
        _in_session(OTHER),
    ),
    "graph with a variable of data, saved": Saved(
        "saved with its variables, and run in another process",
        _graph(lambda v1: v1.Variable(DATA, name="x") + 0),
        _in_session(),
    ),
    "graph with a pipeline, saved": Saved(
        "a pipeline over a constant, initialised as it is loaded",
        _graph(_pipeline(lambda dataset: dataset.from_tensors(DATA))),
        _in_session(),
    ),
    "graph with a pipeline over a placeholder, saved": Saved(
        "a pipeline over a placeholder, initialised with a feed in another process",
        _graph(_pipeline(lambda dataset: dataset.from_tensors(_placeholder(start().v1))), OTHER, begin=True),
        _in_session(OTHER, begin=True),
    ),
    "graph with a pipeline from a generator, saved": Saved(
        "the same from a Python generator", _graph(_pipeline(_generated)), _in_session()
    ),
    "graph with a numpy_function, saved": Saved(
        "data that Python computes as the graph runs", _graph(_from_python), _in_session()
    ),
    "tf.function, saved": Saved("traced, and called in another process", _module(True), _called(OTHER, "answer({})")),
    "tf.function, saved untraced": Saved("never called before", _module(False), _called(OTHER, "answer({})")),
    "eager function, saved with its module": Saved(
        "a plain Python function, which tf.saved_model.save leaves out",
        _module(False, False),
        _called(OTHER, "answer({})"),
    ),
    "eager function, pickled": Saved(
        "a plain Python function of this study, unpickled in another process",
        _pickled,
        f"import pickle\nanswer = pickle.load(open(file, 'rb'))(tf.constant({OTHER.tolist()}))",
    ),
}


@cache
def answered() -> dict[str, tuple[str, str, str]]:
    """Save every program and answer elsewhere; return by name what came out, or '', the error's class and words."""
    found, sources, rights = {}, {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, saved) in enumerate(SAVED.items()):
            try:
                rights[name] = saved.save(str(Path(folder, str(number))))
                sources[name] = f"file = '{number}'\n{saved.load}"
            except Exception as error:
                found[name] = "", type(error).__name__, spoken(error).replace(folder, "")
        for name, (answer, kind, said) in answers(sources, folder).items():
            same = answer is not None and np.array_equal(np.float32(answer), rights[name])
            found[name] = (
                (SAME if same else APART, "", "") if answer is not None else ("", kind, spoken(Exception(said)))
            )
    return found


def _run(name: str) -> str:
    value, kind, said = answered()[name]
    if kind:
        raise type(kind, (Exception,), {})(said[:SAID])
    return value


DEMONSTRATIONS = tuple(Demonstration(name, saved.tried, partial(_run, name)) for name, saved in SAVED.items())
