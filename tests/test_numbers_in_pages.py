"""Numbers of this program that are in hand-written pages are those of today, to the digit that the page shows."""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

import neuroest
from tests.test_documents import FENCE

ROOT = Path(__file__).parents[1]
DIGITS = ROOT / "examples" / "digits_snn"


@cache
def of(chip: str, network: str, *settings: str) -> Any:
    return neuroest.estimate(chip, network, dict(setting.split("=") for setting in settings))


resnet: Callable[..., Any] = partial(of, network="resnet18_imagenet_dense")


def baseline_row(chip: str, kind: str, digits: int) -> str:
    """A row of the table of baselines: time at batch one, and share of the peak."""
    totals = resnet(chip).totals
    peak = f"{totals['peak_operations_per_s'] / 1e12:.3g} TOPS"
    time = f"{1e3 * totals['latency_s']:.{digits}g} ms"
    return f"| `{chip}` | {kind} | {time} | {100 * totals['share_of_peak']:.0f} % of {peak} |"


def compute_in_memory() -> list[str]:
    here = resnet("cim_sram_28nm").totals
    whole = of("cim_sram_28nm", "resnet18_imagenet_dense", "chip.tile.count=auto").totals
    digital, time = resnet("digital_in_memory_28nm").totals, f"{1e3 * here['latency_s']:.1f}"
    return [
        f"with results of {here['effective_bits']:.1f} effective bits in the layer",
        f"it takes {1e6 * here['area_m2']:.3g} mm2, {1e3 * here['energy_per_inference_J']:.3g} mJ and {time} ms",
        f"it is {1e6 * whole['area_m2']:.3g} mm2 and {1e3 * whole['energy_per_inference_J']:.2g} mJ.",
        f"needs {1e3 * digital['energy_per_inference_J']:.2g} mJ and {1e6 * digital['area_m2']:.2g} mm2",
    ]


def loihi_and_its_simulator() -> list[str]:
    totals = of("loihi_14nm", "mlp_mnist_spiking").totals
    each = 1e12 * totals["dynamic_energy_J"] / totals["synaptic_operations"]
    count = f"{totals['synaptic_operations']:,.0f}".replace(",", " ")
    return [
        f"the estimate {each:.2f} pJ for each of {count},",
        f"the estimate {1e3 * totals['initiation_interval_s']:.2f} ms.",
    ]


def share_of_the_cmos_neuron() -> list[str]:
    parts = of("analog_lif_28nm", "mlp_mnist_spiking").to_frame().groupby("component")["energy_J"].sum()
    share = parts["chip.tile.array.readout.neuron"] / parts.sum()
    return ["is a millionth of the energy"] if 0.5e-6 < share < 2e-6 else [f"is {share:.1g} of the energy"]


def drive_left_on() -> list[str]:
    found = neuroest.simulate("switch_vo2_oscillator", energy=True)
    text = " ".join(found.to_text().split())
    more = re.search(r"takes up to ([\d.]+) pJ more a spike", text)
    spike = re.search(r"spike_energy (\d+) fJ", text)
    assert more is not None
    assert spike is not None
    return [f"{float(more[1]):.0f} pJ per spike instead of {float(spike[1]) / 1e3:.1f} pJ"]


def digits_on_chips() -> list[str]:
    """Rows of both tables of the digits, from what `compare.py` computes today."""
    compare = runpy.run_path(str(DIGITS / "compare.py"))
    accuracy = {"recorded": 1.0, "mean": 1.0}
    bits = {
        "digits_spiking_4bit": "spiking, 4 bits", "digits_dense": "dense, 8 bits", "digits_dense_4bit": "dense, 4 bits",
        "digits_dense_4bit_small": "dense, 4 bits, 24 hidden",
    }  # fmt: skip
    pairs = [(chip, "digits_spiking_4bit") for chip in compare["SPIKING_CHIPS"]]
    pairs += [(compare["DENSE_CHIP"], network) for network in list(bits)[1:]]
    lines = []
    for chip, network in pairs:
        row = compare["row"](chip, network, accuracy)
        energies = (row[scope] for scope in compare["SCOPES"])
        cells = [f"{1e6 * e:.3g} µJ" if e > 1e-6 else f"{1e9 * e:.3g} nJ" for e in energies]
        lines.append(f"| `{chip}` | {bits[network]} | {' | '.join(cells)} |")
    return lines


