"""Place of each row in the sequence of a measurement: branches of sweeps, and trains of pulses.

Rows repeat each other only if they have the same settings, the same direction and the same place in the sequence. The
two branches of a loop at one voltage are no repetition, and neither are trains up and down at one pulse number: taken
as such, the loop itself would count as scatter, and no model could be rejected.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.installed import extra
from neuroest.dynamics.in_time import Array
from neuroest.fitting.headers import Experiment

_PARTS = 8
"""Number of parts of a train whose means show its direction."""
_FEWEST_IN_SEQUENCE = 8
"""Fewest values of a sequence whose autocorrelation is estimated."""
_TURNS_ON = 2.0
"""Least ratio of the currents by which a device turns on while its measured voltage falls; a convention."""
_FAR_FROM_NOISE = 4.0
"""Number of standard deviations beyond which a mean has moved."""


def places(experiment: Experiment) -> Array:
    """Direction and place of each row in the sequence, as a number; equal numbers are comparable.

    For a sweep, the branch within its numbered cycle, or its polarity and direction where cycles are not numbered; for
    pulses, the direction of the train; zero for all other experiments, which have no sequence.

    Examples
    --------
    A loop up and back: the row at 1 V is the peak, and the two rows at 0.5 V are not a repetition of each other.

    >>> from neuroest.fitting.headers import LAYOUTS
    >>> loop = {"voltage": np.array([0.5, 1.0, 0.5]), "current": np.array([1e-6, 1e-3, 5e-4])}
    >>> places(Experiment(LAYOUTS["current_voltage"], loop, (2, 3, 4), "loop.csv")).tolist()
    [3, 3, 2]
    """
    if experiment.layout.name == "pulse_response":
        return np.asarray(with_directions(experiment).columns["rising"], dtype=int)
    if experiment.layout.name != "current_voltage":
        return np.zeros(experiment.rows, dtype=int)
    found, place = np.zeros(experiment.rows, dtype=int), 0
    label, numbered = _labels(experiment), "cycle" in experiment.columns
    voltage, previous = experiment.columns["voltage"], None
    for rows, rising in branches(experiment):
        own = label[:, rows[-1]]
        place = 0 if previous is None or np.any(own != previous) else place + 1
        # the peak has its place in the branch before it
        kept = rows[1:] if previous is not None and not np.any(label[:, rows[0]] != previous) else rows
        positive = float(np.sum(voltage[rows])) >= 0.0
        found[kept] = place if numbered else 2 * positive + rising
        previous = own
    return found


def driven_by(experiment: Experiment) -> str:
    """The swept quantity: the one with fewer reversals, since a switch makes the other one jump."""

    def reversals(name: str) -> int:
        way = np.sign(np.diff(np.abs(experiment.columns[name])))
        return int(np.sum(np.diff(way[way != 0.0]) != 0.0))

    return min(("voltage", "current"), key=reversals)


def branches(experiment: Experiment) -> Iterator[tuple[Array, bool]]:
    """Rows of each branch of a sweep, and whether the amplitude rises along it.

    Sweeps need no numbering: a branch ends where the amplitude reverses, and that row belongs to both branches; and
    where the sign changes. A measured voltage that falls while the current grows to twice its largest so far is no
    reversal: the device turns on, and the limit of the instrument takes its voltage.
    """
    name = driven_by(experiment)
    driven, current = experiment.columns[name], np.abs(experiment.columns["current"])
    amplitude = np.abs(driven)
    ways = np.sign(np.diff(amplitude))
    breaks = np.any(np.diff(_labels(experiment)) != 0.0, axis=0) | (driven[1:] * driven[:-1] < 0.0)
    start, direction = 0, 0.0
    for row, way in enumerate(ways):
        turned = direction and way and way != direction
        if turned and direction > 0.0 and name == "voltage" and not breaks[row]:
            turned = current[row + 1] <= _TURNS_ON * np.max(current[start : row + 1])
        if breaks[row] or turned:
            yield np.arange(start, row + 1), direction > 0.0
            start, direction = (row + 1, 0.0) if breaks[row] else (row, way)
        elif way and not direction:
            direction = way
    yield np.arange(start, len(amplitude)), direction > 0.0


def _labels(experiment: Experiment) -> Array:
    """Device and cycle of each row."""
    return np.stack([experiment.column("device", -1.0), experiment.column("cycle", 0.0)])


def trains_of(experiment: Experiment) -> Array:
    """Train index of each row; a train ends if the device or direction changes or the pulse count restarts."""
    keys = [experiment.column(name, -1.0) for name in ("device", "cycle", "rising")]
    begins = np.diff(experiment.columns["pulse"], prepend=np.inf) <= 0.0
    for key in keys:
        begins |= np.diff(key, prepend=key[:1]) != 0.0
    return np.asarray(np.cumsum(begins))


def with_directions(experiment: Experiment) -> Experiment:
    """Pulse trains with a column for the direction of each row's train.

    Raises
    ------
    NeuroestError
        If a train goes up and down.
    """
    columns, layout = dict(experiment.columns), experiment.layout
    stated = columns.get("rising", np.full(experiment.rows, np.nan))
    trains, conductance = trains_of(experiment), columns["conductance"]
    rising = np.where(np.isfinite(stated), (stated > 0.0) * 1.0, np.nan)
    order = np.argsort(trains, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(trains[order])) + 1):
        if _turns_back(conductance[rows]):
            first, last = (f"{columns['pulse'][rows[at]]:g}" for at in (0, -1))
            raise NeuroestError(
                f"the train of pulses {first} to {last} goes up and down; count each way from its first pulse, or say "
                "in a column `rising` which way each pulse goes (1 up, 0 down)"
            )
        known = rising[rows][np.isfinite(rising[rows])]
        way = known[0] if len(known) else float(conductance[rows[-1]] >= conductance[rows[0]])
        rising[rows] = way
    columns["rising"] = rising
    needed = {**layout.columns, "rising": "1"} if len(set(rising)) > 1 else layout.columns
    return replace(experiment, columns=columns, layout=replace(layout, columns=needed))


def _turns_back(conductance: Array) -> bool:
    """Whether a train goes one way and comes back, judged by means over parts that are robust to noise."""
    if len(conductance) < 2 * _PARTS:
        return False
    parts = np.array([np.mean(part) for part in np.array_split(conductance, _PARTS)])
    noise = float(np.std(np.diff(conductance))) / np.sqrt(len(conductance) / _PARTS)
    ends, inner, whole = parts[[0, -1]], parts[1:-1], float(np.ptp(parts))
    way = max(float(np.max(inner) - np.max(ends)), float(np.min(ends) - np.min(inner)))
    return whole > _FAR_FROM_NOISE * noise and 2.0 * way > whole


def few_changes(residuals: Array) -> float:
    """Probability that independent residuals change their sign as rarely as these: the runs test.

    Parameters
    ----------
    residuals : ndarray
        Residuals along a sequence; those of zero are left out.

    Returns
    -------
    float
        Probability of at most as many runs of equal sign; 1 for fewer than two residuals of either sign.

    References
    ----------
    A. Wald and J. Wolfowitz, Ann. Math. Stat. 11, 147 (1940): mean and variance of the number of runs.

    Examples
    --------
    Ten above and ten below, in two runs of the 11 that are expected: 9 less, over a deviation of sqrt(90/19) = 2.18.

    >>> f"{few_changes(np.repeat([1.0, -1.0], 10)):.1e}"
    '1.8e-05'
    """
    sign = residuals[residuals != 0.0] > 0.0
    above, below = float(np.sum(sign)), float(np.sum(~sign))
    if min(above, below) < 2.0:
        return 1.0
    expected = 1.0 + 2.0 * above * below / (above + below)
    variance = (expected - 1.0) * (expected - 2.0) / (above + below - 1.0)
    runs = 1.0 + float(np.sum(sign[1:] != sign[:-1]))
    return float(extra("scipy.stats", "lab").norm.cdf((runs - expected) / np.sqrt(variance)))


def independent_count(values: Array) -> float:
    """Number of independent values that determine a mean as well as a sequence of dependent ones.

    Parameters
    ----------
    values : ndarray
        Values in the order in which they were measured, such as the threshold of each cycle.

    Returns
    -------
    float
        Their number over 1 + 2 times the sum of the autocorrelations up to the first one that is not above zero; their
        number itself if the first one is within two standard deviations of that of independent values.

    References
    ----------
    G. V. Bayley and J. M. Hammersley, J. R. Stat. Soc. Suppl. 8, 184 (1946): effective number of observations.

    Examples
    --------
    Ten levels, each measured ten times, are no more than ten values, and a hundred of a generator are a hundred.

    >>> generator = np.random.default_rng(0)
    >>> drawn = generator.normal(size=100)
    >>> f"{independent_count(np.repeat(drawn[:10], 10)):.0f} {independent_count(drawn):.0f}"
    '7 100'
    """
    count = len(values)
    away = values - np.mean(values)
    square = float(np.sum(away**2))
    if count < _FEWEST_IN_SEQUENCE or square == 0.0:
        return float(count)
    total = 0.0
    for lag in range(1, count // 2):
        alike = float(np.sum(away[lag:] * away[:-lag])) / square
        if alike <= 0.0 or (lag == 1 and alike < 2.0 / np.sqrt(count)):
            break
        total += alike
    return float(max(1.0, count / (1.0 + 2.0 * total)))
