"""A cart with two poles of different length: Wieland's equations of motion and the integrator of the C++ release.

Wieland (1991, IJCNN II:667) gives the equations, Stanley & Miikkulainen (2002, Evolutionary Computation 10:99) the
task, Stanley's NEAT 1.2.1 the constants. Pole 1 is the long one; angles are from upright, positive towards positive
positions. States are six floats, (x, v, theta_1, omega_1, theta_2, omega_2), so that nothing is allocated.

This is what a run on this task spends its time on. Sine and cosine come from polynomials, products and sums are fused
explicitly. An explicit fused multiply-add rounds once by definition, so a state has the same bits in every kernel that
pushes it and, until poles fall, on every machine; where the compiler chooses it need not, and differences grow here.
"""

import itertools
import math

import numpy as np
from numba import types
from numba.extending import intrinsic

from hearsay.jit import njit

GRAVITY = -9.8  # m/s^2; negative, as in the release
CART_MASS = 1.0  # kg
MASS_1, MASS_2 = 0.1, 0.01  # kg
HALF_LENGTH_1, HALF_LENGTH_2 = 0.5, 0.05  # m
HINGE_FRICTION = 2e-6  # N m s; the track has none
LARGEST_FORCE = 10.0  # N
STEP = 0.01  # s, of the integrator
STEPS_PER_ACTION = 2
TRACK = 2.4  # m, largest distance of the cart from the centre
FALLEN = 0.628329  # rad, largest angle: 36 degrees to the digits of the release (exactly 0.628319)

START = (0.0, 0.0, 0.07, 0.0, 0.0, 0.0)  # m, m/s, rad, rad/s, rad, rad/s
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)  # of Gruau's starts within their ranges
# width and half of the ranges of cart and long pole: m, m/s, rad (half is 3.6 degrees), rad/s (8.6 degrees)
RANGES = ((4.32, 2.16), (2.70, 1.35), (0.12566304, 0.06283152), (0.30019504, 0.15009752))

# The polynomials hold for angles up to 1 rad. From a state within these bounds one step stays there: its angles are at
# most 0.7 + 0.01 * (20 + 0.01 * 530), where 530 rad/s^2 bounds the short pole's acceleration in any stage.
NEAR_ANGLE, NEAR_SPEED = 0.7, 20.0  # rad, rad/s

ALL_MASS = CART_MASS + MASS_1 + MASS_2
MOMENT_1, MOMENT_2 = MASS_1 * HALF_LENGTH_1, MASS_2 * HALF_LENGTH_2  # kg m
DRAG_1, DRAG_2 = HINGE_FRICTION / MOMENT_1, HINGE_FRICTION / MOMENT_2  # m/s
SHARED_1, SHARED_2 = 0.75 * MASS_1, 0.75 * MASS_2  # kg
TURN_1, TURN_2 = -0.75 / HALF_LENGTH_1, -0.75 / HALF_LENGTH_2  # 1/m


@intrinsic
def fma(typing, a, b, c):
    """Return a * b + c, rounded once."""

    def generate(context, builder, signature, arguments):
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), generate


@njit(error_model="numpy", forceinline=True)
def sincos(theta, near):
    """Return sine and cosine of `theta` (rad), within 1.3 units in the last place (2e-16).

    near: the caller knows that |theta| <= 1, and gets polynomials; otherwise the mathematical library's functions. The
    polynomials interpolate (sin(x) / x - 1) / x^2 and (cos(x) - 1 + x^2 / 2) / x^4 in x^2 at the 7 and 6 Chebyshev
    points of [0, 1]; they are evaluated by Estrin's scheme, whose chains are short.
    """
    if not near:
        return math.sin(theta), math.cos(theta)
    t = theta * theta
    t2 = t * t
    t4 = t2 * t2
    sine_low = fma(t2, fma(t, 2.755731919201122e-06, -0.00019841269841216566), fma(t, 0.0083333333333333, -1 / 6))
    sine_high = fma(t2, -7.549371704181243e-13, fma(t, 1.6057701922579786e-10, -2.5052099244914114e-08))
    cosine_low = fma(t2, fma(t, 2.4801587282169773e-05, -0.001388888888887225), fma(t, 0.041666666666666644, -0.5))
    cosine_high = fma(t2, -1.1328236374460262e-11, fma(t, 2.087515693739361e-09, -2.7557310935140726e-07))
    return fma(theta * t, fma(t4, sine_high, sine_low), theta), fma(t, fma(t4, cosine_high, cosine_low), 1.0)


@njit(error_model="numpy", forceinline=True)
def accelerations(force, theta_1, omega_1, theta_2, omega_2, near):
    """Return the accelerations of cart (m/s^2), long and short pole (rad/s^2); N, rad and rad/s in.

    near: both angles are known to be at most 1 rad. They depend neither on the cart's place nor on its velocity.
    """
    sine_1, cosine_1 = sincos(theta_1, near)
    sine_2, cosine_2 = sincos(theta_2, near)
    pull_1 = fma(omega_1, DRAG_1, GRAVITY * sine_1)
    pull_2 = fma(omega_2, DRAG_2, GRAVITY * sine_2)
    shared_1, shared_2 = SHARED_1 * cosine_1, SHARED_2 * cosine_2
    force_1 = fma(shared_1, pull_1, MOMENT_1 * sine_1 * (omega_1 * omega_1))
    force_2 = fma(shared_2, pull_2, MOMENT_2 * sine_2 * (omega_2 * omega_2))
    # the mass is known long before the forces: a division waits for nothing, a product is quick
    inverse_mass = 1.0 / (fma(-shared_1, cosine_1, ALL_MASS) - shared_2 * cosine_2)
    cart = (force + (force_1 + force_2)) * inverse_mass
    return (
        cart,
        fma(cart, TURN_1 * cosine_1, TURN_1 * pull_1),
        fma(cart, TURN_2 * cosine_2, TURN_2 * pull_2),
    )


