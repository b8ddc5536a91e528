"""Run the notebooks of `examples/notebooks` and write what their cells print; the site shows them as pages.

::

    python docs/tools/notebooks.py [NAME ...]    run these, or all, and write their output into them

A cell runs as in Jupyter: what it prints, then its last expression. A figure is drawn and not stored, so that a
notebook changes only when a number does.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "examples" / "notebooks"


def read(name: str) -> dict[str, Any]:
    """A notebook as data."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.ipynb").read_text("utf-8"))
    return found


def names() -> list[str]:
    """Names of all notebooks."""
    return sorted(path.stem for path in FOLDER.glob("*.ipynb"))


def outputs(notebook: dict[str, Any]) -> list[str | None]:
    """Output of each cell as text; None for a cell of text.

    Its last expression is shown as Jupyter shows it in text: a figure by its size, anything else by its `repr`.
    """
    space: dict[str, Any] = {"__name__": "__main__"}
    return [
        _run("".join(cell["source"]), space) if cell["cell_type"] == "code" else None
        for cell in notebook["cells"]
    ]


def _run(source: str, space: dict[str, Any]) -> str:
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "<cell>", "exec"), space)  # noqa: S102 - cells of this repository
        code = None if last is None else compile(ast.Expression(last.value), "<cell>", "eval")
        value = None if code is None else eval(code, space)  # noqa: S307 - cells of this repository
    shown = "" if value is None else repr(value)
    return f"{printed.getvalue()}{shown}".rstrip("\n")


def with_outputs(notebook: dict[str, Any], found: list[str | None]) -> dict[str, Any]:
    """The notebook with the output of each of its cells."""
    cells = [
        cell if text is None else {**cell, "outputs": [_stored(text)] if text else []}
        for cell, text in zip(notebook["cells"], found, strict=True)
    ]
    return {**notebook, "cells": cells}


def _stored(text: str) -> dict[str, Any]:
    return {"name": "stdout", "output_type": "stream", "text": f"{text}\n".splitlines(keepends=True)}


def page(notebook: dict[str, Any]) -> str:
    """A notebook as a page of the site."""
    parts = []
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] != "code":
            parts.append(text)
            continue
        parts.append(f"```python\n{text}\n```")
        parts += [f"```text\n{''.join(one['text']).rstrip()}\n```" for one in cell["outputs"]]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Run and write."""
    for name in sys.argv[1:] or names():
        notebook = read(name)
        text = json.dumps(with_outputs(notebook, outputs(notebook)), indent=1, ensure_ascii=False)
        (FOLDER / f"{name}.ipynb").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
