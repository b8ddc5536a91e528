"""``python -m tests.fuzz``: a table of what came of mutated files, and the files that show a fault."""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
from pathlib import Path

from tests.fuzz.run import run
from tests.fuzz.targets import TARGETS

GOOD = ("accepted", "refused")
IN_MEMORY = "/dev/shm"
"""Where files are written, if the system has it: most inputs take less time than a disk takes to write them."""


def say(line: str) -> None:
    """Write a line at once, so that a run that is ended shows what it has."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Run the kinds that were asked for; 1 if any input shows a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("kinds", nargs="*", help=f"of {', '.join(TARGETS)}; all if none is named")
    parser.add_argument("--count", type=int, default=1_000, help="inputs of each kind")
    parser.add_argument("--minutes", type=float, default=60.0, help="most of them for each kind")
    parser.add_argument("--seed", type=int, default=0, help="start of the random numbers")
    parser.add_argument(
        "--keep", type=Path, default=Path("fuzz_faults"), help="folder of inputs that show a fault"
    )
    given = parser.parse_args()
    if "TMPDIR" not in os.environ and os.access(IN_MEMORY, os.W_OK):
        tempfile.tempdir = IN_MEMORY
    unknown = set(given.kinds) - set(TARGETS)
    if unknown:
        parser.error(f"unknown kinds: {', '.join(sorted(unknown))}")
    say(f"{'kind':14} {'inputs':>8} {'accepted':>9} {'refused':>8} {'faults':>7} {'slowest':>8}")
    bad = False
    for kind in given.kinds or TARGETS:
        tally = run(kind, given.count, given.seed, given.minutes)
        faults = tally.inputs - sum(tally.counts[name] for name in GOOD)
        say(
            f"{kind:14} {tally.inputs:8} {tally.counts['accepted']:9} {tally.counts['refused']:8} {faults:7} "
            f"{tally.slowest:6.2f} s",         )  # fmt: skip
        for line, content in tally.faults.items():
            bad = True
            given.keep.mkdir(exist_ok=True)
            name = f"{kind}-{hashlib.sha256(content).hexdigest()[:12]}{TARGETS[kind].suffix}"
            (given.keep / name).write_bytes(content)
            say(f"  {name}  {line}")
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
