"""Write files that are either complete or absent."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from neuroest.core.errors import NeuroestError


def working_folder(target: Path, *, former: bool = False) -> Path:
    """Name of a new hidden folder next to `target`: for its future content, or for its former one."""
    return target.with_name(f".{target.name}.{'old.' if former else ''}{os.urandom(6).hex()}")


@contextmanager
def being_written(folder: Path) -> Iterator[None]:
    """Make a working folder and lock it, also after it is renamed; the system ends the lock with the process."""
    folder.mkdir()
    locked = _locked(folder)
    try:
        yield
    finally:
        if locked is not None:
            os.close(locked)


def _locked(folder: Path) -> int | None:
    """Descriptor of a folder with a lock on it; None where there are no locks, or another process has it."""
    try:
        import fcntl  # noqa: PLC0415 - not on every system, where nothing is cleared

        found = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        return None
    try:
        fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(found)
        return None
    return found


def clear_folders(target: Path) -> None:
    """Remove the working folders that killed processes have left next to a folder.

    A process that is killed between the two renames leaves the former content under its hidden name; it gets its name
    back. Folders that another process is writing stay.
    """
    name = re.compile(rf"\.{re.escape(target.name)}\.(old\.)?[0-9a-f]{{12}}")
    with suppress(OSError):
        for folder in sorted(target.parent.iterdir()):
            found = name.fullmatch(folder.name)
            if found is None or folder.is_symlink() or not folder.is_dir():
                continue
            if found[1] is not None and not target.exists():
                folder.rename(target)
            elif (locked := _locked(folder)) is not None:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(locked)


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
