"""The dynamics against Lagrange's equations, energy, an independent integrator, and themselves written plainly."""

import itertools
import math
from pathlib import Path
from types import SimpleNamespace

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from hearsay import jit
from hearsay.neat import double_poles as dp

G, CART, MASSES, HALVES, FRICTION = 9.8, 1.0, np.array([0.1, 0.01]), np.array([0.5, 0.05]), 2e-6

ANGLES = st.floats(-1, 1)
SPEEDS = st.floats(-20, 20)
STATES = st.tuples(st.floats(-2.4, 2.4), st.floats(-10, 10), ANGLES, SPEEDS, ANGLES, SPEEDS)
FORCES = st.floats(-10, 10)


def drawn(n, seed=0):
    """States (n, 6) and forces (n,) over the whole range of the task, and rather beyond."""
    rng = np.random.default_rng(seed)
    return rng.uniform(-1, 1, (n, 6)) * [2.4, 10, 1, 20, 1, 20], rng.uniform(-10, 10, n)


def variant(*edits, **constants):
    """The module as plain Python, its text edited and constants replaced: a planted fault, or another cart."""
    text = Path(dp.__file__).read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    for name, value in constants.items():
        before = f"\n{name} = {getattr(dp, name)}"
        assert before in text
        text = text.replace(before, f"\n{name} = {value}")
    found, compiled = {"__name__": "variant"}, jit.njit
    jit.njit = lambda function=None, **options: function or (lambda f: f)
    try:
        exec(compile(text, "variant", "exec"), found)
    finally:
        jit.njit = compiled
    found["fma"] = lambda a, b, c: a * b + c
    return SimpleNamespace(**found)


# Sine and cosine


def ulps(got, exact):
    """|got - exact| in units of the last place of the exact value."""
    return float(abs(mpmath.mpf(got) - exact)) / math.ulp(float(exact)) if exact else 0.0 if got == 0 else math.inf


def worst(sincos, angles):
    """The largest error of both functions in ulp and absolutely."""
    found = []
    with mpmath.workdps(40):
        for theta in angles:
            exact = mpmath.sin(mpmath.mpf(theta)), mpmath.cos(mpmath.mpf(theta))
            for got, true in zip(sincos(float(theta), True), exact, strict=True):
                found.append((ulps(got, true), float(abs(mpmath.mpf(got) - true))))
    return tuple(max(column) for column in zip(*found, strict=True))


GRID = np.concatenate([np.linspace(-1, 1, 4001), np.geomspace(1e-300, 1, 500), [0.0, 5e-324]])


def test_sine_and_cosine_are_right_to_the_last_place(record_property):
    units, absolute = worst(dp.sincos, GRID)
    record_property("largest error, ulp", units)
    assert units < 1.3
    assert absolute < 1.5e-16


@given(ANGLES)
@settings(deadline=None)
def test_sine_and_cosine_are_those_of_the_mathematical_library(theta):
    sine, cosine = dp.sincos(theta, True)
    assert sine == pytest.approx(math.sin(theta), rel=3e-16, abs=0)
    assert cosine == pytest.approx(math.cos(theta), rel=3e-16, abs=0)
    assert dp.sincos(-theta, True) == (-sine, cosine)


@given(st.floats(-1e6, 1e6))
@settings(deadline=None)
def test_away_from_zero_they_are_the_mathematical_librarys(theta):
    assert dp.sincos(theta, False) == pytest.approx((math.sin(theta), math.cos(theta)), rel=3e-16, abs=1e-300)


@pytest.mark.parametrize(
    "old, new", [("2.755731919201122e-06", "2.7557318e-06"), ("2.087515693739361e-09", "2.0876e-09")]
)
def test_a_coefficient_that_is_off_in_the_eighth_digit_is_noticed(old, new):
    assert worst(variant().sincos, GRID[:4001:50])[0] < 2  # without fusing
    assert worst(variant((old, new)).sincos, GRID[:4001:50])[0] > 2


# The equations of motion: Lagrange's, for a cart and two uniform rods hinged on it, of half-lengths l


