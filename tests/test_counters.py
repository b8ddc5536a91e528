"""Work that is counted instead of timed does not grow: `benchmarks/counters.json`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks import counted, counters
from tests.each import each

SLOW = {*counted.COMMANDS, "collector", "memory"}
FILE = counters.recorded()


@pytest.mark.parametrize(
    "group", [pytest.param(g, marks=[pytest.mark.slow] if g in SLOW else []) for g in counted.GROUPS]
)
def test_no_counter_rises(group: str, record_property: Callable[[str, object], None]) -> None:
    found = counters.changes(group, counters.measured(group), FILE)
    falls = [one for one in found if one.falls]
    if falls:
        record_property("note", counters.report(falls))
    assert not any(one.rises for one in found), counters.report(found)


def test_every_group_is_recorded_and_a_rise_has_a_reason() -> None:
    assert set(FILE["counters"]) == set(counted.GROUPS)
    entries = {name: one for group in FILE["counters"].values() for name, one in group.items()}
    assert not [name for name, one in entries.items() if one["value"] < one["lowest"]]
    assert not [name for name, one in entries.items() if one["value"] > one["lowest"] and not one["reason"]]


def file_with(value: float, lowest: float | None = None, reason: str = "") -> dict[str, Any]:
    one = {"value": value, "lowest": value if lowest is None else lowest, "reason": reason}
    return {"versions": counters.versions(), "counters": {"calls": {"calls of f": one}}}


@each(
    "name, before, now, verdict",
    [
        ("calls of f", 1000, 1030, "same"), ("calls of f", 1000, 1031, "rises"), ("calls of f", 1000, 970, "same"),
        ("calls of f", 1000, 969, "falls"), ("objects", 0, 1, "rises"), ("objects", 0, 0, "same"),
        ("MiB that 100 take more", 0, 5, "same"), ("MiB that 100 take more", 0, 6, "rises"),
        ("memory after 100", 80, 96, "same"), ("new", None, 1, "rises"), ("gone", 1, None, "rises"),
        ("rounds of searches of drives", 16, 17, "same"), ("rounds of searches of timesteps", 8, 9, "rises"),
    ],
)  # fmt: skip
def test_what_may_move_by_how_much(name: str, before: Any, now: Any, verdict: str) -> None:
    change = counters.Change(name, before, now)
    assert (change.rises, change.falls) == (verdict == "rises", verdict == "falls")


def test_the_largest_rise_is_read_first() -> None:
    before = {name: {"value": 100, "lowest": 100, "reason": ""} for name in "abcd"}
    file = {"versions": counters.versions(), "counters": {"calls": before}}
    found = counters.changes("calls", {"a": 110, "b": 200, "c": 50, "d": 101}, file)
    assert [one.name for one in found] == ["b", "a", "c"]
    assert [line.split() for line in counters.report(found).splitlines() if "->" in line] == [
        ["100", "->", "200", "+100.0", "%", "b"],
        ["100", "->", "110", "+10.0", "%", "a"],
        ["100", "->", "50", "-50.0", "%", "c"],
    ]


def test_a_rise_is_recorded_with_its_reason_only() -> None:
    file = file_with(1000)
    with pytest.raises(ValueError, match="say with --reason"):
        counters.update(file, {"calls": {"calls of f": 1100}}, "")
    risen = counters.update(file, {"calls": {"calls of f": 1100}}, "a new check")
    assert risen == file_with(1100, 1000, "a new check")
    assert counters.update(risen, {"calls": {"calls of f": 1110}}, "") == risen  # within its tolerance
    assert counters.update(risen, {"calls": {"calls of f": 1050}}, "") == file_with(1050, 1000, "a new check")
    assert counters.update(risen, {"calls": {"calls of f": 900}}, "") == file_with(900)


def test_modules_of_other_packages_are_compared_under_their_versions_only() -> None:
    file = file_with(100)
    name = f"neuroest: {counters.OF_VERSIONS}"
    file["counters"]["calls"] = {name: file["counters"]["calls"]["calls of f"]}
    assert counters.changes("calls", {name: 200}, file)
    file["versions"]["numpy"] = "1.0"
    assert not counters.changes("calls", {name: 200}, file)


def test_a_group_that_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match="KeyError: 'nothing'"):
        counters.measured("nothing")
