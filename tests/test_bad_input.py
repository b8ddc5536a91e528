"""Whatever a file says, the answer is an estimate or one line per problem with its place: never a traceback.

Each case breaks one of the good files of ``data/bad`` in one place and states the first line of what must be said.
"""

from __future__ import annotations

import copy
import json
import math
import os
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neuroest.core.errors import MappingError, NeuroestError, RangeError, SpecError, UnknownNameError
from neuroest.design.overrides import parse_settings
from neuroest.loading.library import load_architecture, load_device, load_workload, shipped
from neuroest.pipeline.check import check_files
from neuroest.pipeline.estimate import estimate
from neuroest.specs.reading import read_document
from tests.commands import in_one_process
from tests.each import each

GOOD = Path(__file__).parent / "data" / "bad"
ANY = 0  # number of problems where one brings others with it
RUNS = {"chip": "net", "digital": "image", "adc": "image"}


_NAMES = "diffusive_28nm_derived adc_crossbar_28nm digital_int8_28nm digital_spiking_28nm loihi_14nm gpu_h100"
CHIPS = {name: load_architecture(name).document.data for name in _NAMES.split()}


class Case(NamedTuple):
    """A file, the text in it that is replaced, by what, and the line that must come of it."""

    file: str
    old: str
    new: str
    locator: str
    says: list[str]
    problems: int = 1
    run: tuple[str, str] | None = None


class Misfit(NamedTuple):
    """A chip and a network, what is changed in them, and how they are refused."""

    changes: dict[str, dict[str, str]]
    run: tuple[str, str]
    error: str
    says: list[str]


def read_cases(kind: type[Any], name: str) -> list[Any]:
    rows = yaml.load((GOOD / "cases" / name).read_text(encoding="utf-8"), yaml.CSafeLoader)
    return [
        pytest.param(kind(**{k: v for k, v in row.items() if k != "name"}), id=row["name"]) for row in rows
    ]


def folder_with(where: Path, changes: dict[str, tuple[str, str]]) -> None:
    for path in GOOD.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        if path.stem in changes:
            old, new = changes[path.stem]
            assert text.count(old) >= 1, f"{path.name} holds no {old!r}"
            text = text.replace(old, new, 1)
        (where / path.name).write_text(text, encoding="utf-8")


def lines_of(error: NeuroestError) -> list[str]:
    lines = str(error).split("\n")
    for line in lines:
        assert line.strip()
        assert line.isprintable()
        assert "Traceback" not in line
    return lines


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder_with(tmp_path, {})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_good_files_are_good(folder: Path) -> None:
    for chip, network in RUNS.items():
        assert estimate(f"{chip}.yaml", f"{network}.yaml").totals["energy_per_inference_J"] > 0.0


# --- What a single file says ---------------------------------------------------------------------------------------

SPEC_CASES = read_cases(Case, "files.yaml")


@pytest.mark.parametrize("broken", SPEC_CASES)
def test_one_line_a_problem_with_its_place(broken: Case, folder: Path) -> None:
    folder_with(folder, {broken.file: (broken.old, broken.new)})
    chip, network = broken.run or (broken.file if broken.file in RUNS else "chip", "net")
    with pytest.raises(SpecError) as caught:
        estimate(f"{chip}.yaml", f"{network}.yaml").to_dict()
    lines = lines_of(caught.value)
    assert lines[0].startswith(f"{broken.file}.yaml:{broken.locator}"), lines[0][:200]
    for fragment in broken.says:
        assert fragment in lines[0]
    assert len(lines) == broken.problems or broken.problems == ANY, lines
    assert all(re.match(r"[\w.]+\.yaml:\d+:\d+: \S", line) for line in lines)
    assert not any(re.search(r"validation|pydantic|_type\b", line) for line in lines)
    assert all(len(line) < 600 for line in lines)


def test_the_corpus_is_large() -> None:
    assert len(SPEC_CASES) >= 60
    assert len({parameter.id for parameter in SPEC_CASES}) == len(SPEC_CASES)


