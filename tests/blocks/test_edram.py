"""Embedded dynamic memory: against what was published of it, and what a designer's choices do."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from neuroest.blocks.base import NetworkContext, TechnologyPoint
from neuroest.blocks.memories.edram import Edram
from neuroest.blocks.technology.process import Process
from neuroest.core.errors import RangeError
from neuroest.loading.library import load_device, shipped
from tests.chips import area, count, energy, failed, run
from tests.each import each

DEVICES = sorted(
    name
    for name, path in shipped("device").items()
    if re.search("^model: edram$", path.read_text(encoding="utf-8"), re.MULTILINE)
)
PUBLISHED = Path(__file__).parents[2] / "benchmarks" / "crosscheck" / "published_edram.csv"
NETWORK = NetworkContext(
    spiking=False, timesteps=1.0, weight_bits=8.0, activation_bits=8.0, accumulator_bits=32.0,
    mean_absolute_weight=0.25,
)  # fmt: skip
ADC, DENSE = "adc_crossbar_28nm", "mlp_mnist_dense"


def process(name: str) -> Process:
    loaded = load_device(name)
    return Process(**{key: claim.value for key, claim in loaded.claims.items()})


def memory(
    device: str, capacity: float = 524288.0, width: float = 256.0, banks: float = 1.0, temperature: float = 300.0,
    refresh: str = "fixed", parameters: dict[str, Any] | None = None,
) -> Edram:  # fmt: skip
    loaded = load_device(device)
    home = process(str(loaded.spec.process))
    values = {name: claim.value for name, claim in loaded.claims.items()} | (parameters or {})
    return Edram(
        "memory", SimpleNamespace(refresh=refresh), loaded.record(**values), home,
        {"capacity": capacity, "width": width, "banks": banks},
        TechnologyPoint(home, home.nominal_supply_voltage, temperature), MappingProxyType({}),
    )  # fmt: skip


def access(found: Edram, action: str) -> float:
    return next(float(c.energy) for c in found.energies(NETWORK) if c.action == action)


def rows(**wanted: str) -> list[dict[str, str]]:
    with PUBLISHED.open(encoding="utf-8") as file:
        return [r for r in csv.DictReader(file) if all(r[k] == v for k, v in wanted.items())]


# --- Against what was published ---------------------------------------------------------------------------------------


def test_the_factor_of_real_macros_is_the_mean_of_what_others_say() -> None:
    alone = access(memory("edram_ibm_32nm", parameters={"access_energy_factor": 1.0}), "read")
    others = [
        float(r["read_pJ"]) * 1e-12 / alone
        for r in rows(node_nm="32", capacity_bit="524288", width_bit="256")
    ]
    assert len(others) == 4
    for device in DEVICES:
        claim = load_device(device).claims["access_energy_factor"]
        assert claim.value == pytest.approx(math.exp(np.mean(np.log(others))), rel=0.02)
        assert claim.low == pytest.approx(min(others), rel=0.05)
        assert claim.high == pytest.approx(max(others), rel=0.05)


@each("left_out", ["shafiee2016", "puma_simulator", "cacti7", "memsysexplorer"])
def test_each_of_them_is_met_within_four_times_by_the_others(left_out: str) -> None:
    alone = access(memory("edram_ibm_32nm", parameters={"access_energy_factor": 1.0}), "read")
    others = {r["source"]: float(r["read_pJ"]) * 1e-12 / alone
              for r in rows(node_nm="32", capacity_bit="524288", width_bit="256")}  # fmt: skip
    mean = math.exp(np.mean([math.log(v) for k, v in others.items() if k != left_out]))
    assert 1 / 6.5 < others[left_out] / mean < 3.5


@pytest.mark.parametrize(("device", "node"), [("edram_ibm_45nm", "45"), ("edram_ibm_65nm", "65")])
def test_cacti_at_other_nodes(device: str, node: str) -> None:
    # known error against CACTI 7: 0.4 of it at each node, as at 32 nm, where the factor was taken
    theirs = float(rows(source="cacti7", node_nm=node, capacity_bit="524288")[0]["read_pJ"]) * 1e-12
    assert access(memory(device), "read") / theirs == pytest.approx(0.42, abs=0.08)


def test_cacti_over_capacity() -> None:
    # known error: 0.40 of CACTI 7 at 64 KiB, 0.30 at 1 MiB
    small, large = (
        float(rows(source="cacti7", node_nm="32", capacity_bit=c)[0]["read_pJ"])
        for c in ("524288", "8388608")
    )
    ours = access(memory("edram_ibm_32nm", 8388608.0, banks=4.0), "read") / access(
        memory("edram_ibm_32nm"), "read"
    )
    assert ours / (large / small) == pytest.approx(0.78, abs=0.05)


def test_writing_takes_hardly_more_than_reading_and_not_fifty_times_as_much() -> None:
    cacti = rows(source="cacti7", node_nm="32", capacity_bit="524288")[0]
    assert float(cacti["write_pJ"]) / float(cacti["read_pJ"]) > 50
    # 1.4 nJ for 256 bits at 0.9 V would charge 6.8 pF a bit; a cell has 18 fF, a bit line less
    assert float(cacti["write_pJ"]) * 1e-12 / 256 / 0.81 > 100 * (
        18e-15 + float(memory("edram_ibm_32nm").bitline())
    )
    found = memory("edram_ibm_32nm")
    assert 1.0 < access(found, "write") / access(found, "read") < 1.5


def test_area_of_a_published_macro_and_of_a_die() -> None:
    # 22 nm: 128 Mbit in 7.31 mm^2; 1 Gbit with links and test in 77 mm^2
    macro, die = (float(rows(source=s)[0]["area_mm2"]) for s in ("kanter2013edram", "hamzaoglu2015"))
    assert float(memory("edram_intel_22nm", 2.0**27, 512.0, 16.0).area()) * 1e6 == pytest.approx(
        macro, rel=0.1
    )
    assert 0.75 < float(memory("edram_intel_22nm", 2.0**30, 512.0, 128.0).area()) * 1e6 / die < 1.0


def test_area_of_a_small_memory_lies_among_what_others_say() -> None:
    others = [float(r["area_mm2"]) for r in rows(node_nm="32", capacity_bit="524288")]
    ours = float(memory("edram_ibm_32nm").area()) * 1e6
    assert min(others) < ours < max(others)
    assert ours == pytest.approx(math.exp(np.mean(np.log(others))), rel=0.1)


def test_power_of_a_die_stays_below_what_its_package_adds() -> None:
    # Hamzaoglu 2015: 64 GB/s each way, 100 us at 95 degrees Celsius; as reported then about 3 W with its link
    found = memory("edram_intel_22nm", 2.0**30, 512.0, 128.0)
    rate = 64e9 * 8 / 512
    watts = rate * (access(found, "read") + access(found, "write"))
    watts += sum(float(s.power) for s in found.statics(NETWORK))
    assert 0.5 < watts < 3.0
    assert float(found.refresh_interval()) == pytest.approx(100e-6)


def test_times_of_published_macros() -> None:
    # Barth 2011: 1.35 ns and 1.7 ns; the data travel for less than a tenth of it
    found = memory("edram_ibm_45nm")
    assert float(found.access_time()) == pytest.approx(1.35e-9, rel=0.1)
    assert float(found.cycle_time()) == pytest.approx(1.7e-9, rel=1e-6)


# --- What all of them keep --------------------------------------------------------------------------------------------


@each("device", DEVICES)
def test_everything_is_finite_and_positive(device: str) -> None:
    found = memory(device)
    assert all(math.isfinite(float(c.energy)) and float(c.energy) > 0.0 for c in found.energies(NETWORK))
    assert all(float(s.power) > 0.0 for s in found.statics(NETWORK))
    assert all(float(a.area) > 0.0 for a in found.areas(NETWORK))
    assert not [c.name for c in found.checks(NETWORK) if not c.passed]


@each("device", DEVICES)
def test_more_memory_and_wider_words_cost_more(device: str) -> None:
    base = memory(device)
    for larger in (memory(device, capacity=2097152.0, banks=4.0), memory(device, width=1024.0)):
        assert access(larger, "read") > access(base, "read")
        assert float(larger.area()) > float(base.area())
    # of a narrow word the whole word line is written back all the same
    assert access(memory(device, width=64.0), "read") > access(base, "read") / 4


@each("device", DEVICES)
def test_a_batch_is_its_points_one_by_one(device: str) -> None:
    scale = np.array([[0.8], [1.0], [1.3]])
    stated = {name: claim.value for name, claim in load_device(device).claims.items()}
    names = ("cell_area", "cells_per_wordline", "retention_time", "wordline_swing", "cycle_time")
    batch = memory(device, width=600.0, parameters={n: stated[n] * scale for n in names})
    for point in range(3):
        factor = float(scale[point, 0])
        alone = memory(device, width=600.0, parameters={n: stated[n] * factor for n in names})
        for many, one in (
            *zip(
                (c.energy for c in batch.energies(NETWORK)),
                (c.energy for c in alone.energies(NETWORK)),
                strict=True,
            ),
            *zip(
                (s.power for s in batch.statics(NETWORK)),
                (s.power for s in alone.statics(NETWORK)),
                strict=True,
            ),
            (batch.area(), alone.area()),
            (batch.busy_time(10.0, 20.0), alone.busy_time(10.0, 20.0)),
        ):
            np.testing.assert_allclose(np.asarray(many)[point, 0], float(one), rtol=1e-12)


# --- What choices do --------------------------------------------------------------------------------------------------


def refreshing(found: Edram) -> float:
    return next(float(s.power) for s in found.statics(NETWORK) if s.term == "refresh")


def test_refresh_follows_the_temperature_where_it_is_allowed_to() -> None:
    name = "edram_intel_22nm"
    step = load_device(name).claims["retention_halving_temperature"].value
    hot = load_device(name).claims["retention_temperature"].value
    # fixed: that of the stated temperature below it, more often above it
    assert refreshing(memory(name, temperature=300.0)) == pytest.approx(
        refreshing(memory(name, temperature=hot))
    )
    assert refreshing(memory(name, temperature=hot + step)) == pytest.approx(
        2 * refreshing(memory(name, temperature=hot))
    )
    tracking = memory(name, temperature=hot - 2 * step, refresh="tracking")
    assert refreshing(tracking) == pytest.approx(refreshing(memory(name)) / 4)


def test_banks_refresh_side_by_side_and_work_side_by_side() -> None:
    one, four = memory("edram_ibm_32nm", 2.0**22), memory("edram_ibm_32nm", 2.0**22, banks=4.0)
    assert float(one.refreshing_share()) == pytest.approx(4 * float(four.refreshing_share()))
    assert refreshing(one) == pytest.approx(refreshing(four))
    assert float(four.busy_time(100.0, 0.0)) < float(one.busy_time(100.0, 0.0)) / 4


def block(**choices: Any) -> dict[str, Any]:
    return {
        "model": "edram", "device": "edram_ibm_32nm", "capacity": "64 KiB", "width": "256 bit",
        "stores": ["activations"], **choices,
    }  # fmt: skip


def test_a_chip_takes_it_for_a_buffer(tmp_path: Path) -> None:
    result = run(ADC, DENSE, {"chip.tile.buffer": block()}, tmp_path)
    assert count(result, "buffer", "read") > 0.0
    assert energy(result, component="buffer", action="write") > 0.0
    assert area(result, "buffer") > 0.0
    terms = {r.term for r in result.breakdown if r.kind == "static" and r.component.endswith(".buffer")}
    assert terms == {"leakage", "refresh"}
    assert not {"edram_node", "edram_bank", "memory_capacity"} & set(failed(result))
    # 32 nm cells on a 28 nm chip: 0.127 over 0.160
    edram = next(m for m in result.evaluation.chip.memories() if isinstance(m, Edram))
    assert float(edram.cell_area()) == pytest.approx(0.039e-12 * 0.127 / 0.16, rel=1e-3)


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"capacity": "8 Kibit"}, "fewer cells than one array"),
        ({"capacity": "8 MiB"}, "more banks refresh in parallel"),
        ({"device": "edram_ibm_65nm"}, "no such cell is known near this process"),
    ],
)
def test_what_cannot_be_is_refused(choices: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(RangeError, match=words):
        run(ADC, DENSE, {"chip.tile.buffer": block(**choices)}, tmp_path)


def test_another_supply_is_reported(tmp_path: Path) -> None:
    low = run(ADC, DENSE, {"chip.tile.buffer": block(), "technology.supply_voltage": "0.7 V"}, tmp_path)
    assert "edram_supply" in failed(low)
