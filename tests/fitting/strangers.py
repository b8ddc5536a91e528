"""Files that other laboratories measured and published: what `fit` says of each, next to a small independent analysis.

    python -m tests.fitting.strangers FOLDER [--update]

The files are not part of this repository. `strangers.json` says where each one is (repository, commit, path), under
which licence, and its hash; FOLDER holds a clone of each repository as `owner+name`. The independent analysis reads the
rows by itself: states at 0.2 V before and after each loop, the voltage of its largest step or current, and the slope of
a retention over equal steps of log time. `--update` writes what was found to `strangers_found.json`, for the pages.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.fitting.device_fit import DeviceFit, fit

HERE = Path(__file__).parent
CORPUS, FOUND = HERE / "strangers.json", HERE / "strangers_found.json"
READ = 0.2
"""Read voltage of the independent analysis [V]."""


def content(folder: Path, entry: dict[str, str]) -> bytes:
    """The file, from a clone; refused if it is another one."""
    clone = folder / entry["repository"].replace("/", "+")
    git = clone / "repo" if (clone / "repo").exists() else clone
    name = f"{entry['commit']}:{entry['path']}"
    data = subprocess.run(["git", "-C", str(git), "show", name], check=True, capture_output=True).stdout
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise SystemExit(f"{entry['path']}: another content than the one that was analysed")
    return data


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


def sweeps(data: bytes, suffix: str) -> dict[str, float]:
    """Medians over the loops of a Keithley 4200: both states at the read voltage, and where they change."""
    seen: dict[str, list[float]] = {}
    for table in tables(data, suffix):
        if not {"AV", "AI"} <= table.keys():
            continue
        voltage, current = np.abs(table["AV"]), np.abs(table["AI"])
        top = int(np.argmax(voltage))
        up, back = slice(1, top + 1), slice(top, None)
        before, after = (
            float(
                np.interp(
                    READ, voltage[part][::way], (current[part] / np.maximum(voltage[part], 1e-9))[::way]
                )
            )
            for part, way in ((up, 1), (back, -1))
        )
        low, high = sorted((before, after))
        seen.setdefault("low_conductance", []).append(low)
        seen.setdefault("high_conductance", []).append(high)
        if after > before:
            at = int(np.argmax(np.diff(np.log(np.maximum(current[up], 1e-15)))))
            seen.setdefault("set_voltage", []).append(float(np.mean(voltage[up][at : at + 2])))
        else:
            seen.setdefault("reset_voltage", []).append(float(voltage[up][int(np.argmax(current[up]))]))
    return {name: float(np.median(values)) for name, values in seen.items()}


def retention(data: bytes, suffix: str) -> dict[str, float]:
    """Exponent of the drift: slope of the logarithm of means over equal steps of the logarithm of time."""
    (table,) = tables(data, suffix)
    time_column = next(values for name, values in table.items() if "time" in name)
    resistance = next(values for name, values in table.items() if name.startswith("resistance"))
    kept = (time_column > 0.0) & (resistance > 0.0)
    x, y = np.log(time_column[kept]), -np.log(resistance[kept])
    step = np.floor(8.0 * x / np.log(10.0)) if len(x) > 100 else np.arange(len(x))
    means = [(np.mean(x[step == one]), np.mean(y[step == one])) for one in np.unique(step)]
    return {"high_drift_exponent": -float(np.polyfit(*np.array(means).T, 1)[0])}


ANALYSES = {"sweep": sweeps, "retention": retention}


def compared(found: DeviceFit, own: dict[str, float]) -> dict[str, Any]:
    """Each value that both know: ours, p5 and p95, whether it is called measured, and the independent one."""
    rows = {}
    for law in found.result.laws:
        for name in own.keys() & law.values.keys():
            factor = law.factor(name, 0.9)
            low, high = law.values[name] / factor, law.values[name] * factor
            measured = not (found.refusal or found.result.reservations_of(name))
            rows[name] = {
                "fit": float(f"{law.values[name]:.4g}"), "p5": float(f"{low:.4g}"), "p95": float(f"{high:.4g}"),
                "independent": float(f"{own[name]:.4g}"), "measured": measured,
                "contradicted": bool(measured and not low <= own[name] <= high),
            }  # fmt: skip
    return rows


def say(text: object) -> None:
    """Write a line."""
    sys.stdout.write(f"{text}\n")


def one(folder: Path, entry: dict[str, str], place: Path) -> dict[str, Any]:
    """What fit says of a file."""
    data = content(folder, entry)
    suffix = Path(entry["path"]).suffix
    file = place / f"data{suffix}"
    file.write_bytes(data)
    own = ANALYSES[entry["kind"]](data, suffix) if entry["kind"] in ANALYSES else {}
    begun = time.process_time()
    row: dict[str, Any] = {"path": entry["path"], "repository": entry["repository"]}
    try:
        found = fit(file)
    except NeuroestError as error:
        text = str(error).replace(f"{file}: ", "").replace(str(file), "FILE")
        read = "experiment" not in text and "header" not in text and "needs a value" not in text
        row |= {"outcome": "refused" if read else "not read", "why": text.splitlines()[0][:200]}
    else:
        row |= {"outcome": "refused" if found.refusal else "spec", "why": found.refusal or found.kind}
        row["values"] = compared(found, own)
    row["seconds"] = round(time.process_time() - begun, 1)
    return row


def main(folder: Path, *, update: bool) -> None:
    """Print the table; write the counts."""
    corpus = json.loads(CORPUS.read_text("utf-8"))
    with tempfile.TemporaryDirectory() as place:
        rows = [one(folder, entry, Path(place)) for entry in corpus]
    for row in rows:
        say(f"{row['outcome']:9} {row['seconds']:5.1f} s  {row['path'][-60:]:60}  {row['why'][:90]}")
        for name, value in row.get("values", {}).items():
            sign = (
                "CONTRADICTED"
                if value["contradicted"]
                else "measured"
                if value["measured"]
                else "not called measured"
            )
            say(f"{'':20}{name}: {value['fit']:.4g} ({value['p5']:.3g} to {value['p95']:.3g}), "
                  f"independent {value['independent']:.4g}, {sign}")  # fmt: skip
    values = [value for row in rows for value in row.get("values", {}).values()]
    counts = {
        "files": len(rows), "repositories": len({row["repository"] for row in rows}),
        **{name: sum(row["outcome"] == words for row in rows)
           for name, words in (("specs", "spec"), ("refused", "refused"), ("not_read", "not read"))},
        "values": len(values), "measured": sum(v["measured"] for v in values),
        "contradicted": sum(v["contradicted"] for v in values), "longest_seconds": max(row["seconds"] for row in rows),
    }  # fmt: skip
    say(counts)
    if update:
        rows = [{key: value for key, value in row.items() if key != "seconds"} for row in rows]
        FOUND.write_text(json.dumps({"counts": counts, "files": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), update="--update" in sys.argv)