def energies(state, masses=MASSES, halves=HALVES):
    """Kinetic and potential energy (J); rods turn about their centres at (x + l sin, l cos) with m l^2 / 3."""
    v, theta, omega = state[1], state[2::2], state[3::2]
    sideways = v + halves * omega * np.cos(theta)
    upwards = -halves * omega * np.sin(theta)
    turning = masses * halves**2 / 3 * omega**2
    kinetic = CART * v**2 / 2 + sum(masses * (sideways**2 + upwards**2) / 2 + turning / 2)
    return kinetic, sum(masses * G * halves * np.cos(theta))


def lagrange(force, state, friction=FRICTION, gravity=G, third=1 / 3, hinge=1.0):
    """Accelerations (3,) of x, theta_1, theta_2 from the 3 x 3 system of the mass matrix; faults can be planted."""
    theta, omega = state[2::2], state[3::2]
    coupling = MASSES * HALVES * np.cos(theta)
    matrix = np.diag([CART + MASSES.sum(), *(MASSES * HALVES**2 * (1 + third))])
    matrix[0, 1:] = matrix[1:, 0] = coupling
    forces = [
        force + sum(MASSES * HALVES * omega**2 * np.sin(theta)),
        *(MASSES * gravity * HALVES * np.sin(theta) - hinge * friction * omega),
    ]
    return np.linalg.solve(matrix, forces)


def distance(reference, accelerations=dp.accelerations):
    """Largest difference to a reference over random states, in units of the accelerations' scale."""
    states, forces = drawn(300)
    ours = np.array([accelerations(f, *s[2:], True) for s, f in zip(states, forces, strict=True)])
    theirs = np.array([reference(f, s) for s, f in zip(states, forces, strict=True)])
    return np.max(np.abs(ours - theirs) / np.abs(theirs).max(axis=0))


def test_the_accelerations_solve_lagranges_equations():
    assert distance(lagrange) < 1e-14


@given(STATES, FORCES)
@settings(deadline=None)
def test_power_is_balanced(state, force):
    """The energy's rate of change along the motion is force times velocity less what the hinges take."""
    cart, turn_1, turn_2 = dp.accelerations(force, *state[2:], True)
    flow = np.array([state[1], cart, state[3], turn_1, state[5], turn_2])
    # a complex step is exact to rounding: there is no difference in it
    rate = sum(energies(np.array(state) + 1e-30j * flow)).imag / 1e-30
    taken = FRICTION * (state[3] ** 2 + state[5] ** 2)
    assert rate == pytest.approx(force * state[1] - taken, abs=1e-12)


@pytest.mark.parametrize(
    "fault",
    [
        {"gravity": -G},
        {"gravity": 9.81},
        {"friction": 0.0},
        {"friction": 2.1e-6},
        {"hinge": -1.0},
        {"third": 1 / 4},
        {"third": 0.33333},
    ],
)
def test_a_fault_in_the_reference_is_noticed(fault):
    assert distance(lambda force, state: lagrange(force, state, **fault)) > 1e-10


FAULTS = [
    ("GRAVITY = -9.8", "GRAVITY = 9.8"),
    ("HINGE_FRICTION = 2e-6", "HINGE_FRICTION = 0.0"),
    ("HINGE_FRICTION = 2e-6", "HINGE_FRICTION = -2e-6"),
    ("DRAG_2 = HINGE_FRICTION / MOMENT_1, HINGE_FRICTION / MOMENT_2", "DRAG_2 = 4e-5, 4e-5"),
    ("MASS_2 = 0.1, 0.01", "MASS_2 = 0.1, 0.011"),
    ("HALF_LENGTH_2 = 0.5, 0.05", "HALF_LENGTH_2 = 0.5, 0.1"),
    ("SHARED_2 = 0.75 *", "SHARED_2 = 0.74 *"),
    ("TURN_2 = -0.75", "TURN_2 = 0.75"),
    ("fma(-shared_1", "fma(shared_1"),
    ("- shared_2 * cosine_2)", "+ shared_2 * cosine_2)"),
    ("(omega_2 * omega_2)", "omega_2"),
    ("fma(cart, TURN_1 * cosine_1,", "fma(-cart, TURN_1 * cosine_1,"),
]