def test_a_very_long_name_is_cut_in_the_message(folder: Path) -> None:
    folder_with(folder, {"chip": ("name: chip", "name: " + "X" * 4000)})
    line = first_line(load_architecture, "chip.yaml")
    assert line.startswith("chip.yaml:2:7: name: 'XXX")
    assert line.endswith("must be lower-case letters, digits and underscores, a letter first")
    assert len(line) < 200


def test_all_problems_of_a_file_at_once(folder: Path) -> None:
    text = (folder / "chip.yaml").read_text()
    for old, new in (
        ("supply_voltage: 0.9 V", "supply_voltage: 0.9"),
        ("baseline:", "basline:"),
        ("lanes: 16", "lanes: 1.5"),
        ("read_voltage: 0.1 V", "read_voltage: 0.1 A"),
        ("column_differential", "column"),
        ("current_clamp,", "current_clam,"),
    ):
        text = text.replace(old, new, 1)
    (folder / "chip.yaml").write_text(text)
    with pytest.raises(SpecError) as caught:
        load_architecture("chip.yaml")
    paths = [line.split(": ")[1] for line in lines_of(caught.value)]
    assert paths == [
        "technology.supply_voltage",
        "basline",
        "chip.tile.vector_unit.lanes",
        "chip.tile.array.weight_encoding",
        "chip.tile.array.read_voltage",
        "chip.tile.array.readout.interface",
    ]


def test_problems_of_all_devices_at_once(folder: Path) -> None:
    folder_with(
        folder, {"cell": ("4 uS", "4"), "neuron": ("1 pJ", "1 pF"), "chip": ("mesh_noxim", "mesh_noxin")}
    )
    with pytest.raises(SpecError) as caught:
        estimate("chip.yaml", "net.yaml")
    files = [line.split(":")[0] for line in lines_of(caught.value)]
    assert files == ["cell.yaml", "chip.yaml", "neuron.yaml"]


# --- Files that are none -------------------------------------------------------------------------------------------


def first_line(call: Any, *arguments: Any) -> str:
    with pytest.raises(NeuroestError) as caught:
        call(*arguments)
    lines = lines_of(caught.value)
    assert len(lines) == 1, lines
    return lines[0]


LOADERS = pytest.mark.parametrize(
    "load", [load_architecture, load_workload, load_device], ids=lambda f: f.__name__
)


@LOADERS
def test_a_missing_file_names_its_neighbour(load: Any, folder: Path) -> None:
    assert first_line(load, "chips.yaml").startswith("chips.yaml: no such file; did you mean 'chip.yaml'")
    assert first_line(load, "nowhere/chip.yaml").startswith(
        "nowhere/chip.yaml: no such file; there is no folder 'nowhere'"
    )


@LOADERS
def test_an_unknown_name_names_its_neighbour(load: Any) -> None:
    kind = load.__name__.removeprefix("load_")
    name = next(iter(shipped(kind)))
    line = first_line(load, name[:-1])
    assert line.startswith(f"unknown {kind} {name[:-1]!r}; did you mean {name!r}?")
    assert first_line(load, "").startswith(f"unknown {kind} ''")


@LOADERS
def test_a_folder_is_no_file(load: Any, folder: Path) -> None:
    (folder / "sub.yaml").mkdir()
    assert first_line(load, "sub.yaml") == "sub.yaml: this is a folder; name a file in it"


@LOADERS
def test_a_binary_file_is_no_text(load: Any, folder: Path) -> None:
    (folder / "program.yaml").write_bytes(b"kind: device\n\x7fELF\x02\x00\x01")
    assert (
        first_line(load, "program.yaml")
        == "program.yaml:2:6: this is a binary file (it contains a NUL byte), not UTF-8 text"
    )
    (folder / "latin.yaml").write_bytes("name: Größe\n".encode("latin-1"))
    assert "latin.yaml:1:9: byte 0xf6 is not UTF-8" in first_line(load, "latin.yaml")
    (folder / "wide.yaml").write_bytes("kind: device".encode("utf-16"))
    assert "UTF-16" in first_line(load, "wide.yaml")


