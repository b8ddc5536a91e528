"""Bundles: everything needed to recompute a report, in one zip file."""

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import Field

from neuroest.core.document import Document, Documented, Gap
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import package_version
from neuroest.loading.kinds import data_folder
from neuroest.loading.library import load_architecture, load_workload, packed_files
from neuroest.pipeline.estimate import estimate
from neuroest.reporting.difference import (
    FilesDifference,
    Saved,
    Text,
    checked,
    difference,
    plain_data,
    results_of,
)
from neuroest.reporting.report import MOST_RESULTS, Report, plain_result
from neuroest.results.estimate import Estimate

BUNDLE = "bundle.zip"
_FORMAT = "1"
_MANIFEST, _RESULTS = "manifest.json", "results.json"
_DATE = (1980, 1, 1, 0, 0, 0)  # the same report gives the same file
_LARGEST = 256 * 1024 * 1024
_MOST_MEMBERS = 10_000
_ENCRYPTED = 1
"""Zip flag of an encrypted member."""


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
                # how specs may refer to the file: as shipped, or by the last part of its path
                "given": Path(path).stem if _is_shipped(path) else Path(path).name,
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


def _is_shipped(path: str) -> bool:
    file = Path(path).resolve()
    return any(
        file.is_relative_to(data_folder(kind).resolve()) for kind in ("architecture", "device", "workload")
    )


def _places(kinds: Mapping[str, str]) -> dict[str, str]:
    """Location of each file: shipped files by kind, others in the layout of their mutual references."""
    own = [str(Path(path).resolve()) for path in kinds if not _is_shipped(path)]
    root = os.path.commonpath([os.path.dirname(path) for path in own]) if own else ""  # noqa: PTH120 - with commonpath
    places = {}
    for path, kind in kinds.items():
        if _is_shipped(path):
            # a table lies next to the device that it belongs to
            folder = "device" if kind == "table" else kind
            places[path] = f"specs/shipped/{folder}/{Path(path).name}"
        else:
            inside = Path(path).resolve().relative_to(root).as_posix()
            places[path] = f"specs/files/{inside}"
    return places


@frozen_dataclass
class Rerun(Documented):
    """Result of recomputing a bundle.

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
        """Whether every number is bit-identical."""
        return self.difference.same

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data."""
        versions = {"version_before": self.version_before, "version_now": self.version_now}
        return {**versions, **self.difference.to_dict()}

    def document(self) -> Document:
        """The outcome; one line if nothing changed."""
        number = len(self.difference.results)
        versions = f"version {self.version_before} then, {self.version_now} now"
        if self.same:
            return Document(f"{number} results, bit-identical ({versions})", ())
        return Document(f"numbers have moved ({versions})", (Gap(), *self.difference.document().blocks))


class _PackedFile(Saved):
    kind: Literal["architecture", "device", "workload", "table"]
    given: Text
    packed: Text
    sha256: Text


class _Entry(Saved):
    architecture: Text
    workload: Text
    settings: dict[Text, Text]


class _Manifest(Saved):
    format: Literal["1"]
    neuroest_version: Text
    files: Annotated[list[_PackedFile], Field(max_length=_MOST_MEMBERS)]
    results: Annotated[list[_Entry], Field(max_length=MOST_RESULTS)]


def rerun(file: str | Path) -> Rerun:
    """Recompute a bundle from the specs in it.

    Parameters
    ----------
    file : str or Path
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
    file = Path(file)
    with _opened(file) as archive, tempfile.TemporaryDirectory() as folder:
        manifest, before = _stated(archive, file)
        return _computed(archive, manifest, before, Path(folder).resolve())


def read_bundle(file: Path) -> dict[str, Any]:
    """Results stored in a bundle, by design and network, without recomputing them.

    Raises
    ------
    NeuroestError
        When the file is no bundle.
    """
    with _opened(file) as archive:
        return _stated(archive, file)[1]


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as archive:
            _check_members(archive, file)
            yield archive
    except FileNotFoundError:
        raise NeuroestError(f"{file}: there is no such file") from None
    except IsADirectoryError:
        raise NeuroestError(f"{file}: this is a folder; name the file") from None
    except NeuroestError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, OSError) as error:
        raise NeuroestError(f"{file} is not a bundle of `neuroest report --bundle` ({error})") from None


def _stated(archive: zipfile.ZipFile, file: Path) -> tuple[_Manifest, dict[str, Any]]:
    data = plain_data(archive.read(_MANIFEST), f"{_MANIFEST} of {file}")
    manifest = checked(_Manifest, data, f"{_MANIFEST} of {file}")
    name = f"{_RESULTS} of {file}"
    return manifest, results_of(plain_data(archive.read(_RESULTS), name), name)


def _check_members(archive: zipfile.ZipFile, file: Path) -> None:
    members = archive.infolist()
    if sum(info.file_size for info in members) > _LARGEST or len(members) > _MOST_MEMBERS:
        raise NeuroestError(
            f"{file} unpacks to more than {_LARGEST // 1024**2} MiB or {_MOST_MEMBERS} files, the limits of a bundle"
        )
    for info in members:
        parts = PurePosixPath(info.filename).parts
        if info.filename.startswith("/") or ".." in parts or "\\" in info.filename:
            raise NeuroestError(f"{file} holds {info.filename!r}, which leads out of the bundle")
        if info.flag_bits & _ENCRYPTED or info.compress_type not in {
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        }:
            raise NeuroestError(
                f"{file} holds {info.filename!r}, which is encrypted or packed in another way"
            )


def _computed(
    archive: zipfile.ZipFile, manifest: _Manifest, before: Mapping[str, Any], folder: Path
) -> Rerun:
    shipped: dict[str, dict[str, Path]] = {}
    places: dict[str, Path] = {}
    for item in manifest.files:
        if item.packed in places:
            raise NeuroestError(f"{item.packed} is listed twice in the manifest of the bundle")
        content = archive.read(item.packed)
        if hashlib.sha256(content).hexdigest() != item.sha256:
            raise NeuroestError(f"{item.packed} in the bundle is not the file that the report was made from")
        place = places[item.packed] = folder / item.packed
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        if item.packed.startswith("specs/shipped/") and item.kind != "table":
            shipped.setdefault(item.kind, {})[item.given] = place
    if len({(e.architecture, e.workload, *sorted(e.settings.items())) for e in manifest.results}) < len(
        manifest.results
    ):
        raise NeuroestError("a result is listed twice in the manifest of the bundle")
    after = {}
    with packed_files(shipped, folder):
        for entry in manifest.results:
            chip = load_architecture(places[entry.architecture])
            net = load_workload(places[entry.workload])
            result = estimate(chip, net, entry.settings)
            name = f"{result.architecture} on {result.workload.name}"
            if name not in before:
                raise NeuroestError(f"the bundle has no result of {name}, which its manifest lists")
            after[name] = json.loads(json.dumps(plain_result(result)))
    return Rerun(difference(before, after), manifest.neuroest_version, package_version())
