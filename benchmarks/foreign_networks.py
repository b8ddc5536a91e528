"""Import public network files of others, count them independently, and print what differs.

    python benchmarks/foreign_networks.py FOLDER [--write] [--only TEXT]

`foreign_networks.csv` names the files: the Python package with its version, or the repository, the path within, and the
hash. FOLDER holds what they were taken from, unpacked: `silero_vad-6.2.3/silero_vad/data/...` for a wheel and
`owner+name/...` for a repository. A file that is not there is listed as such; one with another hash is an error. Files
of packages that are installed are found where they are. `flags` are those of `neuroest import`, at most one for nine of
ten files; `shapes` are the shapes of the inputs for the independent count, which runs the file in ONNX Runtime, and
`samples` is the batch that the file computes at once.
"""

import argparse
import csv
import hashlib
import importlib.metadata
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import independent_counts

from neuroest.core.errors import NeuroestError
from neuroest.workloads.importers import ImportOptions, import_network
from neuroest.workloads.layers import geometry

TABLE = Path(__file__).with_suffix(".csv")
_COLUMNS = ("source", "file", "sha256", "flags", "shapes", "samples", "explained")


@dataclass(frozen=True)
class Row:
    """A file of the table."""

    source: str
    file: str
    sha256: str
    flags: str
    shapes: str
    samples: str
    explained: str

    def path(self, folder: Path | None) -> Path | None:
        """The file in a folder or in an installed package; None where it is in neither."""
        if folder is not None and (folder / self.source / self.file).is_file():
            return folder / self.source / self.file
        name, _, version = self.source.rpartition("-")
        try:
            package = importlib.metadata.distribution(name)
        except (importlib.metadata.PackageNotFoundError, ValueError):
            return None
        path = Path(str(package.locate_file(self.file)))
        return path if package.version == version and path.is_file() else None

    def options(self) -> ImportOptions:
        """The flags as options."""
        words = shlex.split(self.flags)
        given: dict[str, object] = {}
        shapes: dict[str, tuple[int, ...]] = {}
        axes: dict[str, int] = {}
        for flag, value in zip(words[::2], words[1::2], strict=True):
            name, _, extents = value.rpartition("=")
            if flag == "--input-shape":
                shapes[name] = tuple(map(int, extents.split(",")))
            elif flag == "--axis":
                axes[name] = int(extents)
            else:
                key = flag.removeprefix("--").replace("-", "_")
                given[key] = int(value) if value.isdigit() else value
        return ImportOptions(input_shape=shapes.pop("", None), input_shapes=shapes, axes=axes, **given)  # type: ignore[arg-type]

    def input_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of the inputs for the independent count."""
        pairs = (part.rpartition("=") for part in self.shapes.split(";") if part)
        return {name: tuple(map(int, extents.split("x"))) for name, _, extents in pairs}


@dataclass(frozen=True)
class Compared:
    """Products and weights by the import, and products by ONNX Runtime; a text where there are none."""

    products: int | str
    weights: int | str
    independent: int | str

    @property
    def difference(self) -> int | None:
        """Products of the import over those of the independent count; None without both."""
        if isinstance(self.products, str) or isinstance(self.independent, str):
            return None
        return self.products - self.independent


def rows() -> list[Row]:
    """All files of the table."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return [Row(**{name: line[name] or "" for name in _COLUMNS}) for line in csv.DictReader(stream)]


def compared(row: Row, path: Path) -> Compared:
    """Both counts of a file.

    Raises
    ------
    ValueError
        If the file is another than the table names.
    """
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != row.sha256:
        raise ValueError(f"{path}: has the hash {found}, and the table states {row.sha256}")
    try:
        shapes = geometry(import_network(path, row.options()).workload().spec)
        products: int | str = int(shapes.total_macs)
        weights: int | str = int(shapes.total_weights)
    except NeuroestError as error:
        products = weights = str(error).rpartition(": ")[2][:60]
    return Compared(products, weights, _independent(row, path))


def _independent(row: Row, path: Path) -> int | str:
    if path.suffix != ".onnx":
        return "none"
    try:
        total = independent_counts.count(path, row.input_shapes()).products
    except Exception as error:  # ONNX Runtime raises classes of its own for what it does not run
        return f"none ({type(error).__name__})"
    return total // int(row.samples or 1)


def _lines(folder: Path | None, only: str) -> Iterator[tuple[Row, Compared | None]]:
    for row in rows():
        if only in f"{row.source}/{row.file}":
            path = row.path(folder)
            yield row, None if path is None else compared(row, path)


def main() -> int:
    """Print the table; the exit code is one if a difference has no explanation."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    works = there = few = wrong = explained = 0
    for row, found in _lines(given.folder, given.only):
        label = f"{row.source}/{row.file}"
        if found is None:
            print(f"{label}: not there")
            continue
        there += 1
        works += isinstance(found.products, int)
        few += isinstance(found.products, int) and len(shlex.split(row.flags)) <= 2
        explained += isinstance(found.products, str) and bool(row.explained)
        bad = found.difference not in {0, None} and not row.explained
        wrong += bad
        said = "" if found.difference is None else f"difference {found.difference}"
        print(f"{label} {row.flags}: {found.products} products, {found.weights} weights; ", end="")
        print(f"independent {found.independent} {said} {row.explained}".rstrip())
    print(
        f"{works} of {there} files work, {few} with one flag or none; {explained} of the others are refused for a "
        f"stated reason; {wrong} differences without an explanation"
    )
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
