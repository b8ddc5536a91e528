"""The particle model under examples/."""

import numpy as np
import pytest

from examples.langevin.particle import potential_force, read_parameters, rises, simulate


def test_force_is_minus_the_slope_of_the_potential() -> None:
    p = read_parameters()
    x = np.linspace(-0.9, 0.6, 31)

    def potential(x):
        inner = np.abs(p.confinement_slope * x + p.confinement_offset)
        return (
            p.wall_repulsion / (x + 1) ** 2 - p.wall_attraction / (x + 1) - p.far_wall / (x - 1)
            + inner**p.confinement_power
        )  # fmt: skip

    slope = (potential(x + 1e-6) - potential(x - 1e-6)) / 2e-6
    np.testing.assert_allclose(potential_force(p, x), -slope, rtol=1e-5, atol=1e-6)


@pytest.mark.slow
def test_particle_rests_at_low_voltage_oscillates_above_and_stays_on_far_above() -> None:
    p = read_parameters()
    found = []
    for level in (1.0, 2.0, 5.0):
        run = simulate(p, level, 60.0, 2e-3, generator=np.random.default_rng(0))
        found.append(rises(run))
    assert found[0] == 0
    assert found[1] > 10
    assert found[2] <= 3
