"""Write files that are either complete or absent."""

import os
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from neuroest.core.errors import NeuroestError

_NO_DATE = {".pdf": {"CreationDate": None}, ".svg": {"Date": None}}
"""Metadata without dates, so that the same result gives the same file."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file completely, or leave the old one unchanged.

    Raises
    ------
    NeuroestError
        When it cannot be written.
    """
    target = path.resolve()
    if target.is_dir():
        raise NeuroestError(f"{path} is a folder; name a file in it")
    temporary = target.with_name(f".{target.name[:100]}.{os.urandom(6).hex()}")
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content)  # a pipe or device cannot be replaced
            return
        temporary.write_bytes(content)
        if target.exists():
            temporary.chmod(target.stat().st_mode)
        temporary.replace(target)
    except OSError as error:
        with suppress(OSError):  # where nothing can be written, there is nothing to remove
            temporary.unlink(missing_ok=True)
        raise NeuroestError(f"cannot write {path}: {error.strerror or error}") from None


def figure_bytes(figure: Any, suffix: str) -> bytes:
    """Return a matplotlib figure as file content; the same figure gives the same bytes.

    It is drawn in memory: if the disk fills up half-way through a PDF, matplotlib reports an unrelated error.
    """
    drawn = BytesIO()
    figure.savefig(drawn, format=suffix.removeprefix("."), metadata=_NO_DATE.get(suffix))
    return drawn.getvalue()


def write_figure(figure: Any, path: Path) -> None:
    """Write a matplotlib figure to a file, completely or not at all.

    Raises
    ------
    NeuroestError
        When it cannot be written.
    """
    write_whole(path, figure_bytes(figure, path.suffix))