@njit(error_model="numpy", forceinline=True)
def _rk4(x, v, theta_1, omega_1, theta_2, omega_2, force, step, near):
    half = 0.5 * step
    cart_a, turn_1a, turn_2a = accelerations(force, theta_1, omega_1, theta_2, omega_2, near)
    omega_1b, omega_2b = fma(half, turn_1a, omega_1), fma(half, turn_2a, omega_2)
    cart_b, turn_1b, turn_2b = accelerations(
        force, fma(half, omega_1, theta_1), omega_1b, fma(half, omega_2, theta_2), omega_2b, near
    )
    omega_1c, omega_2c = fma(half, turn_1b, omega_1), fma(half, turn_2b, omega_2)
    cart_c, turn_1c, turn_2c = accelerations(
        force, fma(half, omega_1b, theta_1), omega_1c, fma(half, omega_2b, theta_2), omega_2c, near
    )
    omega_1d, omega_2d = fma(step, turn_1c, omega_1), fma(step, turn_2c, omega_2)
    cart_d, turn_1d, turn_2d = accelerations(
        force, fma(step, omega_1c, theta_1), omega_1d, fma(step, omega_2c, theta_2), omega_2d, near
    )
    # positions' slopes are the stages' velocities: their weighted sum is v + h (a + b + c) / 6
    sixth, square = step / 6, step * step / 6
    return (
        fma(square, cart_a + cart_b + cart_c, fma(step, v, x)),
        fma(sixth, (cart_a + cart_d) + 2 * (cart_b + cart_c), v),
        fma(square, turn_1a + turn_1b + turn_1c, fma(step, omega_1, theta_1)),
        fma(sixth, (turn_1a + turn_1d) + 2 * (turn_1b + turn_1c), omega_1),
        fma(square, turn_2a + turn_2b + turn_2c, fma(step, omega_2, theta_2)),
        fma(sixth, (turn_2a + turn_2d) + 2 * (turn_2b + turn_2c), omega_2),
    )


@njit(error_model="numpy")
def _far(x, v, theta_1, omega_1, theta_2, omega_2, force, step):
    return _rk4(x, v, theta_1, omega_1, theta_2, omega_2, force, step, False)


@njit(error_model="numpy", forceinline=True)
def rk4(x, v, theta_1, omega_1, theta_2, omega_2, force, step):
    """Return the state after one step (s) of the classical Runge-Kutta method of order 4 under a constant force (N)."""
    if (
        abs(theta_1) <= NEAR_ANGLE
        and abs(theta_2) <= NEAR_ANGLE
        and abs(omega_1) <= NEAR_SPEED
        and abs(omega_2) <= NEAR_SPEED
        and abs(force) <= LARGEST_FORCE
        and abs(step) <= STEP
    ):
        return _rk4(x, v, theta_1, omega_1, theta_2, omega_2, force, step, True)
    return _far(x, v, theta_1, omega_1, theta_2, omega_2, force, step)


@njit(error_model="numpy", forceinline=True)
def push(x, v, theta_1, omega_1, theta_2, omega_2, action):
    """Return the state one control step (0.02 s) later; `action` in [0, 1] pushes with -10 to 10 N throughout."""
    force = (action - 0.5) * (2 * LARGEST_FORCE)
    for _ in range(STEPS_PER_ACTION):
        x, v, theta_1, omega_1, theta_2, omega_2 = rk4(x, v, theta_1, omega_1, theta_2, omega_2, force, STEP)
    return x, v, theta_1, omega_1, theta_2, omega_2


@njit(error_model="numpy", forceinline=True)
def failed(x, theta_1, theta_2):
    """Return whether the cart (m) is off its track or a pole (rad) has fallen; so it is with what is not a number."""
    return not (abs(x) <= TRACK and abs(theta_1) <= FALLEN and abs(theta_2) <= FALLEN)


@njit(error_model="numpy")
def ceiling(steps):
    """Push from START for `steps` control steps left and right in turn, back to START at each fall; return the falls.

    The dynamics alone: no engine can evaluate faster than this.
    """
    falls = 0
    x, v, theta_1, omega_1, theta_2, omega_2 = START
    for k in range(steps):
        x, v, theta_1, omega_1, theta_2, omega_2 = push(x, v, theta_1, omega_1, theta_2, omega_2, float(k & 1))
        if failed(x, theta_1, theta_2):
            falls += 1
            x, v, theta_1, omega_1, theta_2, omega_2 = START
    return falls


def generalisation_starts() -> np.ndarray:
    """Return Gruau's start states (625, 6): cart and long pole on a grid of five places each, the short one upright.

    Gruau, Whitley & Pyeatt (1996, Genetic Programming: 81); the release's order and digits.
    """
    axes = [[share * width - half for share in SHARES] for width, half in RANGES]
    return np.array([(*start, 0.0, 0.0) for start in itertools.product(*axes)])
