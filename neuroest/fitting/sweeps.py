"""Loops of current-voltage sweeps: their branches, jumps and states, and what kind of device they show."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import format_quantity
from neuroest.dynamics.in_time import Array
from neuroest.fitting.headers import Experiment
from neuroest.fitting.predictions import compliance_current
from neuroest.fitting.sequence import branches, driven_by

_LEAST_JUMP = 2.0
"""Minimum conductance ratio of two adjacent rows that counts as switching, and of the two states of a switch."""
_BEYOND_STEPS, _MOST_STEPS = 3.0, 0.9
"""A jump is this many times as large, as a logarithm, as nine tenths of the other steps of its branch."""
_LEAST_SNAP = 0.1
"""Share of the highest voltage of a sweep of the current by which it falls in a switch; a convention."""
_SMALLEST = 1e-3
"""Share of the largest voltage below which rows give no resistance, because of the instrument's zero error."""
_ABOVE_NOISE = 10.0
"""Ratio of a state to a current against the voltage above which it is no part of the same noise; a convention."""
_AROUND = 0.5
"""Share of a voltage around it within which rows show whether the current flows against it; a convention."""
_NEAR_ZERO = 0.1
"""Share of the largest voltage within which the current at zero volts is interpolated."""
_FEWEST_ZEROS, _ALIKE = 2, 0.8
"""Fewest passes through zero volts that show an offset of the current, and share of currents with one sign."""
_FREE = 0.8
"""Share of the compliance below which a noisy current is not limited by it."""
_NEAR, _FAR = 0.5, 3.0
"""Share of the compliance above which currents show its scatter, and deviations beyond which a current is excluded."""
READ_VOLTAGE = 0.2
"""Usual voltage at which the states of a memory cell are read [V]; a convention, stated otherwise in the file."""
_OF_THE_SWEEP = 0.25
"""Largest read voltage, as a share of the amplitude of the sweep."""
_MOVED = 1.5
"""Ratio of the states before and after a loop above which it has changed the cell; a convention."""
_WIDE = 3.0
"""Ratio of the states of both polarities above which a cell is set and reset by them; a capacitor's are closer."""
_CLOSED = 1.2
"""Ratio of the two branches of a loop below which it is closed; a convention."""
_MOST = 0.5
"""Share of the loops that must show the same; a convention."""
_RETURNED = 0.25
"""Share of the way between the states within which a switch has returned to the state before; a convention."""
VOLATILE, MEMORY, RESISTOR, UNKNOWN = "volatile switch", "memory cell", "resistor", "unknown"


