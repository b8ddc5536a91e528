"""The commands ``python -m neuroest`` and ``neuroest``."""

import sys
from pathlib import Path


def start() -> None:
    """Run the command line as a process of its own."""
    from neuroest.core.startup import search_for_cycles_rarely  # noqa: PLC0415 - after the working folder has left

    search_for_cycles_rarely()  # before the command line imports what makes ten thousands of objects
    from neuroest.cli import start as run  # noqa: PLC0415 - as said

    run()


if __name__ == "__main__":
    _HOME = Path(__file__).parents[1]
    if not sys.flags.safe_path and sys.path and Path(sys.path[0]).absolute() != _HOME:
        del sys.path[0]  # the working folder: nothing of what is in it runs
    start()