def test_a_fault_in_the_accelerations_is_noticed():
    assert distance(lagrange, variant().accelerations) < 1e-14
    for fault in FAULTS:
        assert distance(lagrange, variant(fault).accelerations) > 1e-10, fault


# The integrator


def plain_flow(state, force):
    """The right-hand side as the equations are printed, with the mathematical library's functions."""
    _, v, theta_1, omega_1, theta_2, omega_2 = state
    g, effective, pulling = -G, 0.0, 0.0
    for m, half, theta, omega in zip(MASSES, HALVES, (theta_1, theta_2), (omega_1, omega_2), strict=True):
        drag = FRICTION * omega / (m * half)
        pulling += m * (half * omega**2 * math.sin(theta) + 0.75 * math.cos(theta) * (drag + g * math.sin(theta)))
        effective += m * (1 - 0.75 * math.cos(theta) ** 2)
    cart = (force + pulling) / (CART + effective)
    turns = [
        -0.75 * (cart * math.cos(theta) + g * math.sin(theta) + FRICTION * omega / (m * half)) / half
        for m, half, theta, omega in zip(MASSES, HALVES, (theta_1, theta_2), (omega_1, omega_2), strict=True)
    ]
    return np.array([v, cart, omega_1, turns[0], omega_2, turns[1]])


def plain_rk4(state, force, step, angles=None):
    """The textbook's method of order 4; appends the angles at which it evaluates the flow."""
    state = np.asarray(state)
    total, slope = np.zeros(6), np.zeros(6)
    for share, weight in ((0, 1), (0.5, 2), (0.5, 2), (1, 1)):
        place = state + share * step * slope
        if angles is not None:
            angles.extend(abs(place[2::2]))
        slope = plain_flow(place, force)
        total += weight * slope
    return state + step / 6 * total


def off(rk4):
    """Largest difference of a step to the plain one, over random states, in units of the scale of each quantity."""
    states, forces = drawn(200)
    ours = np.array([rk4(*s, f, dp.STEP) for s, f in zip(states, forces, strict=True)])
    theirs = np.array([plain_rk4(s, f, dp.STEP) for s, f in zip(states, forces, strict=True)])
    return np.max(np.abs(ours - theirs) / np.abs(theirs).max(axis=0))


def plain_push(state, action):
    for _ in range(2):
        state = plain_rk4(state, (action - 0.5) * 20, 0.01)
    return state


FAR = st.tuples(st.floats(-3, 3), SPEEDS, st.floats(-4, 4), st.floats(-40, 40), st.floats(-4, 4), st.floats(-40, 40))


@given(st.one_of(STATES, FAR), st.floats(0, 1))
@settings(max_examples=300, deadline=None)
def test_a_push_is_two_plain_steps(state, action):
    assert dp.push(*state, action) == pytest.approx(plain_push(state, action), rel=1e-12, abs=1e-13)


@given(STATES, st.floats(0, 1))
@settings(deadline=None)
def test_the_mirrored_state_is_pushed_to_the_mirror_bit_for_bit(state, action):
    action = round(action * 2**20) / 2**20  # so that 1 - action is exact
    assert dp.push(*(-s for s in state), 1 - action) == tuple(-s for s in dp.push(*state, action))


@given(STATES, st.floats(0, 1), st.floats(-100, 100), st.floats(-100, 100))
@settings(deadline=None)
def test_neither_place_nor_velocity_of_the_cart_matter_to_the_poles(state, action, x, v):
    assert dp.push(x, v, *state[2:], action)[2:] == dp.push(*state, action)[2:]


def test_a_step_is_the_textbooks_to_rounding():
    assert off(dp.rk4) < 1e-14
    assert off(variant().rk4) < 1e-14


