"""Who holds a slow state: the contest of `examples/slow_state` over three fan-ins, and what each holder takes alone.

    python docs/tools/slow_state.py

writes `examples/slow_state/map.csv` and `examples/slow_state/holders.csv`. The site draws the figure of
`docs/streaming.md` from these two files.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import neuroest
from neuroest.core.errors import NeuroestError
from neuroest.core.units import formatted
from neuroest.exploration.contest import contests
from neuroest.plotting import style
from neuroest.results.quantities import label_and_unit

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples" / "slow_state"
MAP, HOLDERS = FOLDER / "map.csv", FOLDER / "holders.csv"
FAN_INS = (64, 256, 1024)
OBJECTIVES = ("energy_per_inference_J", "area_m2", "neuron_lifetime_s", "energy_per_spike_J")
SAMPLES = 64
NEURONS, STEPS, TIME_CONSTANT_STEPS = 64, 100, 10
"""Of the networks in the folder."""
SMALLEST = 20e-15
"""Capacitor of lif_28nm_circuit, which matching and noise ask for. [F]"""
_ARRAY = "chip.tile.array.readout.neuron"
_SLOW: Mapping[str, Any] = {f"{_ARRAY}.bias_current": "50 pA"}
"""Bias of a comparator that is fast enough for the shortest timestep, an alternative of the contest."""
_LEAKY: Mapping[str, Any] = {**_SLOW, "technology.transistors": None}
KINDS: Mapping[str, tuple[str, Mapping[str, Any], tuple[str, ...]]] = {
    "capacitor, one transistor": ("capacitor", _LEAKY, (_ARRAY,)),
    "capacitor, low-leakage transistor": ("capacitor", _SLOW, (_ARRAY,)),
    "capacitor, low-leakage switch": (
        "capacitor",
        {**_LEAKY, f"{_ARRAY}.switch_leakage": "low_leakage"},
        (_ARRAY,),
    ),
    "ions": ("ions", {}, (_ARRAY,)),
    "word of a memory": ("memory_word", {}, ("chip.core.state_memory", "chip.core.neuron")),
}
"""Holders by name: block, settings, and components that hold and update the state."""
KIND_OF: Mapping[str, str] = {
    "capacitor": "capacitor", "capacitor_low_leakage": "capacitor", "ions": "ions", "phase_change": "phase change",
    "memory_word": "word of a memory",
}  # fmt: skip
"""Kind of holder of each contender."""
_DIGITS = 10.0
"""Ratio below which the map shows a decimal."""
TIME_CONSTANTS = tuple(float(f"{one:.4g}") for one in np.geomspace(1e-3, 10.0, 13))


def map_rows() -> Iterator[dict[str, Any]]:
    """Winner of each cell of the contest, by fan-in and objective."""
    for fan_in in FAN_INS:
        rules, network = FOLDER / "contest.yaml", FOLDER / f"fan_in_{fan_in}.yaml"
        for found in contests(rules, network, OBJECTIVES, samples=SAMPLES):
            x, y = found.axes
            for cell in found.cells:
                margin = cell.margin
                yield {
                    "fan_in": fan_in, "objective": found.objective,
                    "time_constant_s": f"{x.values[cell.x]:.6g}", "spike_rate": f"{y.values[cell.y]:.6g}",
                    "winner": cell.winner, "verdict": cell.verdict, "runner_up": cell.runner_up,
                    **{
                        f"margin_{name}": "" if margin is None else f"{getattr(margin, name):.4g}"
                        for name in ("low", "median", "high")
                    },
                    **{name: f"{cell.median[name]:.4g}" if name in cell.median else "" for name in found.titles},
                }  # fmt: skip


def holder_rows() -> Iterator[dict[str, Any]]:
    """Area and power of what holds the state of one neuron, with the smallest capacitor that holds it."""
    for name, (block, settings, parts) in KINDS.items():
        for constant in TIME_CONSTANTS:
            period = constant * STEPS / TIME_CONSTANT_STEPS
            asked = {**settings, "operation.mode": "streaming", "operation.period": f"{period!r} s"}
            capacitance = None
            if block == "capacitor":
                held = _estimated(block, {**asked, f"{_ARRAY}.membrane_capacitance": f"{SMALLEST!r} F"})
                (level,) = held.evaluation.levels
                kept = float(np.ravel(level.mapper.compute.neuron.state_memory())[0])
                capacitance = SMALLEST * max(1.0, constant / kept)
                asked[f"{_ARRAY}.membrane_capacitance"] = f"{capacitance!r} F"
            try:
                found = _estimated(block, asked)
            except NeuroestError:
                continue
            if {"neuron_time_constant", "state_survives_timestep"} & {
                one.name for one in found.failed_checks
            }:
                continue
            own = [row for row in found.breakdown if row.component in parts]
            yield {
                "holder": name, "time_constant_s": f"{constant:.6g}",
                "capacitance_F": "" if capacitance is None else f"{capacitance:.4g}",
                "area_m2": f"{sum(row.area_m2 or 0.0 for row in own) / NEURONS:.4g}",
                "power_W": f"{sum(row.energy_J or 0.0 for row in own) / NEURONS / period:.4g}",
            }  # fmt: skip


def _estimated(block: str, settings: Mapping[str, Any]) -> Any:
    return neuroest.estimate(FOLDER / f"{block}.yaml", FOLDER / "fan_in_256.yaml", settings)


def read(path: Path) -> list[dict[str, str]]:
    """Rows of one of the two files."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def best_of_kinds(row: Mapping[str, str]) -> list[tuple[float, str]]:
    """Least median of each kind of holder in a cell, the least first; both switches of a capacitor are one kind."""
    least: dict[str, float] = {}
    for name, kind in KIND_OF.items():
        if row[name]:
            least[kind] = min(least.get(kind, np.inf), float(row[name]))
    return sorted((cost, kind) for kind, cost in least.items())


