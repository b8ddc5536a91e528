"""Numbers that no unit of a chip reaches are refused, whatever they are about."""

from __future__ import annotations

import math

import pytest

import neuroest
from neuroest.core.errors import QuantityError, SpecError
from neuroest.design.build import build
from neuroest.loading.library import load_architecture, load_device, shipped
from neuroest.registry import BLOCKS, DEVICE_MODELS, LEVELS
from neuroest.specs.base import QuantityField, largest_value, numeric_options


def checks() -> dict[str, QuantityField]:
    """Bounds of every parameter of a device, and of every number of a block or level."""
    found = {
        f"{model}.{name}": info.check
        for model in DEVICE_MODELS
        for name, info in DEVICE_MODELS[model].parameters().items()
    }
    for schemas in (BLOCKS, LEVELS):
        for model in schemas:
            found |= {f"{model}.{name}": check for name, check in numeric_options(schemas[model]).items()}
    return found


def test_no_number_of_a_file_is_endless() -> None:
    fields = checks()
    assert len(fields) > 900
    accepted = []
    for name, check in fields.items():
        unit = "" if check.unit == "1" else f" {check.unit}"
        try:
            accepted.append((name, check.read(f"1e40{unit}")))
        except QuantityError as error:
            assert "above the maximum" in str(error)  # noqa: PT017 - of each
    assert not accepted


def test_what_ships_is_far_below() -> None:
    claims = [claim for name in shipped("device") for claim in load_device(name).claims.values()]
    claims += [c for name in shipped("architecture") for c in build(load_architecture(name)).claims.values()]
    close = [
        (claim.path, value)
        for claim in claims
        for value in (claim.value, claim.low, claim.high)
        if value is not None and math.isfinite(value) and abs(value) > 1e-1 * largest_value(claim.unit)
    ]
    assert not close


@pytest.mark.parametrize(
    ("path", "value", "allowed"),
    [
        ("chip.tile.buffer.read_energy", "1e19 J", "above the maximum 1 J"),
        ("chip.overheads.leakage_width", "1e300", "above the maximum"),
        ("technology.process.leakage_supply_slope", "3.3e30 1/V", "above the maximum"),
    ],
)
def test_an_absurd_setting_is_refused_with_what_is_allowed(path: str, value: str, allowed: str) -> None:
    with pytest.raises(SpecError, match=allowed):
        neuroest.estimate("adc_crossbar_28nm", "mlp_mnist_dense", {path: value})