@frozen_dataclass
class Branch:
    """One way of a loop, with amplitudes of voltage and current in the order of the rows.

    Attributes
    ----------
    rows : ndarray of int
        Their places in the experiment.
    limited : ndarray of bool
        Whether the compliance limits the current.
    jump : int
        Row before the jump of the conductance: up on the way up, down on the way back; -1 if there is none.
    against : ndarray of bool
        Whether the current flows against the voltage.
    snaps : bool
        Whether the current was swept, so that the voltage snaps back where the device turns on.
    width : float
        Width of a gradual turn-off, 0 of a jump. [V]
    """

    rows: Array
    voltage: Array
    current: Array
    limited: Array
    rising: bool
    device: float
    cycle: float
    positive: bool
    jump: int
    against: Array
    snaps: bool = False
    width: float = 0.0

    @property
    def ratio(self) -> Array:
        """Conductance of each row. [S]."""
        return self.current / self.voltage

    def read_at(self, voltage: float) -> float:
        """Conductance at a voltage, interpolated between rows; NaN outside of the branch. [S]."""
        if not np.min(self.voltage) <= voltage <= np.max(self.voltage):
            return float("nan")
        order = np.argsort(self.voltage, kind="stable")
        return float(np.exp(np.interp(voltage, self.voltage[order], np.log(self.ratio[order]))))

    def opposes(self, voltage: float) -> bool:
        """Whether the current around a voltage flows against it, as that of a capacitor does."""
        near = np.abs(self.voltage - voltage) <= _AROUND * voltage
        return bool(np.any(near)) and float(np.mean(self.against[near])) >= _ALIKE

    def scatter(self) -> float:
        """Scatter of the logarithm of the conductance from row to row, from its median curvature."""
        bends = np.abs(np.diff(np.log(self.ratio), n=2))
        return float(np.median(bends)) if len(bends) else 0.0

    @property
    def at_jump(self) -> tuple[float, float]:
        """Voltage of the jump and the width of its interval. [V].

        In a sweep of the current the voltage snaps back: it turns on at the highest voltage before, and off at the
        lowest one while it is on.
        """
        if self.snaps:
            level = float(self.voltage[self.turn])
            beside = [at for at in (self.turn - 1, self.turn + 1) if 0 <= at < len(self.voltage)]
            return level, float(min(abs(self.voltage[at] - level) for at in beside))
        here, after = float(self.voltage[self.jump]), float(self.voltage[self.jump + 1])
        if self.rising and after < here:
            # the limit of the instrument takes the voltage of a device that has turned on
            return here, here - float(self.voltage[max(self.jump - 1, 0)])
        return (here + after) / 2.0, max(abs(here - after), self.width)

    @property
    def turn(self) -> int:
        """Row at which it turns on or off: that of the jump, or where the voltage begins to snap.

        On the way up that is the highest voltage before the jump. On the way back it is the lowest one, below which the
        current would fall faster than a series resistor can follow.
        """
        if not self.snaps:
            return self.jump
        before = self.voltage[: self.jump + 1]
        return int(np.argmax(before) if self.rising else np.argmin(before))

    @property
    def off(self) -> Array:
        """Rows below the jump, where the device is off."""
        places = np.arange(len(self.voltage))
        return places[places <= self.turn] if self.rising else places[places > self.jump]

    @property
    def on(self) -> Array:
        """Rows beyond the jump, where the device is on."""
        places = np.arange(len(self.voltage))
        return places[places > self.jump] if self.rising else places[places <= self.turn]


@frozen_dataclass
class Loop:
    """A sweep up and back; either way may be missing."""

    up: Branch | None
    back: Branch | None

    @property
    def any(self) -> Branch:
        """One of its branches."""
        found = self.up or self.back
        if found is None:
            raise ValueError("a loop has a branch")
        return found

    @property
    def whole(self) -> bool:
        """Whether it has both ways."""
        return self.up is not None and self.back is not None

    @property
    def switches(self) -> bool:
        """Whether it turns on on the way up, and off at a lower voltage on the way back, to the state before."""
        up, back = self.up, self.back
        if up is None or back is None or up.jump < 0 or back.jump < 0:
            return False
        before, after = float(np.median(up.ratio[up.off])), float(np.median(back.ratio[back.off]))
        high = max(float(np.median(one.ratio[one.on])) for one in (up, back))
        apart = back.at_jump[0] < up.at_jump[0]
        return apart and high > _LEAST_JUMP * before and after < np.sqrt(before * high)

    def opposes(self, voltage: float) -> bool:
        """Whether the current flows against the read voltage, so that it shows no state.

        One way only, its amount bounds the lower state, if the other one is far above it.
        """
        if self.up is None or self.back is None:
            return False
        ways = [self.up.opposes(voltage), self.back.opposes(voltage)]
        if all(ways) or not any(ways):
            return all(ways)
        apart = abs(float(np.log(self.back.read_at(voltage) / self.up.read_at(voltage))))
        return apart < float(np.log(_ABOVE_NOISE))

    def change(self, voltage: float) -> float:
        """Logarithm of the ratio of the state after to that before, if above the scatter; 0 otherwise."""
        before, after = self.states(voltage)
        way = float(np.log(after / before)) if np.isfinite(before * after) else 0.0
        noise = max(branch.scatter() for branch in (self.up, self.back) if branch is not None)
        return way if abs(way) > max(np.log(_MOVED), _FAR * noise) else 0.0

    def states(self, voltage: float) -> tuple[float, float]:
        """Conductance before and after, at the read voltage; NaN where a branch does not reach it. [S]."""
        nothing = float("nan")
        if self.opposes(voltage):
            return nothing, nothing
        return (
            nothing if self.up is None else self.up.read_at(voltage),
            nothing if self.back is None else self.back.read_at(voltage),
        )


