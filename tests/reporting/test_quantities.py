from __future__ import annotations

from neuroest.core.units import OUTSIDE_SI, formatted, formatted_interval, parse_unit, percent
from neuroest.reporting.formatting import short_names
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import label_and_unit
from tests.each import each


@each(
    "value, unit, text",
    [
        (2.8e-8, "m", "28 nm"),
        (1.5e-3, "m", "1.5 mm"),
        (2.8537e-8, "m^2", "0.0285 mm^2"),
        (1.36e-9, "m^2", "1360 um^2"),
        (4.1552e-14, "m^2", "0.0416 um^2"),
        (1e-15, "m^2", "1000 nm^2"),
        (0.0, "m^2", "0 m^2"),
        (0.9, "V", "0.9 V"),
        (0.05, "V", "50 mV"),
        (2996.0, "1/s", "3000 1/s"),
        (1.2, "TOPS/W", "1.2 TOPS/W"),
        (None, "J", "-"),
        (-2.5e-9, "J", "-2.5 nJ"),
    ],
)
def test_numbers_are_written_with_few_digits(value: float | None, unit: str, text: str) -> None:
    assert formatted(value, unit) == text


def test_the_unit_of_an_interval_is_written_once_where_it_is_the_same() -> None:
    assert formatted_interval(1e-9, 2e-9, "J") == "1 .. 2 nJ"
    assert formatted_interval(1e-9, 2e-6, "J") == "1 nJ .. 2 uJ"


def test_a_share_below_a_tenth_of_a_percent_is_no_zero() -> None:
    assert percent(0.0) == "0 %"
    assert percent(1e-9) == "<0.1 %"
    assert percent(1.0) == "100 %"


def test_every_total_has_a_unit_that_can_be_read(memristive: Estimate, dense: Estimate) -> None:
    for name in (*memristive.totals, *dense.totals):
        label, unit = label_and_unit(name)
        assert label
        if unit not in OUTSIDE_SI:
            parse_unit(unit)
        assert unit != "1" or not name.endswith(("_J", "_s", "_W", "_m2"))


def test_short_names_are_unambiguous() -> None:
    paths = ["chip.tile.neuron", "chip.tile.array.readout.neuron", "chip.tile.array.cell"]
    names = short_names(paths)
    assert names["chip.tile.array.cell"] == "cell"
    assert len(set(names.values())) == len(paths)
