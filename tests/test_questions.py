"""Ten questions that readers bring are answered within two clicks from the index of the documentation."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.each import each
from tests.test_documents import FENCE, anchors

DOCS = Path(__file__).parents[1] / "docs"
QUESTIONS: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (DOCS / "questions.yaml").read_text(encoding="utf-8")
)
ALL = [one for rows in QUESTIONS.values() for one in rows]
CLICKS = 2


def without_the_list(index: str) -> str:
    """The index without its list of questions, which would answer each in one click."""
    return re.sub(r"^## Questions\n.*?(?=^## )", "", index, flags=re.MULTILINE | re.DOTALL)


@cache
def clicks() -> dict[Path, int]:
    """Fewest links from the index to each page."""
    index = (DOCS / "index.md").resolve()
    found, edge = {index: 0}, [index]
    while edge:
        page, *edge = edge
        text = FENCE.sub("", page.read_text(encoding="utf-8"))
        text = without_the_list(text) if page == index else text
        for target in re.findall(r"\]\(([^)#\s]+\.md)(?:#[^)]*)?\)", text):
            file = (page.parent / target).resolve()
            if "://" not in target and file.exists() and file not in found:
                found[file] = found[page] + 1
                edge.append(file)
    return found


def section(page: Path, anchor: str) -> str:
    """Text under a heading, up to the next one of its rank or above."""
    lines = page.read_text(encoding="utf-8").splitlines()
    fenced, taken, rank = False, [], 0
    for line in lines:
        fenced ^= line.startswith("```")
        heading = None if fenced else re.match(r"(#+) (.+)", line)
        if heading and rank and len(heading[1]) <= rank:
            break
        if heading and not rank:
            name = re.sub(r"[^\w\- ]", "", heading[2].lower()).strip().replace(" ", "-")
            rank = len(heading[1]) if name == anchor else 0
        if rank:
            taken.append(line)
    return "\n".join(taken)


def test_both_readers_have_five_questions() -> None:
    assert {reader: len(rows) for reader, rows in QUESTIONS.items()} == {
        "device physicist": 5,
        "architect": 5,
    }
    assert len({one["question"] for one in ALL}) == 10


@each("one", ALL)
def test_a_question_is_answered_within_two_clicks(one: dict[str, Any]) -> None:
    page = DOCS / one["page"]
    assert clicks()[page.resolve()] <= CLICKS
    assert one["anchor"] in anchors(page)
    text = section(page, one["anchor"])
    assert [words for words in one["answer"] if words not in text] == []


def test_the_index_lists_every_question_and_no_other() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    listed = re.findall(r"^- \[([^\]]+\?)\]\(([^)]+)\)$", index.partition("## Questions\n")[2], re.MULTILINE)
    assert listed == [(one["question"], f"{one['page']}#{one['anchor']}") for one in ALL]


def test_the_walk_does_not_use_the_list() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    assert ALL[0]["question"] in index
    assert ALL[0]["question"] not in without_the_list(index)
    assert len(without_the_list(index)) > len(index) / 2


def test_every_page_opens_with_the_question_that_it_answers() -> None:
    pages = [
        page for folder in (".", "extending", "tutorials") for page in sorted((DOCS / folder).glob("*.md"))
    ]
    without = []
    for page in pages:
        title = re.search(r"^# .*\n(?:\n.*(?:\n.+)*)", page.read_text(encoding="utf-8"), re.MULTILINE)
        if title is None or "?" not in title[0]:
            without.append(str(page.relative_to(DOCS)))
    assert len(pages) > 50
    assert without == []