@frozen_dataclass
class Kind:
    """What a sweep shows: a volatile switch, a memory cell, a resistor, or none of them; and why."""

    name: str
    why: str

    def __str__(self) -> str:
        article = "an" if self.name[0] in "aeiou" else "a"
        said = "what kind of device this is, the sweeps do not show" if self.name == UNKNOWN else (
            f"this is {article} {self.name}")  # fmt: skip
        return f"{said}: {self.why}"


def loops_of(experiment: Experiment) -> list[Loop]:
    """Loops of an experiment, in their order, from the offset-free currents."""
    found: list[Loop] = []
    for branch in _read(experiment):
        last = found[-1] if found else None
        belongs = (
            last is not None and last.back is None and not branch.rising
            and (last.any.device, last.any.cycle, last.any.positive) == (branch.device, branch.cycle, branch.positive)
        )  # fmt: skip
        if last is not None and belongs:
            found[-1] = Loop(last.up, branch if last.up is None else _turning_off(last.up, branch))
        else:
            found.append(Loop(branch, None) if branch.rising else Loop(None, branch))
    return found


def _read(experiment: Experiment) -> list[Branch]:
    voltage, current = np.abs(experiment.columns["voltage"]), np.abs(experiment.columns["current"])
    compliance = compliance_current(experiment)
    # share of the compliance below which a current is not limited, given the scatter of the limited ones
    near = current[current > compliance * _NEAR]
    free = min(_FREE, float(np.exp(-_FAR * np.std(np.log(near))))) if len(near) > 1 else _FREE
    limited = current >= free * compliance
    # scatter above the compliance does not mean a smaller resistance
    current = np.minimum(current, compliance)
    device, cycle = experiment.column("device", -1.0), experiment.column("cycle", 0.0)
    found, driven = [], driven_by(experiment)
    power = experiment.columns["voltage"] * experiment.columns["current"]
    # some instruments count the current out of the device
    against = power * np.sign(np.sum(power)) < 0.0
    for rows, rising in branches(experiment):
        kept = rows[(voltage[rows] > _SMALLEST * np.max(voltage)) & (current[rows] > 0.0)]
        if len(kept) < 2:
            continue
        positive = float(np.sum(experiment.columns["voltage"][kept])) >= 0.0
        at = float(device[kept[0]]), float(cycle[kept[-1]])
        # row before the jump: up on the way up, down on the way back; -1 if no step stands out
        steps = np.diff(np.log(current[kept] / voltage[kept]))
        way = steps if rising else -steps
        place = int(np.argmax(way))
        others = np.abs(np.delete(steps, place))
        usual = float(np.quantile(others, _MOST_STEPS)) if len(others) else 0.0
        jump = place if way[place] >= max(np.log(_LEAST_JUMP), _BEYOND_STEPS * usual) else -1
        snaps = driven == "current"
        if snaps and jump < 0:
            jump = _snap(voltage[kept], rising)
        values = (voltage[kept], current[kept], limited[kept])
        found.append(Branch(kept, *values, rising, *at, positive, jump, against[kept], snaps))
    return found


