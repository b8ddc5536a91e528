"""Packages installed for one test: a folder of modules with the metadata that entry points are read from."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "plugin"


def install(site: Path, package: str, groups: Mapping[str, Mapping[str, str]]) -> None:
    """Write the metadata of a package with these entry points, as an installer does."""
    folder = site / f"{package.replace('-', '_')}-0.1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.1.0\n", "utf-8")
    lines = [
        line
        for group, points in groups.items()
        for line in (f"[{group}]", *(f"{name} = {value}" for name, value in points.items()), "")
    ]
    (folder / "entry_points.txt").write_text("\n".join(lines), "utf-8")


def install_example(site: Path) -> None:
    """The example of the repository."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]
    install(site, project["name"], project["entry-points"])
    (site / "neuroest_example").symlink_to(EXAMPLE / "neuroest_example")


def run(site: Path, *arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own that sees the packages of `site`."""
    return python(site, "-m", "neuroest", *arguments, folder=folder)


def environment(site: Path) -> dict[str, str]:
    """Variables of a process that sees the packages of `site`."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)])}


def python(site: Path, *arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Python in such a process."""
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=300,
        env=environment(site), cwd=folder or site,
    )  # fmt: skip