def crossovers_of_the_digits() -> list[str]:
    """Rows of the table of spike rates, from the record that `compare.py` wrote."""
    rows = json.loads((DIGITS / "results.json").read_text(encoding="utf-8"))["crossovers"]

    def cell(one: dict[str, Any]) -> str:
        rate, low, high = (
            "none" if not one[key] else f"{100 * one[key]:.1f}" for key in ("spike_rate", "p10", "p90")
        )
        return f"{rate}{' %' if rate != 'none' else ''} ({low} .. {high} %)"

    lines = []
    for chip in ("analog_lif_circuit_28nm", "digital_spiking_28nm"):
        for dense, name in (
            ("digits_dense_4bit", "4 bits"),
            ("digits_dense_4bit_small", "4 bits, 24 hidden"),
        ):
            cells = [cell(one) for one in rows if (one["chip"], one["dense"]) == (chip, dense)]
            lines.append(f"| `{chip}` | {name} | {' | '.join(cells[-3:])} |")
    return lines


def events_in_words() -> list[str]:
    def buffer(*settings: str) -> float:
        parts = of("analog_lif_28nm", "shd_recurrent_spiking", *settings).to_frame()
        return 1e9 * float(parts[parts.component == "chip.tile.buffer"].energy_J.sum())

    return [
        f"`shd_recurrent_spiking` {buffer():.0f} nJ, with words of 8 bits {buffer('buffer.width=8 bit'):.0f} nJ."
    ]


def a_memory_next_to_the_units() -> list[str]:
    """Energy of the larger memory and of all, with the loops ordered for the nearer one and without."""
    found = {}
    for capacity in ("4 KiB", "64 KiB"):
        for tiling in ("search", "none"):
            near = {
                "model": "sram", "device": "sram_28nm_anchored", "capacity": capacity, "width": "512 bit", "banks": "4",
                "stores": ["activations"],
            }  # fmt: skip
            result = neuroest.estimate(
                "digital_int8_28nm", "resnet18_imagenet_dense",
                {"chip.array.near": near, "chip.array.tiling": tiling},
            )  # fmt: skip
            frame = result.to_frame()
            larger = frame[frame.component == "chip.activations"].energy_J.sum()
            found[capacity, tiling] = (
                f"{1e6 * larger:.1f} uJ",
                f"{1e3 * (result.totals['energy_per_inference_J'] or 0.0):.2f} mJ",
            )

    def both(capacity: str, place: int) -> str:
        return f"{found[capacity, 'search'][place]} instead of {found[capacity, 'none'][place]}"

    small = f"of 4 KiB, the larger memory takes {both('4 KiB', 0)} and all together {both('4 KiB', 1)}"
    return [f"{small}; of 64 KiB, {both('64 KiB', 0)} and {both('64 KiB', 1)},"]


def shared_arrays() -> list[str]:
    mobile: Callable[..., Any] = partial(of, "adc_crossbar_28nm", "mobilenet_v1_imagenet_dense")
    sharing = "chip.tile.array.sharing=layers"
    alone, packed = mobile().totals, mobile(sharing).totals
    budget = mobile(sharing, "chip.tile.array.array_budget=1389").totals

    def pair(name: str, factor: float, form: str, then: str) -> str:
        return f"{factor * packed[name]:{form}}{then} instead of {factor * alone[name]:{form}}"

    fewer = [
        f"{whole - of('adc_crossbar_28nm', name, sharing).totals['computing_units']:.0f} of {whole:.0f}"
        for name in ("vgg9_cifar10_dense", "resnet18_imagenet_dense")
        if (whole := of("adc_crossbar_28nm", name).totals["computing_units"])
    ]
    from_to = [
        f"from {1e3 * alone[name]:.1f} to {1e3 * packed[name]:.1f} ms"
        for name in ("initiation_interval_s", "latency_s")
    ]
    arrays, area = pair("computing_units", 1.0, ".0f", " arrays"), pair("area_m2", 1e6, ".0f", " mm²")
    full = pair("utilisation", 100.0, ".0f", " % full")
    shortest = (
        f"{1e3 * alone['initiation_interval_s']:.1f} to {1e3 * budget['initiation_interval_s']:.1f} ms,"
    )
    return [
        f"takes {arrays}, {full} %, and {area}; its interval grows {from_to[0]}, its latency {from_to[1]}.",
        f"{fewer[0]} arrays of VGG-9, {fewer[1]} of ResNet-18.",
        f"comes from an interval of {shortest}",
    ]


def shares_of_a_brain() -> list[str]:
    found = of("memristive_brain_28nm", "human_brain_spiking")
    frame = found.to_frame()
    total, energy = frame.energy_J.sum(), frame.groupby("component").energy_J.sum()
    around = 1.0 - found.shells[-2].power_W / found.shells[-1].power_W
    links, memories = (
        100.0 * sum(energy[f"chip.{name}"] for name in names) / total
        for names in (("neighbours",), ("noc", "tile.buffer"))
    )
    chips = f"links between chips take {links:.0f} % of the power of the chips, routers and buffers {memories:.1f} %"
    return [f"{chips}, and supply and cooling {100 * around:.0f} % of the power from the wall."]