def _turning_off(up: Branch, back: Branch) -> Branch:
    """The way back of a switch that jumps on and turns off gradually, as one that heat keeps on does; others unchanged.

    Its hold voltage is where half of the way to the state before is done, as a logarithm, and uncertain by the voltages
    at which a quarter and three quarters are.
    """
    if up.jump < 0 or back.jump >= 0 or back.snaps:
        return back
    voltage = read_voltage([Loop(up, back)])
    before, after = up.read_at(voltage), back.read_at(voltage)
    high = float(np.median(up.ratio[up.on]))
    if not (np.isfinite(before * after) and high > _LEAST_JUMP * before):
        return back
    way = float(np.log(high / before))
    if abs(float(np.log(after / before))) > _RETURNED * way:
        return back
    done = np.log(high / back.ratio) / way
    quarter, half, most = (int(np.argmax(done > share)) for share in (0.25, 0.5, 0.75))
    if not half or not np.max(done) > 0.75:
        return back
    return replace(back, jump=half - 1, width=abs(float(back.voltage[quarter] - back.voltage[most])))


def _snap(voltage: Array, rising: bool) -> int:
    """Row before the largest step by which the voltage snaps back while the current rises; -1 if it does not.

    A filament may form in several steps, none of which doubles the conductance.
    """
    forward = voltage if rising else voltage[::-1]
    top = int(np.argmax(forward))
    fallen = float(forward[top] - np.min(forward[top:]))
    steps = np.diff(forward)
    noise = float(np.median(np.abs(np.diff(forward, n=2)))) if len(forward) > 2 else 0.0
    if top + 1 >= len(forward) or fallen < max(_LEAST_SNAP * forward[top], _FAR * noise):
        return -1
    largest = top + int(np.argmin(steps[top:]))
    return largest if rising else len(voltage) - 2 - largest


def offset_of(experiment: Experiment) -> float:
    """Current of the instrument at zero volts, from all passes through it; zero unless they agree. [A].

    A passive device carries no current at zero volts. A capacitor's current there changes its sign with the direction,
    so only what the passes have in common is an offset. It makes the current cross zero at another voltage, where the
    logarithm of its amplitude jumps as that of a switch does.

    Examples
    --------
    A resistor of 1 Mohm with an offset of -33 nA:

    >>> from neuroest.fitting.headers import LAYOUTS
    >>> voltage = np.array([-0.1, -0.003, 0.003, 0.1, 0.003, -0.003, -0.1])
    >>> columns = {"voltage": voltage, "current": 1e-6 * voltage - 33e-9}
    >>> found = Experiment(LAYOUTS["current_voltage"], columns, tuple(range(7)), "resistor.csv")
    >>> f"{1e9 * offset_of(found):.1f} nA"
    '-33.0 nA'
    """
    voltage, current = experiment.columns["voltage"], experiment.columns["current"]
    if driven_by(experiment) == "current":
        return 0.0
    near = np.abs(voltage) <= _NEAR_ZERO * float(np.max(np.abs(voltage)))
    if not (np.any(voltage > 0.0) and np.any(voltage < 0.0)):
        return 0.0
    first = np.flatnonzero(
        near[1:] & near[:-1] & (voltage[1:] * voltage[:-1] <= 0.0) & (voltage[1:] != voltage[:-1])
    )
    share = -voltage[first] / (voltage[first + 1] - voltage[first])
    passes = current[first] + share * (current[first + 1] - current[first])
    # a current that changes its sign with the voltage needs no offset: a rectifier carries less on one side
    apart = np.minimum(np.abs(voltage[first]), np.abs(voltage[first + 1])) > _SMALLEST * np.max(
        np.abs(voltage)
    )
    passes[apart & (current[first] * current[first + 1] < 0.0)] = 0.0
    if len(passes) < _FEWEST_ZEROS:
        return 0.0
    middle = float(np.median(passes))
    alike = float(np.mean(np.sign(passes) == np.sign(middle)))
    spread = float(np.median(np.abs(passes - middle)))
    return middle if alike >= _ALIKE and spread < abs(middle) / _FAR else 0.0


