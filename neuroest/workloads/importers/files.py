"""Files of other programs: safety checks before they are opened, and HDF5 as groups and datasets.

A file must be regular, of limited size, and is never executed. HDF5 is read by another process, since its library
crashes or loops at some files.
"""

import csv
import hashlib
import json
import math
import os
import stat
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from pathlib import Path
from tokenize import TokenError
from typing import Any, BinaryIO

import numpy as np

from neuroest.core.errors import NeuroestError, printable
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import extra
from neuroest.core.startup import python
from neuroest.workloads.importers import hdf5_program
from neuroest.workloads.importers.network import NetworkImportError

LARGEST_MODEL = 2**31 - 1
"""Bytes; what a protocol buffer can hold."""
LARGEST_ARRAY = 2**29
"""Bytes of one array in memory."""
_LARGEST_ARCHIVE = 2**30
"""Bytes of all arrays of a file."""
_DAMAGED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    EOFError,
    RuntimeError,
    TypeError,
    ValueError,
    csv.Error,
    zipfile.BadZipFile,
    zlib.error,
)
"""Exceptions of libraries for files with invalid content."""
_PICKLES = frozenset({".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin", ".joblib", ".pt2", ".mar"})


def formatted(path: Path | str) -> str:
    """A path as messages name it."""
    return printable(str(path))


def fault(path: Path, message: str) -> NetworkImportError:
    """What is wrong with a file."""
    return NetworkImportError(f"{formatted(path)}: {message}")


def brief(error: Exception, most: int = 160) -> str:
    """The error message of a library, on one line."""
    return " ".join(str(error).split())[:most] or type(error).__name__


@contextmanager
def reading(path: Path, due: str) -> Iterator[None]:
    """While a file is read: errors begin with its name, and what a damaged file makes a library raise is one of them.

    Parameters
    ----------
    path : Path
        The file.
    due : str
        Expected content of the file, such as ``NIR graph``.

    Raises
    ------
    NetworkImportError
        For any of these errors.
    """
    file = formatted(path)
    try:
        yield
    except NeuroestError as error:
        kind = type(error) if isinstance(error, NetworkImportError) else NetworkImportError
        text = str(error)
        raise kind(text if text.startswith(file) else f"{file}: {text}") from None
    except _DAMAGED as error:
        raise NetworkImportError(f"{file}: damaged, or no {due} ({brief(error)})") from None


def model_file(path: Path) -> Path:
    """A path that may be opened.

    Raises
    ------
    NetworkImportError
        If there is no such file, or if it is a folder, a device, too large or a pickle.
    """
    if path.suffix.lower() in _PICKLES:
        raise fault(
            path,
            f"a {path.suffix} file may hold a pickle, which is a program, and is never opened; "
            "export the model to ONNX or NIR, or trace it with neuroest.trace(model, sample)",
        )
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise fault(path, str(getattr(error, "strerror", None) or error)) from None
    if not stat.S_ISREG(status.st_mode):
        raise fault(path, "not a regular file")
    if status.st_size == 0:
        raise fault(path, "the file is empty")
    if status.st_size > LARGEST_MODEL:
        raise fault(path, f"larger than {LARGEST_MODEL / 2**30:.0f} GiB")
    return path


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, read piece by piece."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def stored_arrays(path: Path, most: int) -> Iterator[tuple[str, Any]]:
    """Names and arrays of an .npz file, up to a limit; objects are never read.

    Raises
    ------
    NetworkImportError
        For a file that holds something else, or would take too much memory.
    """
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > most:
            raise NetworkImportError(f"contains more than {most} arrays")
        if sum(one.file_size for one in members) > _LARGEST_ARCHIVE:
            raise NetworkImportError(f"unpacks to more than {_LARGEST_ARCHIVE // 2**20} MiB and is not read")
        for member in members:
            name = member.filename.removesuffix(".npy")
            if name == member.filename or member.flag_bits & 1:
                raise NetworkImportError(f"{name[:60]!r} is not a NumPy array")
            if member.file_size > LARGEST_ARRAY:
                raise NetworkImportError(f"{name[:60]!r} unpacks to {member.file_size} bytes")
            with archive.open(member) as stream:
                yield name, safe_array(stream, repr(name[:60]), member.file_size)


def safe_array(stream: Any, what: str, size: int) -> Any:
    """Array of a .npy stream whose header is checked first: no objects, and no more bytes than there are.

    Raises
    ------
    NetworkImportError
        For anything else.
    """
    import numpy as np  # noqa: PLC0415 - next to the checks that need nothing

    try:
        version = np.lib.format.read_magic(stream)
        read = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape, fortran, dtype = read(stream, max_header_size=4096)
    except (ValueError, TokenError) as error:  # the latter of a header that no Python text can be
        raise NetworkImportError(f"{what}: no array of numpy: {str(error).splitlines()[0]}") from None
    if dtype.kind not in "biuf":
        raise NetworkImportError(f"{what}: holds {dtype}, not numbers; an array of objects is never read")
    needed = prod(map(int, shape)) * dtype.itemsize
    if needed > min(size, LARGEST_ARRAY):
        raise NetworkImportError(
            f"{what}: the header announces {needed} bytes, more than the {min(size, LARGEST_ARRAY)} that may follow"
        )
    data = stream.read(needed)
    if len(data) != needed:
        raise NetworkImportError(f"{what}: ends after {len(data)} of {needed} bytes")
    return np.frombuffer(data, dtype=dtype).reshape(shape, order="F" if fortran else "C")


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
