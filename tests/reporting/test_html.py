from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser

from neuroest.pipeline.comparison import compared
from neuroest.results.estimate import Estimate

EVIL = "<script>alert('x')</script>&\"\u2028"


class Balance(HTMLParser):
    """Counts what is open, and everything that would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.loads += [name for name, _ in attrs if name in {"src", "href"} or name.startswith("on")]
        if tag in {"script", "link", "iframe", "img"}:
            self.loads.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed(text: str) -> Balance:
    balance = Balance()
    balance.feed(text)
    balance.close()
    return balance


def test_the_page_is_whole_and_loads_nothing(memristive: Estimate, cmos: Estimate) -> None:
    for text in (memristive._repr_html_(), compared((memristive, cmos), {})._repr_html_()):
        balance = parsed(text)
        assert balance.open == []
        assert balance.loads == []


def test_notebooks_show_it(memristive: Estimate) -> None:
    assert "energy per inference" in memristive._repr_html_()
    assert "diffusive_28nm_derived" in compared((memristive, memristive), {})._repr_html_()


def test_text_from_files_is_escaped(memristive: Estimate, cmos: Estimate) -> None:
    spec = memristive.design.spec.model_copy(update={"description": EVIL})
    evil = dataclasses.replace(
        memristive, design=dataclasses.replace(memristive.design, spec=spec), exclusions=(EVIL,)
    )
    for text in (evil._repr_html_(), compared((evil, cmos), {})._repr_html_()):
        assert "<script" not in text
        assert "&lt;script&gt;" in text
        assert parsed(text).loads == []


def test_totals_and_bands_are_shown(memristive: Estimate) -> None:
    text = re.sub(r"<[^>]+>", " ", memristive._repr_html_())
    assert "energy per inference" in text
    assert " .. " in text
    assert "left out" in text