def int8_baseline() -> list[str]:
    found = resnet("digital_int8_28nm").totals
    mobile = of("digital_int8_28nm", "mobilenet_v1_imagenet_dense").totals["latency_s"]
    return [
        f"ResNet-18 takes {1e3 * found['latency_s']:.1f} ms, {100 * found['share_of_peak']:.0f} % of the peak.",
        f"MobileNet-V1 takes {1e3 * mobile:.1f} ms instead of",
    ]


def trees_in_stages() -> list[str]:
    found = 1e3 * resnet("digital_int8_28nm").totals["energy_per_inference_J"]
    return [f"whose trees have two, takes {found:.3g} mJ instead of"]


ARRAY = "chip.tile.array."


def read_current(result: Any) -> float:
    rows = (row for row in result.breakdown if row.term == "read_current")
    return float(sum(row.energy_J for row in rows if row.component.endswith(".cell")))


def cells_of_low_conductance() -> list[str]:
    digits, follows = "shd_recurrent_spiking", f"{ARRAY}readout.interface.bias_follows=mapped_current"
    rows = []
    for cell in ("rram_hfox_28nm", "ecram_wox_lab", "sonos_40nm_low"):
        setting = f"{ARRAY}cell.device={cell}"
        plain = of("diffusive_28nm_capacitor", digits, setting)
        mapped = of("diffusive_28nm_capacitor", digits, setting, follows).totals
        default = of("diffusive_low_power_28nm", digits, setting).totals
        conducting = read_current(plain)
        read = f"{1e3 * conducting:.3g} mJ" if conducting > 1e-3 else f"{1e6 * conducting:.3g} uJ"
        fixed, less = (1e3 * totals["energy_per_inference_J"] for totals in (plain.totals, mapped))
        rows.append(
            f"| `{cell}` | {read} | {fixed:.3g} mJ | {less:.3g} mJ | {plain.totals['effective_bits']:.1f} "
            f"| {1e6 * default['energy_per_inference_J']:.3g} uJ | {default['effective_bits']:.1f} |"
        )
    return rows


def crossbars_in_words() -> list[str]:
    stacked = (f"{ARRAY}cell.device=ecram_wox_lab", f"{ARRAY}readout.column_circuits=per_stack")
    each, stack = (
        of("diffusive_low_power_28nm", "shd_recurrent_spiking", *stacked[:n]).totals for n in (1, 2)
    )
    held = (
        f"{ARRAY}readout.interface.model=sampled_clamp",
        f"{ARRAY}readout.interface.device=sampled_clamp_28nm",
    )
    plain, kept = (read_current(of("diffusive_bench_28nm", "mlp_mnist_spiking", *held[:n])) for n in (0, 2))
    codes = (f"{ARRAY}readout.full_scale=0.25",)
    every, quarter = (of("sar_crossbar_28nm", "vgg9_cifar10_dense", *codes[:n]).totals for n in (0, 1))
    name = "signal_to_error_ratio"
    return [
        f"the area falls from {1e6 * each['area_m2']:.3f} to {1e6 * stack['area_m2']:.3f} mm²",
        f"have {stack['effective_bits']:.1f} instead of {each['effective_bits']:.1f} effective bits",
        f"from {1e3 * plain:.1f} mJ to {1e9 * kept:.1f} nJ per inference",
        f"is {every[name]:.0f} if the codes cover every sum, and {quarter[name]:.0f} if they cover a quarter",
    ]


def neurons_for_one_output() -> list[str]:
    rows = []
    for number, shown, life in (
        ("1", "1", "119 days"),
        ("5", "5 (default)", "134 days"),
        ("20", "20", "1.47 years"),
    ):
        setting = f"{ARRAY}readout.neurons_per_output={number}"
        totals = of("diffusive_low_power_28nm", "shd_recurrent_spiking", setting).totals
        rows.append(
            f"| {shown} | {1e3 * totals['initiation_interval_s']:.0f} ms | {life} | {1e6 * totals['area_m2']:.3f} mm² "
            f"| {1e6 * totals['energy_per_inference_J']:.2f} uJ |"
        )
    return rows


