"""Power of what is around chips."""

import numpy as np
import pytest

from neuroest.equations import shells

SAMPLES = {
    "power_into_shell": {
        "inside": 44.32,
        "number": 1.0,
        "idle_power": 10.02,
        "active_power": 3.0,
        "duty": 0.5,
        "efficiency": 0.85,
        "overhead": 0.5,
    },
}


def test_each_loss_counts_once() -> None:
    # 10 W behind a supply of 80 % take 12.5 W; two boards of 1 W and, half of the time, 2 W more; a fifth for cooling
    found = shells.power_into_shell(10.0, 2.0, 1.0, 2.0, 0.5, 0.8, 0.2)
    assert found == pytest.approx((12.5 + 4.0) * 1.2)


def test_a_supply_that_passes_nothing_on_is_visible() -> None:
    assert shells.power_into_shell(**SAMPLES["power_into_shell"] | {"efficiency": 0.0}) == np.inf
