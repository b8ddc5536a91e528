"""Bundles and saved results that somebody altered: one line for each, in little time and memory."""

from __future__ import annotations

import hashlib
import json
import re
import resource
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neuroest.core.errors import NeuroestError
from neuroest.reporting.bundle import rerun, write_bundle
from neuroest.reporting.difference import difference, read_results
from neuroest.reporting.report import report
from tests.each import each

FIXTURES = Path(__file__).parent.parent / "data" / "worked_example"
PARTS = dict[str, Any]
DEEP = b"[" * 100_000


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> PARTS:
    """Members of a good bundle; those of JSON as data."""
    folder = tmp_path_factory.mktemp("bundle")
    made = report([FIXTURES / "chip_fast.yaml"], [FIXTURES / "mlp.yaml"])
    (folder / "results.json").write_text(json.dumps(made.to_dict()), encoding="utf-8")
    write_bundle(made, folder)
    with zipfile.ZipFile(folder / "bundle.zip") as archive:
        found: PARTS = {name: archive.read(name) for name in archive.namelist()}
    return found | {name: json.loads(found[name]) for name in ("manifest.json", "results.json")}


def packed(parts: PARTS, file: Path, **changes: Any) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**parts, **changes}.items():
            archive.writestr(name, content if isinstance(content, bytes) else json.dumps(content))
    return file


def refusal(action: Callable[[], Any]) -> str:
    """The error of ours, which takes one line, ten seconds and half a gigabyte."""
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    with pytest.raises(NeuroestError) as caught:
        action()
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 2000
    assert time.monotonic() - began < 10.0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 512 * 1024
    return str(caught.value)


def test_the_good_bundle_is_the_same(parts: PARTS, tmp_path: Path) -> None:
    assert rerun(packed(parts, tmp_path / "good.zip")).same


@pytest.mark.parametrize(
    "content",
    [[], None, "x", 1, DEEP, b'{"a":' * 100_000, b"[1e999]", b"{}", b"\xff", {"format": "2"}],
    ids=[
        "list",
        "null",
        "text",
        "number",
        "deep lists",
        "deep mappings",
        "infinite",
        "empty",
        "bytes",
        "format",
    ],
)
@pytest.mark.parametrize("member", ["manifest.json", "results.json"])
def test_a_member_that_is_no_such_thing_is_refused(
    parts: PARTS, tmp_path: Path, member: str, content: Any
) -> None:
    file = packed(parts, tmp_path / "bad.zip", **{member: content})
    assert "bad.zip" in refusal(lambda: rerun(file))


@each(
    "place, value",
    [
        (("results", 0, "settings"), ["a"]),
        (("results", 0, "settings"), {"a": 1}),
        (("results", 0, "settings"), {"no.such.path": "1"}),
        (("results", 0, "architecture"), "/etc/passwd"),
        (("results", 0, "architecture"), "../../../../etc/passwd"),
        (("results", 0, "workload"), 5),
        (("files", 0, "packed"), "/etc/passwd"),
        (("files", 0, "packed"), "manifest.json"),
        (("files", 0, "sha256"), "0"),
        (("files",), 5),
        (("neuroest_version",), None),
    ],
)
def test_a_manifest_with_another_value_is_refused(
    parts: PARTS, tmp_path: Path, place: tuple[str | int, ...], value: Any
) -> None:
    manifest = json.loads(json.dumps(parts["manifest.json"]))
    inside = manifest
    for part in place[:-1]:
        inside = inside[part]
    inside[place[-1]] = value
    file = packed(parts, tmp_path / "bad.zip", **{"manifest.json": manifest})
    message = refusal(lambda: rerun(file))
    given = (*place, *(value if isinstance(value, dict) else [value]))
    assert any(isinstance(word, str) and word in message for word in given), message


@pytest.mark.parametrize("device", ["/etc/passwd", "../../../../../../../../etc/hostname", "/etc/none.yaml"])
def test_a_packed_chip_opens_nothing_outside_of_its_bundle(parts: PARTS, tmp_path: Path, device: str) -> None:
    manifest = json.loads(json.dumps(parts["manifest.json"]))
    chip = next(item for item in manifest["files"] if item["kind"] == "architecture")
    content = parts[chip["packed"]].decode()
    altered = re.sub(r"process: \w+", f"process: {device}", content, count=1).encode()
    chip["sha256"] = hashlib.sha256(altered).hexdigest()
    file = packed(parts, tmp_path / "bad.zip", **{"manifest.json": manifest, chip["packed"]: altered})
    assert "leads out of the bundle" in refusal(lambda: rerun(file))


