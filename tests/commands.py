"""Several commands of the command line in one process of their own: its start takes longer than most of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

RUN = """
import contextlib, io, json, sys
from neuroest.cli import main

said = []
for words in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(words)
            code = 0
        except SystemExit as stopped:
            code = stopped.code or 0
    said.append((code, out.getvalue(), err.getvalue()))
json.dump(said, sys.stdout)
"""


class Said(NamedTuple):
    """Exit code of a command, and what it wrote."""

    code: int
    out: str
    err: str


def in_one_process(
    commands: Sequence[str], folder: Path, environment: Mapping[str, str], *options: str
) -> list[Said]:
    """What commands say, one after the other, in a process of Python with these options."""
    done = subprocess.run(
        [sys.executable, *options, "-c", RUN], capture_output=True, text=True, check=True, timeout=300, cwd=folder,
        env=environment, input=json.dumps([command.split() for command in commands]),
    )  # fmt: skip
    return [Said(*one) for one in json.loads(done.stdout)]
