"""Claims about the clock of converters that are computed from their circuit."""

from __future__ import annotations

from typing import Any

import pytest

from neuroest.core.errors import NeuroestError
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate

CLOCK = "chip.tile.array.readout.converter.clock_frequency"


def run(supply: str, clock: str | None) -> Estimate:
    settings: dict[str, Any] = {"technology.supply_voltage": supply, CLOCK: clock}
    return estimate("ramp_crossbar_28nm", "mlp_mnist_dense", settings)


def test_a_clock_that_is_not_stated_is_the_fastest_at_the_supply() -> None:
    # the circuit is stated at 0.9 V, where its counter reaches 1 GHz
    assert run("0.9 V", None).totals == run("0.9 V", "1 GHz").totals
    with pytest.raises(NeuroestError, match="faster than the comparator of the converter at this supply"):
        run("0.8 V", "1 GHz")
    slower = run("0.8 V", None)
    # an inverter of cmos_28nm_lp takes 1.47 times as long at 0.8 V, and conversions are not all of the time
    assert 1.1 < slower.totals["latency_s"] / run("0.9 V", None).totals["latency_s"] < 1.48
    assert "converter_clock" not in {check.name for check in slower.failed_checks}
