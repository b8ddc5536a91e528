"""Files: written whole or not at all, results of earlier starts, and tables of words of the package.

A kept result is JSON after a line with its SHA-256, made with the wheel or in a folder of the user. Nothing in it is
ever run, and no entry is needed: one that is missing, broken, or of another version of the program is made again in
silence. A folder that another user could write to is not read. ``NEUROEST_NO_CACHE=1`` switches all of it off. Tables
of words are YAML files next to the modules that read them.
"""

import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
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
_PATH, _NUMBER = re.compile(rb'(?<= d=")[^"]*"'), re.compile(rb"-?(?<!\d)\d+\.\d+(?:e[+-]?\d+)?")
"""Data of a path of an SVG, and a number in it."""


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
    return compact_svg(drawn.getvalue()) if suffix == ".svg" else drawn.getvalue()


def compact_svg(drawn: bytes) -> bytes:
    """Return an SVG of matplotlib with each path on one line, in hundredths of a point: a third of the lines.

    Examples
    --------
    >>> compact_svg(b'<path d="M 37.458678 4  L 2.501 -0.004  z "/>')
    b'<path d="M 37.46 4 L 2.5 0 z"/>'
    """
    return _PATH.sub(
        lambda found: b" ".join(_NUMBER.sub(_hundredths, found[0]).split()).replace(b' "', b'"'), drawn
    )


def _hundredths(number: re.Match[bytes]) -> bytes:
    return f"{round(float(number[0]), 2) + 0.0:g}".encode() if b"." in number[0] else number[0]


def write_figure(figure: Any, path: Path) -> None:
    """Write a matplotlib figure to a file, completely or not at all.

    Raises
    ------
    NeuroestError
        When it cannot be written.
    """
    write_whole(path, figure_bytes(figure, path.suffix))


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


def read_data(file: Path) -> Any:
    """Return the content of a data file of the package; `neuroest.specs.reading` reads and checks user files."""
    name = data_entry(file)
    found = read_entry(name)
    if found is None:
        found = parsed_data(file)
        write_entry(name, found)
    return found


def parsed_data(file: Path) -> Any:
    """Content of a data file, parsed."""
    import yaml  # noqa: PLC0415 - later starts read the entry of a file instead

    return yaml.load(file.read_text(encoding="utf-8"), Loader=yaml_loader())  # noqa: S506 - safe loaders only


def yaml_loader() -> Any:
    """The fastest parser that constructs plain data only."""
    import yaml  # noqa: PLC0415 - as above

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def data_entry(file: Path) -> str:
    """Name under which the content of a data file is kept; the files are a part of the program, as its source is."""
    return f"data-{'-'.join(file.resolve().relative_to(PACKAGE.resolve()).parts)}.json"