@LOADERS
def test_a_file_of_100_megabytes_is_not_read(load: Any, folder: Path) -> None:
    path = folder / "large.yaml"
    with path.open("wb") as stream:
        stream.truncate(100 * 2**20)
    assert first_line(load, "large.yaml") == "large.yaml: larger than 1024 KiB, the most that is read"


@LOADERS
def test_a_pipe_is_not_waited_for(load: Any, folder: Path) -> None:
    os.mkfifo(folder / "pipe.yaml")
    assert first_line(load, "pipe.yaml") == "pipe.yaml: this is not a regular file"


@LOADERS
def test_an_alias_bomb_does_not_go_off(load: Any, folder: Path) -> None:
    layers = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    layers += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, 12)]
    (folder / "bomb.yaml").write_text("\n".join(layers))
    line = first_line(load, "bomb.yaml")
    assert line.startswith("bomb.yaml:5:")
    assert "more than 20000 keys and values, including expanded aliases" in line


@LOADERS
@each("text", ["", "# nothing\n", "just words\n", "- a\n- list\n", "3.5\n", "~\n"])
def test_a_file_that_is_no_mapping(load: Any, text: str, folder: Path) -> None:
    (folder / "odd.yaml").write_text(text)
    assert first_line(load, "odd.yaml").startswith("odd.yaml")


@pytest.mark.parametrize(
    "quantity", ["1e-9 s", "1E-9 s", "1.0e-9 s", "0.001 us", ".001 us", "1 ns", "'1 ns'", '"1 ns"']
)
def test_numbers_are_those_of_yaml_1_2(quantity: str, folder: Path) -> None:
    folder_with(folder, {"chip": ("pulse_width: 10 ns", f"pulse_width: {quantity}")})
    assert estimate("chip.yaml", "net.yaml").claims["chip.tile.array.pulse_width"].value == pytest.approx(
        1e-9, rel=1e-15
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-3", 0.001), ("1E-3", 0.001), ("0.1 %", 0.001), ("1_000e-6", None), ("0o17", None)],
)
def test_a_bare_number_with_exponent_is_a_number(text: str, value: float | None, folder: Path) -> None:
    folder_with(folder, {"chip": ("settling_error: 1 %", f"settling_error: {text}")})
    if value is None:
        with pytest.raises(SpecError):
            load_architecture("chip.yaml")
    else:
        assert load_architecture("chip.yaml").spec.chip.tile.array.settling_error == pytest.approx(value)


def test_unicode_in_texts_is_welcome(folder: Path) -> None:
    plain = estimate("chip.yaml", "net.yaml")
    folder_with(folder, {"chip": ("A good chip", "Ein Chip für 1 µm² – 良い"), "cell": ("100 nm", "0.1 µm")})
    assert load_architecture("chip.yaml").spec.description.startswith("Ein Chip für 1 µm² – 良い")
    assert estimate("chip.yaml", "net.yaml").totals == plain.totals


# --- References that lead nowhere ----------------------------------------------------------------------------------


def test_a_missing_device_file_is_reported_with_who_asked(folder: Path) -> None:
    folder_with(folder, {"chip": ("cell.yaml", "cel.yaml")})
    line = first_line(estimate, "chip.yaml", "net.yaml")
    assert "cel.yaml: no such file; did you mean 'cell.yaml'" in line


def test_a_missing_device_file_is_reported_at_the_place_that_asks(folder: Path) -> None:
    folder_with(folder, {"chip": ("cell.yaml", "cel.yaml")})
    assert first_line(estimate, "chip.yaml", "net.yaml").startswith(
        "chip.yaml:27:58: chip.tile.array.cell.device: "
    )


