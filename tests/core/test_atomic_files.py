from __future__ import annotations

import errno
from pathlib import Path

import pytest

from neuroest.core.errors import NeuroestError
from neuroest.core.files import write_figure, write_whole

figure_module = pytest.importorskip("matplotlib.figure", reason="needs neuroest[report]")


def test_a_file_is_whole_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "found.txt"
    write_whole(file, b"one")
    kept = Path.write_bytes

    def full(self: Path, content: bytes) -> int:
        kept(self, content[:1])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(NeuroestError, match=r"cannot write .*found\.txt: No space left on device"):
        write_whole(file, b"another")
    assert file.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [file]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(self: Path, *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(self))

    monkeypatch.setattr(Path, "write_bytes", read_only)
    monkeypatch.setattr(Path, "unlink", read_only)
    with pytest.raises(NeuroestError, match=r"^cannot write \S*/found\.txt: Read-only file system$"):
        write_whole(tmp_path / "found.txt", b"one")


@pytest.mark.parametrize("suffix", [".pdf", ".svg", ".png"])
def test_a_figure_on_a_full_disk_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    monkeypatch.setattr(Path, "write_bytes", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
    with pytest.raises(NeuroestError, match="cannot write"):
        write_figure(figure_module.Figure(), tmp_path / f"drawn{suffix}")
    assert list(tmp_path.iterdir()) == []
