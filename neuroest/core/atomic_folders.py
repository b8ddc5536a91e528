"""Working folders next to a folder that is written completely or not at all, and what killed processes leave."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


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
