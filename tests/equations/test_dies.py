"""Arguments for the contracts of its equations, which `test_power.py` tests."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.equations import dies

KILOWATT_HOUR = 3.6e6
SAMPLES: dict[str, dict[str, float]] = {
    "poisson_yield": {"area": 1e-4, "defect_density": 1e3},
    "murphy_yield": {"area": 1e-4, "defect_density": 1e3},
    "negative_binomial_yield": {"area": 1e-4, "defect_density": 1e3, "clustering": 3.0},
    "dies_per_wafer": {"wafer_diameter": 0.3, "area": 400e-6},
    "cost_per_good_die": {
        "wafer_cost": 10000.0,
        "dies": 143.0,
        "die_yield": 0.687,
        "test_and_package_cost": 2.0,
    },
    "control_area": {"logic_area": 1e-6, "macro_area": 2e-6, "logic_share": 1.0, "macro_share": 0.25},
    "floorplan_area": {"block_area": 0.7e-6, "utilisation": 0.7},
    "pad_ring_area": {"core_area": 4e-6, "width": 0.2e-3, "dies": 2.0},
    "embodied_carbon": {
        "area": 1.45e-4,
        "fab_energy": 1.475e4 * KILOWATT_HOUR,
        "fab_carbon_intensity": 0.583 / KILOWATT_HOUR,
        "gas_emissions": 2400.0,
        "material_emissions": 5000.0,
        "die_yield": 0.943543,
        "package_carbon": 0.15,
    },
    "operational_carbon": {
        "power": 1.0,
        "use_share": 0.1,
        "service_life": 1e8,
        "carbon_intensity": 0.301 / KILOWATT_HOUR,
    },
}


def test_floor_plan_is_larger_than_its_blocks():
    assert dies.floorplan_area(0.7e-6, 0.7) == pytest.approx(1e-6, rel=1e-12)
    assert dies.floorplan_area(0.7e-6, 0.0) == np.inf


def test_pads_stand_around_each_die() -> None:
    # dies of 2 mm by 2 mm become dies of 2.4 mm by 2.4 mm
    assert dies.control_area(1e-6, 2e-6, 1.0, 0.25) == pytest.approx(1.5e-6)
    assert dies.pad_ring_area(4e-6, 0.2e-3) == pytest.approx(1.76e-6)
    assert dies.pad_ring_area(12e-6, 0.2e-3, 3.0) == pytest.approx(3 * 1.76e-6)


@pytest.mark.parametrize(
    ("energy", "gases", "published"), [(0.9, 137.5, 1162.2), (1.2, 162.5, 1362.1), (2.15, 275.0, 2028.5)]
)
def test_carbon_of_an_area_as_act_has_it(energy: float, gases: float, published: float) -> None:
    # ACT's data files at 28, 14 and 7 nm with the electricity of Taiwan and no losses, in g a square centimetre
    found = dies.embodied_carbon(
        1e-4, energy * 1e4 * KILOWATT_HOUR, 0.583 / KILOWATT_HOUR, gases * 10, 5000.0, 1.0, 0.0
    )
    assert found * 1e3 == pytest.approx(published, abs=0.06)


def test_checks_of_the_tests_of_act() -> None:
    """`test_logic_model` and `test_op_model` of act/tests/model_unit_tests.py: a die of 10 nm, 3.5 years of 273 mW."""
    assert dies.embodied_carbon(**SAMPLES["embodied_carbon"]) == pytest.approx(
        (1.475 * 1.45 * 0.583 + 0.24 * 1.45 + 0.5 * 1.45) / 0.943543 + 0.15, rel=1e-9
    )
    year = 365.25 * 86_400.0
    found = dies.operational_carbon(0.273, 0.723, 3.5 * year, 0.597 / KILOWATT_HOUR)
    assert found == pytest.approx(0.597 * 0.273e-3 * 0.723 * 3.5 * 8766.0, rel=1e-9)


def test_no_good_die_has_no_carbon_that_is_finite() -> None:
    assert dies.embodied_carbon(**SAMPLES["embodied_carbon"] | {"die_yield": 0.0}) == np.inf
