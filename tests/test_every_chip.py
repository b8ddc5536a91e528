"""Contracts of every shipped chip: sound results, more work never costs less, one number after a break or a bundle."""

from __future__ import annotations

import gc
import json
import math
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neuroest
from neuroest.core.errors import NeuroestError
from neuroest.design.overrides import workload_with
from neuroest.error_analysis.draws import draw
from neuroest.exploration.batch_evaluation import evaluate_points
from neuroest.exploration.checkpoint import Store
from neuroest.exploration.space import Space
from neuroest.exploration.structures import resolve
from neuroest.loading.library import shipped
from neuroest.reporting.bundle import rerun, write_bundle
from neuroest.results.quantities import QUANTITIES
from tests.fuzz.targets import WrongResultError, sound
from tests.pairs import EACH_KIND, other_chips_nightly, other_chips_slowly, pairs
from tests.shared import estimated, network
from tests.test_same_number import CHIPS, assert_same, same

SUPPLY = "technology.supply_voltage"
SPIKING = [chip for chip, _ in pairs("mlp_mnist_spiking")]


@pytest.mark.parametrize("chip", other_chips_slowly(CHIPS))
def test_results_are_finite_add_up_and_have_bands_in_order(chip: str) -> None:
    found = estimated(chip, network(chip))
    assert sound(found) > len(found.totals)


@pytest.mark.slow
@pytest.mark.parametrize("chip", other_chips_nightly(CHIPS))
@settings(max_examples=3)
@given(moved=st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(0.5, 2.0)), min_size=1, max_size=3))
def test_so_are_those_of_other_numbers_or_they_are_refused(
    chip: str, moved: list[tuple[float, float]]
) -> None:
    claims = sorted(estimated(chip, network(chip)).claims.items())
    changes = {}
    for place, factor in moved:
        path, claim = claims[round(place * (len(claims) - 1))]
        changes[path] = f"{claim.value * factor!r} {claim.unit}".strip()
    try:
        result = neuroest.estimate(chip, network(chip), changes)
    except NeuroestError:
        return
    assert sound(result) > len(result.totals)


def test_a_result_that_is_not_sound_is_seen() -> None:
    class Negative:
        totals: ClassVar = {"area_m2": -1.0}

        def to_dict(self) -> dict[str, Any]:
            return {}

    with pytest.raises(WrongResultError, match="area_m2 is -1"):
        sound(Negative())  # type: ignore[arg-type]


# --- More work ------------------------------------------------------------------------------------------------------


def costs(result: neuroest.Estimate) -> tuple[float, float]:
    return result.totals["dynamic_energy_J"], result.totals["area_m2"]


def with_outputs(name: str, outputs: int, folder: Path) -> Path:
    text = shipped("workload")[name].read_text(encoding="utf-8")
    old = "name: hidden_1, type: fully_connected, outputs: 512"
    assert old in text
    home = folder / str(outputs)
    home.mkdir()
    file = home / f"{name}.yaml"
    file.write_text(text.replace(old, old.replace("512", str(outputs))), encoding="utf-8")
    return file


@pytest.mark.parametrize("chip", other_chips_nightly(CHIPS))
def test_more_outputs_never_cost_less_energy_or_area(chip: str, tmp_path: Path) -> None:
    found = []
    for outputs in (1, 128, 200, 511):  # the published sizes of some chips end here
        try:
            found.append(costs(neuroest.estimate(chip, with_outputs(network(chip), outputs, tmp_path))))
        except NeuroestError:
            assert outputs > 200
    found.append(costs(estimated(chip, network(chip))))  # 512
    for few, many in pairwise(found):
        assert all(b >= a * (1.0 - 1e-12) for a, b in zip(few, many, strict=True))
    assert len(found) >= 3
    assert found[-1][0] > found[0][0] or found[-1][0] == 0.0


@pytest.mark.parametrize("chip", other_chips_nightly(CHIPS))
def test_more_activity_never_costs_less_energy(chip: str) -> None:
    base, compared = estimated(chip, network(chip)), 0
    for place in ("workload.activity", "workload.input.activity"):
        for name in ("rate", "density", "bit_density"):
            path = f"{place}.{name}"
            if path not in base.claims:
                continue
            value = base.claims[path].value
            others = {
                factor: neuroest.estimate(chip, network(chip), {path: repr(value * factor)})
                for factor in (0.0, 0.5, 1.8)
                if value * factor <= 1.0
            }
            energies = [costs(one)[0] for _, one in sorted({**others, 1.0: base}.items())]
            assert all(b >= a * (1.0 - 1e-12) for a, b in pairwise(energies)), path
            compared += len(energies) > 2
    assert compared >= 2


