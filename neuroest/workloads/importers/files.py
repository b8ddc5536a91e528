"""Safety checks before external files are opened: regular, of limited size, and never executable."""

import csv
import hashlib
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from tokenize import TokenError
from typing import Any

from neuroest.core.errors import NeuroestError, printable
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