def trajectory(rk4, state, force, seconds, step):
    for _ in range(round(seconds / step)):
        state = rk4(*state, force, step)
    return np.array(state)


CASES = [(dp.START, 10.0), (dp.START, -10.0), ((1.0, -1.0, -0.3, 2.0, 0.2, -4.0), 3.0)]


def exact(state, force, seconds):
    return solve_ivp(
        lambda _, y: np.stack([y[1::2], lagrange(force, y)], axis=1).ravel(),
        (0, seconds),
        state,
        "DOP853",
        rtol=1e-12,
        atol=1e-14,
    ).y[:, -1]


def orders(rk4):
    """The orders seen between steps of 0.01, 0.005 and 0.0025 s, per case."""
    found = []
    for state, force in CASES:
        true = exact(state, force, 0.1)
        errors = [np.linalg.norm(trajectory(rk4, state, force, 0.1, step) - true) for step in (0.01, 0.005, 0.0025)]
        found.append(np.log2(np.divide(errors[:-1], errors[1:])))
    return np.array(found)


def test_the_integrator_converges_with_order_four_to_an_independent_one():
    assert np.all(np.abs(orders(dp.rk4) - 4) < 0.1)
    for state, force in CASES:
        found = trajectory(dp.rk4, state, force, 0.1, dp.STEP)
        assert found == pytest.approx(exact(state, force, 0.1), rel=0, abs=1e-4)


@pytest.mark.parametrize(
    "old, new",
    [
        ("fma(half, omega_2b, theta_2)", "fma(half, omega_2, theta_2)"),
        ("sixth, square = step / 6, step * step / 6", "sixth, square = step / 6, step * step / 6.1"),
        ("(turn_2a + turn_2d) + 2 * (turn_2b + turn_2c)", "2 * (turn_2a + turn_2d) + (turn_2b + turn_2c)"),
        ("fma(step, turn_1c, omega_1)", "fma(step, turn_1b, omega_1)"),
        ("fma(step, omega_2c, theta_2)", "fma(step, omega_2b, theta_2)"),
    ],
)
def test_a_fault_in_the_integrator_is_noticed(old, new):
    assert off(variant((old, new)).rk4) > 1e-10


def test_the_polynomials_are_used_within_their_range():
    """From every corner of the bounds, and from a crowd within, a step evaluates the flow at angles below 1 rad."""
    corners = itertools.product([-1, -0.5, 0, 0.5, 1], repeat=4)
    within = np.random.default_rng(3).uniform(-1, 1, (300, 4))
    angles = []
    for theta_1, omega_1, theta_2, omega_2 in itertools.chain(corners, within):
        state = np.array([0, 0, 0.7 * theta_1, 20 * omega_1, 0.7 * theta_2, 20 * omega_2])
        for force in (-10, 10):
            plain_rk4(state, force, dp.STEP, angles)
    assert 0.9 < max(angles) < 0.7 + 0.01 * (20 + 0.01 * 530)
    assert (dp.NEAR_ANGLE, dp.NEAR_SPEED, dp.LARGEST_FORCE) == (0.7, 20, 10)


# Energy along the motion


def drift(rk4, state, force, steps, step):
    """Energy gained (J), work done, and heat from the hinges; integrals by Simpson's rule on every second step."""
    states = [np.array(state)]
    for _ in range(steps):
        states.append(np.array(rk4(*states[-1], force, step)))
    heat = np.array([FRICTION * (s[3] ** 2 + s[5] ** 2) for s in states])
    simpson = step / 3 * (heat[0] + heat[-1] + 4 * heat[1:-1:2].sum() + 2 * heat[2:-1:2].sum())
    gained = sum(energies(states[-1])) - sum(energies(states[0]))
    return gained, force * (states[-1][0] - states[0][0]), simpson


def test_energy_is_conserved_without_friction_and_force_to_the_integrators_order():
    free = variant(("HINGE_FRICTION = 2e-6", "HINGE_FRICTION = 0.0"))
    state = (0.0, 0.5, 0.3, -1.0, -0.2, 2.0)
    gains = [abs(drift(free.rk4, state, 0.0, n, 0.4 / n)[0]) for n in (40, 80, 160)]
    assert gains[0] < 1e-5
    assert np.log2(gains[0] / gains[1]) > 3.9
    assert np.log2(gains[1] / gains[2]) > 3.9


