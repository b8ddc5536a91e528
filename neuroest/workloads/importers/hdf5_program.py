"""Program that reads an HDF5 file in a process of its own: ``python -P hdf5_program.py FILE SECONDS``.

The HDF5 library crashes or loops at some damaged files, in C, where only a signal that cannot be caught ends it. So
nothing else opens the file. The numbers of all datasets go to standard output, then a tree in JSON that says where
each is, then the length of that text in 8 bytes. A member that cannot be read has a text instead, and those after it
are read. It imports only numpy and h5py, so that it starts fast.
"""

import json
import os
import sys
from typing import Any, BinaryIO

DEEPEST = 22
"""Groups in groups."""
MOST_ENTRIES = 5_000
"""Entries of a group."""
MOST_MEMBERS = 100_000
"""Groups, datasets and links of a file, where a group that two names lead to counts twice."""
LARGEST_ARRAY = 2**29
"""Bytes of a dataset; a larger one is only described."""
LARGEST_FILE = 2**31
"""Bytes of all datasets."""
_MEMORY = 2**33
"""Bytes of address space, libraries included; a convention."""
_DAMAGED = (
    ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RuntimeError, TypeError, ValueError,
)  # fmt: skip
_TEXT = "O"
"""Kind of an array of objects, which texts of any length are."""


def limit(seconds: int) -> None:
    """Let the system end this process when it takes too long or too much memory, whatever a library does."""
    try:
        import resource  # noqa: PLC0415 - absent on Windows
    except ImportError:
        return
    limits = ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_CORE, 0))
    for kind, most in limits:
        _, hard = resource.getrlimit(kind)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least))


class Walk:
    """Reads the members of a file one after the other."""

    def __init__(self, out: BinaryIO) -> None:
        self.out = out
        self.members = 0
        self.written = 0

    def group(self, group: Any, around: tuple[Any, ...] = ()) -> dict[str, Any]:
        """What a group contains, by name; `around` are the groups around it."""
        about: dict[str, Any] = {"name": str(group.name), "entries": {}, "attributes": {}}
        try:
            if len(group) > MOST_ENTRIES:
                about["refused_entries"] = f"more than {MOST_ENTRIES} entries in {about['name'][:60]!r}"
                return about
            if group in around:
                about["refused_entries"] = f"{about['name'][:60]!r} contains itself"
                return about
            if len(around) > DEEPEST:
                about["refused_entries"] = f"groups nested deeper than {DEEPEST} levels"
                return about
            for name in group:
                self.members += 1
                if self.members > MOST_MEMBERS:
                    about["refused_entries"] = f"more than {MOST_MEMBERS} entries"
                    return about
                about["entries"][name] = self.member(group, name, (*around, group))
            about["attributes"] = {name: _plain(value) for name, value in group.attrs.items()}
        except _DAMAGED as error:
            about["problem"] = _brief(error)
        return about

    def member(self, group: Any, name: str, around: tuple[Any, ...]) -> dict[str, Any]:
        """A group, a dataset, or why it is neither."""
        import h5py  # noqa: PLC0415 - after the limits

        try:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                return {"refused": f"{name[:60]!r} is a link to another place or file, which is not followed"}
            one = group[name]
            return self.group(one, around) if isinstance(one, h5py.Group) else self.dataset(one)
        except _DAMAGED as error:
            return {"problem": _brief(error)}

    def dataset(self, dataset: Any) -> dict[str, Any]:
        """Shape, bytes and place of a dataset; without a place if its numbers are not read."""
        shown = str(dataset.name)[:80]
        about: dict[str, Any] = {"name": shown, "shape": [int(extent) for extent in dataset.shape]}
        if dataset.dtype.kind not in f"biuf{_TEXT}":
            return about | {"refused_numbers": f"{shown!r} contains no numbers"}
        if dataset.external or dataset.is_virtual:
            return about | {"refused_numbers": f"{shown!r} is in another file, which is not read"}
        about["bytes"] = int(dataset.size * max(dataset.dtype.itemsize, 1))
        if about["bytes"] > LARGEST_ARRAY:
            return about
        if self.written + about["bytes"] > LARGEST_FILE:
            return about | {"refused_numbers": f"the datasets take more than {LARGEST_FILE} bytes"}
        values = dataset[()]
        if dataset.dtype.kind == _TEXT:
            return about | {"texts": _texts(values)}
        return about | {"dtype": values.dtype.str, "place": self._put(values)}

    def _put(self, values: Any) -> int:
        """Write numbers, and return where they begin."""
        place, content = self.written, values.tobytes()
        self.out.write(content)
        self.written += len(content)
        return place


def _texts(values: Any) -> list[str]:
    import numpy as np  # noqa: PLC0415 - after the limits

    found = np.asarray(values, dtype=object).ravel().tolist()
    if not all(isinstance(one, bytes | str) for one in found):
        raise TypeError("an array of objects that are no texts")
    return [one.decode("utf-8", "replace") if isinstance(one, bytes) else one for one in found]


def _plain(value: Any) -> Any:
    """An attribute as JSON holds it; None for what is neither a number nor a text."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    found = value.item() if getattr(value, "size", 0) == 1 else value
    return found if isinstance(found, bool | int | float | str) else None


def _brief(error: BaseException) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__


def read(path: str, out: BinaryIO) -> dict[str, Any]:
    """The tree of a file, whose numbers are written to `out`."""
    try:
        import h5py  # noqa: PLC0415 - after the limits
    except ImportError as error:
        return {"missing": _brief(error)}
    try:
        store = h5py.File(path, "r", locking=False)
    except (OSError, ValueError) as error:
        return {"unreadable": _brief(error)[:120]}
    return Walk(out).group(store["/"])


def write(path: str, out: BinaryIO) -> None:
    """Write numbers, tree and the length of the tree."""
    text = json.dumps(read(path, out)).encode()
    out.write(text + len(text).to_bytes(8, "little"))
    out.flush()


if __name__ == "__main__":
    limit(int(sys.argv[2]))
    write(sys.argv[1], sys.stdout.buffer)
    os._exit(0)  # closing a damaged file may crash