def process_text(**changes: str) -> str:
    """The shipped 28 nm process with some of its values replaced."""
    data = copy.deepcopy(read_document(shipped("device")["cmos_28nm_lp"]).data)
    data["name"] = "process"
    for name, value in changes.items():
        if name in data["parameters"]:
            data["parameters"][name] = {"value": value, "basis": "assumed", "rationale": "an example"}
        else:
            data[name] = value
    return json.dumps(data)


def test_a_device_whose_process_is_itself_is_refused(folder: Path) -> None:
    folder_with(folder, {"cell": ("parameters:", "process: cell.yaml\nparameters:")})
    with pytest.raises(NeuroestError) as caught:
        estimate("chip.yaml", "net.yaml")
    assert "cell" in lines_of(caught.value)[0]


def test_processes_that_refer_to_each_other_end(folder: Path) -> None:
    plain = estimate("chip.yaml", "net.yaml")
    for name, other in (("process", "other"), ("other", "process")):
        (folder / f"{name}.yaml").write_text(process_text(name=name, process=f"{other}.yaml"))
    folder_with(folder, {"chip": ("process: cmos_28nm_lp", "process: process.yaml")})
    assert estimate("chip.yaml", "net.yaml").totals == plain.totals  # both are copies of cmos_28nm_lp


def test_a_chip_as_its_own_baseline_ends(folder: Path) -> None:
    plain = estimate("chip.yaml", "net.yaml")
    folder_with(folder, {"chip": ("baseline: analog_lif_28nm", "baseline: chip.yaml")})
    assert check_files(["chip.yaml"]) == ()
    assert estimate("chip.yaml", "net.yaml").totals == plain.totals


# --- Chips and networks that do not go together --------------------------------------------------------------------


MISFITS = read_cases(Misfit, "pairs.yaml")


@pytest.mark.parametrize("misfit", MISFITS)
def test_what_does_not_go_together_is_refused_with_what_would(misfit: Misfit, folder: Path) -> None:
    folder_with(folder, {file: (change["old"], change["new"]) for file, change in misfit.changes.items()})
    chip, network = misfit.run
    with pytest.raises(NeuroestError) as caught:
        estimate(f"{chip}.yaml", f"{network}.yaml")
    lines = lines_of(caught.value)
    assert type(caught.value).__name__ == misfit.error
    assert len(lines) == 1, lines
    for fragment in misfit.says:
        assert fragment in lines[0]


def test_what_would_fit_fits(folder: Path) -> None:
    folder_with(folder, {"chip": ("count: auto", "count: 1")})
    line = first_line(estimate, "chip.yaml", "net.yaml")
    needed = int(re.search(r"needs (\d+) arrays", line)[1])
    enough = {"chip.tile.count": str(math.ceil(needed / 8))}
    estimate("chip.yaml", "net.yaml", enough)
    with pytest.raises(MappingError):
        estimate("chip.yaml", "net.yaml", {"chip.tile.count": str(math.ceil(needed / 8) - 1)})


def test_a_node_beyond_the_converter_survey_is_reported(folder: Path) -> None:
    (folder / "process.yaml").write_text(process_text(feature_size="1 nm"))
    folder_with(folder, {"adc": ("process: cmos_28nm_lp", "process: process.yaml")})
    failed = estimate("adc.yaml", "image.yaml").failed_checks
    # so do the datapaths that a dense network uses, whose library is of 45 nm, and the memory, which is of 28 nm
    assert {(check.component, check.name) for check in failed if check.severity == "extrapolation"} == {
        ("chip.tile.array.readout.converter", "converter_node"),
        ("chip.tile.vector_unit", "library_node"),
        ("chip.tile.accumulator", "library_node"),
        ("chip.tile.buffer", "library_node"),
    }


def test_a_process_without_a_falling_energy_is_refused(folder: Path) -> None:
    (folder / "process.yaml").write_text(process_text(energy_quadratic="-5 1/V^2"))
    folder_with(folder, {"chip": ("process: cmos_28nm_lp", "process: process.yaml")})
    with pytest.raises(RangeError):
        estimate("chip.yaml", "net.yaml")


