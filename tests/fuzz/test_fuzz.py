"""A few mutated files of every kind; ``python -m tests.fuzz`` tries as many as wanted."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

import pytest

from neuroest.core.errors import NeuroestError
from tests.fuzz.run import outcome, run
from tests.fuzz.targets import TARGETS, Target, WrongResultError

SEEDS = Path(__file__).with_name("seeds")
FEW = {"nir": 6}
"""Inputs of the kinds that take long; 15 of the others."""
ELSEWHERE = frozenset({"results", "bundle"})
"""Kinds whose files are changed in `tests/reporting/test_hostile_files.py`."""
NEEDS = {"onnx": "onnx", "nir": "h5py", "results": "matplotlib", "bundle": "matplotlib"}


KINDS = [
    pytest.param(kind, marks=pytest.mark.slow) if kind in FEW else kind
    for kind in TARGETS
    if kind not in ELSEWHERE
]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_mutated_files_give_a_result_or_one_line_a_problem(kind: str) -> None:
    if kind in NEEDS:
        pytest.importorskip(NEEDS[kind])
    tally = run(kind, FEW.get(kind, 15), seed=1)
    assert not tally.faults, list(tally.faults)
    assert tally.counts["refused"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in TARGETS if kind not in {"settings", *NEEDS}])
def test_the_good_files_are_accepted(kind: str, tmp_path: Path) -> None:
    for name, content in TARGETS[kind].seeds()[:2]:
        assert outcome(kind, name, content, tmp_path) == ("accepted", "")


@pytest.mark.parametrize("file", sorted(SEEDS.iterdir()), ids=lambda file: file.stem)
def test_inputs_that_showed_a_fault_show_none(file: Path, tmp_path: Path) -> None:
    kind, _, name = file.stem.partition("-")
    if kind in NEEDS:
        pytest.importorskip(NEEDS[kind])
    found, line = outcome(kind, name, file.read_bytes(), tmp_path)
    assert found in {"accepted", "refused"}, line


def test_what_takes_too_long_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def read(file: Path, seed: str) -> None:
        while True:
            try:
                int("1")
            except Exception:
                return

    monkeypatch.setattr("tests.fuzz.run.LONGEST", 0.05)
    monkeypatch.setitem(TARGETS, "space", TARGETS["space"].__class__(".yaml", list, lambda c, r: c, read))  # type: ignore[misc]
    assert outcome("space", "some", b"", tmp_path)[0] == "hang"


CONTENTS = (b"good", b"bad", b"better")


def drawn(count: int, seed: int) -> list[bytes]:
    """Contents that a run draws."""
    rng = random.Random(f"space {seed}")
    found = []
    for _ in range(count):
        rng.choice([0])
        found.append(CONTENTS[rng.randrange(3)])
    return found


@pytest.mark.parametrize("end", ["hang", "crash"])
def test_what_answers_no_signal_is_killed(monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    """As a loop of a library in C does, and one that it crashes in."""

    def read(file: Path, seed: str) -> None:
        if file.read_bytes() != b"bad":
            return
        if end == "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        signal.pthread_sigmask(
            signal.SIG_BLOCK, {signal.SIGALRM, signal.SIGPROF, signal.SIGTERM, signal.SIGINT}
        )
        while True:
            pass

    monkeypatch.setattr("tests.fuzz.run.KILLED_AFTER", 1.0)
    target = Target(".yaml", lambda: [("some", b"")], lambda _content, rng: CONTENTS[rng.randrange(3)], read)
    monkeypatch.setitem(TARGETS, "space", target)  # type: ignore[misc]
    tally = run("space", 6, seed=3)
    assert tally.inputs == 6
    assert tally.counts[end] == sum(content == b"bad" for content in drawn(6, seed=3)) > 0
    assert [*tally.faults.values()] == [b"bad"]
    assert next(iter(tally.faults)).startswith(f"{end}: some: ")


def test_a_fault_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def outcome_of(error: BaseException | None) -> str:
        def read(file: Path, seed: str) -> None:
            if error is not None:
                raise error

        monkeypatch.setitem(TARGETS, "space", TARGETS["space"].__class__(".yaml", list, lambda c, r: c, read))  # type: ignore[misc]
        return outcome("space", "some", b"", tmp_path)[0]

    assert outcome_of(None) == "accepted"
    assert outcome_of(NeuroestError("a line")) == "refused"
    assert outcome_of(NeuroestError("")) == "message"
    assert outcome_of(ZeroDivisionError()) == "traceback"
    assert outcome_of(WrongResultError("band")) == "wrong"
    assert outcome_of(RuntimeWarning("overflow")) == "traceback"
