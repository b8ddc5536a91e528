from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from neuroest.pipeline.estimate import estimate
from neuroest.reporting.estimate_views import View
from neuroest.reporting.report import Report
from neuroest.results.estimate import Estimate

EVIL = "<script>window.hurt=1</script>_%#$&~^\\{}"
"""A name that means something to HTML, LaTeX, Markdown and file systems."""
FIXTURES = Path(__file__).parent.parent / "data" / "worked_example"


@pytest.fixture(scope="session")
def memristive() -> Estimate:
    return estimate("diffusive_28nm_derived", "shd_recurrent_spiking")


@pytest.fixture(scope="session")
def cmos() -> Estimate:
    return estimate("analog_lif_28nm", "shd_recurrent_spiking")


@pytest.fixture(scope="session")
def bench() -> Estimate:
    return estimate("diffusive_bench_28nm", "shd_recurrent_spiking")


@pytest.fixture(scope="session")
def dense() -> Estimate:
    return estimate("digital_int8_28nm", "vgg9_cifar10_dense")


@pytest.fixture(scope="session")
def small(memristive: Estimate, cmos: Estimate) -> Report:
    return Report((View(memristive), View(cmos)), (), {})


def renamed(view: View, name: str) -> View:
    """The same result under another name of its design."""
    design = view.estimate.design
    spec = design.spec.model_copy(update={"name": name, "title": name})
    return View(replace(view.estimate, design=replace(design, spec=spec)))


@pytest.fixture(scope="session")
def evil(memristive: Estimate, cmos: Estimate) -> Report:
    def made_evil(result: Estimate, name: str) -> Estimate:
        spec = result.design.spec.model_copy(update={"name": name, "title": name, "description": EVIL})
        network = result.workload.model_copy(update={"name": EVIL, "description": EVIL})
        return replace(result, design=replace(result.design, spec=spec), workload=network, exclusions=(EVIL,))

    return Report((View(made_evil(memristive, EVIL)), View(made_evil(cmos, EVIL + "2"))), (), {})
