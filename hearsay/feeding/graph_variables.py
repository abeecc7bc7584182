"""Demonstrations in TensorFlow: variables, their initialising pass, and feeding them."""

from hearsay.feeding.graph_small import in_graph, program, rows
from hearsay.feeding.outcomes import Demonstration
from hearsay.graph_process import TODAY, start

VALUE = rows(number=1)


def _variable():
    return start().v1.Variable(rows(), name="x")


def _read_fed(tensorflow, session):
    read = (variable := _variable()).read_value()
    nodes = program(read)
    session.run(variable.initializer)
    return session.run(nodes.answer, {read: VALUE}), session.run(nodes.answer)


def _uninitialised(tensorflow, session):
    return session.run(program(_variable()).answer)


def _initialised(tensorflow, session):
    nodes = program(_variable())
    session.run(tensorflow.v1.global_variables_initializer())
    return session.run(nodes.answer)


def _forgotten(tensorflow, session):
    nodes = program(_variable())
    session.run(tensorflow.v1.global_variables_initializer())
    program(late := _variable())
    return session.run(nodes.answer), session.run(tensorflow.v1.is_variable_initialized(late))


def _new_session(tensorflow, session):
    nodes = program(_variable())
    session.run(tensorflow.v1.global_variables_initializer())
    with tensorflow.v1.Session() as other:
        return other.run(nodes.answer)


def _constants_need_none(tensorflow, session):
    return session.run(program(tensorflow.v1.constant(rows())).answer)


def _fed(initialise):
    """Return a demonstration: a variable fed, and its own value used afterwards."""

    def body(tensorflow, session):
        nodes = program(variable := _variable())
        if initialise:
            session.run(variable.initializer)
        fed = session.run(nodes.answer, {variable: VALUE})
        return (fed, session.run(nodes.answer)) if initialise else fed

    return body


DEMONSTRATIONS = (
    Demonstration(
        "variable, not initialised", "its answer fetched before the initialising pass", in_graph(_uninitialised)
    ),
    Demonstration("variable, initialised", "the same after the initialising pass", in_graph(_initialised)),
    Demonstration(
        "variable made after the initialising pass",
        "the answer of a variable that was there; whether one that came later is initialised",
        in_graph(_forgotten),
    ),
    Demonstration(
        "variable, new session", "a second session of the graph, initialised in the first alone", in_graph(_new_session)
    ),
    Demonstration("constant, not initialised", "a constant in the variable's place", in_graph(_constants_need_none)),
    Demonstration(
        "variable, fed, not initialised", "a variable in feed_dict, no initialising pass", in_graph(_fed(False))
    ),
    Demonstration("variable, fed", "the answer when a variable is fed, then when it is not", in_graph(_fed(True))),
    Demonstration(
        "today's variable, fed, not initialised", "the same with TensorFlow 2's variables", in_graph(_fed(False), TODAY)
    ),
    Demonstration("today's variable, fed", "the same with TensorFlow 2's variables", in_graph(_fed(True), TODAY)),
    Demonstration(
        "today's variable, what is read of it fed",
        "the same, but fed is the tensor that read_value returned and the program uses",
        in_graph(_read_fed, TODAY),
    ),
)
