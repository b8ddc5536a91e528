from __future__ import annotations

import csv
import io

import pytest

from neuroest.core.document import records_csv
from neuroest.pipeline.comparison import compared
from neuroest.reporting.data_files import breakdown_csv, comparison_csv
from neuroest.results.estimate import Estimate


def test_columns_name_their_unit(memristive: Estimate) -> None:
    header = breakdown_csv([memristive]).splitlines()[0].split(",")
    assert {"energy_J", "area_m2"} <= set(header)


def test_no_digit_is_lost(memristive: Estimate) -> None:
    rows = list(csv.DictReader(io.StringIO(breakdown_csv([memristive]))))
    assert [float(row["energy_J"]) for row in rows] == [row.energy_J for row in memristive.breakdown]


def test_it_is_the_table_that_pandas_gives(memristive: Estimate) -> None:
    frame = memristive.to_frame()
    assert list(frame["energy_J"]) == [row.energy_J for row in memristive.breakdown]
    assert frame["energy_J"].sum() == pytest.approx(memristive.totals["energy_per_inference_J"], rel=1e-9)


def test_several_designs_share_a_table(memristive: Estimate, cmos: Estimate) -> None:
    rows = list(csv.DictReader(io.StringIO(breakdown_csv([memristive, cmos]))))
    assert {row["architecture"] for row in rows} == {"diffusive_28nm_derived", "analog_lif_28nm"}


def test_commas_and_quotes_are_quoted() -> None:
    assert list(csv.DictReader(io.StringIO(records_csv(("a", "b"), [{"a": 'x, "y"\nz'}])))) == [
        {"a": 'x, "y"\nz', "b": ""}
    ]


def test_a_comparison_tells_ratios_last(memristive: Estimate, cmos: Estimate) -> None:
    rows = list(csv.DictReader(io.StringIO(comparison_csv(compared((memristive, cmos), {})))))
    ratios = [row for row in rows if row["kind"] == "ratio"]
    assert rows[-len(ratios) :] == ratios
    name = ratios[0]["what"]
    assert float(ratios[0]["ratio_nominal"]) == pytest.approx(memristive.totals[name] / cmos.totals[name])
    assert float(ratios[0]["design_value"]) == memristive.bands.totals[name].median
    assert float(ratios[0]["ratio_p10"]) <= float(ratios[0]["ratio"]) <= float(ratios[0]["ratio_p90"])
