from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pytest

from neuroest.workloads.importers import files, hdf5_program


@pytest.fixture
def own_process() -> None:
    """HDF5 files of a test are read by a process of their own, as they are for a user."""


@pytest.fixture(autouse=True)
def read_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the others are read by the same program in this process: its start takes longer than the rest."""

    def here(path: Path, out: BinaryIO, _longest: float) -> None:
        hdf5_program.write(str(path.absolute()), out)

    if "own_process" not in request.fixturenames:
        monkeypatch.setattr(files, "_read_elsewhere", here)
