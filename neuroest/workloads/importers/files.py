"""Files of others, looked at before they are opened: regular, of bounded size, and never a program."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path
from typing import Any

from neuroest.core.errors import printable
from neuroest.workloads.importers.network import NetworkImportError

LARGEST_MODEL = 2**31 - 1
"""Bytes; what a protocol buffer can hold."""
LARGEST_ARRAY = 2**29
"""Bytes of one array in memory."""
_HASHED_AT_ONCE = 2**20
_PICKLES = frozenset({".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin", ".joblib", ".pt2", ".mar"})


def shown(path: Path | str) -> str:
    """A path as messages name it."""
    return printable(str(path))


def model_file(path: Path) -> Path:
    """A path that may be opened.

    Raises
    ------
    NetworkImportError
        If there is no such file, or if it is a folder, a device, too large or a pickle.
    """
    if path.suffix.lower() in _PICKLES:
        raise NetworkImportError(
            f"{shown(path)}: a {path.suffix} file may hold a pickle, which is a program, and is never opened; export "
            "the model to ONNX or NIR, or trace it with neuroest.trace(model, sample)"
        )
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise NetworkImportError(f"{shown(path)}: {getattr(error, 'strerror', None) or error}") from None
    if not stat.S_ISREG(status.st_mode):
        raise NetworkImportError(f"{shown(path)}: not a regular file")
    if status.st_size == 0:
        raise NetworkImportError(f"{shown(path)}: the file is empty")
    if status.st_size > LARGEST_MODEL:
        raise NetworkImportError(f"{shown(path)}: larger than {LARGEST_MODEL / 2**30:.0f} GiB")
    return path


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, read piece by piece."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_HASHED_AT_ONCE):
            digest.update(piece)
    return digest.hexdigest()


def safe_array(stream: Any, what: str, size: int) -> Any:
    """Array of a .npy stream whose header is checked first: no objects, and no more bytes than there are.

    Raises
    ------
    NetworkImportError
        For anything else.
    """
    import numpy as np  # noqa: PLC0415 - beside the checks that need nothing

    try:
        version = np.lib.format.read_magic(stream)
        read = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape, fortran, dtype = read(stream, max_header_size=4096)
    except ValueError as error:
        raise NetworkImportError(f"{what}: no array of numpy: {str(error).splitlines()[0]}") from None
    if dtype.kind not in "biuf":
        raise NetworkImportError(f"{what}: holds {dtype}, not numbers; an array of objects is never read")
    count = 1
    for extent in shape:
        count *= int(extent)
    needed = count * dtype.itemsize
    if needed > min(size, LARGEST_ARRAY):
        raise NetworkImportError(
            f"{what}: the header announces {needed} bytes, more than the {min(size, LARGEST_ARRAY)} that may follow"
        )
    data = stream.read(needed)
    if len(data) != needed:
        raise NetworkImportError(f"{what}: ends after {len(data)} of {needed} bytes")
    return np.frombuffer(data, dtype=dtype).reshape(shape, order="F" if fortran else "C")
