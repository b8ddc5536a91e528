"""Files that other laboratories measured and published: what `fit` says of each, next to a small independent analysis.

    python -m tests.fitting.strangers FOLDER [--update | WORD IN THE PATH]

The files are not part of this repository. `strangers.json` says where each one is (repository, commit, path), under
which licence, and its hash; FOLDER holds a clone of each repository as `owner+name`. Each file is fitted as it is. If
it cannot be read, the message must print a command, whose columns and read voltage `strangers.json` states as somebody
who knows the file does; then it is fitted once more. Two files are arrays of Python, written as CSV. A file with
`first` was given to `fit` before anybody changed the reader for it; `first` is what was said then.

The independent analysis reads the rows by itself: states at 0.2 V before and after each loop, the voltage of its
largest step or current, threshold and hold voltage of a switch, the slope of a retention over equal steps of log time,
medians and scatter of states. `--update` writes what was found to `strangers_found.json`, for the pages.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import pickle
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.errors import NeuroestError, SpecError
from neuroest.fitting.device_fit import DeviceFit, fit

HERE = Path(__file__).parent
CORPUS, FOUND = HERE / "strangers.json", HERE / "strangers_found.json"
READ = 0.2
"""Read voltage of the independent analysis [V]."""
Entry = dict[str, Any]


def content(folder: Path, entry: Entry) -> bytes:
    """The file, from a clone; refused if it is another one."""
    clone = folder / entry["repository"].replace("/", "+")
    git = clone / "repo" if (clone / "repo").exists() else clone
    name = f"{entry['commit']}:{entry['path']}"
    data = subprocess.run(["git", "-C", str(git), "show", name], check=True, capture_output=True).stdout
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise SystemExit(f"{entry['path']}: another content than the one that was analysed")
    return written(data) if "written" in entry else data


class Arrays(pickle.Unpickler):
    """Arrays of numpy; nothing else is made, and nothing is called."""

    def find_class(self, module: str, name: str) -> Any:
        """Refuse everything but what an array needs."""
        known = {"_reconstruct": np.empty(0).__reduce__()[0], "ndarray": np.ndarray, "dtype": np.dtype}
        if not module.startswith("numpy") or name not in known:
            raise SystemExit(f"{module}.{name} is not part of an array")
        return known[name]


def written(data: bytes) -> bytes:
    """Arrays of voltages and currents, a column a sweep, as CSV."""
    arrays = Arrays(io.BytesIO(data)).load()
    rows = ["cycle,voltage [V],current [A]"]
    for cycle, (voltage, current) in enumerate(zip(arrays["V"].T, arrays["I"].T, strict=True)):
        rows += [f"{cycle},{v:.9g},{i:.9g}" for v, i in zip(voltage, current, strict=True)]
    return "\n".join(rows).encode()


def tables(data: bytes, suffix: str) -> Iterator[dict[str, np.ndarray]]:
    """Columns of numbers of each table of a file, by the heading of its first line."""
    if suffix == ".xlsx":
        import openpyxl

        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        grids = [[[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)] for sheet in book]
    else:
        text = data.decode("utf-8-sig", errors="replace")
        mark = "\t" if "\t" in text.splitlines()[0] else ","
        grids = [list(csv.reader(text.lstrip("# ").splitlines(), delimiter=mark))]
    for heading, *rows in (grid for grid in grids if grid):
        found = {}
        for place, name in enumerate(heading):
            cells = [row[place] if place < len(row) else "" for row in rows]
            try:
                found[name.strip()] = np.array([float(cell) for cell in cells])
            except ValueError:
                continue
        yield found


def numbers(data: bytes, places: dict[str, int]) -> dict[str, np.ndarray]:
    """Columns at the given places of all rows that have numbers there."""
    rows = []
    for line in data.decode("utf-8-sig", errors="replace").splitlines():
        cells = re.split(r"\s*[\t,;]\s*|\s+", line.removeprefix("DataValue, ").strip())
        try:
            rows.append([float(cells[place]) for place in places.values()])
        except (ValueError, IndexError):
            continue
    return dict(zip(places, np.array(rows).T, strict=True))


def state(voltage: np.ndarray, current: np.ndarray) -> float:
    """Conductance at the read voltage, of one way of a loop."""
    order = np.argsort(voltage)
    ratio = np.log(np.maximum(current, 1e-15) / np.maximum(voltage, 1e-9))
    return float(np.exp(np.interp(READ, voltage[order], ratio[order])))


def loops(voltage: np.ndarray, current: np.ndarray) -> Iterator[tuple[float, float, float, float]]:
    """Of each excursion to one polarity: states before and after, voltages of the largest step and current."""
    cuts = np.flatnonzero(np.sign(voltage[1:]) != np.sign(voltage[:-1])) + 1
    for one, other in zip(np.split(voltage, cuts), np.split(current, cuts), strict=True):
        v, i = np.abs(one), np.abs(other)
        top = int(np.argmax(v)) if len(v) else 0
        if min(top, len(v) - top) < 5 or v[0] > READ or v[-1] > READ:
            continue
        up = slice(1, top + 1)
        step = int(np.argmax(np.diff(np.log(np.maximum(i[up], 1e-15)))))
        largest = float(v[up][int(np.argmax(i[up]))])
        yield state(v[up], i[up]), state(v[top:], i[top:]), float(np.mean(v[up][step : step + 2])), largest


def cells(columns: Iterator[tuple[np.ndarray, np.ndarray]]) -> dict[str, float]:
    """Medians over the loops of a memory cell: both states at the read voltage, and where it is set and reset."""
    seen: dict[str, list[float]] = {}
    for voltage, current in columns:
        for before, after, step, largest in loops(voltage, current):
            names = ("low_conductance", "high_conductance")
            for name, value in zip(names, sorted((before, after)), strict=True):
                seen.setdefault(name, []).append(value)
            if after > before:
                seen.setdefault("set_voltage", []).append(step)
            else:
                seen.setdefault("reset_voltage", []).append(largest)
    return {name: float(np.median(values)) for name, values in seen.items()}


def sweeps(data: bytes, entry: Entry) -> dict[str, float]:
    """The cells of a Keithley 4200, each sweep in a table."""
    found = tables(data, Path(entry["path"]).suffix)
    zero = np.array([0.0])
    return cells(
        (np.append(zero, np.abs(one["AV"])), np.append(zero, np.abs(one["AI"])))
        for one in found
        if {"AV", "AI"} <= one.keys()
    )


def bipolar(data: bytes, entry: Entry) -> dict[str, float]:
    """A rectifying cell, set with one polarity and reset with the other: states before and after the set.

    The current at 0 V is that of the instrument.
    """
    found = numbers(data, entry["places"])
    zero = np.abs(found["voltage"]) < 1e-3 * np.max(found["voltage"])
    offset = float(np.median(found["current"][zero])) if np.any(zero) else 0.0
    kept = {}
    for before, after, _, largest in loops(found["voltage"], found["current"] - offset):
        if after > before:
            kept |= {"low_conductance": before, "high_conductance": after}
        else:
            kept["reset_voltage"] = largest
    return kept


def switch(data: bytes, entry: Entry) -> dict[str, float]:
    """Largest steps of the logarithm of the current on the way up and back, if they are tenfold."""
    found = numbers(data, entry["places"])
    threshold, hold = [], []
    cuts = np.flatnonzero(np.sign(found["voltage"][1:]) != np.sign(found["voltage"][:-1])) + 1
    for v, i in zip(np.split(found["voltage"], cuts), np.split(found["current"], cuts), strict=True):
        v, i = np.abs(v), np.log(np.maximum(np.abs(i), 1e-15))  # noqa: PLW2901
        top = int(np.argmax(v))
        up, back = np.diff(i[: top + 1]), np.diff(i[top:])
        if min(len(up), len(back)) < 3 or np.max(up) < np.log(10.0) or -np.min(back) < np.log(10.0):
            continue
        on, off = int(np.argmax(up)), int(np.argmin(back))
        threshold.append(float(np.mean(v[on : on + 2])))
        hold.append(float(np.mean(v[top + off : top + off + 2])))
    return {"threshold_voltage": float(np.median(threshold)), "hold_voltage": float(np.median(hold))}


def fading(data: bytes, entry: Entry) -> dict[str, float]:
    """Loops that jump on and fade off: highest voltage up to the largest step of the current; half of the way back.

    The half is the geometric mean of the conductances before the loop and after the jump.
    """
    grid = [[cell or "" for cell in row] for row in cells_of(data, Path(entry["path"]).suffix)]
    seen: dict[str, list[float]] = {"threshold_voltage": [], "hold_voltage": [], "off_resistance": []}
    for pair in entry["pairs"]:
        found = []
        for row in grid:
            try:
                found.append([float(row[place]) for place in pair])
            except (ValueError, IndexError):
                continue
        v, i = np.array(found).T
        v, i = v[v > 0.05], i[v > 0.05]
        on = int(np.argmax(np.diff(np.log(i)))) + 1
        below = slice(int(np.argmax(v > 0.3 * v[on - 1])), on)
        middle = float(np.sqrt(i[0] / v[0] * np.max(i / v)))
        back = on + int(np.argmax((i / v)[on:] == np.max(i / v)))
        seen["threshold_voltage"].append(float(np.max(v[:on])))
        seen["hold_voltage"].append(float(v[back + int(np.argmax((i / v)[back:] < middle))]))
        seen["off_resistance"].append(float(np.median(v[below] / i[below])))
    return {name: float(np.median(values)) for name, values in seen.items()}


def cells_of(data: bytes, suffix: str) -> list[list[Any]]:
    """Rows of the first sheet of a workbook, or of a CSV file."""
    if suffix == ".xlsx":
        import openpyxl

        sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
        return [list(row) for row in sheet.iter_rows(values_only=True)]
    return list(csv.reader(data.decode("utf-8-sig", errors="replace").splitlines()))


def snap(data: bytes, entry: Entry) -> dict[str, float]:
    """A sweep of the current: highest voltage on the way up, lowest one beyond its current on the way back."""
    found = numbers(data, entry["places"])
    top = int(np.argmax(found["current"]))
    peak = int(np.argmax(found["voltage"][:top]))
    beyond = found["current"][top:] > found["current"][peak]
    half = int(np.argmin(np.abs(found["voltage"][:peak] - found["voltage"][peak] / 2.0)))
    return {
        "threshold_voltage": float(found["voltage"][peak]),
        "hold_voltage": float(np.min(found["voltage"][top:][beyond])),
        "off_resistance": float(found["voltage"][half] / found["current"][half]),
        "on_resistance": float(found["voltage"][top] / found["current"][top]),
    }


def retention(data: bytes, entry: Entry) -> dict[str, float]:
    """Exponent of the drift: slope of the logarithm of means over equal steps of the logarithm of time."""
    (table,) = tables(data, Path(entry["path"]).suffix)
    time_column = next(values for name, values in table.items() if "time" in name)
    resistance = next(values for name, values in table.items() if name.startswith("resistance"))
    kept = (time_column > 0.0) & (resistance > 0.0)
    x, y = np.log(time_column[kept]), -np.log(resistance[kept])
    step = np.floor(8.0 * x / np.log(10.0)) if len(x) > 100 else np.arange(len(x))
    means = [(np.mean(x[step == one]), np.mean(y[step == one])) for one in np.unique(step)]
    return {"high_drift_exponent": -float(np.polyfit(*np.array(means).T, 1)[0])}


def spread(data: bytes, entry: Entry) -> dict[str, float]:
    """Standard deviation of the logarithms of a list of states."""
    (values,) = numbers(data, entry["places"]).values()
    return {"conductance_spread": float(np.std(np.log(values), ddof=1))}


def states(data: bytes, entry: Entry) -> dict[str, float]:
    """Medians of a table of states, from currents at the read voltage."""
    found = numbers(data, entry["places"])
    return {
        "high_conductance": float(np.median(found["on"])) / READ,
        "low_conductance": float(np.median(found["off"])) / READ,
        "set_voltage": float(np.median(found["set_voltage"])),
    }


ANALYSES = {
    "sweep": sweeps, "bipolar": bipolar, "switch": switch, "snap": snap, "fading": fading, "retention": retention,
    "spread": spread, "states": states,
}  # fmt: skip


def compared(found: DeviceFit, independent: dict[str, float]) -> dict[str, Any]:
    """Each value that both know: ours, p5 and p95, whether it is called measured, and the independent one."""
    rows = {}
    for law in found.result.laws:
        for name in independent.keys() & law.values.keys():
            factor = law.factor(name, 0.9)
            low, high = law.values[name] / factor, law.values[name] * factor
            measured = not (found.refusal or found.result.reservations_of(name))
            rows[name] = {
                "fit": float(f"{law.values[name]:.4g}"), "p5": float(f"{low:.4g}"), "p95": float(f"{high:.4g}"),
                "independent": float(f"{independent[name]:.4g}"), "measured": measured,
                "contradicted": bool(measured and not low <= independent[name] <= high),
            }  # fmt: skip
    return rows


def say(text: object) -> None:
    """Write a line."""
    sys.stdout.write(f"{text}\n")


def fitted(file: Path, entry: Entry) -> tuple[DeviceFit | None, str, int]:
    """The fit, why there is none, and the number of messages until the file was read; -1 if it was not."""
    answer = {name: entry[name] for name in ("columns", "read_voltage") if name in entry}
    for messages, stated in enumerate(({}, answer)):
        try:
            return fit(file, **stated), "", messages
        except SpecError as error:
            why = str(error)
            if "neuroest fit " not in why or not answer:
                break
        except NeuroestError as error:
            return None, str(error), messages
    return None, why, -1


def one(folder: Path, entry: Entry, place: Path) -> dict[str, Any]:
    """What fit says of a file."""
    data = content(folder, entry)
    file = place / f"data{'.csv' if 'written' in entry else Path(entry['path']).suffix}"
    file.write_bytes(data)
    independent = ANALYSES[entry["kind"]](data, entry) if entry["kind"] in ANALYSES else {}
    begun = time.process_time()
    found, why, messages = fitted(file, entry)
    row: dict[str, Any] = {
        "path": entry["path"], "repository": entry["repository"], "what": entry["what"], "messages": messages,
        **({"first": entry["first"]} if "first" in entry else {}),
    }  # fmt: skip
    if found is None:
        text = why.replace(f"{file}: ", "").replace(str(file), "FILE").splitlines()[0][:300]
        row |= {"outcome": "not read" if messages < 0 else "refused", "why": text}
    else:
        row |= {"outcome": "refused" if found.refusal else "spec", "why": found.refusal or found.kind}
        row["values"] = compared(found, independent)
    row["seconds"] = round(time.process_time() - begun, 1)
    return row


def counted(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Counts of the page."""
    values = [value for row in rows for value in row.get("values", {}).values()]
    outcomes = [row["outcome"] for row in rows]
    new = [row["first"] for row in rows if "first" in row]
    return {
        "files": len(rows), "repositories": len({row["repository"] for row in rows}),
        "specs": outcomes.count("spec"), "refused": outcomes.count("refused"), "not_read": outcomes.count("not read"),
        "as_they_are": sum(row["messages"] == 0 for row in rows),
        "after_one": sum(row["messages"] == 1 for row in rows),
        "new": len(new), "new_read_at_first": sum(first["messages"] >= 0 for first in new),
        "new_right_at_first": sum(first["right"] for first in new),
        "values": len(values), "measured": sum(v["measured"] for v in values),
        "contradicted": sum(v["contradicted"] for v in values), "longest_seconds": max(row["seconds"] for row in rows),
    }  # fmt: skip


