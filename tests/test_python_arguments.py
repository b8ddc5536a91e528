"""What a caller in Python gives that is none of what a function takes: one line, and one name is a list of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import neuroest
from neuroest.core.errors import NeuroestError

CHIP, NET, HEAT = "digital_int8_28nm", "mlp_mnist_dense", "technology.temperature"
WRONG: dict[str, tuple[Callable[[], Any], str]] = {
    "a list as the chip": (lambda: neuroest.estimate([CHIP], NET), "architecture: expected a name, .* got list"),  # type: ignore[arg-type]
    "no chip": (lambda: neuroest.compare(CHIP, [None], NET), "architecture: expected a name, .* got NoneType"),  # type: ignore[list-item]
    "no network": (lambda: neuroest.estimate(CHIP, None), "workload: expected a name, .* got NoneType"),  # type: ignore[arg-type]
    "a number as the device": (lambda: neuroest.load_device(5), "device: expected a name, .* got int"),  # type: ignore[arg-type]
    "no baselines": (lambda: neuroest.compare(CHIP, None, NET), "list of names, got NoneType"),  # type: ignore[arg-type]
    "a number of designs": (lambda: neuroest.report(5, NET), "list of names, got int"),  # type: ignore[arg-type]
    "no files": (lambda: neuroest.check_files(None), "list of names, got NoneType"),  # type: ignore[arg-type]
    "settings as a text": (lambda: neuroest.estimate(CHIP, NET, f"{HEAT}=310 K"), "settings: expected a mapping"),  # type: ignore[arg-type]
    "settings as a list": (lambda: neuroest.estimate(CHIP, NET, [f"{HEAT}=310 K"]), "settings: expected a mapping"),  # type: ignore[arg-type]
    "a number as a path": (lambda: neuroest.estimate(CHIP, NET, {5: "310 K"}), "settings: expected a mapping"),  # type: ignore[dict-item]
    "settings of a comparison": (lambda: neuroest.compare(CHIP, CHIP, NET, "x"), "settings: expected a mapping"),  # type: ignore[arg-type]
    "settings of a sweep": (lambda: neuroest.sweep(CHIP, {HEAT: "300 K"}, NET, settings="x"), "expected a mapping"),  # type: ignore[arg-type]
    "no space": (lambda: neuroest.sweep(CHIP, None, NET), "a space is a mapping .* not NoneType"),  # type: ignore[arg-type]
    "a text of workers": (lambda: neuroest.sweep(CHIP, {HEAT: "300 K"}, NET, workers="two"), "workers"),  # type: ignore[arg-type]
}  # fmt: skip


@pytest.mark.parametrize(("called", "says"), WRONG.values(), ids=WRONG)
def test_what_no_function_takes_is_one_line(called: Callable[[], Any], says: str) -> None:
    with pytest.raises(NeuroestError, match=says) as caught:
        called()
    assert "\n" not in str(caught.value)


def test_one_name_is_a_list_of_one() -> None:
    (view,) = neuroest.report(CHIP, NET).views
    assert (view.architecture, view.workload) == (CHIP, NET)
    sweep = neuroest.sweep(CHIP, {HEAT: "310 K"}, NET, quantities="area_m2", workers=1)
    assert "area_m2" in sweep.to_frame()
    assert "latency_s" not in sweep.to_frame()
    front = neuroest.pareto(
        neuroest.sweep(CHIP, {HEAT: "300 K"}, NET, workers=1), "area_m2", "throughput_per_s"
    )
    assert (front.minimize, front.maximize) == (("area_m2",), ("throughput_per_s",))
    found = neuroest.sensitivity(CHIP, NET, quantities="area_m2")
    assert set(found.tornado) == {"area_m2"}
    assert [problem.file for problem in neuroest.check_files("no_such.yaml")] == ["no_such.yaml"]
    assert {row.case for row in neuroest.reproduce("odin").rows} == {"odin"}
