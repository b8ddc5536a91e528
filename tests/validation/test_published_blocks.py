"""Blocks of a crossbar occur in a case with published values, apart from those that are named here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from neuroest import registry
from neuroest.loading.kinds import data_folder

ROLES = (
    "cell",
    "row_driver",
    "converter",
    "sample_and_hold",
    "multiplexer",
    "merge",
    "line_buffer",
    "write_circuit",
)
WITHOUT = frozenset(
    {
        "one_selector_one_resistor",
        "passive",
        "series_junctions",
        "flash_adc",
        "ramp_adc",
        "sample_and_hold",
    }
)
"""Blocks that no published chip or component table of `validation/` has."""


def models(node: Any, *, inside: bool) -> Iterator[str]:
    """Models of the blocks of crossbars in a file, and of the blocks that a variant of one changes."""
    if not isinstance(node, dict):
        return
    inside = inside or node.get("mapper") == "crossbar"
    if inside and isinstance(node.get("model"), str):
        yield node["model"]
    for key, part in node.items():
        yield from models(part, inside=inside or ".array." in str(key))


def test_each_block_of_a_crossbar_has_a_published_number_but_for_those_that_are_named() -> None:
    used: set[str] = set()
    for file in data_folder("validation_case").glob("*/*.yaml"):
        text = file.read_text(encoding="utf-8")
        if text.startswith("kind: architecture"):
            used |= set(models(yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)), inside=False))
    blocks = {model for model in registry.BLOCKS if any(role in registry.roles_of(model) for role in ROLES)}
    assert "whole_adc" in blocks
    assert blocks - used == WITHOUT
