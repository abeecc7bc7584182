"""Demonstrations in TensorFlow: the whole data set as a constant in the graph, and tf.data pipelines."""

import numpy as np

from hearsay.feeding.graph_small import COLUMNS, ROWS, in_graph, program, rows
from hearsay.feeding.outcomes import Demonstration
from hearsay.graph_process import start

FLOATS = 1 << 18  # of the data set whose graph is measured: a mebibyte
LIMIT = 1 << 31  # bytes that a protocol buffer can hold, and one more than TensorFlow allows
SOURCE, OTHER = rows(2 * ROWS), rows(3 * ROWS, 1)


def _size(x):
    """Return a demonstration: bytes of the graph a byte of a data set x(array) that the graph is built on."""

    def body(tensorflow, session):
        data = np.resize(np.float32([0.1, 0.2, 0.3]), (FLOATS // COLUMNS, COLUMNS))
        program(x(tensorflow, data))
        return f"{session.graph.as_graph_def().ByteSize() / data.nbytes:.3f}"

    return in_graph(body)


def _at_the_limit(nbytes):
    """Return a demonstration: a constant of so many bytes; one number stands for all, so none are needed."""

    def body(tensorflow, session):
        data = np.broadcast_to(np.float32(0), (nbytes // 4,))
        return str(tensorflow.v1.constant(data).shape)

    return in_graph(body)


def _whole_fed(source):
    def body(tensorflow, session):
        data = tensorflow.v1.constant(SOURCE, name="x")
        answer = program(data[ROWS:]).answer
        return session.run(answer), session.run(answer, {data: source})

    return in_graph(body)


def _batches(source):
    return start().tf.data.Dataset.from_tensor_slices(source).batch(ROWS)


def _all(session, answer):
    """Return the answers of every batch until the pipeline ends."""
    found = []
    try:
        while True:
            found.append(session.run(answer))
    except start().tf.errors.OutOfRangeError:
        return np.concatenate(found) if found else "nothing"


def _one_shot(tensorflow, session):
    return _all(session, program(tensorflow.v1.data.make_one_shot_iterator(_batches(SOURCE)).get_next()).answer)


def _beyond_the_end(tensorflow, session):
    answer = program(tensorflow.v1.data.make_one_shot_iterator(_batches(SOURCE)).get_next()).answer
    return tuple(session.run(answer) for _ in range(3))


def _one_shot_of_placeholder(tensorflow, session):
    x = tensorflow.v1.placeholder("float32", (None, COLUMNS), name="x")
    return session.run(program(tensorflow.v1.data.make_one_shot_iterator(_batches(x)).get_next()).answer)


def _initialisable(source, feeds=None, passes=1):
    """Return a demonstration: an iterator over source(), initialised with each of feeds or not at all."""

    def body(tensorflow, session):
        x = source(tensorflow.v1)
        iterator = tensorflow.v1.data.make_initializable_iterator(_batches(x))
        answer = program(iterator.get_next()).answer
        found = []
        for fed in [] if feeds is None else feeds:
            session.run(iterator.initializer, None if fed is None else {x: fed})
            found.append(_all(session, answer))
        return tuple(found) if found else session.run(answer)

    return in_graph(body)


def _placeholder(v1):
    return v1.placeholder("float32", (None, COLUMNS), name="x")


def _constant(v1):
    return v1.constant(SOURCE, name="x")


def _default(v1):
    return v1.placeholder_with_default(SOURCE, (None, COLUMNS), name="x")


def _reinitialisable(tensorflow, session):
    datasets = [_batches(source) for source in (SOURCE, OTHER)]
    data = tensorflow.v1.data
    iterator = data.Iterator.from_structure(data.get_output_types(datasets[0]), data.get_output_shapes(datasets[0]))
    answer = program(iterator.get_next()).answer
    found = []
    for beginning in [iterator.make_initializer(dataset) for dataset in datasets]:
        session.run(beginning)
        found.append(_all(session, answer))
    return tuple(found)


def _by_handle(fed):
    """Return a demonstration: two pipelines, of which a string placeholder says which is read."""

    def body(tensorflow, session):
        data = tensorflow.v1.data
        handle = tensorflow.v1.placeholder("string", (), name="handle")
        datasets = [_batches(source) for source in (SOURCE, OTHER)]
        iterator = data.Iterator.from_string_handle(
            handle, data.get_output_types(datasets[0]), data.get_output_shapes(datasets[0])
        )
        answer = program(iterator.get_next()).answer
        handles = [session.run(data.make_one_shot_iterator(dataset).string_handle()) for dataset in datasets]
        if not fed:
            return session.run(answer)
        return tuple(session.run(answer, {handle: given}) for given in (*handles, handles[0]))

    return in_graph(body)


def _generated(tensorflow, session):
    kind = {"output_types": "float32", "output_shapes": (None, COLUMNS)}
    dataset = tensorflow.tf.data.Dataset.from_generator(lambda: (SOURCE[i : i + ROWS] for i in (0, ROWS)), **kind)
    return _all(session, program(tensorflow.v1.data.make_one_shot_iterator(dataset).get_next()).answer)


def _batch_fed(tensorflow, session):
    element = tensorflow.v1.data.make_one_shot_iterator(_batches(SOURCE)).get_next()
    answer = program(element).answer
    return session.run(answer, {element: OTHER[:1]}), session.run(answer)


DEMONSTRATIONS = (
    Demonstration(
        "data set as a constant, size",
        "bytes of the graph a byte of the data set, a mebibyte",
        _size(lambda tensorflow, data: tensorflow.v1.constant(data)),
    ),
    Demonstration(
        "data set in a default placeholder, size",
        "the same, the data set as the default",
        _size(lambda tensorflow, data: tensorflow.v1.placeholder_with_default(data, (None, COLUMNS))),
    ),
    Demonstration(
        "data set as a variable's initial value, size",
        "the same, the data set as a variable's initial value",
        _size(lambda tensorflow, data: tensorflow.v1.Variable(data)),
    ),
    Demonstration(
        "data set in a pipeline, size",
        "the same, the data set given to tf.data",
        _size(lambda tensorflow, data: tensorflow.v1.data.make_initializable_iterator(_batches(data)).get_next()),
    ),
    Demonstration(
        "data set through a placeholder, size",
        "the same, a placeholder",
        _size(lambda tensorflow, data: _placeholder(tensorflow.v1)),
    ),
    Demonstration("data set as a constant, at the limit", "a constant of two gibibytes", _at_the_limit(LIMIT)),
    Demonstration(
        "data set as a constant, fed",
        "the last rows of a constant, then of other data of its size fed in its place",
        _whole_fed(rows(2 * ROWS, 1)),
    ),
    Demonstration("data set as a constant, fed a larger one", "the same with more rows", _whole_fed(OTHER)),
    Demonstration("pipeline, one shot", "every batch of a one-shot iterator", in_graph(_one_shot)),
    Demonstration("pipeline, read beyond its end", "a batch more than there is", in_graph(_beyond_the_end)),
    Demonstration(
        "pipeline, one shot over a placeholder",
        "a one-shot iterator over a placeholder",
        in_graph(_one_shot_of_placeholder),
    ),
    Demonstration("pipeline, not initialised", "an initialisable iterator, not initialised", _initialisable(_constant)),
    Demonstration(
        "pipeline over a placeholder, initialised unfed",
        "an initialisable iterator over a placeholder, nothing fed",
        _initialisable(_placeholder, [None]),
    ),
    Demonstration(
        "pipeline over a placeholder, fed two sources",
        "the same, initialised with one source, then with another and longer one",
        _initialisable(_placeholder, [SOURCE, OTHER]),
    ),
    Demonstration(
        "pipeline over a constant, fed another source",
        "the same over a constant, unfed, then fed other data of its size",
        _initialisable(_constant, [None, rows(2 * ROWS, 1)]),
    ),
    Demonstration(
        "pipeline over a constant, fed a larger source",
        "the same with more rows",
        _initialisable(_constant, [None, OTHER]),
    ),
    Demonstration(
        "pipeline over a default placeholder, fed a larger source",
        "the same over a default placeholder of unknown batch",
        _initialisable(_default, [None, OTHER]),
    ),
    Demonstration(
        "pipeline, two sources without a placeholder", "an iterator of two initialisers", in_graph(_reinitialisable)
    ),
    Demonstration(
        "pipeline by handle, fed", "a string placeholder says which of two pipelines is read", _by_handle(True)
    ),
    Demonstration("pipeline by handle, unfed", "the same without a feed", _by_handle(False)),
    Demonstration("pipeline from a generator", "every batch of a Python generator", in_graph(_generated)),
    Demonstration(
        "pipeline, batch fed",
        "a batch of another size fed in place of the pipeline's, then the pipeline's first",
        in_graph(_batch_fed),
    ),
)
