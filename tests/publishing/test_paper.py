"""The guided way: plain commands, files that may be edited, nothing done twice; and one whole paper."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from neuroest.cli import VERBS
from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.fitting.device_fit import fit
from neuroest.publishing.paper import plan as plans
from neuroest.publishing.paper import run as runner
from neuroest.publishing.paper.plan import STEPS, Plan, Step, curves_in
from neuroest.publishing.paper.run import Paper, paper
from tests.cli.conftest import Command, command
from tests.shared import estimated

__all__ = ["command"]

CURVES = Path(__file__).parents[2] / "examples" / "measurements"
LINES = {
    "device.yaml": "kind: device\nname: device\nmodel: threshold_switch_neuron\n",
    "chip.yaml": "kind: architecture\n",
}


def folder_of_curves(place: Path) -> Path:
    folder = place / "curves"
    folder.mkdir()
    for file in CURVES.glob("switch_*.csv"):
        shutil.copy(file, folder)
    return folder


class Commands:
    """Stands for the processes: writes what a step would write."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ran: list[str] = []
        self.fails: dict[str, str] = {}
        recorded = self

        def process(run: runner._Run, step: Step) -> tuple[int, bytes, bytes]:
            return recorded.perform(run, step)

        monkeypatch.setattr(runner._Run, "_process", process)
        monkeypatch.setattr(runner, "_PAGES", {})
        monkeypatch.setattr("neuroest.publishing.paper.plan._slot", lambda _device: "--neuron")

    def perform(self, run: runner._Run, step: Step) -> tuple[int, bytes, bytes]:
        self.ran.append(step.name)
        if step.name in self.fails:
            return 1, b"", f"some note\nerror: {self.fails[step.name]}\n".encode()
        for file in step.writes:
            place = run.place / file
            place.parent.mkdir(exist_ok=True)
            place.write_text(LINES.get(file, f"{step.line} of {[*run._hashes(step.reads).values()]}"))
        return 0, b"printed\n", b""


