"""Write the table of agreement in ``docs/circuit_export.md``: every neuron by ngspice and by `neuroest simulate`.

::

    python docs/tools/circuit_table.py
"""

from __future__ import annotations

import re
from pathlib import Path

from neuroest.circuits.bench import no_circuit
from neuroest.circuits.export import agreement, export
from neuroest.core.units import format_quantity
from neuroest.loading.library import load_device, shipped
from neuroest.registry import roles_of

PAGE = Path(__file__).parents[1] / "circuit_export.md"
HEAD = "| neuron | delay | | period | | energy of a spike | |\n|---|---|---|---|---|---|---|\n"
WITHOUT = "\n| not in the table, because | neurons |\n|---|---|\n"
QUANTITIES = ("delay", "period", "energy")


def neurons() -> list[str]:
    """Every neuron that ships, and the devices of the lab that `simulate` runs."""
    records = {name: load_device(name).record for name in shipped("device")}
    return [
        name
        for name, record in records.items()
        if "neuron" in roles_of(load_device(name).spec.model)
        or hasattr(record, "circuit_of")
        or name == "lif_behaviour_generic"
    ]


def cause(name: str) -> str:
    """Why a neuron has no numbers; empty if it has."""
    return no_circuit(name) or export("spice", name).no_bench.removeprefix("no bench: ")


def row(name: str) -> str:
    """One neuron."""
    rows = agreement(export("spice", name))
    if differing := [row for row in rows if not row.agrees]:
        raise SystemExit(f"{name} differs: {differing[0]}; find the cause before it is in a table")
    alone = {row.quantity: row for row in rows if row.bench == "neuron"}
    cells = []
    for quantity in QUANTITIES:
        if quantity not in alone:
            cells += ["—", "—"]
            continue
        one = alone[quantity]
        percent = (
            f"{100.0 * one.deviation:+.1f}".replace("-0.0", "0.0").replace("+0.0", "0.0").replace("-", "−")
        )
        cells += [format_quantity(one.simulated, one.unit), f"{percent} %"]
    return f"| `{name}` | {' | '.join(cells)} |"


def main() -> None:
    """Rewrite the table in place."""
    text = PAGE.read_text(encoding="utf-8")
    without: dict[str, list[str]] = {}
    for name in sorted(neurons()):
        without.setdefault(cause(name), []).append(name)
    table = HEAD + "".join(f"{row(name)}\n" for name in without.pop("")) + WITHOUT
    table += "".join(
        f"| {why} | {', '.join(f'`{name}`' for name in names)} |\n" for why, names in sorted(without.items())
    )
    PAGE.write_text(
        re.sub(r"\| neuron \| delay.*?\n\n.*?\n(?=\n)", lambda _: table, text, flags=re.DOTALL),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