def without_offset(experiment: Experiment) -> tuple[Experiment, str]:
    """The experiment without the offset of its current, and a note; unchanged and empty if there is none."""
    offset = offset_of(experiment)
    if not offset:
        return experiment, ""
    columns = {**experiment.columns, "current": experiment.columns["current"] - offset}
    shown = format_quantity(abs(offset), "A")
    note = f"the current at 0 V is {'-' * (offset < 0.0)}{shown} in all sweeps, an offset of the instrument: taken off"
    return replace(experiment, columns=columns), note


def read_voltage(loops: Sequence[Loop]) -> float:
    """Usual read voltage, or a quarter of the amplitude of the smallest sweep if that is less. [V]."""
    least = min(float(np.max(loop.any.voltage)) for loop in loops)
    return min(READ_VOLTAGE, _OF_THE_SWEEP * least)


def kind_of(loops: Sequence[Loop], voltage: float) -> Kind:
    """What the loops show.

    Parameters
    ----------
    loops : sequence of Loop
        Loops of one experiment.
    voltage : float
        Read voltage, at which the states before and after a loop are compared. [V]
    """
    spans = [float(np.ptp(loop.any.voltage) / np.max(loop.any.voltage)) for loop in loops]
    if float(np.median(spans)) < _NEAR_ZERO:
        at = format_quantity(max(float(np.median(loop.any.voltage)) for loop in loops), "V")
        return Kind(
            UNKNOWN, f"the voltage stays near {at} and is not swept; a current over time at a read voltage is a "
            "retention, so read its time and current with --read-voltage"
        )  # fmt: skip
    whole = [loop for loop in loops if loop.whole]
    if not whole:
        return _one_way(loops)
    for positive in (True, False):
        same = [loop for loop in whole if loop.any.positive == positive]
        switching = sum(loop.switches for loop in same)
        if switching > _MOST * len(same):
            return Kind(
                VOLATILE, f"{switching} of {len(same)} loops turn on, and off again at a lower voltage"
            )
    count, read = len(whole), format_quantity(voltage, "V")
    noise = np.array([max(b.scatter() for b in (loop.up, loop.back) if b is not None) for loop in whole])
    states = np.array([loop.states(voltage) for loop in whole])
    opposed = [loop.opposes(voltage) for loop in whole]
    against = Kind(
        UNKNOWN, f"at {read} the current flows against the voltage in {sum(opposed)} of {count} loops, as that of a "
        "capacitor or of an offset; sweep more slowly, or read the states at a higher voltage with low_resistance "
        "and high_resistance"
    )  # fmt: skip
    if np.mean(opposed) > _MOST:
        return against
    moved = np.abs([loop.change(voltage) for loop in whole])
    moved = moved[moved > 0.0]
    if len(moved) > _MOST * max(1, np.sum(np.all(np.isfinite(states), axis=1)) + sum(opposed)):
        lost, followed = _lost(whole, voltage)
        if lost > _MOST * max(1, followed):
            return Kind(
                UNKNOWN, f"the loops change the conductance at {read}, but in {lost} of {followed} the next one starts "
                "from the state before; a capacitor or a reaction does so, and a memory cell does not; read its state "
                "some time after each loop"
            )  # fmt: skip
        ratio = f"{np.exp(np.median(moved)):.3g}"
        return Kind(
            MEMORY,
            f"{len(moved)} of {count} loops change the conductance at {read}, by a factor {ratio}, and it stays",
        )
    some = sum(loop.switches for loop in whole)
    if some:
        return Kind(UNKNOWN, f"{some} of {count} loops turn on and off again; a switch must in most of them")
    closed = sum(_opening(loop) <= max(np.log(_CLOSED), _FAR * noise[at]) for at, loop in enumerate(whole))
    if closed >= _MOST * count:
        known = states[np.isfinite(states)]
        shown = format_quantity(
            float(np.median(1.0 / known if len(known) else 1.0 / whole[0].any.ratio)), "ohm"
        )
        return Kind(RESISTOR, f"both ways of {closed} of {count} loops agree; {shown} at {read}")
    return against if any(opposed) else Kind(
        UNKNOWN, f"the loops are open, but their states at {read} agree and none of them jumps up and down; "
        "if the state fades, measure its current over time at the read voltage"
    )  # fmt: skip


