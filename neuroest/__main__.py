"""``python -m neuroest``."""

import sys
from pathlib import Path

_HOME = Path(__file__).parents[1]
if not sys.flags.safe_path and sys.path and Path(sys.path[0]).absolute() != _HOME:
    del sys.path[0]  # the working folder: nothing of what is in it runs

from neuroest.cli import start  # noqa: E402

start()
