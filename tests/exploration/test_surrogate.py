from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from neuroest import estimate
from neuroest.exploration.sensitivity import Surrogate, interpolated, surrogate
from neuroest.exploration.space import Space
from neuroest.exploration.structures import Group, resolve
from neuroest.reporting import page

SCRIPT = Path(page.__file__).with_name("templates") / "sliders.js"
CHIP, NETWORK, ENERGY = "analog_lif_28nm", "mlp_mnist_spiking", "energy_per_inference_J"
NODE = shutil.which("node")


@pytest.fixture(scope="module")
def group() -> Group:
    return resolve(CHIP, NETWORK, Space(())).groups[0]


@pytest.fixture(scope="module")
def table(group: Group) -> Surrogate:
    found = surrogate(group)
    assert found is not None
    return found


def test_points_of_the_table_are_those_of_the_model(table: Surrogate) -> None:
    """A corner of the table against an estimate with the same values set."""
    corner = tuple(len(p.factors) - 1 for p in table.parameters)
    settings = {}
    for parameter in table.parameters:
        for path in parameter.paths:
            claim = estimate(CHIP, NETWORK).claims[path]
            unit = "" if claim.unit == "1" else f" {claim.unit}"
            settings[path] = f"{float(claim.value * parameter.factors[-1])!r}{unit}"
    exact = estimate(CHIP, NETWORK, settings).totals
    for name, logarithms in table.logarithms.items():
        assert 10.0 ** logarithms[corner] == pytest.approx(exact[name], rel=1e-9)


def test_where_nothing_is_moved_the_result_is_that_of_the_file(table: Surrogate) -> None:
    steps = [p.factors for p in table.parameters]
    assert all(1.0 in step for step in steps)
    for name, logarithms in table.logarithms.items():
        read = 10.0 ** interpolated(steps, logarithms, [1.0] * len(steps))
        assert read == pytest.approx(estimate(CHIP, NETWORK).totals[name], rel=1e-9)


def test_the_stated_error_is_met_at_other_points(group: Group, table: Surrogate) -> None:
    """Ten points that the table has not seen: none is off by more than three times the stated 95 %."""
    random = np.random.default_rng(7)
    steps = [p.factors for p in table.parameters]
    for _ in range(10):
        point = [float(np.exp(random.uniform(*np.log(step[[0, -1]])))) for step in steps]
        settings = {}
        for parameter, factor in zip(table.parameters, point, strict=True):
            for path in parameter.paths:
                claim = group.claims[path]
                settings[path] = (
                    f"{float(claim.value * factor)!r}{'' if claim.unit == '1' else ' ' + claim.unit}"
                )
        exact = estimate(CHIP, NETWORK, settings).totals[ENERGY]
        read = 10.0 ** interpolated(steps, table.logarithms[ENERGY], point)
        assert abs(read / exact - 1.0) < 3.0 * table.errors[ENERGY][1] + 1e-3


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_a_browser_computes_the_same(table: Surrogate) -> None:
    """The script of the page against Python, at points of the table, between them, and without an estimate."""
    random = np.random.default_rng(3)
    steps = [p.factors for p in table.parameters]
    points = [[float(np.exp(random.uniform(*np.log(step[[0, -1]])))) for step in steps] for _ in range(20)]
    points += [[float(step[0]) for step in steps], [float(step[-1]) for step in steps], [1.0] * len(steps)]
    data = table.to_dict()
    program = f"""
        {SCRIPT.read_text(encoding="utf-8")}
        const {{ interpolate, format }} = globalThis.neuroestSliders;
        const data = {json.dumps(data)}, points = {json.dumps(points)}, table = data.logarithms["{ENERGY}"];
        const factors = data.parameters.map((one) => one.factors);
        console.log(JSON.stringify(points.map((p) => interpolate(factors, table, p))));
        console.log(format(interpolate(factors, table.map(() => null), points[0]), "J"));
        const values = [[3.31e-6, "J"], [1.29e-6, "m^2"], [0, "s"], [1e-11, "J/bit"], [150, "1/V/s"]];
        console.log(values.map((one) => format(...one)).join("|"));
    """
    done = subprocess.run([str(NODE), "-e", program], capture_output=True, text=True, check=True)
    found, missing, texts = done.stdout.splitlines()
    for value, point in zip(json.loads(found), points, strict=True):
        exact = 10.0 ** interpolated(steps, table.logarithms[ENERGY], point)
        assert value == pytest.approx(exact, rel=3e-4)  # four digits of a logarithm
    assert missing == "no estimate"
    assert texts == "3.31 µJ|1.29 mm²|0 s|10 pJ/bit|150 1/V/s"