def loops_of_kind(experiment: Experiment, wanted: str) -> tuple[Experiment, str, list[Loop], float]:
    """The experiment without its offset, a note on that, its loops, and their read voltage. [V].

    Raises
    ------
    NeuroestError
        Without a loop, or for loops of another kind.
    """
    experiment, offset = without_offset(experiment)
    loops = loops_of(experiment)
    if not loops:
        raise NeuroestError(f"no sweep of {experiment.layout.name} has a current above zero")
    at = read_voltage(loops)
    if (kind := kind_of(loops, at)).name != wanted:
        raise NeuroestError(f"{experiment.layout.name}: {kind}")
    return experiment, offset, loops, at


def rectifies(loops: Sequence[Loop], voltage: float) -> bool:
    """Whether the state that one polarity leaves reads otherwise with the other one, in most of the pairs."""
    apart = []
    for loop, after in pairwise(loops):
        same = (loop.any.device, loop.any.cycle) == (after.any.device, after.any.cycle)
        left, begins = loop.states(voltage)[1], after.states(voltage)[0]
        if same and loop.any.positive != after.any.positive and np.isfinite(left * begins):
            apart.append(abs(float(np.log(begins / left))))
    return len(apart) > 0 and float(np.median(apart)) > np.log(_MOVED)


def _lost(loops: Sequence[Loop], voltage: float) -> tuple[int, int]:
    """Loops after which the next one of the same run starts nearer to the state before, and loops with a next one."""
    lost = followed = 0
    for loop, after in pairwise(loops):
        change = loop.change(voltage)
        begins = after.states(voltage)[0]
        if (loop.any.device, loop.any.cycle) != (after.any.device, after.any.cycle) or not change:
            continue
        if after.opposes(voltage):
            # no state at all is not the one that was left
            followed, lost = followed + 1, lost + 1
        elif np.isfinite(begins):
            followed += 1
            # set with one polarity and reset with the other: a rectifier has other conductances at the other one
            undone = loop.any.positive != after.any.positive and (
                after.change(voltage) * np.sign(change) < -np.log(_WIDE) and abs(change) > np.log(_WIDE)
            )
            lost += not undone and 2.0 * abs(float(np.log(begins / loop.states(voltage)[1]))) > abs(change)
    return int(lost), followed


def _one_way(loops: Sequence[Loop]) -> Kind:
    """What sweeps show that do not go up and back."""
    jumping = [loop.any.device for loop in loops if loop.up is not None and loop.up.jump >= 0]
    if len(jumping) > _MOST * len(loops) and len(jumping) > len(set(jumping)):
        return Kind(
            VOLATILE, f"it turns on in {len(jumping)} of {len(loops)} sweeps one way, so it was off again"
        )
    if all(float(np.ptp(np.log(loop.any.ratio))) < np.log(_CLOSED) for loop in loops):
        shown = format_quantity(1.0 / float(np.median(loops[0].any.ratio)), "ohm")
        return Kind(RESISTOR, f"{shown} at all voltages")
    return Kind(
        UNKNOWN, "no sweep goes up and back; sweep both ways, so that it shows whether the state stays"
    )


def _opening(loop: Loop) -> float:
    """Largest logarithm of the ratio of the two ways, over the voltages that both have, in nine tenths of them."""
    if loop.up is None or loop.back is None:
        return 0.0
    levels = loop.up.voltage[loop.up.voltage > _NEAR_ZERO * np.max(loop.up.voltage)]
    ratio = np.array([loop.back.read_at(float(v)) / loop.up.read_at(float(v)) for v in levels])
    ratio = ratio[np.isfinite(ratio)]
    return float(np.quantile(np.abs(np.log(ratio)), _MOST_STEPS)) if len(ratio) else 0.0