@style.styled
def figure(path: Path) -> Any:
    """Maps of the energy by fan-in above, area and power of the holders below."""
    drawn, panels = style.new_figure(style.PAGE, 4.4, nrows=2, ncols=3)
    rows = [row for row in read(MAP) if row["objective"] == OBJECTIVES[0]]
    names = list(dict.fromkeys(KIND_OF.values()))
    for axes, fan_in in zip(panels[0], FAN_INS, strict=True):
        _map(axes, [row for row in rows if row["fan_in"] == str(fan_in)], names)
        axes.set_title(f"runner-up in energy, fan-in {fan_in}", loc="left")
    handles = [
        style.patch(name, {"facecolor": style.fill_of(place)["facecolor"], "alpha": 0.4})
        for place, name in enumerate(names)
    ]
    panels[1][2].add_artist(panels[1][2].legend(handles=handles, loc="upper center", fontsize=6, ncols=2))
    holders = read(HOLDERS)
    for axes, key, unit, label in (
        (panels[1][0], "area_m2", "m^2", "area of a holder"), (panels[1][1], "power_W", "W", "power of a holder"),
    ):  # fmt: skip
        for place, name in enumerate(KINDS):
            own = [row for row in holders if row["holder"] == name]
            colour = style.colour(place)
            times, values = ([float(row[one]) for row in own] for one in ("time_constant_s", key))
            axes.plot(
                times,
                values,
                color=colour,
                marker=style.marker(place),
                ms=2.5,
                label=name,
            )
        style.logarithmic(axes.xaxis, "s", "time constant")
        style.logarithmic(axes.yaxis, unit, label)
    panels[1][2].axis("off")
    panels[1][2].legend(*panels[1][0].get_legend_handles_labels(), loc="lower center", fontsize=6)
    return style.save_figure(drawn, path)


def _map(axes: Any, rows: Sequence[Mapping[str, str]], names: Sequence[str]) -> None:
    """Runner-up in colour, and the median of its energy over that of the winner."""
    across = sorted({float(row["time_constant_s"]) for row in rows})
    up = sorted({float(row["spike_rate"]) for row in rows})
    rectangle = style.matplotlib("patches").Rectangle
    for row in rows:
        x, y = across.index(float(row["time_constant_s"])), up.index(float(row["spike_rate"]))
        (least, _), (cost, kind), *_ = best_of_kinds(row)
        colour, ratio = style.fill_of(names.index(kind))["facecolor"], cost / least
        axes.add_patch(rectangle((x, y), 1, 1, linewidth=0.0, alpha=0.4, facecolor=colour))
        words = f"{ratio:.1f}" if ratio < _DIGITS else f"{ratio:.0f}"
        axes.text(x + 0.5, y + 0.5, words, ha="center", va="center", fontsize=3.5)
    axes.set_xlim(0, len(across))
    axes.set_ylim(0, len(up))
    axes.set_xticks([place + 0.5 for place in range(0, len(across), 3)])
    axes.set_xticklabels([style.tick_label(value, "s") for value in across[::3]])
    axes.set_yticks([place + 0.5 for place in range(len(up))])
    axes.set_yticklabels([f"{value:g}" for value in up])
    axes.set_xlabel("time constant of the network")
    axes.set_ylabel("spike rate, times 2 %")


def holders_table() -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Capacitor, area and power of a holder at four time constants, from the file."""
    chosen = [TIME_CONSTANTS[place] for place in (3, 6, 7, 9)]
    rows = []
    for name in KINDS:
        own = {float(row["time_constant_s"]): row for row in read(HOLDERS) if row["holder"] == name}
        rows.append((name, *(_cell(own.get(float(f"{one:.6g}"))) for one in chosen)))
    return ("holder", *(formatted(one, "s") for one in chosen)), rows


def leads_table() -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Cells of the map in which each holder wins, and in which it is ahead of what ties or is level, by objective."""
    counts: dict[tuple[str, str], list[int]] = {}
    for row in read(MAP):
        if row["winner"]:
            own = counts.setdefault((KIND_OF[row["winner"]], row["objective"]), [0, 0])
            own[row["verdict"] not in {"win", "alone"}] += 1
    rows = [
        (kind, *("{} and {}".format(*counts.get((kind, objective), (0, 0))) for objective in OBJECTIVES))
        for kind in dict.fromkeys(KIND_OF.values())
    ]
    return ("wins and is ahead", *(label_and_unit(objective)[0] for objective in OBJECTIVES)), rows


def _cell(row: Mapping[str, str] | None) -> str:
    if row is None:
        return "does not hold it"
    capacitor = f"{formatted(float(row['capacitance_F']), 'F')}, " if row["capacitance_F"] else ""
    return f"{capacitor}{formatted(float(row['area_m2']), 'm^2')}, {formatted(float(row['power_W']), 'W')}"


def _write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Write both files."""
    _write(HOLDERS, list(holder_rows()))
    _write(MAP, list(map_rows()))


if __name__ == "__main__":
    main()
