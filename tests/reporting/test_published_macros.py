"""Where a macro lies among published ones: the range is that of the survey's rows, counted by hand."""

from __future__ import annotations

import neuroest
from neuroest.loading.kinds import data_folder
from neuroest.reporting.published_macros import place_among_published
from tests.each import each

CASE = data_folder("validation_case") / "chen_2023"
CHIPS, NETWORKS = data_folder("architecture"), data_folder("workload")


def test_a_macro_whose_bits_are_converted_one_by_one_is_below_all_others() -> None:
    unreliable, line = place_among_published([CASE / "chip.yaml", CASE / "fill.yaml"])
    assert "energy unreliable, conversions_of_a_product fails: " in unreliable
    rows = neuroest.survey("chips", node=22e-9).rows()
    values = [
        row["efficiency_normalised"] / 1e12
        for row in rows
        if (row["kind"], row["realisation"], row["memory"]) == ("compute in memory", "silicon", "SRAM")
        and 22e-9 / 1.5 <= (row["node_m"] or 0.0) <= 22e-9 * 1.5
        and row["efficiency_normalised"] is not None
        and row["name"] != "chen_2023"
    ]
    assert f"at 0.8 V; below all {len(values)} published macros of SRAM at 16 nm to 28 nm" in line
    assert f": {min(values):.0f} TOPS/W to {max(values):.0f} TOPS/W " in line
    assert "at 0.9 V the energy would be about 1.3 of this" in line  # the median supply, (0.9 / 0.8)^2
    found = neuroest.estimate(CASE / "chip.yaml", CASE / "fill.yaml")
    assert f" {found.totals['tops_per_watt'] * 64:.3g} TOPS/W" in line
    assert "conversions_of_a_product" in {check.name for check in found.checks if not check.passed}


@each(
    "chip, network, says",
    [
        ("adc_crossbar_28nm", "mlp_mnist_dense", "among"),
        ("adc_crossbar_28nm", "shd_recurrent_spiking", ""),  # no operations that a macro's efficiency counts
        ("digital_int8_28nm", "mlp_mnist_dense", ""),
        (
            "digital_in_memory_28nm",
            "mlp_mnist_dense",
            "adders of few transistors",
        ),  # below all, with its memories
        ("analog_lif_28nm", "mlp_mnist_dense", "dense"),  # neurons refuse it
    ],
)
def test_other_chips_and_networks(chip: str, network: str, says: str) -> None:
    lines = place_among_published([CHIPS / f"{chip}.yaml", NETWORKS / f"{network}.yaml"])
    assert len(lines) == bool(says)
    assert says in "".join(lines)


def test_a_digital_macro_is_asked_for_its_supply_and_for_bits_that_switch() -> None:
    case = data_folder("validation_case") / "guo_2023"
    (line,) = place_among_published([case / "chip.yaml", case / "bits_8.yaml"])
    assert "at 0.9 V; among " in line
    ones = "workload.input.activity.bit_density"
    energies = [
        neuroest.estimate(case / "chip.yaml", case / "bits_8.yaml", settings).totals["energy_per_inference_J"]
        for settings in ({}, {ones: "0.146"})
    ]
    assert f"({ones} 0.146) the energy would be {energies[1] / energies[0]:.2g} of this" in line


def test_several_chips_have_no_line() -> None:
    chips = [CHIPS / "adc_crossbar_28nm.yaml", CHIPS / "sar_crossbar_28nm.yaml"]
    assert place_among_published([*chips, NETWORKS / "mlp_mnist_dense.yaml"]) == []
