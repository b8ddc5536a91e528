"""Write what pages state of the program.

The output that the README shows comes from its commands, tables of results from ``docs/tools/result_tables.py``, and
numbers in sentences from ``docs/values.yaml``. Pages of keys, equations and names are written with the site.

::

    python docs/generate.py            write what has changed
    python docs/generate.py --check    write nothing; exit 1 if something would change
"""

from __future__ import annotations

import difflib
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

sys.path.append(str(Path(__file__).parent / "tools"))

DOCS = Path(__file__).parent
README = DOCS.parent / "README.md"
BENCHMARKS = DOCS.parent / "benchmarks" / "README.md"
PAPER = DOCS.parent / "paper" / "paper.md"
OUTPUT = re.compile(r"<!-- output: (?P<command>[^\n]+?) -->\n```text\n(?P<text>.*?)\n```", re.DOTALL)
"""A block of the README that shows what a command prints."""

NUMBERS = re.compile(r"<!-- numbers: (\w+) -->\n.*?<!-- end -->", re.DOTALL)
"""A table of results in a hand-written page."""


def pages_with_numbers() -> dict[Path, str]:
    """Hand-written pages whose tables of results and numbers in sentences are computed again."""
    tables = importlib.import_module("result_tables").TABLES
    values = importlib.import_module("page_values")
    texts = {
        page: page.read_text("utf-8") for page in [README, BENCHMARKS, PAPER, *sorted(DOCS.rglob("*.md"))]
    }
    return {
        page: values.with_values(
            NUMBERS.sub(
                lambda found: (
                    f"<!-- numbers: {found[1]} -->\n" + "\n".join(tables[found[1]]()) + "\n<!-- end -->"
                ),
                text,
            )
        )
        for page, text in texts.items()
        if NUMBERS.search(text) or values.VALUE.search(text)
    }


def printed(command: str) -> str:
    """What a ``neuroest`` command prints."""
    words = command.split()[1:]
    run = subprocess.run(  # noqa: S603 - the command is in our own README
        [sys.executable, "-X", "utf8", "-m", "neuroest", *words],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    return run.stdout.rstrip()


def readme_with_outputs(text: str) -> str:
    """The README with every shown output printed again."""
    return OUTPUT.sub(
        lambda found: f"<!-- output: {found['command']} -->\n```text\n{printed(found['command'])}\n```", text
    )


def changed(texts: Mapping[Path, str]) -> Iterator[Path]:
    """Pages that differ from what is in the tree."""
    for path, text in texts.items():
        if not path.exists() or path.read_text("utf-8") != text:
            yield path


def main() -> None:
    """Write or check."""
    texts = pages_with_numbers()
    texts[README] = readme_with_outputs(texts.get(README, README.read_text("utf-8")))
    stale = list(changed(texts))
    if "--check" in sys.argv[1:]:
        for path in stale:
            old, new = (path.read_text("utf-8") if path.exists() else ""), texts[path]
            sys.stdout.writelines(difflib.unified_diff(
                old.splitlines(keepends=True), new.splitlines(keepends=True), str(path), "as computed now", n=0
            ))  # fmt: skip
        sys.exit("run python docs/generate.py" if stale else 0)
    for path in stale:
        path.write_text(texts[path], "utf-8")


if __name__ == "__main__":
    main()