def test_hinges_take_energy_and_the_force_gives_it():
    state = (0.0, 0.5, 0.3, -1.0, -0.2, 2.0)
    gained, work, heat = drift(dp.rk4, state, 0.0, 4000, 1e-4)
    assert work == 0
    assert gained < 0
    assert gained == pytest.approx(-heat, rel=1e-4)
    gained, work, heat = drift(dp.rk4, state, 7.0, 4000, 1e-4)
    assert work > 1
    assert gained == pytest.approx(work - heat, abs=1e-11)


# The task


def test_the_limits():
    assert not dp.failed(2.4, 0.628329, -0.628329)
    assert not dp.failed(-2.4, -0.628329, 0.628329)
    assert not dp.failed(*dp.START[::2])
    assert abs(dp.FALLEN - math.radians(36)) < 2e-5
    for limits in itertools.product((2.4, -2.4), (0.628329, -0.628329), (0.628329, -0.628329)):
        for i in range(3):
            for beyond in (math.nextafter(limits[i], limits[i] * 2), limits[i] * math.inf, math.nan):
                assert dp.failed(*limits[:i], beyond, *limits[i + 1 :])


def test_what_is_not_a_number_fails():
    for action in (math.nan, math.inf, 1e300):
        assert dp.failed(*dp.push(*dp.push(*dp.START, action), 0.5)[::2])


def test_the_starts_of_the_generalisation_test():
    starts = dp.generalisation_starts()
    assert starts.shape == (625, 6)
    assert len(np.unique(starts, axis=0)) == 625
    assert [len(np.unique(column)) for column in starts.T] == [5, 5, 5, 5, 1, 1]
    largest = np.array([2.16, 1.35, math.radians(3.6), math.radians(8.6)]) * 0.9
    assert starts.max(axis=0)[:4] == pytest.approx(largest, rel=1e-4)
    assert starts.min(axis=0)[:4] == pytest.approx(-largest, rel=1e-4)
    assert not starts[:, 4:].any()
    assert starts[::-1] == pytest.approx(-starts, abs=1e-15)
    assert np.abs(starts[312]).max() == 0
    assert starts[1] - starts[0] == pytest.approx([0, 0, 0, 0.2 * 0.30019504, 0, 0])
    assert not any(dp.failed(*start[::2]) for start in starts)


def test_the_ceiling_counts_the_falls_of_the_same_pushes():
    falls, state = 0, np.array(dp.START)
    for k in range(75):
        state = plain_push(state, k % 2)
        if abs(state[0]) > 2.4 or max(abs(state[2::2])) > 0.628329:
            falls, state = falls + 1, np.array(dp.START)
        assert dp.ceiling(k + 1) == falls
    assert falls > 3
    assert dp.ceiling(0) == 0


def test_every_kernel_gets_the_same_bits():
    """Inlined elsewhere, alone, or by itself through its parts: a push is one value."""

    @jit.njit
    def elsewhere(x, v, theta_1, omega_1, theta_2, omega_2, action, out):
        for k in range(len(out)):
            action = 1 - action
            x, v, theta_1, omega_1, theta_2, omega_2 = dp.push(x, v, theta_1, omega_1, theta_2, omega_2, action)
            out[k] = x * theta_1 + v * omega_1 + theta_2 * omega_2
        return x, v, theta_1, omega_1, theta_2, omega_2

    state, action = (0.1, -0.2, 0.01, 0.1, -0.02, 0.3), 0.3
    inlined = elsewhere(*state, action, np.empty(8))
    stepped = state
    for _ in range(8):
        action = 1 - action
        for _ in range(dp.STEPS_PER_ACTION):
            stepped = dp.rk4(*stepped, (action - 0.5) * 20, dp.STEP)
    assert stepped == inlined