@pytest.mark.parametrize("chip", other_chips_nightly(SPIKING))
def test_twice_the_timesteps_are_twice_the_dynamic_energy_or_explain_says_of_what_not(chip: str) -> None:
    one = estimated(chip, "mlp_mnist_spiking")
    steps = one.claims["workload.timesteps"].value
    two = neuroest.estimate(chip, "mlp_mnist_spiking", {"workload.timesteps": repr(2.0 * steps)})
    said = " ".join(str(neuroest.explain(one, "workload.timesteps")).split())
    twice = math.isclose(two.totals["dynamic_energy_J"], 2.0 * one.totals["dynamic_energy_J"], rel_tol=1e-9)
    assert twice or "energy that does not double: chip." in said
    moved = one.totals["energy_per_inference_J"] != two.totals["energy_per_inference_J"]
    assert ("doubled: energy per inference x" in said) is moved


# --- The same number ------------------------------------------------------------------------------------------------


@cache
def supplies(chip: str) -> tuple[str, ...]:
    value = estimated(chip, network(chip)).claims[SUPPLY].value
    return tuple(f"{value * factor!r} V" for factor in (0.99, 1.0, 1.01))


@pytest.mark.slow
@pytest.mark.parametrize("chip", other_chips_nightly(CHIPS))
def test_rows_of_a_sweep_that_was_broken_off_are_the_estimates(
    chip: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow")

    def run() -> Any:
        axes = {SUPPLY: supplies(chip)}
        return neuroest.sweep(
            chip, axes, network(chip), workers=1, output=tmp_path / "rows.csv", chunk_size=1
        )

    kept, written = Store.write, []

    def breaks(self: Store, chunk: int, columns: Any) -> Any:
        written.append(chunk)
        if written == [0, 1]:
            raise KeyboardInterrupt
        return kept(self, chunk, columns)

    monkeypatch.setattr(Store, "write", breaks)
    with pytest.raises(KeyboardInterrupt):
        run()
    rows = run().to_frame()
    assert written == [0, 1, 1, 2]
    compared = 0
    for row, supply in enumerate(supplies(chip)):
        try:
            alone = neuroest.estimate(chip, network(chip), {SUPPLY: supply})
        except NeuroestError:
            assert not rows["feasible"][row]
            continue
        broken = any(check.severity == "design_rule" for check in alone.failed_checks)
        assert rows["feasible"][row] == (not broken)
        both = [name for name in alone.totals if name in rows]
        assert {"energy_per_inference_J", "area_m2", "latency_s"} <= set(both)
        for name in both:
            value = float(rows[name][row])
            assert same(None if math.isnan(value) else value, alone.totals[name]), name
        compared += 1
    assert compared > 0


@pytest.mark.slow
@pytest.mark.parametrize("chip", other_chips_nightly(CHIPS))
def test_a_bundle_gives_the_same_number(chip: str, tmp_path: Path) -> None:
    made = neuroest.report(chip, network(chip))
    (tmp_path / "results.json").write_text(json.dumps(made.to_dict()), encoding="utf-8")
    write_bundle(made, tmp_path)
    again = rerun(tmp_path / "bundle.zip")
    assert again.same
    assert_same(estimated(chip, network(chip)), made.results[0])


@pytest.mark.slow
def test_points_of_a_list_leave_nothing_to_the_garbage_collector() -> None:
    """Objects that refer to each other keep their arrays, 13 MB for a chunk, until the collector runs."""
    left = {}
    kinds = [(chip, network(chip)) for chip in sorted(EACH_KIND)]
    for chip, workload in [*kinds, *pairs("keyword_spotting_learning")]:
        group = resolve(chip, workload, Space(())).groups[0]
        drawn = draw({**group.design.claims, **workload_with(group.workload, {})}, 4)
        evaluate_points(group, drawn, (4,), tuple(QUANTITIES))  # what is read once for all later runs
        gc.collect()
        gc.freeze()  # what there is already need not be searched again
        gc.disable()
        evaluate_points(group, drawn, (4,), tuple(QUANTITIES))
        objects = gc.collect()
        gc.enable()
        if objects:
            left[chip, workload] = objects
    assert left == {}
