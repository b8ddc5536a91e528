"""Bundles: everything that anyone needs to compute a report again, in one zip file."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from neuroest.core.errors import NeuroestError
from neuroest.core.version import package_version
from neuroest.loading.kinds import data_folder
from neuroest.loading.library import load_architecture, load_workload, packed_files
from neuroest.pipeline.estimate import estimate
from neuroest.reporting.difference import FilesDifference, difference, results_of
from neuroest.reporting.report import Report, plain_result
from neuroest.results.estimate import Estimate

BUNDLE = "bundle.zip"
_FORMAT = "1"
_MANIFEST, _RESULTS = "manifest.json", "results.json"
_DATE = (1980, 1, 1, 0, 0, 0)  # the same report gives the same file
_LARGEST = 256 * 1024 * 1024


def write_bundle(report: Report, folder: Path) -> None:
    """Pack specs, settings, resolved parameters, versions, hashes and the outputs of a report folder."""
    files = {file.file: file for result in report.results for file in result.files}
    places = _places({path: files[path].kind for path in files})
    manifest = {
        "format": _FORMAT,
        "neuroest_version": package_version(),
        "files": [
            {
                "kind": f.kind,
                "name": f.name,
                "given": _given(path),
                "packed": places[path],
                "sha256": f.sha256,
            }
            for path, f in files.items()
        ],
        "results": [_entry(result, places) for result in report.results],
    }
    outputs = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != BUNDLE)
    with zipfile.ZipFile(folder / BUNDLE, "w", zipfile.ZIP_DEFLATED) as archive:
        _store(archive, _MANIFEST, json.dumps(manifest, indent=1).encode())
        for path, place in places.items():
            _store(archive, place, Path(path).read_bytes())
        for file in outputs:
            name = file.relative_to(folder).as_posix()
            _store(archive, name if name == _RESULTS else f"outputs/{name}", file.read_bytes())


def _store(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, content)


def _entry(result: Estimate, places: Mapping[str, str]) -> dict[str, Any]:
    packed: dict[str, Any] = {}
    for file in result.files:
        if file.kind in {"architecture", "workload"}:
            packed.setdefault(file.kind, places[file.file])  # the bases of an architecture follow it
    return {**packed, "settings": dict(result.settings)}


def _given(path: str) -> str:
    """How a spec may name the file: as it ships, or by its path, of which only the last word is kept."""
    return Path(path).stem if _is_shipped(path) else Path(path).name


def _is_shipped(path: str) -> bool:
    file = Path(path).resolve()
    return any(
        file.is_relative_to(data_folder(kind).resolve()) for kind in ("architecture", "device", "workload")
    )


def _places(kinds: Mapping[str, str]) -> dict[str, str]:
    """Where each file goes: shipped ones by kind, others in the layout that they refer to each other in."""
    own = [str(Path(path).resolve()) for path in kinds if not _is_shipped(path)]
    root = os.path.commonpath([os.path.dirname(path) for path in own]) if own else ""  # noqa: PTH120 - with commonpath
    places = {}
    for path, kind in kinds.items():
        if _is_shipped(path):
            folder = (
                "device" if kind == "table" else kind
            )  # a table lies beside the device that it belongs to
            places[path] = f"specs/shipped/{folder}/{Path(path).name}"
        else:
            inside = Path(path).resolve().relative_to(root).as_posix()
            places[path] = f"specs/files/{inside}"
    return places


@dataclass(frozen=True)
class Rerun:
    """A bundle computed again.

    Attributes
    ----------
    difference : FilesDifference
        What moved since the bundle was written.
    version_before, version_now : str
        Versions of the package.
    """

    difference: FilesDifference
    version_before: str
    version_now: str

    @property
    def same(self) -> bool:
        """Whether every number is the same to the bit."""
        return self.difference.same

    def to_dict(self) -> dict[str, Any]:
        """What came out as plain data."""
        versions = {"version_before": self.version_before, "version_now": self.version_now}
        return {**versions, **self.difference.to_dict()}

    def to_text(self) -> str:
        """What came out, in a line where all is the same."""
        number = len(self.difference.results)
        versions = f"version {self.version_before} then, {self.version_now} now"
        if self.same:
            return f"{number} results, the same to the bit ({versions})\n"
        return f"numbers have moved ({versions})\n\n{self.difference.to_text()}"


def rerun(file: Path) -> Rerun:
    """Compute a bundle again from the specs inside it.

    Parameters
    ----------
    file : Path
        ``bundle.zip`` of a published report.

    Returns
    -------
    Rerun
        The results once more, and how they differ from those of the bundle.

    Raises
    ------
    NeuroestError
        When the file is no bundle, or was altered.
    """
    try:
        with zipfile.ZipFile(file) as archive, tempfile.TemporaryDirectory() as folder:
            _check_members(archive, file)
            manifest = json.loads(archive.read(_MANIFEST))
            before = results_of(json.loads(archive.read(_RESULTS)), str(file))
            if manifest.get("format") != _FORMAT:
                raise NeuroestError(
                    f"{file} is a bundle of format {manifest.get('format')!r}; this version reads {_FORMAT!r}"
                )
            return _computed(archive, manifest, before, Path(folder))
    except FileNotFoundError:
        raise NeuroestError(f"{file}: there is no such file") from None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, IsADirectoryError) as error:
        raise NeuroestError(f"{file} is no bundle of `neuroest report --bundle` ({error})") from None


def _check_members(archive: zipfile.ZipFile, file: Path) -> None:
    if sum(info.file_size for info in archive.infolist()) > _LARGEST:
        raise NeuroestError(f"{file} unpacks to more than {_LARGEST // 1024**2} MiB, which no bundle does")
    for info in archive.infolist():
        parts = PurePosixPath(info.filename).parts
        if info.filename.startswith("/") or ".." in parts or "\\" in info.filename:
            raise NeuroestError(f"{file} holds {info.filename!r}, which leads out of the bundle")


def _computed(archive: zipfile.ZipFile, manifest: Any, before: Mapping[str, Any], folder: Path) -> Rerun:
    packed: dict[str, dict[str, Path]] = {}
    for item in manifest["files"]:
        content = archive.read(item["packed"])
        if hashlib.sha256(content).hexdigest() != item["sha256"]:
            raise NeuroestError(
                f"{item['packed']} in the bundle is not the file that the report was made from"
            )
        place = folder / item["packed"]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        if item["packed"].startswith("specs/shipped/") and item["kind"] != "table":
            packed.setdefault(item["kind"], {})[item["given"]] = place
    after = {}
    with packed_files(packed):
        for entry in manifest["results"]:
            chip = load_architecture(folder / entry["architecture"])
            net = load_workload(folder / entry["workload"])
            result = estimate(chip, net, entry["settings"])
            after[f"{result.architecture} on {result.workload.name}"] = json.loads(
                json.dumps(plain_result(result))
            )
    return Rerun(difference(before, after), manifest["neuroest_version"], package_version())
