"""The prediction on planted times: formulas by hand, workers by simulation, sleeps by a clock that they advance."""

import time

import numpy as np
import pandas as pd
import pytest

from hearsay.feeding import calibration
from hearsay.feeding.calibration import CALIBRATION, COMPUTES, WAITS, calibrate, gains, known
from hearsay.feeding.modes import LOADER, SLICES
from hearsay.feeding.prediction import (
    CROSSINGS,
    PREDICTION,
    Line,
    _met,
    alone,
    crossing,
    crossings,
    lines,
    moved,
    overlapped,
    predict,
    relative,
    step_when_fed,
)
from hearsay.feeding.timing import FETCH, READY, STEP, TIMINGS, TRAINING
from hearsay.tables import read, write

TWO = "DataLoader, two workers"


def simulated(step, handover, work, workers, cores, batches=200, tick=0.02):
    """Seconds from batch to batch of a loop and its workers, who share the cores evenly.

    Each worker is asked for two batches at the start, and for another whenever one of its is taken, in turn.
    """
    asked, done, left = [2] * workers, [0] * workers, [work] * workers
    working, turn, now, times = 0.0, 0, 0.0, []
    while len(times) < batches:
        if working <= 1e-9 and done[turn]:
            done[turn] -= 1
            asked[turn] += 1
            turn, working = (turn + 1) % workers, handover + step
            times.append(now)
        active = [i for i in range(workers) if asked[i]]
        speed = min(1.0, cores / max(1, len(active) + (working > 1e-9)))
        working -= speed * tick
        for i in active:
            left[i] -= speed * tick
            if left[i] <= 1e-9:
                left[i], asked[i], done[i] = work, asked[i] - 1, done[i] + 1
        now += tick
    return float(np.diff(times[batches // 4 :]).mean())


@pytest.mark.parametrize("cores", [1, 2, 3, 8])
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(("handover", "work"), [(0.2, 4.0), (0.5, 1.0), (1.0, 0.4)])
def test_workers_are_as_fast_as_in_a_simulation(handover, work, workers, cores):
    """From what fetching alone takes, the step with fetching follows: no work is told to the prediction."""
    fetch = simulated(0.0, handover, work, workers, cores)
    found = overlapped(fetch, handover, workers, cores)
    for step in (0.5, 1.0, 2.0, 6.0):
        assert step_when_fed(step, found) == pytest.approx(simulated(step, handover, work, workers, cores), rel=0.06)


def test_by_hand():
    assert relative(3.0, alone(1.0)) == 0.75
    assert relative(3.0, alone(1.0), slices=0.2) == 0.8
    assert [relative(s, moved(2.0)) for s in (1.0, 2.0, 3.0)] == [0.5, 1, 1]
    assert relative(1.0, overlapped(2.0, 0.5, 1, 8)) == 0.5
    assert relative(9.5, overlapped(2.0, 0.5, 1, 8)) == 0.95


def test_each_way_has_its_lines():
    assert lines("copy", "cpu", 2.0, 1.0, 2) == [Line(1, 2.0)] == lines(LOADER, "cpu", 2.0, 1.0, 2)
    assert lines(TWO, "cpu", 2.0, 0.5, 2) == overlapped(2.0, 0.5, 2, 2)
    assert lines("non-blocking, ahead", "cuda", 2.0, 1.0, 2) == moved(2.0)
    assert lines("pinned", "cuda", 2.0, 1.0, 2) == alone(2.0)


@pytest.mark.parametrize("slices", [0.0, 0.01])
@pytest.mark.parametrize("found", [alone(1.0), moved(1.0), overlapped(2.0, 0.5, 2, 2), overlapped(2.0, 0.5, 2, 16)])
def test_at_the_crossing_a_way_costs_the_share(found, slices):
    at = crossing(found, 0.05, slices)
    assert relative(at, found, slices) == pytest.approx(0.95)
    assert relative(at * 1.01, found, slices) > 0.95 > relative(at * 0.99, found, slices)


def test_the_crossing_of_the_serial_ways_by_hand():
    assert crossing(alone(1.0), 0.05) == pytest.approx(19)
    assert crossing(alone(0.0), 0.05) == 0


def planted(steps, fetches, cores=2, repeats=3, late=1.0):
    """Timings as the formulas have them, `late` times as long when fed; by model steps, by way fetches, handovers."""
    rows = []
    for r in range(repeats):
        scale = 1 + 0.5 * r  # a slow round is slow in everything
        for mode, (fetch, handover) in fetches.items():
            rows.append((FETCH, "", mode, r, scale * fetch, 1.0))
            rows += [(READY, "", mode, r, scale * 9, handover / 9)] if mode == TWO else []
            for model, step in steps.items():
                fed = step_when_fed(step, lines(mode, "cpu", fetch, handover, cores))
                rows.append((TRAINING, model, mode, r, scale * fed * (1 if mode == SLICES else late), 0.0))
        rows += [(STEP, model, "", r, scale * step, 0.0) for model, step in steps.items()]
    frame = pd.DataFrame(rows, columns=["what", "model", "mode", "repeat", "steady", "waiting"])
    same = dict.fromkeys(TIMINGS.columns, 0.0) | {"device": "cpu", "processor": "x", "cores": cores, "batch": 8}
    return frame.assign(**{name: value for name, value in same.items() if name not in frame})[list(TIMINGS.columns)]


STEPS = {"a": 1.0, "b": 10.0, "c": 100.0}
FETCHES = {
    SLICES: (0.0, 0.0),
    "copy": (1.0, 1.0),
    LOADER: (2000.0, 2000.0),
    TWO: (4.0, 0.5),
    "from_numpy": (0.001, 0.0),
}


def test_planted_timings_come_out_as_predicted(tmp_path):
    found = predict(planted(STEPS, FETCHES), 0)
    write(found, PREDICTION, tmp_path / "a.csv")
    found = read(tmp_path / "a.csv", PREDICTION)
    assert found["error"].abs().max() < 1e-12
    by = found.set_index(["mode", "model"])["predicted"]
    assert by["copy"].tolist() == pytest.approx([1 / 2, 10 / 11, 100 / 101])
    assert by[TWO, "a"] == pytest.approx(1 / 4.5)
    assert SLICES not in set(found["mode"])


def test_an_error_of_the_prediction_is_seen():
    found = predict(planted(STEPS, FETCHES, late=1.25), 0)
    assert np.allclose(found[["error", "error_low", "error_high"]], -0.2)


def test_crossings_lie_between_the_models(tmp_path):
    found = crossings(planted(STEPS, FETCHES), 0.05, 0)
    write(found, CROSSINGS, tmp_path / "a.csv")
    found = read(tmp_path / "a.csv", CROSSINGS).set_index("mode")
    copy, never, at_once = (found.loc[name] for name in ("copy", LOADER, "from_numpy"))
    assert copy["predicted"] == pytest.approx(19 * 1.5)  # the median round is half as long again
    assert (copy["measured_low"], copy["measured_high"]) == (15, 150) and 15 < copy["measured"] < 150
    assert never["measured_low"] == 150 and never[["measured", "measured_high"]].isna().all()
    assert (at_once["measured_low"], at_once["measured_high"]) == (0, 1.5)


def test_a_speed_that_dips_again_has_not_crossed():
    steps, speeds = np.array([1.0, 2, 4]), np.array([0.96, 0.9, 0.99])
    middle, least, most = _met(steps, speeds, speeds, speeds, 0.95)
    assert 2 < middle < 4 and (least, most) == (2, 4)


def test_a_crossing_that_intervals_leave_open_is_open():
    steps, speeds = np.array([1.0, 2, 4, 8]), np.array([0.5, 0.9, 0.97, 0.99])
    assert _met(steps, speeds, speeds - 0.1, speeds + 0.1, 0.95)[1:] == (1, pytest.approx(np.nan, nan_ok=True))
    assert _met(steps, speeds, speeds - 0.03, speeds + 0.03, 0.95)[1:] == (2, 8)
    assert _met(steps, speeds + 1, speeds + 1, speeds + 1, 0.95)[1:] == (0, 1)


def test_planted_sleeps_come_out_as_predicted(monkeypatch):
    """On a clock that only sleeps advance; workers sleep in their own processes, so only the loop is tried."""
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    found = calibrate({"seconds": [1.0, 3.0], "workers": [0], "repeats": 2, "kinds": [WAITS]}, 1)
    assert found[found["repeat"] == 0]["known"].tolist() == [0.5, 0.75, 0.25, 0.5]
    assert np.allclose(found["predicted"], found["known"]) and np.allclose(found["measured"], found["known"])


def test_planted_fetches_of_workers_make_a_whole_table(tmp_path):
    found = calibrate({"seconds": [0.002], "workers": [0, 2], "repeats": 2, "kinds": [WAITS, COMPUTES]}, 1)
    write(found, CALIBRATION, tmp_path / "a.csv")
    back = read(tmp_path / "a.csv", CALIBRATION)
    assert len(back) == 8 and back.notna().all().all() and set(back["kind"]) == {WAITS, COMPUTES}
    assert len(calibration.Planted(WAITS, 0, 3)) == 3


def test_computing_takes_processor_time_and_waiting_none():
    for kind, share in ((WAITS, 0.5), (COMPUTES, 1.0)):
        begun = time.thread_time()
        calibration.spend(kind, 0.02)
        used = time.thread_time() - begun
        assert used >= 0.02 if share == 1 else used < 0.02


def test_what_is_known_of_planted_fetches():
    assert [known(WAITS, 8.0, 2.0, workers, 1) for workers in (0, 1, 2, 8)] == [0.2, 0.25, 0.5, 1]
    # one core computes fetch and step after one another, however many workers there are; two share them evenly
    assert [known(COMPUTES, 8.0, 2.0, 2, cores) for cores in (1, 2, 4)] == pytest.approx([0.2, 0.4, 0.5])


@pytest.mark.parametrize("cores", [1, 2, 3])
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(("fetch", "step"), [(4.0, 1.0), (1.0, 4.0), (2.0, 2.0)])
def test_what_is_known_agrees_with_the_simulation(fetch, step, workers, cores):
    found = step / known(COMPUTES, fetch, step, workers, cores)
    assert found == pytest.approx(simulated(step, 0.0, fetch, workers, cores), rel=0.08)


def test_gains_are_taken_within_a_round():
    rows = [
        (WAITS, w, 0.1, 0.2, number, 2, 0.25 * (1 + w), 0.5, (1 + number) * (0.2 + 0.3 * w))
        for w in (0, 2)
        for number in range(3)
    ]
    (row,) = gains(pd.DataFrame(rows, columns=list(CALIBRATION.columns)), 0).to_dict("records")
    assert (row["workers"], row["known"], row["predicted"]) == (2, 3, 1)
    assert (row["gain"], row["low"], row["high"]) == pytest.approx((4, 4, 4))