CLAIMS: dict[str, tuple[str, Callable[[], list[str]]]] = {
    "baselines": (
        "docs/baselines.md",
        lambda: [
            baseline_row("digital_int8_28nm", "modelled, 28 nm", 2),
            baseline_row("digital_int8_7nm", "modelled, 7 nm", 2),
            baseline_row("digital_in_memory_28nm", "modelled, 28 nm", 2),
            baseline_row("edge_accelerator_hailo8", "product, from published rates", 1),
        ],
    ),
    "compute in memory": ("docs/baselines.md", compute_in_memory),
    "loihi": ("docs/compared.md", loihi_and_its_simulator),
    "share of the neuron": ("docs/tutorials/own_device.md", share_of_the_cmos_neuron),
    "drive left on": ("docs/which_model.md", drive_left_on),
    "events in words": ("docs/models/mapping.md", events_in_words),
    "int8 baseline": ("docs/models/mapping.md", int8_baseline),
    "memory next to the units": ("docs/models/mapping.md", a_memory_next_to_the_units),
    "shared arrays": ("docs/models/mapping.md", shared_arrays),
    "shares of a brain": ("docs/brain_scale.md", shares_of_a_brain),
    "cells of low conductance": ("docs/models/crossbar.md", cells_of_low_conductance),
    "neurons for one output": ("docs/models/neurons.md", neurons_for_one_output),
    "crossbars in words": ("docs/models/crossbar.md", crossbars_in_words),
    "trees in stages": ("docs/models/digital.md", trees_in_stages),
    "digits": ("docs/importing.md", digits_on_chips),
    "digits, crossovers": ("docs/importing.md", crossovers_of_the_digits),
}
"""Page, and the texts that it must contain, computed now."""


@pytest.mark.parametrize("name", CLAIMS)
def test_a_page_states_the_numbers_of_today(name: str) -> None:
    page, computed = CLAIMS[name]
    text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    assert [claim for claim in computed() if claim not in text] == []


def test_tables_of_results_in_pages_are_those_of_today() -> None:
    written = runpy.run_path(str(ROOT / "docs" / "generate.py"))["pages_with_numbers"]()
    assert len(written) == 3
    for page, text in written.items():
        assert "<!-- numbers: " in text
        assert page.read_text("utf-8") == text, "run: python docs/generate.py"


RECORDED = "measured on the day that the page names or implies, such as run times"
CITED = "of sources, of definitions and of circuits, with their place; no result of a chip that moves"
TESTED = "recomputed by tests, here or in the file of the topic"
GENERATED = "written by a tool, which a test compares"
NUMBERS = {
    "docs/accuracy.md": TESTED,
    "docs/baselines.md": TESTED, "docs/brain_scale.md": GENERATED, "docs/circuit_export.md": GENERATED,
    "docs/compared.md": TESTED, "docs/describe_a_chip.md": CITED,
    "docs/calibration.md": RECORDED, "docs/describe_a_macro.md": CITED, "docs/device_lab.md": RECORDED,
    "docs/exploration.md": RECORDED, "docs/fairness.md": GENERATED, "docs/file_formats.md": CITED,
    "docs/importing.md": TESTED,
    "docs/reliability.md": RECORDED, "docs/models/converters.md": CITED,
    "docs/models/crossbar.md": TESTED, "docs/models/crosscheck.md": GENERATED, "docs/models/digital.md": CITED,
    "docs/models/dram.md": CITED, "docs/models/integration.md": CITED, "docs/models/mapping.md": GENERATED,
    "docs/models/network.md": RECORDED, "docs/models/neurons.md": TESTED, "docs/models/read_schedule.md": CITED,
    "docs/models/static_cells.md": CITED, "docs/models/technology.md": CITED, "docs/paper.md": RECORDED,
    "docs/reports.md": RECORDED, "docs/scoreboard.md": GENERATED,
    "docs/tutorials/brain_in_twenty_watts.md": TESTED, "docs/tutorials/index.md": CITED,
    "docs/tutorials/measured_switch.md": TESTED,
    "docs/which_model.md": TESTED, "docs/worked_example.md": TESTED,
}  # fmt: skip
"""Pages that state physical numbers in their prose, and why these are right."""
PHYSICAL = re.compile(r"\d ?(?:[afpnuµm]J|mm2|mm\^2|um2|[nuµm]s|[nuµm]?W)\b")


def test_every_page_with_numbers_says_why_they_are_right() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    found = {
        str(page.relative_to(ROOT))
        for page in pages
        if "reference" not in page.parts and PHYSICAL.search(FENCE.sub("", page.read_text(encoding="utf-8")))
    }
    assert found - set(NUMBERS) == set(), (
        "state in NUMBERS where the numbers of this page come from, or test them"
    )
    assert set(NUMBERS) - found == set()
