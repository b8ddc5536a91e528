"""The documentation site builds, a broken link breaks it, and it fetches nothing from elsewhere."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import reference_pages

import neuroest
from tests.test_questions import ALL as ALL_QUESTIONS

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]


def build(root: Path, target: Path) -> subprocess.CompletedProcess[str]:
    pytest.importorskip("material")
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", str(root / "mkdocs.yml"), "-d", target],
        capture_output=True, text=True, check=False, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip


def copy_of_the_docs(folder: Path) -> Path:
    root = folder / "copy"
    shutil.copytree(ROOT / "docs", root / "docs", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("mkdocs.yml", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "CITATION.cff"):
        shutil.copy(ROOT / name, root / name)
    for place in ("benchmarks", "benchmarks/peers", "benchmarks/accuracy"):
        (root / place).mkdir(parents=True)
        shutil.copy(ROOT / place / "README.md", root / place / "README.md")
    for place in ("examples/notebooks", "examples/slow_state", "examples/digits_snn"):
        shutil.copytree(ROOT / place, root / place)
    for file in (*(ROOT / "benchmarks").glob("*.csv"), ROOT / "benchmarks" / "fairness_maps.json"):
        shutil.copy(file, root / "benchmarks")
    (root / "tests" / "fitting").mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "fitting" / "strangers_found.json", root / "tests" / "fitting")
    return root


def test_site_has_every_page_and_needs_no_network(tmp_path: Path) -> None:
    done = build(ROOT, tmp_path / "site")
    assert done.returncode == 0, done.stderr
    pages = {str(path.relative_to(ROOT / "docs").with_suffix("")) for path in ROOT.glob("docs/**/*.md")}
    built = {
        str(path.relative_to(tmp_path / "site").with_suffix("")) for path in tmp_path.glob("site/**/*.html")
    }
    outside = {"start", "contributing", "changelog", "benchmarks", "peers", "accuracy_benchmark", "cases"}
    notebooks = {f"notebooks/{path.stem}" for path in (ROOT / "examples" / "notebooks").glob("*.ipynb")}
    reference = {str(Path(place).with_suffix("")) for place in reference_pages.pages()}
    assert built - {"404"} == pages | outside | notebooks | reference
    assert not list((tmp_path / "site").rglob("__pycache__"))
    survey = (tmp_path / "site" / "survey.html").read_text("utf-8")
    rows = [entry.title for kind in ("neurons", "chips") for entry in neuroest.survey(kind).entries]
    assert [title for title in rows if html.escape(title, quote=False) not in survey] == []
    front = (tmp_path / "site" / "index.html").read_text("utf-8")
    assert 'href="start.html"' in front
    for one in ALL_QUESTIONS:
        page = tmp_path / "site" / Path(one["page"]).with_suffix(".html")
        assert f'id="{one["anchor"]}"' in page.read_text("utf-8"), one["question"]
        assert f'href="{Path(one["page"]).with_suffix(".html")}#{one["anchor"]}"' in front
    assert (
        re.findall(r'<(?:script|img)[^>]+src="(?:https?:)?//|<link[^>]+rel="stylesheet"[^>]+https?:', front)
        == []
    )


ASTRAY = (
    ("docs/index.md", "[gone](gone.md)", r"'index\.md'.* 'gone\.md'"),
    ("docs/index.md", "[gone](results.md#no-such-heading)", r"'index\.md'.* 'results\.md#no-such-heading'"),
    ("docs/index.md", "[outside](../pyproject.toml)", r"'index\.md'.* '\.\./pyproject\.toml'"),
    ("README.md", "[gone](docs/gone.md)", r"'start\.md'.* '(?:docs/)?gone\.md'"),
    ("docs/unlisted.md", "# In no menu", r"unlisted\.md"),
)
"""A page, what is written at its end, and what the warning that stops a strict build names."""


def test_site_refuses_what_leads_nowhere(tmp_path: Path) -> None:
    root = copy_of_the_docs(tmp_path)
    for page, text, _ in ASTRAY:
        with (root / page).open("a", encoding="utf-8") as file:
            file.write(f"\n{text}\n")
    done = build(root, tmp_path / "site")
    assert done.returncode != 0
    for *_, named in ASTRAY:
        assert re.search(named, done.stderr), named
    # a strict build stops for any one of them
    assert f"Aborted with {len(ASTRAY)} warnings" in done.stdout + done.stderr
