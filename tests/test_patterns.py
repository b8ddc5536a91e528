"""No pattern over the text of a user takes more than linear time, nearly."""

from __future__ import annotations

import ast
import importlib
import itertools
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.test_house import SOURCES, nodes_of

METHODS = ("match", "search", "fullmatch", "sub", "split", "findall", "finditer")
OF_OWN_TEXTS = {
    "neuroest.core.docstrings", "neuroest.core.provenance", "neuroest.blocks.circuit", "neuroest.circuits.export",
    "neuroest.authoring.templates", "neuroest.specs.loaded",
    "neuroest.pipeline.design_rules", "neuroest.core.text_layout",
}  # fmt: skip
"""Modules whose patterns read texts of this package only."""
REPEATED = (
    " ",
    "\t",
    "1",
    "a",
    "_",
    ".",
    ",",
    "-",
    ":",
    "'",
    "(",
    "[",
    "[ ]",
    "1.",
    "a ",
    "1 ",
    "e1",
    "=",
    "u",
    "\\a",
)
BEFORE = ("", "1", "a", "- a", "# a:", "(", "{", " - ", "a (", "I[", "a =", "a in")
AFTER = ("", "!", "\n", "..", " x", ")", "\x00")
SHORT, LONG = 1_000, 8_000
SOON = 0.05
"""Processor time within which a long text may be read, whatever a short one takes. [s]"""
MOST = 16.0
"""Most of the time of a long text over that of a short one, for eight times the length; a square would be 64."""


def used_patterns() -> Iterator[tuple[str, Callable[[str], Any]]]:
    """Every pattern of a module with each method that the module calls on it, and those written in a call of `re`."""
    for module in sorted(set(SOURCES) - OF_OWN_TEXTS):
        for node in nodes_of(module):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            method, of = node.func.attr, ast.unparse(node.func.value)
            if method not in METHODS:
                continue
            if of == "re" and isinstance(node.args[0], ast.Constant):
                pattern = re.compile(node.args[0].value)
            else:
                pattern = getattr(importlib.import_module(module), of, None)
            if isinstance(pattern, re.Pattern):
                call = getattr(pattern, method)
                of_bytes = isinstance(pattern.pattern, bytes)
                last = ((b"" if of_bytes else ""),) if method == "sub" else ()
                yield (
                    f"{module}: {pattern.pattern[:60]!r}.{method}",
                    lambda text, c=call, a=last, b=of_bytes: consumed(c(*a, text.encode() if b else text)),
                )


def consumed(found: Any) -> Any:
    return list(found) if hasattr(found, "__next__") else found


def seconds(read: Callable[[str], Any], text: str) -> float:
    def once() -> float:
        began = time.process_time()
        read(text)
        return time.process_time() - began

    return min(once() for _ in range(2))


@pytest.mark.nightly
def test_the_time_of_each_pattern_grows_with_the_length_of_the_text() -> None:
    slow: dict[str, str] = {}
    patterns = dict(used_patterns())
    assert len(patterns) > 40
    for name, read in patterns.items():
        for repeated, before, after in itertools.product(REPEATED, BEFORE, AFTER):
            short, long = (before + repeated * (n // len(repeated)) + after for n in (SHORT, LONG))
            least = seconds(read, short)
            if least * (LONG / SHORT) ** 3 < SOON:
                continue
            taken = seconds(read, long) if least < 0.2 else float("inf")
            if taken > SOON and taken > MOST * least:
                slow.setdefault(
                    name, f"{before!r} + {repeated!r} x n + {after!r}: {least:.4f} s, {taken:.3f} s"
                )
                break
    assert not slow, "\n".join(f"{name}: {found}" for name, found in slow.items())