@pytest.fixture(autouse=True, scope="module")
def ranked_once() -> Iterator[None]:
    """The baselines of a network in order are those of every paper on it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plans, "_baselines", cache(plans._baselines))
        yield


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(monkeypatch)


def became(found: Paper) -> dict[str, str]:
    return {outcome.step.name: outcome.became for outcome in found.outcomes}


def test_every_step_is_a_command_that_exists(tmp_path: Path, command: Command) -> None:
    folder = folder_of_curves(tmp_path)
    said: list[str] = []
    paper(folder, workload="mlp_mnist_spiking", commands=True, say=said.append)
    lines = [line for line in said if line.startswith("neuroest ")]
    assert len(lines) == len(STEPS) - 1  # the network is a workload already
    for line in lines:
        words = shlex.split(line.partition(" > ")[0])
        assert words[1] in VERBS
        known = command(words[1], "--help").out
        for option in (word for word in words if word.startswith("-")):
            assert f"{option} " in known or f"{option}," in known, line


def test_the_plan_names_the_chips_that_can_run_the_network(tmp_path: Path) -> None:
    folder = folder_of_curves(tmp_path)
    paper(folder, workload="mlp_mnist_spiking", commands=True)
    plan = yaml.safe_load((folder / "paper" / "paper.yaml").read_text())
    assert plan["curves"] == [f"../{file.name}" for file in sorted(folder.glob("*.csv"))]
    assert plan["baselines"][0] == plan["like"] == "analog_lif_low_power_28nm"
    # the strongest are compared with, the others are in the supplement
    assert len(plan["baselines"]) == 5
    assert {"digital_spiking_28nm", "loihi_14nm", "gpu_h100"} <= set(plan["supplement"])
    energies = {
        name: estimated(name, "mlp_mnist_spiking").headline("energy_per_inference_J").value
        for name in (*plan["baselines"][1:], *plan["supplement"])
    }
    assert max(energies[name] for name in plan["baselines"][1:]) < min(
        energies[name] for name in plan["supplement"]
    )
    # a brain is no competitor on a trained network
    assert "grey_matter" not in {*plan["baselines"], *plan["supplement"]}


def test_tables_of_any_name_are_curves_and_notes_are_not(tmp_path: Path) -> None:
    (tmp_path / "delays.tsv").write_text("voltage [V]\tdelay [us]\n0.5\t8\n0.6\t3\n0.7\t1\n", "utf-8")
    (tmp_path / "relax.txt").write_text((CURVES / "switch_relaxation.csv").read_text("utf-8"), "utf-8")
    (tmp_path / "notes.txt").write_text("measured on Tuesday, V in volts\n", "utf-8")
    curves, notes = curves_in(tmp_path)
    assert [file.name for file in curves] == ["delays.tsv", "relax.txt"]
    assert [file.name for file in notes] == ["notes.txt"]


def test_what_has_not_changed_is_not_done_again(
    tmp_path: Path, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of_curves(tmp_path)
    first = paper(folder, workload="mlp_mnist_spiking")
    assert set(became(first).values()) == {"done", "absent"}
    place, commands.ran = first.folder, []
    assert set(became(paper(folder)).values()) == {"unchanged", "absent"}
    assert commands.ran == []
    # the folder of the paper works as well, and so does one step again
    assert became(paper(place, again="table"))["table"] == "done"
    assert commands.ran == ["table"]
    # a chip that is edited is kept, and what depends on it is done again
    commands.ran = []
    (place / "chip.yaml").write_text("kind: architecture\n# another supply\n")
    outcomes = became(paper(folder))
    assert outcomes["chip"] == "edited"
    assert outcomes["fit"] == "unchanged"
    assert commands.ran == [
        "contest_file", "check", "estimate", "compare", "table", "supplement", "contest", "report", "checklist",
        "summary",
    ]  # fmt: skip
    # curves that change ask for a fit, whose device nobody has edited, and for a chip, which somebody has
    (folder / "switch_delays.csv").write_text("Voltage (V),Delay (us)\n1,2\n")
    monkeypatch.setitem(LINES, "device.yaml", LINES["device.yaml"] + "# fitted again\n")
    with pytest.raises(NeuroestError, match=r"chip.yaml of the step chip was edited by hand.*--force"):
        paper(folder)
    assert "another supply" in (place / "chip.yaml").read_text()
    assert became(paper(folder, force=True))["chip"] == "done"


def test_a_step_that_was_cut_off_is_where_the_next_run_goes_on(tmp_path: Path, commands: Commands) -> None:
    folder = folder_of_curves(tmp_path)
    commands.fails["estimate"] = "the chip is too hot"
    with pytest.raises(
        NeuroestError, match=r"estimate failed: the chip is too hot\nits command.*neuroest estimate"
    ):
        paper(folder, workload="mlp_mnist_spiking")
    assert "error: the chip is too hot" in (folder / "paper" / "log" / "estimate.txt").read_text()
    commands.fails, commands.ran = {}, []
    paper(folder)
    assert commands.ran == [
        "estimate", "compare", "table", "supplement", "contest", "report", "checklist", "summary",
    ]  # fmt: skip


def test_the_same_command_again_is_taken_and_another_network_is_not(
    tmp_path: Path, commands: Commands
) -> None:
    folder = folder_of_curves(tmp_path)
    paper(folder, workload="mlp_mnist_spiking")
    assert set(became(paper(folder, workload="mlp_mnist_spiking")).values()) == {"unchanged", "absent"}
    with pytest.raises(
        NeuroestError, match=r"paper.yaml says network: mlp_mnist_spiking; edit it there to take mlp_"
    ):
        paper(folder, workload="mlp_mnist_dense")


def test_a_contest_that_a_killed_run_left_behind_is_waited_for(tmp_path: Path, commands: Commands) -> None:
    folder = folder_of_curves(tmp_path)
    commands.fails["contest"] = "another run is writing data/contest.csv"
    with pytest.raises(NeuroestError, match="wait for it to end, and the same command goes on"):
        paper(folder, workload="mlp_mnist_spiking")
    commands.fails = {}
    assert became(paper(folder))["contest"] == "done"


def test_a_paper_goes_on_without_what_is_optional_and_says_why(
    tmp_path: Path, commands: Commands, command: Command
) -> None:
    folder = folder_of_curves(tmp_path)
    commands.fails["waveform"] = "it never fires"
    found = paper(folder, workload="mlp_mnist_spiking")
    assert became(found)["waveform"] == "unavailable"
    assert became(found)["report"] == "done"
    state = json.loads((found.folder / "state.json").read_text())
    assert state["steps"]["waveform"]["reason"] == "it never fires"
    script = (found.folder / "commands.sh").read_text()
    assert (
        "neuroest simulate device.yaml --no-noise -p figures/waveform.pdf > data/waveform.txt || true"
        in script
    )
    again = command("paper", str(folder))
    assert again.code == 1
    assert again.err.splitlines()[-1] == "error: failed steps: waveform (it never fires)"


@pytest.mark.parametrize("content", ["{", "[]", '{"designs": [1]}'])
def test_damaged_results_are_one_line(
    tmp_path: Path, commands: Commands, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    def damaged(run: runner._Run, step: Step) -> tuple[int, bytes, bytes]:
        done = commands.perform(run, step)
        for file in step.writes:
            if file.endswith(".json"):
                (run.place / file).write_text(content)
        return done

    monkeypatch.setattr(runner._Run, "_process", damaged)
    monkeypatch.setattr(runner, "_PAGES", {"summary": runner.summary})
    with pytest.raises(NeuroestError, match="paper/data: a file is damaged or of another version"):
        paper(folder_of_curves(tmp_path), workload="mlp_mnist_spiking")


def test_options_of_the_plan_reach_the_command(tmp_path: Path, commands: Commands) -> None:
    folder = folder_of_curves(tmp_path)
    place = paper(folder, workload="mlp_mnist_spiking").folder
    commands.ran = []
    file = place / "paper.yaml"
    file.write_text(file.read_text().replace("options: {}", "options: {report: [--venue, acm]}"))
    found = paper(folder)
    assert commands.ran[0] == "report"
    step = next(outcome.step for outcome in found.outcomes if outcome.step.name == "report")
    assert step.words[-2:] == ("--venue", "acm")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("optionss: {}", "did you mean 'options'"),
        ("options: {fitt: [--force]}", "did you mean 'fit'"),
        ("baselines: gpu_h100", "baselines: expected a list of texts"),
        ("title: [a]", "title: expected a text"),
    ],
)
def test_a_wrong_plan_is_reported_in_one_line(tmp_path: Path, line: str, message: str) -> None:
    folder = folder_of_curves(tmp_path)
    paper(folder, workload="mlp_mnist_spiking", commands=True)
    file = folder / "paper" / "paper.yaml"
    key = line.split(":")[0]
    data = yaml.safe_load(file.read_text())
    data.pop(key, None)
    file.write_text(yaml.safe_dump(data) + line + "\n")
    with pytest.raises(NeuroestError, match=message) as refused:
        paper(folder)
    assert "\n" not in str(refused.value)


def test_folders_that_are_no_paper_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NeuroestError, match="is not a folder"):
        paper(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(NeuroestError, match="has no curves"):
        paper(tmp_path / "empty")
    assert not (tmp_path / "empty" / "paper").exists()
    folder = folder_of_curves(tmp_path)
    for name in ("one", "two"):
        (folder / f"{name}.yaml").write_text("kind: workload\n", encoding="utf-8")
    with pytest.raises(NeuroestError, match="must contain one network"):
        paper(folder)
    with pytest.raises(NeuroestError, match=r"cannot run a dense network.*--like"):
        paper(folder, workload="mlp_mnist_dense")
    with pytest.raises(UnknownNameError, match="did you mean 'summary'"):
        paper(folder, only="sumary")


@pytest.mark.nightly
def test_a_whole_paper_from_the_curves_of_the_examples(tmp_path: Path, command: Command) -> None:
    folder = folder_of_curves(tmp_path)
    paper(folder, workload="mlp_mnist_spiking", commands=True)
    file = folder / "paper" / "paper.yaml"
    plan = yaml.safe_load(file.read_text())
    plan["baselines"] = ["analog_lif_low_power_28nm", "digital_spiking_28nm"]
    plan["options"] = {
        "fit": ["--starts", "1"],
        "contest": ["--axis", "period=10ms,1s", "--axis", "spike_rate=1,2", "--samples", "16"],
    }
    file.write_text(yaml.safe_dump(plan))
    outcome = command("paper", str(folder))
    assert outcome.code == 0, outcome.err
    place = folder / "paper"
    for each in (
        "device.yaml", "chip.yaml", "contest.yaml", "figures/fit.pdf", "figures/contest.pdf", "figures/front.pdf",
        "tables/compare.md", "report/methods.md", "report/bundle.zip", "circuit/device.lib", "commands.sh",
    ):  # fmt: skip
        assert (place / each).stat().st_size > 100, each
    # the numbers of the summary are those of the commands that it names
    compared = json.loads((place / "data" / "compare.json").read_text())
    summary = (place / "summary.md").read_text()
    wanted = ("energy", "back_to_back", True)
    rows = [p for p in compared["paces"] if (p["part"], p["pace"], p["off_chip_link"]) == wanted]
    assert len(rows) == 2
    titles = {one["architecture"]: one["titles"]["architecture"] for one in compared["designs"]}
    for row in rows:
        assert f"{row['ratio_median']:.3g} ({row['ratio_low']:.3g} .. {row['ratio_high']:.3g})" in summary
        assert titles[row["baseline"]] in summary
    assert len(summary.splitlines()) < 80
    checks = json.loads((place / "data" / "estimate.json").read_text())["checks"]
    failed = [each["message"] for each in checks if not each["passed"] and each["severity"] != "advice"]
    assert ("**Failed design checks**" in summary) == bool(failed)
    assert all(message in summary for message in failed)
    contest = json.loads((place / "data" / "contest.json").read_text())
    assert "chip" in contest["contenders"]
    assert {"analog_cmos", "digital_cmos"} <= set(contest["contenders"])
    checklist = (place / "checklist.md").read_text()
    assert "Look: Are the curves measured?** The files say: simulated" in checklist
    assert "supply_voltage" in checklist  # no row of the curves depends on it
    again = command("paper", str(folder))
    assert "done in" not in again.err


def folder_of_a_cell(place: Path, device: str = "rram_mlc_4level") -> Path:
    folder = place / "cells"
    folder.mkdir()
    text = (Path(__file__).parents[2] / "device_specs" / "synapses" / f"{device}.yaml").read_text()
    (folder / "my_cell.yaml").write_text(text.replace(f"name: {device}", "name: my_cell"))
    return folder


@pytest.mark.parametrize(
    ("network", "like", "contest"),
    [
        ("mlp_mnist_dense", "adc_crossbar_28nm", "dense_crossbars"),
        ("mlp_mnist_spiking", "analog_lif_low_power_28nm", "spiking_synapses"),
    ],
)
def test_a_cell_gets_the_contest_of_its_network(
    tmp_path: Path, network: str, like: str, contest: str
) -> None:
    folder = folder_of_a_cell(tmp_path)
    paper(folder, workload=network, commands=True)
    plan = yaml.safe_load((folder / "paper" / "paper.yaml").read_text())
    assert (plan["like"], plan["contest"]) == (like, contest)


def paper_without_report(
    folder: Path, command: Command, like: str, missing: Collection[str] = (), **changes: Any
) -> Path:
    """The folder of a paper on a dense network, its steps run one by one; some cannot be made."""
    paper(folder, workload="mlp_mnist_dense", like=like, commands=True)
    file = folder / "paper" / "paper.yaml"
    file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text()) | changes))
    for step in STEPS:
        if step != "report":
            ran = command("paper", str(folder), "--only", step)
            assert ran.code == (step in missing), ran.err
    return folder / "paper"


@pytest.mark.slow
def test_a_cell_on_a_dense_network_meets_all_baselines_in_a_contest(tmp_path: Path, command: Command) -> None:
    axes = ["--axis", "period=1ms,1s", "--axis", "technology.temperature=300 K,330 K", "--samples", "16"]
    like = "adc_crossbar_28nm"
    place = paper_without_report(
        folder_of_a_cell(tmp_path), command, like,
        baselines=[like, "digital_int8_28nm"], options={"contest": axes},
    )  # fmt: skip
    found = json.loads((place / "data" / "contest.json").read_text())
    assert {"chip", "rram_hfox_28nm", "sram_charge", "digital_int8", "gpu_h100"} <= set(found["contenders"])
    assert len(found["cells"]) == 4
    # the same cell under another name, in the same fabric with the same choices, costs the same
    standings = {each["contender"]: each for each in found["standings"]}
    assert standings["chip"]["totals"] == standings["rram_mlc_4level"]["totals"]
    summary = (place / "summary.md").read_text()
    assert "**Contest** (dense_crossbars, each of 12 contenders in its best chip)" in summary
    assert "technology.temperature 330 K, the middle of its axis since the network states none" in summary
    assert "| **this chip** |" in summary
    assert "Fine: Is each baseline in its best possible chip?" in (place / "checklist.md").read_text()


@pytest.mark.slow
def test_a_chip_without_a_contest_is_compared_with_the_baselines_at_equal_pace(
    tmp_path: Path, command: Command
) -> None:
    like = "charge_domain_65nm"
    place = paper_without_report(
        folder_of_a_cell(tmp_path, "charge_sram_65nm"), command, like,
        missing={"contest_file"}, baselines=[like, "digital_int8_28nm", "gpu_h100"],
    )  # fmt: skip
    compared = json.loads((place / "data" / "compare.json").read_text())
    wanted = ("energy", "equal_pace", True)
    rows = [p for p in compared["paces"] if (p["part"], p["pace"], p["off_chip_link"]) == wanted]
    assert len(rows) == 3
    verdicts = [row["verdict"] for row in rows]
    summary = (place / "summary.md").read_text()
    assert (
        "**Contest.** Not shown: chip.yaml: its fabric is that of no contender of dense_crossbars" in summary
    )
    for one, words in (("win", "wins over"), ("loss", "loses to"), ("tie", "ties with")):
        assert (f"{words} {verdicts.count(one)}" in summary) == (one in verdicts)
    assert "of 3 baselines that can run the network" in summary


@pytest.mark.nightly
def test_a_cell_that_cannot_compete_is_explained_and_compared(tmp_path: Path, command: Command) -> None:
    axes = ["--axis", "period=1ms,1s", "--axis", "technology.temperature=300 K,330 K", "--samples", "16"]
    like = "adc_crossbar_28nm"
    place = paper_without_report(
        folder_of_a_cell(tmp_path, "rram_22nm_intel"), command, like,
        baselines=[like, "digital_int8_28nm"], options={"contest": axes},
    )  # fmt: skip
    summary = (place / "summary.md").read_text()
    assert "This chip has none there: " in summary
    assert "a model outside of its range" in summary
    assert "of 2 baselines that can run the network" in summary


def test_a_model_that_the_data_reject_is_a_point_of_the_checklist(tmp_path: Path) -> None:
    rows = "".join(
        f"{v},{t}\n" for v, t in ((0.6, 5793), (0.8, 153.6), (1.0, 16.28), (1.2, 3.9), (1.5, 0.82))
    )
    (tmp_path / "data.csv").write_text("Voltage (V),Delay (us)\n" + rows, encoding="utf-8")
    found = fit(tmp_path / "data.csv", law="delay_exponential")
    found.write(tmp_path / "device.yaml")
    plan = Plan("", ("data.csv",), "", "", "", "", (), (), {})
    results: Any = SimpleNamespace(folder=tmp_path, device="device.yaml", fitted=found.to_dict(), plan=plan)
    item = [*runner._on_the_device(results)][1]
    assert "Rejected by the data: the model does not describe integration_time" in item.answer
    assert not item.good
    assert "**Rejected by the data:** the model" in runner._device_lines(results)[2]