@pytest.mark.parametrize("chip", sorted(CHIPS))
def test_a_network_without_weights_is_an_estimate_or_reported(chip: str, folder: Path) -> None:
    text = (folder / "net.yaml").read_text()
    layers = "layers:\n  - {name: pool, type: pooling, mode: average, kernel: 2}\n"
    (folder / "net.yaml").write_text(text.split("layers:")[0].replace("[784]", "[1, 28, 28]") + layers)
    assert settle(chip, "net.yaml") == []


@pytest.mark.parametrize("name", ["net.work", "''", "a b", "nétwork", "Network", "n" * 500])
def test_a_name_of_a_block_must_be_a_word(name: str, folder: Path) -> None:
    folder_with(folder, {"chip": ("  noc:", f"  {name}:")})
    line = first_line(load_architecture, "chip.yaml")
    assert line.startswith("chip.yaml:10:3: chip")
    assert len(line) < 300


# --- Settings ------------------------------------------------------------------------------------------------------

SETTINGS = [
    ({"chip.tile.array.rows": "0"}, SpecError, "chip.tile.array.rows=0: 0 is below the minimum 1"),
    ({"chip.tile.array.rows": "many"}, SpecError, "got 'many'"),
    ({"chip.tile.array.row": "64"}, SpecError, "unknown key 'row'; did you mean 'rows'?"),
    (
        {"chip.tile.array.cell.high_conductance": "5 pJ"},
        SpecError,
        "5 pJ is an energy; expected a conductance",
    ),
    ({"chip.tile.array.cell.high_conductance": "1e999 uS"}, SpecError, "not finite"),
    ({"chip.tile.array.cell.high_conductance": "-1 uS"}, SpecError, "must be above 0"),
    ({"chip.tile.array.cell.high_conductance": "nan S"}, SpecError, "expected a conductance"),
    ({"chip.tile.array.cell.high_conductanc": "1 uS"}, UnknownNameError, "did you mean"),
    ({"chip.tile.array.cell.device": "nothing_like_it"}, SpecError, "unknown device 'nothing_like_it'"),
    ({"technology.supply_voltage": "1"}, SpecError, "1 has no unit; expected a voltage"),
    ({"technology.process": "mesh_noxim"}, SpecError, "is a mesh"),
    ({"": "1"}, NeuroestError, "unknown"),
    ({"...": "1"}, NeuroestError, "unknown"),
    ({"chip": "1"}, SpecError, ""),
    ({"kind": "workload"}, SpecError, "kind"),
    ({"workload.timesteps": "0"}, SpecError, "0 is below the minimum 1"),
    ({"workload.timesteps": "2.5"}, SpecError, "not a whole number"),
    ({"workload.activity.rate": "7"}, SpecError, "7 is above the maximum 1"),
    ({"workload.activity.rat": "0.1"}, UnknownNameError, "did you mean 'workload.activity.rate'?"),
    ({"workload.layers.hidden.outputs": "64"}, UnknownNameError, "shapes are changed in the workload file"),
]


@each("changes, kind, says", SETTINGS)
def test_a_wrong_setting_is_reported_in_one_line(
    changes: dict[str, str], kind: type[NeuroestError], says: str, folder: Path
) -> None:
    with pytest.raises(NeuroestError) as caught:
        estimate("chip.yaml", "net.yaml", changes)
    lines = lines_of(caught.value)
    assert isinstance(caught.value, kind)
    assert len(lines) == 1
    assert says in lines[0]


@each("text", ["", "=", "a", "a=", "=1", " = ", "chip.tile.array.rows"])
def test_a_setting_without_path_or_value_is_reported(text: str) -> None:
    assert "expected path=value" in first_line(parse_settings, [text])


def test_a_setting_made_twice_is_reported() -> None:
    assert "is set twice" in first_line(parse_settings, ["a.b=1", "a.b=2"])


