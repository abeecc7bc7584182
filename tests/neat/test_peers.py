"""The peers' runs do the task that they are timed on: they learn, keep the cap, and depend on the seed alone."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hearsay.neat import double_poles, peers_multineat, peers_neat_python, peers_tasks
from hearsay.neat.peers_tasks import POPULATION, XOR, Tally, balance, dynamics, push, xor_result

PEERS = [
    pytest.param(
        peer, id=peer.NAME, marks=pytest.mark.skipif(not peer.installed(), reason=f"{peer.NAME} is not installed")
    )
    for peer in (peers_neat_python, peers_multineat)
]
state = st.tuples(*(st.floats(-size, size) for size in (2.4, 3, 0.62, 3, 0.62, 6)))


@settings(deadline=None)  # the first call compiles
@given(state, st.floats(0, 1))
def test_plain_and_compiled_dynamics_are_the_same(start, action):
    assert push(*start, action) == pytest.approx(double_poles.push(*start, action), rel=1e-12, abs=1e-12)
    for x, _, theta_1, _, theta_2, _ in (start, [2 * value for value in start]):
        assert peers_tasks.failed(x, theta_1, theta_2) == double_poles.failed(x, theta_1, theta_2)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_not_a_number_has_failed(bad):
    assert peers_tasks.failed(bad, 0.0, 0.0) and peers_tasks.failed(0.0, bad, 0.0) and peers_tasks.failed(0.0, 0.0, bad)


@pytest.mark.parametrize("numba", [False, True])
def test_an_attempt_ends_when_a_pole_falls_or_at_the_limit(numba):
    states = [double_poles.START]
    while not double_poles.failed(*(states[-1][i] for i in (0, 2, 4))):
        states.append(double_poles.push(*states[-1], 0.5))
    held = len(states) - 2  # neither the start nor the state in which a pole had fallen
    assert balance(lambda inputs: 0.5, 1000, dynamics(numba)) == (held + 1.0, held, False)
    assert balance(lambda inputs: 0.5, held, dynamics(numba)) == (held + 1.0, held, True)


def test_a_controller_sees_the_scaled_state():
    seen = []
    balance(lambda inputs: seen.append(inputs) or 0.5, 1, push)
    assert seen == [pytest.approx((0, 0, 0.07 / 0.52, 0, 0, 0))]


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4))
def test_xor_fitness(outputs):
    wanted = [float(a != b) for (a, b), _ in XOR]
    fitness, steps, solved = xor_result(outputs)
    assert fitness == pytest.approx((4 - sum(abs(o - w) for o, w in zip(outputs, wanted, strict=True))) ** 2)
    assert steps == 0
    assert solved == all((o > 0.5) == (w > 0.5) for o, w in zip(outputs, wanted, strict=True))


def test_the_tally_of_planted_results():
    tally = Tally()
    assert tally.generation([(1.0, 5, False), (3.0, 7, False)]) == [1.0, 3.0]
    tally.generation([(2.0, 1, False), (4.0, 2, True), (0.0, 0, False)])
    tally.generation([(2.0, 1, True)])
    assert tally.counts() == (6, 16, (3.0, 4.0, 2.0), (2.0, 2.0, 2.0), 2)


def test_a_package_that_is_not_there_has_no_version():
    assert peers_tasks.installed("no-such-peer") == ""
    assert peers_neat_python.installed()


@pytest.mark.parametrize("peer", PEERS)
def test_xor_is_learnt_and_depends_on_the_seed_alone(peer, capfd):
    before = random.getstate()
    run = peer.xor(15, seed=1)
    assert random.getstate() == before
    random.random()
    assert peer.xor(15, seed=1) == run != peer.xor(15, seed=2)
    assert len(run.best) == len(run.mean) == 15
    assert run.evaluations >= 15 * POPULATION  # MultiNEAT lets its population grow a little
    assert run.evaluations <= 15 * POPULATION * 1.5
    assert run.control_steps == 0
    assert max(run.best) > run.best[0] and run.mean[-1] > run.mean[0]
    assert capfd.readouterr() == ("", "")


def test_neat_python_keeps_to_its_population():
    assert peers_neat_python.xor(3, seed=1).evaluations == 3 * POPULATION


@pytest.mark.parametrize("peer", PEERS)
def test_double_poles_are_learnt_and_the_cap_is_kept(peer):
    run = peer.double_poles(12, 1, numba=True, limit=200)
    assert run == peer.double_poles(12, 1, numba=True, limit=200)
    assert max(run.best) > run.best[0] and run.mean[-1] > run.mean[0]
    assert max(run.best) <= 201
    assert run.control_steps <= 200 * run.evaluations
    # a fitness is the steps held and one
    assert run.control_steps >= sum(run.best) - len(run.best)
    short = peer.double_poles(2, 1, numba=True, limit=3)
    assert short.solved == 1
    assert short.control_steps == 3 * short.evaluations
    assert short.best == short.mean == (4.0, 4.0)


@pytest.mark.parametrize("peer", PEERS)
def test_plain_and_compiled_dynamics_lead_to_the_same_run(peer):
    assert peer.double_poles(3, 1, numba=False, limit=50) == peer.double_poles(3, 1, numba=True, limit=50)
