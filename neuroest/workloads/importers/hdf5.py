"""HDF5 files as groups and datasets, read by another process, since the HDF5 library crashes or loops at some files."""

import json
import math
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import extra
from neuroest.core.startup import python
from neuroest.workloads.importers import hdf5_program
from neuroest.workloads.importers.files import LARGEST_ARRAY, fault
from neuroest.workloads.importers.network import NetworkImportError

_PROGRAM = hdf5_program.__file__
_LONGEST = 7.0
"""Seconds after which the HDF5 library is assumed to stall at a small file, as it does an empty entry of a heap."""
_SLOWEST = 2**25
"""Bytes a second that any disk reads."""
_MOST_BYTES_A_WEIGHT = 2**28
_LENGTH = 8
"""Bytes that hold the length of the tree."""


@frozen_dataclass
class Dataset:
    """Numbers or texts of a file.

    Attributes
    ----------
    about : mapping
        What the program that read the file says about it.
    numbers : file
        Where the numbers are.
    """

    about: Mapping[str, Any]
    numbers: BinaryIO

    @property
    def shape(self) -> tuple[int, ...]:
        """Extents."""
        return tuple(self.about["shape"])

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)


@frozen_dataclass
class Group:
    """A group of a file, with its entries by name."""

    about: Mapping[str, Any]
    numbers: BinaryIO

    def __contains__(self, name: str) -> bool:
        return name in self.about["entries"]

    def __getitem__(self, name: str) -> Any:
        if name not in self:
            self.check()
            raise ValueError(f"{self.about['name'][:60]!r} has no {name!r}")
        return _made(self.about["entries"][name], self.numbers)

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Numbers and texts that describe the group."""
        self.check()
        return dict(self.about["attributes"])

    def check(self) -> None:
        """Refuse a group whose entries have not all been read.

        Raises
        ------
        NetworkImportError
            For a group with too many entries, or too deep in others.
        ValueError
            For one that the HDF5 library cannot read.
        """
        if "refused_entries" in self.about:
            raise NetworkImportError(self.about["refused_entries"])
        if "problem" in self.about:
            raise ValueError(self.about["problem"])


def _made(about: Mapping[str, Any], numbers: BinaryIO) -> Group | Dataset:
    """A member of a group.

    Raises
    ------
    NetworkImportError
        For a link.
    ValueError
        For a member that the HDF5 library cannot read.
    """
    if "refused" in about:
        raise NetworkImportError(about["refused"])
    if "entries" in about:
        return Group(about, numbers)
    if "shape" not in about:
        raise ValueError(about["problem"])
    return Dataset(about, numbers)


@contextmanager
def opened(path: Path) -> Iterator[Group]:
    """The content of an HDF5 file.

    Raises
    ------
    NetworkImportError
        When it is none, or the HDF5 library cannot read it.
    """
    with tempfile.TemporaryFile() as numbers:
        _read_elsewhere(path, numbers, _LONGEST + path.stat().st_size / _SLOWEST)
        end = numbers.seek(0, os.SEEK_END)
        numbers.seek(max(end - _LENGTH, 0))
        length = int.from_bytes(numbers.read(_LENGTH), "little")
        if not 0 < length <= end - _LENGTH:
            raise fault(path, "damaged: the HDF5 library cannot read it")
        numbers.seek(end - _LENGTH - length)
        about = json.loads(numbers.read(length))
        if "missing" in about:
            extra("h5py", "nir")
        if "unreadable" in about:
            raise fault(path, f"not an HDF5 file, or a truncated one ({about['unreadable']})")
        yield Group(about, numbers)


def _read_elsewhere(path: Path, out: BinaryIO, longest: float) -> None:
    """Write what a file contains to another one, by a process that is killed if it takes longer."""
    words = python(_PROGRAM, str(path.absolute()), str(math.ceil(longest) + 1))
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter, a program of this package, a path as its argument
            words, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL, timeout=longest, check=False,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise fault(path, f"damaged: the HDF5 library reads it for longer than {longest:.0f} s") from None
    if done.returncode != 0:
        raise fault(path, "damaged: the HDF5 library cannot read it")


def members(group: Group) -> Iterator[tuple[str, Any]]:
    """Groups and datasets in a group; a link to another file or place is refused."""
    group.check()
    for name in group.about["entries"]:
        yield name, group[name]


def array(dataset: Dataset, limit: int = _MOST_BYTES_A_WEIGHT) -> Any:
    """The numbers or texts of a dataset that lies in this file and has a bounded size."""
    about = dataset.about
    if "refused_numbers" in about:
        raise NetworkImportError(about["refused_numbers"])
    if about["bytes"] > min(limit, LARGEST_ARRAY):
        raise NetworkImportError(
            f"{about['name']!r} would take {about['bytes']} bytes; at most {limit} are read"
        )
    if "texts" in about:
        return np.array(about["texts"], dtype=object).reshape(dataset.shape)[()]
    dtype = np.dtype(about["dtype"])
    dataset.numbers.seek(about["place"])
    content = dataset.numbers.read(about["bytes"])
    return np.frombuffer(bytearray(content), dtype=dtype).reshape(dataset.shape)[()]
