"""What is said when an optional library is not installed."""

import sys

import pytest

from neuroest.core.errors import NeuroestError
from neuroest.core.installed import extra


def test_the_extra_that_brings_a_library_is_named() -> None:
    with pytest.raises(NeuroestError, match=r"this needs no_such_library: pip install '\.\[lab\]'"):
        extra("no_such_library.part", "lab")


def test_what_a_library_itself_lacks_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    (tmp_path / "half_there.py").write_text("import what_it_needs\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(NeuroestError, match="this needs what_it_needs: "):
        extra("half_there", "lab")
    assert "half_there" not in sys.modules
