"""Words that names, messages, help and pages avoid, as the glossary lists them."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import reference_pages

from neuroest.cli import VERBS, _command
from neuroest.registry import COMPONENTS, DEVICE_MODELS, LEVELS
from neuroest.results.glossary import glossary
from neuroest.results.quantities import QUANTITIES
from tests.each import each

ROOT = Path(__file__).parents[1]
WORDS = {re.compile(pattern, re.IGNORECASE): instead for pattern, instead in glossary().refused.items()}
ANY_WORD = re.compile(rf"\b(?:{'|'.join(glossary().refused)})", re.IGNORECASE)
"""All of them at once, which is several times as fast; each begins at a word."""

TEXTS = {tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}

# Lines that are not this project's prose.
QUOTED = re.compile(r"https?://|doi:|^\s*(>|title:|locator:)")


def refused(place: str, text: str) -> list[str]:
    """Places in a text that use a word of the list."""
    return [
        f"{place}:{number}: {found[0]!r}, write {instead}: {line.strip()[:100]}"
        for number, line in enumerate(text.splitlines(), 1)
        if ANY_WORD.search(line) and not QUOTED.search(line)
        for pattern, instead in WORDS.items()
        for found in pattern.finditer(line)
    ]


@cache
def texts_of(path: Path) -> tuple[tuple[int, str], ...]:
    """Strings and comments of a module with their lines: messages, help, labels, docstrings."""
    with tokenize.open(path) as file:
        return tuple(
            (token.start[0], token.string)
            for token in tokenize.generate_tokens(file.readline)
            if token.type in TEXTS
        )


@cache
def written_pages() -> tuple[tuple[str, str], ...]:
    """Pages by their names, those of the site as they would be written now; two come from strings that are checked."""
    return tuple(_pages())


def _pages() -> Iterator[tuple[str, str]]:
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        if path.name not in {"fairness.md", "scoreboard.md"}:
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
    yield from ((f"docs/{place}", text) for place, text in reference_pages.pages().items())


@each("text", [
    "the share is told", "a check tells it", "beside the array", "held against ISAAC", "taken in turns",
    "whose turn it is", "the crossings are found", "the energy rests on it", "what hangs on a router",
    "what it takes to spike", "one word of advice", "what is not known of the inputs", "how a number came about",
    "where two change places", "a layer cut amid the rows", "held up by the link",
    "the twin against which the memristor neurons are held", "the same to the bit", "samples dealt out to chips",
    "one carry in the mean", "weights are written anew", "the value stands in its device", "takes its drive away",
    "an endless cost", "values are used as they stand", "areas come out at 0.7", "energies come out too large",
    "papers seldom say", "a cause of doubt", "a bound on the safe side", "the sources at hand", "whoever has a kit",
    "weights stay for ever", "chips that took part", "cells that add charges", "columns that add",
    "loss along the wires", "circuits that write", "values lie on both sides of it", "measured by its makers",
])  # fmt: skip
def test_the_list_finds_what_it_is_for(text: str) -> None:
    assert refused("x", text)


@each("text", [
    "the output turns on", "five neurons take turns", "a result held on a capacitor", "the sum turns into spikes",
    "reading one word of a memory", "the smallest voltage at rest on the way down", "what stands in the way of a chip",
    "Ag stands for silver", "no signal comes out of a sleeping block", "the part that takes 5 ns",
])  # fmt: skip
def test_the_list_leaves_words_of_the_field_alone(text: str) -> None:
    assert refused("x", text) == []


@each("page, text", written_pages)
def test_pages_use_words_of_the_field(page: str, text: str) -> None:
    assert refused(page, text) == []


@pytest.mark.slow
@each("folder", ["neuroest", "docs", "examples", "benchmarks", "integrations", "tests"])
def test_messages_docstrings_and_comments_use_words_of_the_field(folder: str) -> None:
    texts = [
        (f"{path.relative_to(ROOT)}:{line}", text)
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path != Path(__file__)
        for line, text in texts_of(path)
    ]
    assert len(texts) > 50
    assert [hit for place, text in texts for hit in refused(place, text)] == []


@each("verb", VERBS)
def test_help_uses_words_of_the_field(verb: str) -> None:
    import click

    command = _command(verb)
    assert refused(verb, command.get_help(click.Context(command, info_name=verb))) == []


def test_public_names_use_words_of_the_field() -> None:
    names = [*QUANTITIES, *COMPONENTS, *LEVELS, *DEVICE_MODELS]
    names += [field for block in COMPONENTS.values() for field in block.schema.model_fields]
    names += [name for model in DEVICE_MODELS.values() for name in model.parameters()]
    assert refused("names", "\n".join(name.replace("_", " ") for name in names)) == []


def test_texts_of_validation_cases_use_words_of_the_field() -> None:
    found = [
        hit
        for path in sorted((ROOT / "validation").rglob("*.yaml"))
        for hit in refused(path.name, path.read_text(encoding="utf-8"))
    ]
    assert found == []


@each("folder", ["architectures", "contests", "workloads", "device_specs"])
def test_texts_of_shipped_files_use_words_of_the_field(folder: str) -> None:
    """Descriptions, reasons, rationales, notes and comments; titles of sources are quoted."""
    found = [
        hit
        for path in sorted((ROOT / folder).rglob("*.yaml"))
        if path.name != "sources.yaml"
        for hit in refused(path.name, path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_spike_term_has_a_meaning() -> None:
    """Terms that neurons name in their code."""
    named = {
        node.args[1].value
        for path in (ROOT / "neuroest" / "blocks" / "neurons").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "energy"
        if len(node.args) > 1 and isinstance(node.args[1], ast.Constant)
    }
    missing = sorted(named - set(glossary().spike_terms))
    assert not missing, (
        f"add the meaning of {', '.join(missing)} under spike_terms in neuroest/results/glossary.yaml"
    )