def main(folder: Path, word: str, *, update: bool) -> None:
    """Print the table of the files with a word in their path; write the counts."""
    corpus = [entry for entry in json.loads(CORPUS.read_text("utf-8")) if word in entry["path"]]
    with tempfile.TemporaryDirectory() as place:
        rows = [one(folder, entry, Path(place)) for entry in corpus]
    for row in rows:
        say(
            f"{row['outcome']:9} {row['messages']:2} {row['seconds']:5.1f} s  {row['path'][-55:]:55}  {row['why'][:90]}"
        )
        for name, value in row.get("values", {}).items():
            sign = "not called measured"
            if value["measured"]:
                sign = "CONTRADICTED" if value["contradicted"] else "measured"
            say(f"{'':20}{name}: {value['fit']:.4g} ({value['p5']:.3g} to {value['p95']:.3g}), "
                  f"independent {value['independent']:.4g}, {sign}")  # fmt: skip
    counts = counted(rows)
    say(counts)
    if update:
        rows = [{key: value for key, value in row.items() if key != "seconds"} for row in rows]
        FOUND.write_text(json.dumps({"counts": counts, "files": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    chosen = sys.argv[2] if len(sys.argv) > 2 else ""
    main(Path(sys.argv[1]), "" if chosen == "--update" else chosen, update=chosen == "--update")
