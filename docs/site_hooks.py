"""What MkDocs adds to docs/: pages of other folders, whose links are rewritten, and what is written for the site."""

from __future__ import annotations

import posixpath
import re
import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

sys.path.append(str(Path(__file__).parent / "tools"))

import case_page
import notebooks
import reference_pages
import result_tables
import site_figures

ROOT = Path(__file__).parents[1]
OUTSIDE = {
    "README.md": "start.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "benchmarks/README.md": "benchmarks.md",
    "benchmarks/peers/README.md": "peers.md",
    "benchmarks/accuracy/README.md": "accuracy_benchmark.md",
    "LICENSE": "LICENSE.txt",
    "CITATION.cff": "CITATION.cff",
}
"""Place in the repository, and on the site."""
PAGES = {f"examples/notebooks/{name}.ipynb": f"notebooks/{name}.md" for name in notebooks.names()}
"""Notebooks, and their pages on the site."""
PLACES = {**OUTSIDE, **PAGES, "validation": "cases.md"}
"""All of them; the folder of published chips is one page."""
_TABLE = re.compile(r"^<!-- site: (\w+) -->$", re.MULTILINE)
"""A table of results that is long, so that only the site shows it."""
_LINK = re.compile(r"(?<=\]\()(?P<target>[^)#\s:]+)(?=[)#])")


def on_files(files: Any, config: Any) -> Any:
    """Add the outside files, notebooks and cases as pages, the reference, and figures that are drawn here."""
    for source, place in OUTSIDE.items():
        files.append(File.generated(config, place, abs_src_path=str(ROOT / source)))
    for source, place in PAGES.items():
        content = notebooks.page(notebooks.read(Path(source).stem))
        files.append(File.generated(config, place, content=content))
    files.append(File.generated(config, PLACES["validation"], content=case_page.page()))
    for place, text in reference_pages.pages().items():
        files.append(File.generated(config, place, content=text))
    for place in site_figures.FIGURES:
        files.append(File.generated(config, place, content=site_figures.drawn(place)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:  # noqa: ARG001 - MkDocs passes all four by name
    """Write long tables, and point links to where their files are on the site."""
    place = page.file.src_uri
    origin = next((source for source, put in OUTSIDE.items() if put == place), f"docs/{place}")

    def moved(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(origin), found["target"]))
        if target not in PLACES and not target.startswith("docs/"):
            return found["target"]
        there = PLACES.get(target, target.removeprefix("docs/"))
        return posixpath.relpath(there, posixpath.dirname(place) or ".")

    tables = _TABLE.sub(lambda found: "\n".join(result_tables.TABLES[found[1]]()), markdown)
    return _LINK.sub(moved, tables)
