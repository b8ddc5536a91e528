"""LaTeX, where it is installed with what our tables use."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable

import pytest


def _latex_is_here() -> bool:
    tools = shutil.which("pdflatex") and shutil.which("kpsewhich")
    return (
        bool(tools)
        and not subprocess.run(
            ["kpsewhich", "article.cls", "booktabs.sty", "siunitx.sty", "graphicx.sty", "lmodern.sty"],
            capture_output=True,
            check=False,
        ).returncode
    )


_here = pytest.mark.skipif(not _latex_is_here(), reason="needs pdflatex with booktabs, siunitx and lmodern")


def needs_latex(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test as one of LaTeX, and skip it where there is none."""
    return pytest.mark.latex(_here(test))
