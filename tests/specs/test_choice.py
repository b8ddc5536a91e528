"""A choice reads and reports like the union it stands for, and builds nothing that a file does not use."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pydantic import ValidationError
from pydantic_core import PydanticKnownError

from neuroest.blocks.memories.sram import SramBlock
from neuroest.registry import BLOCKS, FREE_BLOCKS, LEVELS
from neuroest.specs.architecture import NODES, Level
from neuroest.specs.blocks import Block, Choice, details, stated
from tests.each import each

MEMORIES = Choice(BLOCKS, ("sram", "memory_macro"), stated("model"), "model")
SRAM = {"model": "sram", "device": "sram_28nm_anchored", "capacity": "64 KiB", "width": "64 bit",
        "stores": ["state"]}  # fmt: skip


def everything_in(cls: type[Block]) -> list[type[Block]]:
    return [cls, *(found for below in cls.__subclasses__() for found in everything_in(below))]


def test_every_block_of_the_package_is_in_the_table() -> None:
    listed = set(BLOCKS.values())  # loads every module
    found = {cls for cls in everything_in(Block) if get_args(cls.model_fields["model"].annotation)}
    assert {cls for cls in found if cls.__module__.startswith("neuroest.")} == listed


def test_the_word_selects_the_class() -> None:
    assert isinstance(MEMORIES.validated(SRAM), SramBlock)
    ready = MEMORIES.validated(SRAM)
    assert MEMORIES.validated(ready) is ready


def test_nodes_are_levels_computing_levels_and_free_blocks() -> None:
    assert tuple(NODES.words) == (
        "level",
        *(f"mapper:{m}" for m in LEVELS),
        *(f"model:{m}" for m in FREE_BLOCKS),
    )
    assert isinstance(NODES.validated({"count": 2, "buffer": SRAM}), Level)


@each(
    "given, kind",
    [
        ({"model": "srma"}, "union_tag_invalid"),
        ({"model": "mesh"}, "union_tag_invalid"),
        ({"device": "x"}, "union_tag_not_found"),
        (5, "model_attributes_type"),
    ],
)
def test_what_is_none_of_them_is_reported_as_a_union_tells_it(given: Any, kind: str) -> None:
    with pytest.raises(PydanticKnownError) as caught:
        MEMORIES.validated(given)
    assert caught.value.type == kind


def test_errors_inside_of_a_choice_keep_their_place() -> None:
    wrong = {"count": 1, "tile": {"count": 2, "buffer": {**SRAM, "capacity": "64 pJ", "depth": 3}}}
    with pytest.raises(ValidationError) as caught:
        Level.model_validate(wrong)
    places = {error["loc"]: error["type"] for error in details(caught.value.errors())}
    assert places == {
        ("tile", "level", "buffer", "model:sram", "capacity"): "quantity",
        ("tile", "level", "buffer", "model:sram", "depth"): "extra_forbidden",
    }
