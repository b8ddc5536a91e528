"""Results of earlier starts, kept as plain data: made with the wheel, or in a folder of the user.

An entry is JSON after a line with its SHA-256. Nothing in it is ever run, and no entry is needed: one that is missing,
broken, or of another version of the program is made again in silence. A folder that another user could write to is not
read. ``NEUROEST_NO_CACHE=1`` switches all of it off.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from neuroest.core.atomic_files import write_whole
from neuroest.core.errors import NeuroestError

SWITCH = "NEUROEST_NO_CACHE"
PACKAGE = Path(__file__).parents[1]
PACKAGED = PACKAGE / "prepared"
"""Entries that the wheel brings along."""

_PROGRAM = (".py", ".yaml")
_WRITABLE_BY_OTHERS = 0o022
_PRIVATE = 0o700


def read_entry(name: str) -> Any:
    """Content of an entry of this version of the program; None if there is none."""
    if os.environ.get(SWITCH):
        return None
    found = _content(PACKAGED / name, _program(times=False)) if PACKAGED.is_dir() else None
    if found is None:
        folder = _user_folder()
        found = (
            _content(folder / name, _program(times=True)) if folder is not None and _is_safe(folder) else None
        )
    return found


def write_entry(name: str, content: Any) -> None:
    """Keep plain data for the next start, if the user has a folder for it."""
    folder = None if os.environ.get(SWITCH) else _user_folder()
    if folder is None:
        return
    with suppress(OSError, NeuroestError):  # a home that is full, absent or read-only
        folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        if _is_safe(folder):
            write_whole(folder / name, _encoded(content, _program(times=True)))


def write_packaged(folder: Path, name: str, content: Any) -> None:
    """Write an entry for the wheel, whose files get new times where it is installed."""
    (folder / name).write_bytes(_encoded(content, _program(times=False)))


def _encoded(content: Any, program: str) -> bytes:
    body = json.dumps([program, content], separators=(",", ":")).encode()
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def _content(path: Path, program: str) -> Any:
    try:
        digest, _, body = path.read_bytes().partition(b"\n")
        if digest.decode() != hashlib.sha256(body).hexdigest():
            return None
        stated, content = json.loads(body)
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return content if stated == program else None


@cache
def _program(*, times: bool) -> str:
    """Digest of names and sizes, and times where they are kept, of all files of the program."""
    listed = sorted((path, size, time * times) for path, size, time in _files(PACKAGE))
    return hashlib.sha256(repr(listed).encode()).hexdigest()


def _files(folder: Path | str, place: str = "") -> Iterator[tuple[str, int, int]]:
    """Path, size and time of the files that the program consists of; specs and entries that a wheel adds are none."""
    for entry in os.scandir(folder):
        if entry.is_dir():
            if (Path(entry.path) / "__init__.py").is_file():
                yield from _files(entry.path, f"{place}{entry.name}/")
        elif entry.name.endswith(_PROGRAM):
            status = entry.stat()
            yield place + entry.name, status.st_size, status.st_mtime_ns


def _user_folder() -> Path | None:
    """Folder of this user for this copy of the program; None if the user has no home."""
    stated = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", "")
    try:
        home = Path(stated) if Path(stated).is_absolute() else Path.home() / ".cache"
    except RuntimeError:
        return None
    return home / "neuroest" / hashlib.sha256(os.fsencode(PACKAGE)).hexdigest()[:16]


def _is_safe(folder: Path) -> bool:
    """Whether only this user can have written to a folder."""
    try:
        status = folder.stat()
    except OSError:
        return False
    if sys.platform == "win32":  # the folder is in the user's profile, and modes say nothing
        return True
    return status.st_uid == os.getuid() and not status.st_mode & _WRITABLE_BY_OTHERS
