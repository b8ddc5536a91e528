from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command

PAIR = ("diffusive_28nm_derived", "analog_lif_28nm", "-w", "shd_recurrent_spiking")


def test_designs_by_results_come_before_their_differences(command: Command) -> None:
    formatted = command("compare", *PAIR, "--full")
    assert formatted.code == 0
    assert max(map(len, formatted.lines)) <= 80
    order = [formatted.lines.index(word) for word in (*PAIR[:2], "Alike", "Different", "Left out")]
    assert order == sorted(order)


def test_a_comparison_is_one_screen_that_names_what_full_adds(command: Command) -> None:
    brief = command("compare", "adc_crossbar_28nm", "digital_int8_28nm", "-w", "resnet18_imagenet_dense")
    assert len(brief.lines) <= 40
    assert max(map(len, brief.lines)) <= 80
    told = " ".join(brief.out.split())
    assert "different: link, accuracy of the columns" in told
    assert told.endswith("exclusions: `--full`")
    five = command("compare", *PAIR[:2], "digital_spiking_28nm", "loihi_14nm", "adc_crossbar_28nm", *PAIR[2:])
    assert len(five.lines) <= 40
    assert "over loihi_14nm: area win, energy loss, at equal pace" in five.out
    assert "nominal" not in five.out


def test_json_has_both_designs_and_ratios_with_bands(command: Command) -> None:
    reported = json.loads(command("compare", *PAIR, "--format", "json").out)
    assert [design["architecture"] for design in reported["designs"]] == list(PAIR[:2])
    keys = list(reported)
    assert keys.index("differences") < keys.index("ratios")
    for ratio in reported["ratios"]:
        assert ratio["low"] <= ratio["high"]


def test_json_has_every_pace_with_the_parts_of_the_energy(command: Command) -> None:
    rows = json.loads(command("compare", *PAIR, "--format", "json").out)["paces"]
    assert {(row["pace"], row["part"], row["off_chip_link"]) for row in rows} == {
        (pace, part, link)
        for pace in ("back_to_back", "equal_pace", "burst", "streaming")
        for part in ("energy", "dynamic_energy", "static_energy", "input_buffer")
        for link in (True, False)
        if part != "input_buffer" or pace == "burst"
    }


def test_markdown_names_designs_by_title_with_the_numbers_of_json(command: Command) -> None:
    structure = ("--set", "array.rows=64", "--label", f"{PAIR[0]}=Own neuron")  # --set reads the file again
    text = command("compare", *PAIR, *structure, "--format", "markdown").out.replace("\\", "")
    assert text.startswith("## Own neuron compared with ")
    assert not [name for name in PAIR[:2] if f"| {name} |" in text]  # a device may have the name of its chip
    ratios = json.loads(command("compare", *PAIR, *structure, "--format", "json").out)["ratios"]
    shown = [
        float(line.split(" | ")[2].rstrip("*"))
        for line in text.splitlines()
        if " and " in line and "% |" in line
    ]
    assert shown == [pytest.approx(one["median"], rel=5e-3) for one in ratios]


def test_csv_says_what_differs_first(command: Command) -> None:
    rows = list(csv.DictReader(io.StringIO(command("compare", *PAIR, "--format", "csv").out)))
    kinds = [row["kind"] for row in rows]
    assert set(kinds) == {"alike", "different", "left_out", "pace", "ratio"}
    assert kinds[-1] == "ratio"
    assert "ratio" not in kinds[: kinds.index("left_out")]


def test_designs_may_run_different_networks(command: Command) -> None:
    formatted = command(
        "compare",
        "adc_crossbar_28nm",
        "digital_int8_28nm",
        "-w",
        "mlp_mnist_spiking",
        "-w",
        "mlp_mnist_dense",
        "--full",
    )
    assert formatted.code == 0
    different = formatted.out[formatted.out.index("Different") : formatted.out.index("Left out")]
    assert "coding" in different
    assert "workload" in different


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("loihi_14nm", "nothing_like_it", "-w", "shd_recurrent_spiking"), "unknown architecture"),
        (
            ("loihi_14nm", "gpu_h100", "-w", "resnet18_imagenet_dense", "-w", "mlp_mnist_dense", "-w", "a"),
            "3 workloads",
        ),
        ((*PAIR, "--set", "chip.tile.array.nonsense=3"), "nonsense"),
    ],
)
def test_bad_input(command: Command, arguments: tuple[str, ...], hint: str) -> None:
    wrong = command("compare", *arguments)
    assert wrong.code == 1
    assert wrong.out == ""
    assert hint in wrong.err


def test_a_comparison_needs_a_baseline_and_has_a_workload(command: Command) -> None:
    named = command("compare", "analog_lif_28nm", "loihi_14nm", "-w", "shd_recurrent_spiking")
    assert command("compare", "analog_lif_28nm", "loihi_14nm").out == named.out
    assert command("compare", "loihi_14nm", "-w", "mlp_mnist_spiking").code == 2


def test_a_chip_with_itself_at_the_corners(command: Command) -> None:
    found = command("compare", "digital_int8_28nm", "--corners", "-w", "mlp_mnist_dense")
    assert found.code == 0
    head, *rows = found.out.splitlines()
    assert head.split() == ["digital_int8_28nm", "digital_int8_28nm_slow", "digital_int8_28nm_fast"]
    latency = next(row.split() for row in rows if row.startswith("latency"))
    typical, slow, fast = (float(value) for value in latency[1::2])
    assert fast < typical < slow
    data = json.loads(
        command("compare", "digital_int8_28nm", "--corners", "-w", "mlp_mnist_dense", "--format", "json").out
    )
    assert [design["architecture"].rpartition("_")[2] for design in data["designs"]] == [
        "28nm",
        "slow",
        "fast",
    ]


def test_the_baseline_of_the_file_is_the_default(command: Command, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    text = "{{kind: architecture, name: mine, description: Mine., base: loihi_14nm{}}}"
    mine.write_text(text.format(", baseline: odin_28nm"), "utf-8")
    named = command("compare", str(mine), "-w", "mlp_mnist_spiking")
    assert named.code == 0
    assert named.lines[0] == "mine compared with odin_28nm"
    mine.write_text(text.format(""), "utf-8")
    nameless = command("compare", str(mine), "-w", "mlp_mnist_spiking")
    assert nameless.code == 2
    assert "states no `baseline`" in " ".join(nameless.err.split())
