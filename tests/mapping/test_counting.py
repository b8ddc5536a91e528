"""Arrays below levels with counts of their own: what counts is how many there are, not how they are nested."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroest.loading.library import load_architecture
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate
from tests.mapping.test_digital_arrays import network

CONVOLUTION = {"type": "convolution", "outputs": 32, "kernel": 3, "padding": 1}
ROW_STATIONARY = {
    "mapper": "row_stationary", "rows": 12, "columns": 14, "filters_per_unit": 4, "channels_per_unit": 4,
    "gating": "none", "clock_frequency": "500 MHz", "batch": 1,
}  # fmt: skip


def nested(folder: Path, counts: tuple[Any, ...], mapper: str = "digital_array") -> Estimate:
    """The int8 baseline whose arrays stand below a level for each further count, the outermost count first."""
    data = copy.deepcopy(load_architecture("digital_int8_28nm").document.data)
    array = data["chip"].pop("array")
    if mapper == "row_stationary":
        array = {**ROW_STATIONARY, "unit": array["unit"]}
    inner = {**array, "count": counts[-1]}
    for depth, count in enumerate(reversed(counts[:-1])):
        inner = {"count": count, f"level_{depth}": inner}
    data["chip"]["group"] = inner
    file = folder / f"{data['name']}.yaml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    return estimate(file, network(CONVOLUTION))


def unit_time(result: Estimate) -> float:
    evaluation = result.evaluation
    return float(evaluation.timing.resources[evaluation.mapped.level.path].sum())


def totals(result: Estimate) -> dict[str, float]:
    return {name: value for name, value in result.totals.items() if value is not None}


@st.composite
def nestings(draw: st.DrawFn) -> tuple[int, ...]:
    """Counts of one to four levels whose product is 64."""
    cuts = sorted(draw(st.lists(st.integers(0, 6), max_size=3)))
    return tuple(2 ** (high - low) for low, high in zip([0, *cuts], [*cuts, 6], strict=True))


@pytest.mark.parametrize("mapper", ["digital_array", "row_stationary"])
def test_nested_arrays_work_side_by_side(tmp_path_factory: pytest.TempPathFactory, mapper: str) -> None:
    folder = tmp_path_factory.mktemp("nested")
    flat = nested(folder, (64,), mapper)
    # 64 arrays share the work of one
    assert unit_time(flat) == pytest.approx(unit_time(nested(folder, (1,), mapper)) / 64, rel=1e-12)

    @settings(max_examples=12, deadline=None)
    @given(nestings())
    def same(counts: tuple[int, ...]) -> None:
        assert totals(nested(folder, counts, mapper)) == pytest.approx(totals(flat), rel=1e-12)

    same()


def test_a_count_that_is_auto_adds_no_arrays(tmp_path: Path) -> None:
    # the fewest groups that hold the four arrays that are chosen: one
    assert totals(nested(tmp_path, ("auto", 4))) == pytest.approx(totals(nested(tmp_path, (4,))))
