"""A neuron drives the next one, directly from its drain or through an inverting buffer."""

import numpy as np

from neuroest.core.units import format_quantity
from neuroest.dynamics.compact_record import Run
from neuroest.dynamics.diffusive_cells import integration_time
from neuroest.dynamics.experiments import Bench, Characteristic, Series, repeat
from neuroest.dynamics.stimulus import Array, Segment, constant
from neuroest.equations import output_branch


def cascaded_connection(bench: Bench) -> Characteristic:
    """A neuron drives the next one: directly from its drain, and through an inverting buffer."""
    cells = bench.cells
    level = float(cells.input_voltage)
    release = float(np.max(cells.control_resistance * cells.gate_capacitance))
    first = float(np.max(integration_time(cells, level)))
    duration = 4.0 * first + 20.0 * release
    supply = float(cells.output_supply_voltage)
    # the first neuron, and a second one driven by the resting output of another
    sender = bench.run(repeat(cells.broadcast(1), 2), constant(np.array([level, supply]), duration), kept=1)
    if not sender.traces or not sender.counts[0]:
        return Characteristic(
            "cascaded_connection", "Cascaded connection", ("buffer voltage", "V"), ("spikes sent for one", "1"), (),
            ("the first neuron does not spike at its input voltage, so there is nothing to pass on",),
        )  # fmt: skip
    low = supply - float(
        output_branch.output_swing(supply, cells.load_resistance, cells.transistor_on_resistance)
    )
    # intervals with the first output on and off: the next neuron sees only these edges
    steps, on = _output(sender.output_on(0), duration)
    drain = np.where(on, low, supply)
    buffers = np.linspace(0.5, 4.0, 15) * level
    # after the bare drain and after each buffer, in one run
    many = repeat(cells.broadcast(1), 1 + len(buffers))
    driven = bench.run(many, _waveform(steps, np.column_stack([drain, np.outer(on, buffers)])))
    straight, counts, latched = float(driven.counts[0]), driven.counts[1:], driven.latched[1:]
    needed = np.where(counts > 0, sender.counts[0] / np.maximum(counts, 1), np.nan)
    findings = [
        f"the output rests at {supply:.3g} V and falls to {low:.3g} V with a spike: the edge is inverted"
    ]
    findings.append(_straight(straight, sender, supply))
    works = buffers[counts > 0]
    pulse = float(np.median(steps[on]))
    if len(works):
        findings.append(
            f"through an inverting buffer the next neuron fires from {works[0]:.3g} V on; at its own {level:.3g} V "
            + _at_level(counts, buffers, level, float(sender.counts[0]))
        )
    one = buffers[counts >= 0.9 * sender.counts[0]]
    findings.append(
        f"one spike for one needs a buffer of {one[0]:.3g} V (pulses of {format_quantity(pulse, 's')})" if len(one)
        else f"no buffer up to {buffers[-1]:.3g} V gives one spike for one within {format_quantity(pulse, 's')}"
    )  # fmt: skip
    if np.any(latched):
        findings.append(f"from {buffers[latched].min():.3g} V on the output of the next neuron latches")
    limit = float(
        np.max(output_branch.unbuffered_load_limit(np.asarray(pulse), cells.load_resistance, _SETTLED))
    )
    findings.append(
        f"without a buffer the drain could drive {format_quantity(limit, 'F')} to 95 % within a pulse"
    )
    findings.append("no published numbers of two connected neurons were found to compare with")
    return Characteristic(
        "cascaded_connection", "Cascaded connection", ("voltage of the buffer", "V"),
        ("spikes sent for one", "1"),
        (Series("through an inverting buffer", buffers, needed),), tuple(findings), (), sender.traces,
    )  # fmt: skip


_SETTLED = 3.0
"""Number of time constants until a load counts as charged: 95 %."""


def _straight(straight: float, sender: Run, supply: float) -> str:
    if sender.counts[1] > 0 or np.isfinite(sender.first_switch[1]):
        return (
            f"wired straight the link fails: the resting output of {supply:.3g} V fires the next neuron "
            f"{sender.counts[1]:.0f} times without any spike of the first ({straight:.0f} times with)"
        )
    if straight == 0.0:
        return "wired straight the link fails: the next neuron never fires"
    return f"wired straight the next neuron fires {straight:.0f} times"


def _at_level(counts: Array, buffers: Array, level: float, sent: float) -> str:
    fired = counts[int(np.argmin(np.abs(buffers - level)))]
    return f"it takes {sent / fired:.3g} spikes for one" if fired else f"{sent:.0f} spikes do not fire it"


def _output(times: list[tuple[float, float]], duration: float) -> tuple[Array, Array]:
    """Durations of the alternating off and on intervals of an output, and whether it is on."""
    edges = np.array([0.0, *(edge for one in times for edge in one), duration])
    steps = np.diff(edges)
    return steps, np.arange(len(steps)) % 2 == 1


def _waveform(steps: Array, levels: Array) -> list[Segment]:
    return [Segment(float(s), v) for s, v in zip(steps, levels, strict=True) if s > 0.0]
