"""What a release is made of agrees with the package: paper, metadata and recipe."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
RECIPE = yaml.safe_load((ROOT / "conda" / "recipe.yaml").read_text("utf-8"))
PAPER = (ROOT / "paper" / "paper.md").read_text("utf-8")


def test_one_version_and_one_licence_everywhere() -> None:
    zenodo = json.loads((ROOT / ".zenodo.json").read_text("utf-8"))
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    versions = {PROJECT["version"], zenodo["version"], str(citation["version"]), RECIPE["context"]["version"]}
    assert len(versions) == 1
    assert RECIPE["about"]["license"] == PROJECT["license"]
    assert RECIPE["about"]["license_file"] == PROJECT["license-files"]
    assert all((ROOT / file).is_file() for file in PROJECT["license-files"])
    assert zenodo["title"] == citation["title"]


def test_the_recipe_asks_for_what_the_package_asks_for() -> None:
    asked = {
        re.sub(r"\W", "_", one.partition(">=")[0]): one.partition(">=")[2] for one in PROJECT["dependencies"]
    }
    stated = dict(one.split(" >=") for one in RECIPE["requirements"]["run"])
    assert f">={stated.pop('python')}" == PROJECT["requires-python"]
    assert stated == asked
    hook = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    needed = {one.partition(">=")[0].replace("-", "_") for one in hook["hooks"]["custom"]["dependencies"]}
    assert needed < {one.partition(" ")[0] for one in RECIPE["requirements"]["host"]}
    (entry,) = RECIPE["build"]["python"]["entry_points"]
    assert entry == f"neuroest = {PROJECT['scripts']['neuroest']}"


def test_the_paper_cites_what_its_bibliography_has_and_no_more() -> None:
    keys = set(re.findall(r"^@\w+\{(\w+),", (ROOT / "paper" / "paper.bib").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"@(\w+)[\];]", PAPER)) == keys
    head = yaml.safe_load(PAPER.split("---")[1])
    assert {"title", "tags", "authors", "affiliations", "date", "bibliography"} <= set(head)
    assert 250 < len(PAPER.split("---", 2)[2].split()) < 1000  # what the journal allows
    assert re.findall(r"^# (.+)$", PAPER, re.MULTILINE) == [
        "Summary", "Statement of need", "State of the field", "Software design", "Research impact statement",
        "AI usage disclosure", "Acknowledgements", "References",
    ]  # fmt: skip


def test_the_sdist_has_what_its_own_tests_read() -> None:
    included = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"][
        "targets"
    ]["sdist"]
    assert all((ROOT / name).exists() for name in included["include"])
    for folder in ("tests", "docs", "paper", "conda", "integrations", ".ci", ".zenodo.json"):
        assert folder in included["include"]