@pytest.mark.slow
def test_a_bundle_of_more_than_any_report_is_refused(parts: PARTS, tmp_path: Path) -> None:
    many = b'{"results":[' + b"{}," * 40_000_000 + b"{}]}"
    assert "values" in refusal(lambda: rerun(packed(parts, tmp_path / "a.zip", **{"results.json": many})))
    manifest = parts["manifest.json"]
    for key in ("results", "files"):
        repeated = {**manifest, key: manifest[key] * 20_000}
        file = packed(parts, tmp_path / "b.zip", **{"manifest.json": repeated})
        assert key in refusal(lambda file=file: rerun(file))
        twice = packed(parts, tmp_path / "c.zip", **{"manifest.json": {**manifest, key: manifest[key] * 2}})
        assert "twice" in refusal(lambda twice=twice: rerun(twice))
    empty = dict.fromkeys((f"outputs/{n}" for n in range(20_000)), b"")
    assert "files" in refusal(lambda: rerun(packed(parts, tmp_path / "d.zip", **empty)))


def test_damaged_and_encrypted_members_are_refused(parts: PARTS, tmp_path: Path) -> None:
    good = packed(parts, tmp_path / "good.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "good.zip") as archive:
        info = archive.getinfo("results.json")
    data = info.header_offset + 30 + len(info.filename)
    damaged, central = bytearray(good), good.rindex(b"PK\x01\x02")
    damaged[data : data + 64] = bytes(64)
    (tmp_path / "damaged.zip").write_bytes(damaged)
    assert "damaged.zip" in refusal(lambda: rerun(tmp_path / "damaged.zip"))
    for offset, value in ((8, 1), (10, 99)):  # flags, and the way of packing
        altered = bytearray(good)
        altered[central + offset] = value
        (tmp_path / "altered.zip").write_bytes(altered)
        assert "encrypted" in refusal(lambda: rerun(tmp_path / "altered.zip"))
    moved, end = bytearray(good), good.rindex(b"PK\x05\x06")
    place = int.from_bytes(
        good[end + 16 : end + 20], "little"
    )  # of the directory; members then begin before the file
    moved[end + 16 : end + 20] = (place + 1_000_000).to_bytes(4, "little")
    (tmp_path / "moved.zip").write_bytes(moved)
    assert "not a bundle" in refusal(lambda: rerun(tmp_path / "moved.zip"))


@pytest.mark.parametrize("step", [7, 101])
def test_bytes_changed_anywhere_raise_nothing_of_python_s(parts: PARTS, tmp_path: Path, step: int) -> None:
    good = packed(parts, tmp_path / "good.zip").read_bytes()
    ends = [*range(0, 400, step), *range(len(good) - 400, len(good), step)]
    outcomes = []
    for place in ends:
        altered = bytearray(good)
        altered[place] ^= 0xFF
        (tmp_path / "altered.zip").write_bytes(altered)
        try:
            outcomes.append(rerun(tmp_path / "altered.zip").same)
        except NeuroestError:
            outcomes.append(None)
    assert None in outcomes
    assert False not in outcomes  # what is not refused is what was packed


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("totals", "area_m2"), "1e5"),
        (("totals", "area_m2"), float("nan")),
        pytest.param(("totals", "area_m2"), 10**400, id="huge integer"),
        (("totals", "area_m2"), []),
        (("breakdown",), 5),
        (("breakdown",), [{}]),
        (("breakdown", 0, "energy_J"), float("inf")),
        (("parameters",), [1]),
        (("settings",), "x"),
        (("exclusions",), [1]),
        (("architecture",), ["x"]),
    ],
)
def test_a_saved_result_with_another_value_is_refused(
    parts: PARTS, tmp_path: Path, place: tuple[str | int, ...], value: Any
) -> None:
    result = json.loads(json.dumps(parts["results.json"]["results"][0]))
    inside = result
    for part in place[:-1]:
        inside = inside[part]
    inside[place[-1]] = value
    file = tmp_path / "bad.json"
    file.write_text(json.dumps(result), encoding="utf-8")
    assert "bad.json" in refusal(lambda: read_results(file))


def test_a_total_that_is_negative_or_nothing_has_no_ratio(parts: PARTS, tmp_path: Path) -> None:
    result = parts["results.json"]["results"][0]
    for other in (-1.0, 0.0, None, 1e-320):
        file = tmp_path / "other.json"
        totals = {**result["totals"], "area_m2": other}
        file.write_text(json.dumps({**result, "totals": totals}), encoding="utf-8")
        found = difference({"a": result}, {"a": next(iter(read_results(file).values()))})
        assert "nan" not in found.to_text()
        assert [m.total for m in found.results[0].moved] == ["area_m2"]


def test_deep_nesting_is_no_result(tmp_path: Path) -> None:
    (tmp_path / "deep.json").write_bytes(b'{"totals":{},"baseline":' + DEEP)
    assert "nested too deep" in refusal(lambda: read_results(tmp_path / "deep.json"))