# --- On the command line -------------------------------------------------------------------------------------------


COMMANDS = {
    "estimate broken.yaml -w net.yaml": "broken.yaml:4:53: technology.supply_voltage: 0.9 has no unit",
    "check broken.yaml": "broken.yaml:4:53: technology.supply_voltage: 0.9 has no unit",
    "estimate chip.yaml -w image.yaml": "cannot run a dense network",
    "estimate chip.yaml -w net.yaml --set chip.tile.array.rows=0": "0 is below the minimum 1",
}


def test_the_command_line_says_the_same_and_exits_with_one(folder: Path) -> None:
    text = (folder / "chip.yaml").read_text()
    (folder / "broken.yaml").write_text(text.replace("supply_voltage: 0.9 V", "supply_voltage: 0.9"))
    said = in_one_process(list(COMMANDS), folder, os.environ)
    for (command, says), done in zip(COMMANDS.items(), said, strict=True):
        assert (done.code, done.out) == (1, ""), command
        assert "Traceback" not in done.err, command
        assert len([line for line in done.err.split("\n") if says in line]) == 1, command


# --- Random damage -------------------------------------------------------------------------------------------------

_MUTATION = settings(
    max_examples=60,  # `tests.fuzz` tries as many as a night is long
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
_DROP = object()
_WORDS = ("", "x", "auto", "dense", "spiking", "cmos_28nm_lp", "rram_hfox_28nm", "é", "*", "a: b", "crossbar")
_QUANTITIES = (
    "5 pJ",
    "0 V",
    "1 V",
    "-1 V",
    "1e30 ohm",
    "1e-30 s",
    "1 nm",
    "100 %",
    "1 GiB",
    "1e300 m^2",
    "3 1/s",
)
_SCALARS = st.one_of(
    st.sampled_from((_DROP, None, True, False, [], {}, [1], {"a": 1}, [[]], *_WORDS, *_QUANTITIES)),
    st.integers(-3, 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
)


def places_in(tree: Any, trail: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [place for key, value in inside for place in ((*trail, key), *places_in(value, (*trail, key)))]


def damaged(tree: Any, place: tuple[Any, ...], value: Any) -> Any:
    tree = copy.deepcopy(tree)
    node = tree
    for part in place[:-1]:
        node = node[part]
    if value is _DROP:
        del node[place[-1]]
    else:
        node[place[-1]] = value
    return tree


def settle(chip: Any, network: Any) -> list[str]:
    """What is wrong with the outcome: an estimate is a number throughout, an error of ours has printable lines."""
    try:
        result = estimate(chip, network)
        result.to_dict()
    except NeuroestError as error:
        return [] if lines_of(error) else ["an error without a line"]
    totals = result.totals
    wrong = [
        f"{name} is {value}"
        for name, value in totals.items()
        if value is not None and not (math.isfinite(value) and value >= 0.0)
    ]
    for whole, part in (("energy_per_inference_J", "energy_J"), ("area_m2", "area_m2")):
        parts = sum(getattr(row, part) for row in result.breakdown)
        if parts != pytest.approx(totals[whole], rel=1e-9):
            wrong.append(f"the breakdown sums to {parts}, {whole} is {totals[whole]}")
    return wrong


DERIVED = ("attention_crossbar_28nm", "diffusive_sampled_28nm")
CHIPS_TO_DAMAGE = CHIPS | {name: read_document(shipped("architecture")[name]).data for name in DERIVED}
NETWORKS_TO_DAMAGE = {name: read_document(path).data for name, path in shipped("workload").items()}


@_MUTATION
@given(data=st.data())
def test_a_damaged_chip_ends_well(data: st.DataObject, tmp_path: Path) -> None:
    tree = CHIPS_TO_DAMAGE[data.draw(st.sampled_from(sorted(CHIPS_TO_DAMAGE)))]
    place = data.draw(st.sampled_from(places_in(tree)))
    path = tmp_path / "chip.yaml"
    path.write_text(json.dumps(damaged(tree, place, data.draw(_SCALARS))))
    assert settle(path, data.draw(st.sampled_from(("mlp_mnist_spiking", "mlp_mnist_dense")))) == []


@_MUTATION
@given(data=st.data())
def test_a_damaged_device_ends_well(data: st.DataObject, tmp_path: Path) -> None:
    chip = CHIPS[data.draw(st.sampled_from(sorted(CHIPS)))]
    references = [place for place in places_in(chip) if place[-1] in {"device", "process"}]
    reference = data.draw(st.sampled_from(references))
    node = chip
    for part in reference:
        node = node[part]
    tree = read_document(shipped("device")[node]).data
    place = data.draw(st.sampled_from(places_in(tree)))
    device = tmp_path / "device.yaml"
    device.write_text(json.dumps(damaged(tree, place, data.draw(_SCALARS))))
    path = tmp_path / "chip.yaml"
    path.write_text(json.dumps(damaged(chip, reference, "device.yaml")))
    assert settle(path, data.draw(st.sampled_from(("mlp_mnist_spiking", "mlp_mnist_dense")))) == []


@_MUTATION
@given(data=st.data())
def test_a_damaged_network_ends_well(data: st.DataObject, tmp_path: Path) -> None:
    tree = NETWORKS_TO_DAMAGE[data.draw(st.sampled_from(sorted(NETWORKS_TO_DAMAGE)))]
    path = tmp_path / "net.yaml"
    path.write_text(
        json.dumps(damaged(tree, data.draw(st.sampled_from(places_in(tree))), data.draw(_SCALARS)))
    )
    assert settle(data.draw(st.sampled_from(sorted(CHIPS))), path) == []


@pytest.mark.slow
@_MUTATION
@given(data=st.data(), factor=st.sampled_from([0.0, 1e-9, 1e-3, 0.5, 2.0, 1e3, 1e9]))
def test_a_number_out_of_all_proportion_ends_well(data: st.DataObject, factor: float) -> None:
    chip = data.draw(st.sampled_from(sorted(CHIPS)))
    network = "mlp_mnist_dense" if chip == "gpu_h100" else "mlp_mnist_spiking"
    claims = estimate(chip, network).claims
    path = data.draw(st.sampled_from(sorted(claims)))
    unit = "" if claims[path].unit == "1" else claims[path].unit
    try:
        result = estimate(chip, network, {path: f"{claims[path].value * factor!r} {unit}"})
    except NeuroestError as error:
        lines_of(error)
        return
    for name, value in result.totals.items():
        assert value is None or (math.isfinite(value) and value >= 0.0), name


# --- What `check` finds of a chip alone ------------------------------------------------------------------------------

ALWAYS_REFUSED = (
    "two counts that are automatic", "two computing levels", "an automatic count that nothing decides",
    "no adders behind converters", "no memory for activations", "no memory for partial sums",
)  # fmt: skip


@pytest.mark.parametrize("misfit", [next(c for c in MISFITS if c.id == name) for name in ALWAYS_REFUSED])
def test_check_finds_what_estimate_refuses_of_every_network(misfit: Misfit, folder: Path) -> None:
    folder_with(folder, {file: (change["old"], change["new"]) for file, change in misfit.changes.items()})
    chip, network = misfit.run
    with pytest.raises(NeuroestError) as refused:
        estimate(f"{chip}.yaml", f"{network}.yaml")
    problems = check_files([f"{chip}.yaml"])
    assert len(problems) == 1, problems
    assert problems[0].message in str(refused.value)


def test_check_leaves_a_chip_alone_that_runs_one_coding(folder: Path) -> None:
    # numbers on spiking neurons are refused, spikes are not; a chip of a fixed size is too small for some networks
    assert check_files(["chip.yaml", "digital.yaml", "adc.yaml"]) == ()
    folder_with(folder, {"chip": ("count: auto", "count: 1")})
    assert check_files(["chip.yaml"]) == ()
