"""Shipped files that an earlier start has read give the same results and messages, and no entry is ever needed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from neuroest.core import files
from neuroest.core.errors import SpecError
from neuroest.design.build import build
from neuroest.design.overrides import design_with
from neuroest.loading import library, prepared
from neuroest.loading.library import load_architecture, load_device, load_workload, read_spec, shipped
from neuroest.reporting import catalogue, catalogue_entries
from neuroest.specs.base import Spec
from neuroest.specs.device import DeviceSpec
from neuroest.specs.loaded import decoded, encoded

CHIP = "diffusive_low_power_28nm"
DERIVED = "analog_lif_65nm"


def forget() -> None:
    """What a new process would not know."""
    for module in (library, prepared):
        for member in vars(module).values():
            if callable(getattr(member, "cache_clear", None)):
                member.cache_clear()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty folder for entries, and a start that knows nothing."""
    monkeypatch.delenv(files.SWITCH)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    forget()
    yield tmp_path
    forget()


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Texts that the parser of spec files gets from now on."""
    texts: list[str] = []
    parse: Callable[..., Any] = yaml.parse

    def counted(text: str, **options: Any) -> Any:
        texts.append(text)
        return parse(text, **options)

    monkeypatch.setattr(yaml, "parse", counted)
    return texts


def entry(home: Path, name: str) -> Path:
    (found,) = home.glob(f"neuroest/*/{name}")
    return found


def same(one: Any, other: Any) -> None:
    """Equal specs, with the same fields stated in the same order."""
    assert type(one) is type(other)
    if isinstance(one, Spec):
        fields = {name: vars(one)[name] for name in type(one).model_fields}
        assert [*fields] == [*vars(other)]
        assert one.model_fields_set == other.model_fields_set
        same(fields, vars(other))
        same(one.model_extra, other.model_extra)
    elif isinstance(one, dict):
        assert [*one] == [*other]
        same([*one.values()], [*other.values()])
    elif isinstance(one, list | tuple):
        assert len(one) == len(other)
        for first, second in zip(one, other, strict=True):
            same(first, second)
    else:
        assert one == other


def test_every_shipped_spec_survives_encoding() -> None:
    specs = [load_architecture(name).spec for name in shipped("architecture")]
    specs += [read_spec(DeviceSpec, path).spec for path in shipped("device").values()]
    specs += [load_workload(name).spec for name in shipped("workload")]
    for spec in specs:
        same(spec, decoded(json.loads(json.dumps(encoded(spec)))))


@pytest.mark.parametrize("chip", [CHIP, DERIVED])
def test_a_second_start_parses_nothing_and_builds_the_same_design(
    home: Path, parsed: list[str], chip: str
) -> None:
    first = build(load_architecture(chip))
    assert parsed
    forget()
    parsed.clear()
    second = build(load_architecture(chip))
    assert not parsed
    assert first.claims == second.claims
    assert [vars(file) for file in first.files] == [vars(file) for file in second.files]
    same(first.spec, second.spec)


def test_networks_of_layers_and_of_populations(home: Path, parsed: list[str]) -> None:
    names = ["shd_recurrent_spiking", "cortical_microcircuit_spiking"]
    first = [load_workload(name).spec for name in names]
    forget()
    parsed.clear()
    for one, name in zip(first, names, strict=True):
        same(one, load_workload(name).spec)
    assert not parsed


def test_one_object_as_long_as_nothing_changes(home: Path) -> None:
    load_architecture(CHIP)
    forget()
    assert load_architecture(CHIP) is load_architecture(CHIP)
    assert build(load_architecture(CHIP)) is build(load_architecture(CHIP))


@pytest.mark.parametrize(
    "setting",
    [{"chip.tile.array.rows": "12 V"}, {"technology.supply_voltage": "many"}, {"chip.tile.nothing": "1"}],
)
def test_messages_on_settings_are_the_same(home: Path, setting: dict[str, str]) -> None:
    def message() -> str:
        with pytest.raises(Exception, match=r"\S") as caught:
            design_with(load_architecture(CHIP), setting)
        return f"{type(caught.value).__name__}: {caught.value}"

    first = message()
    forget()
    assert message() == first


@pytest.mark.parametrize("chip", [CHIP, DERIVED])
def test_places_in_messages_are_those_of_the_file(home: Path, chip: str) -> None:
    paths = [("chip",), ("chip", "tile"), ("technology", "process"), ("chip", "tile", "array", "rows")]
    load_architecture(chip)
    forget()
    document, read = (
        load_architecture(chip).document,
        library.architecture_document(shipped("architecture")[chip]),
    )
    assert isinstance(document, prepared.Unparsed)
    for path in paths:
        assert document.value_position(path) == read.value_position(path)
        assert document.origin(path)[0].file == read.origin(path)[0].file
    assert document.data == read.data
    assert [one.sha256 for one in document.chain] == [one.sha256 for one in read.chain]


def damaged(content: bytes) -> list[bytes]:
    """An entry that was cut, has one other digit, is none, or is nested without end."""
    nested = b"[" * 100_000
    deep = hashlib.sha256(nested).hexdigest().encode() + b"\n" + nested
    return [content[:-20], content.replace(b"0.9", b"0.8"), b"", b"\x80\x04}", deep]


@pytest.mark.parametrize("fault", range(5))
def test_a_broken_entry_is_made_again(home: Path, parsed: list[str], fault: int) -> None:
    load_device("diffusive_bench")
    file = entry(home, "device-diffusive_bench.json")
    whole = file.read_bytes()
    file.write_bytes(damaged(whole)[fault])
    forget()
    parsed.clear()
    load_device("diffusive_bench")
    assert parsed
    assert file.read_bytes() == whole


@pytest.mark.parametrize(
    "place", ["os.system", "cli.estimate.run_estimate", "specs.base.QuantityField", "specs.base.Nothing"]
)
def test_an_entry_names_schemas_alone(home: Path, parsed: list[str], place: str) -> None:
    load_device("diffusive_bench")
    folder = entry(home, "device-diffusive_bench.json").parent
    content = files.read_entry("device-diffusive_bench.json")
    content["spec"][0][0] = place
    files.write_entry("device-diffusive_bench.json", content)
    assert folder.is_dir()
    forget()
    parsed.clear()
    assert load_device("diffusive_bench").spec.name == "diffusive_bench"
    assert parsed


def test_an_entry_of_other_content_is_stale(home: Path, parsed: list[str]) -> None:
    load_architecture(DERIVED)
    name = f"architecture-{DERIVED}.json"
    content = files.read_entry(name)
    base = [*content["chain"]][-1]
    content["chain"][base] = "0" * 64
    files.write_entry(name, content)
    forget()
    parsed.clear()
    load_architecture(DERIVED)
    assert parsed
    assert files.read_entry(name)["chain"][base] != "0" * 64


def test_an_entry_of_another_version_is_stale(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files.write_entry("one.json", {"a": 1})
    assert files.read_entry("one.json") == {"a": 1}
    monkeypatch.setattr(files, "_program", lambda *, times: f"another {times}")
    assert files.read_entry("one.json") is None


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_that_others_can_write_to_is_neither_read_nor_written(home: Path, mode: int) -> None:
    files.write_entry("one.json", 1)
    folder = entry(home, "one.json").parent
    folder.chmod(mode)
    assert files.read_entry("one.json") is None
    files.write_entry("two.json", 2)
    assert not (folder / "two.json").exists()
    folder.chmod(0o700)
    assert files.read_entry("one.json") == 1


def test_a_folder_of_somebody_else_is_not_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files.write_entry("one.json", 1)
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert files.read_entry("one.json") is None


def test_a_home_that_cannot_hold_a_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = home / "file"
    file.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(file))
    files.write_entry("one.json", 1)
    assert files.read_entry("one.json") is None
    assert load_device("diffusive_bench").spec.name == "diffusive_bench"


def test_without_a_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    files.write_entry("one.json", 1)
    assert files.read_entry("one.json") is None


def test_the_switch(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files.write_entry("one.json", 1)
    monkeypatch.setenv(files.SWITCH, "1")
    assert files.read_entry("one.json") is None
    files.write_entry("two.json", 2)
    assert [path.name for path in home.glob("neuroest/*/*")] == ["one.json"]


def test_a_file_with_a_problem_has_no_entry(home: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        shipped("device")["diffusive_bench"].read_text().replace("model: diffusive", "model: difusive", 1)
    )
    for _ in range(2):
        with pytest.raises(SpecError, match=r"wrong\.yaml:"):
            load_device(wrong)
        forget()
    assert not [*home.glob("neuroest/*/device-wrong*")]


@pytest.mark.parametrize("kind", [None, "contests", "sources", "neurons"])
def test_a_list_is_kept_until_a_file_changes(
    home: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch, kind: str | None
) -> None:
    monkeypatch.setenv(files.SWITCH, "1")
    without = catalogue.list_entries(kind)
    monkeypatch.delenv(files.SWITCH)
    first = catalogue.list_entries(kind)
    forget()
    parsed.clear()
    assert catalogue.list_entries(kind) == first == without
    assert not parsed
    monkeypatch.setattr(catalogue, "data_digest", lambda: "other files")
    assert catalogue.list_entries(kind) == without
    assert parsed


def test_a_file_that_cannot_be_read_is_named_by_a_list(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> str:
        raise PermissionError(13, "Permission denied", "a.yaml")

    monkeypatch.setattr(catalogue, "data_digest", refused)
    monkeypatch.setattr(catalogue, "read_entries", lambda kind: [catalogue.Entry("read", kind, "", "")])
    assert catalogue.list_entries("contests") == [catalogue.Entry("read", "contests", "", "")]


@pytest.mark.slow
def test_the_wheel_brings_everything_along(
    home: Path, monkeypatch: pytest.MonkeyPatch, parsed: list[str]
) -> None:
    folder = home / "prepared"
    folder.mkdir()
    monkeypatch.setenv(files.SWITCH, "1")
    catalogue_entries.write_all(str(folder))
    monkeypatch.delenv(files.SWITCH)
    monkeypatch.setattr(files, "PACKAGED", folder)
    forget()
    parsed.clear()
    for name in shipped("architecture"):
        build(load_architecture(name))
    for name in shipped("workload"):
        load_workload(name)
    for kind in catalogue.FROM_FILES:
        assert catalogue.list_entries(kind)
    assert not parsed
    assert not [*home.glob("neuroest/*")]


def test_two_starts_print_the_same(tmp_path: Path) -> None:
    environment = {name: text for name, text in os.environ.items() if name != files.SWITCH}
    environment["XDG_CACHE_HOME"] = str(tmp_path)

    def printed() -> bytes:
        words = [sys.executable, "-m", "neuroest", "show", CHIP]
        return subprocess.run(words, env=environment, capture_output=True, check=True).stdout

    first = printed()
    assert [*tmp_path.glob("neuroest/*/data-registry.yaml.json")]
    assert printed() == first
    shutil.rmtree(tmp_path / "neuroest")
    assert printed() == first
