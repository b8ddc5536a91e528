"""``python -m tests.golden``: what moved in the results of the shipped chips; ``--update`` writes the file again."""

from __future__ import annotations

import argparse
import sys

from neuroest.core.startup import one_linear_algebra_thread
from tests.golden.moves import report
from tests.golden.table import FILE, computed, every_pair, read, write


def main() -> int:
    """Compare, or write; 1 if something moved and is not written."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__)
    parser.add_argument("chips", nargs="*", help="only these chips; all if none is named")
    parser.add_argument("--update", action="store_true", help="write what moved to the file")
    given = parser.parse_args()
    pairs = every_pair()
    unknown = set(given.chips) - {chip for chip, _ in pairs}
    if unknown:
        parser.error(f"unknown chips: {', '.join(sorted(unknown))}")
    one_linear_algebra_thread()
    table = read() if FILE.exists() else {}
    chosen = {row: values for row, values in table.items() if not given.chips or row[0] in given.chips}
    now = computed(pair for pair in pairs if not given.chips or pair[0] in given.chips)
    text = report(chosen, now)
    sys.stdout.write(f"{text or 'nothing moved'}\n")
    if given.update and text:
        kept = {row: values for row, values in table.items() if row not in chosen}
        write(dict(sorted({**kept, **now}.items())))
    return int(bool(text) and not given.update)


if __name__ == "__main__":
    sys.exit(main())
