"""What the package raises and returns travels between processes."""

from __future__ import annotations

import importlib
import multiprocessing
import pickle
import pkgutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

import neuroest
from neuroest.core.errors import NeuroestError, Problem, SpecError, UnknownNameError
from neuroest.design.build import build
from neuroest.loading.library import load_architecture, load_device, load_workload, shipped

CHIP, OTHER, NET = "analog_lif_28nm", "digital_int8_28nm", "mlp_mnist_spiking"
SPACE = {"chip.tile.array.rows": "32..256:3"}
MADE: dict[type[NeuroestError], tuple[Any, ...]] = {
    UnknownNameError: ("architecture", "nothing", ["one", "two"], "a hint"),
    SpecError: ([Problem("a.yaml", 1, 2, "chip", "is wrong"), Problem("b.yaml", 0, 0, "", "is missing")],),
}
"""Arguments of the errors that take more than a text."""


def travelled(thing: Any) -> Any:
    return pickle.loads(pickle.dumps(thing))


def family(cls: type[NeuroestError] = NeuroestError) -> Iterator[type[NeuroestError]]:
    yield cls
    for child in cls.__subclasses__():
        yield from family(child)


def all_errors() -> list[type[NeuroestError]]:
    for module in pkgutil.walk_packages(neuroest.__path__, "neuroest."):
        if module.name.endswith("__main__"):
            continue
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as error:
            if error.name != "torch":  # only the modules that trace models import it at once
                raise
    return sorted(set(family()), key=lambda cls: cls.__name__)


def test_every_error_keeps_its_text_and_attributes() -> None:
    classes = all_errors()
    assert {"NeuroestError", "SpecError", "NetworkImportError"} <= {cls.__name__ for cls in classes}
    for cls in classes:
        error = cls(*MADE.get(cls, ("a \x1b text that is wrong",)))
        again = travelled(travelled(error))
        assert type(again) is cls
        assert str(again) == str(error)
        assert vars(again) == vars(error)


def test_an_unknown_name_does_not_break_a_pool() -> None:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        wrong, right = (pool.submit(neuroest.estimate, chip, NET) for chip in ("no_such_chip", CHIP))
        with pytest.raises(UnknownNameError, match="no_such_chip"):
            wrong.result()
        assert right.result().totals == neuroest.estimate(CHIP, NET).totals


def test_an_estimate_travels_whatever_was_asked_of_it() -> None:
    used = neuroest.estimate(CHIP, NET)
    before = used.to_json()
    used._repr_html_()
    again = travelled(used)
    assert again.to_json() == before
    assert "traced" in vars(used)
    assert "traced" not in vars(travelled(used))
    assert travelled(used.traced).around.clock_fraction.origin == used.traced.around.clock_fraction.origin


@pytest.mark.parametrize(
    ("kind", "load"),
    [("architecture", load_architecture), ("workload", load_workload), ("device", load_device)],
)
def test_what_is_loaded_travels(kind: str, load: Callable[[str], Any]) -> None:
    for name in shipped(kind):
        loaded = load(name)
        assert travelled(loaded).spec == loaded.spec
    assert dict(travelled(build(load_architecture(CHIP)).claims)) == dict(
        build(load_architecture(CHIP)).claims
    )


@pytest.mark.parametrize(
    "made",
    [
        lambda: neuroest.compare(CHIP, OTHER, NET),
        lambda: neuroest.sweep(CHIP, SPACE, NET, workers=1),
        lambda: neuroest.pareto(neuroest.sweep(CHIP, SPACE, NET, workers=1), ["area_m2", "latency_s"]),
        lambda: neuroest.uncertainty(CHIP, NET, knowledge=8, variability=2),
        lambda: neuroest.sensitivity(CHIP, NET),
        lambda: neuroest.optimize(
            OTHER,
            {"chip.array.rows": "32..256:3"},
            "mlp_mnist_dense",
            ["area_m2"],
            population=4,
            generations=1,
        ),
    ],
    ids=["compare", "sweep", "pareto", "uncertainty", "sensitivity", "optimize"],
)
def test_what_a_function_returns_travels(made: Callable[[], Any]) -> None:
    result = made()
    assert travelled(result).to_frame().equals(result.to_frame())
