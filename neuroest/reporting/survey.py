"""Survey of published neurons and chips, with one's own device or chip in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core import errors
from neuroest.core.document import Citation, Interval, Table
from neuroest.core.frozen import frozen, frozen_dataclass
from neuroest.core.units import formatted, parse_quantity
from neuroest.error_analysis.draws import draw
from neuroest.loading import library
from neuroest.loading.kinds import shipped
from neuroest.loading.library import Device, load_device, read_spec
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.standalone import block
from neuroest.registry import render
from neuroest.reporting.bibliography import sources_bibtex
from neuroest.results.estimate import Band, Estimate
from neuroest.specs.device import SourceSpec, SurveyEntry
from neuroest.specs.loaded import Loaded
from neuroest.specs.survey import (
    CellValue,
    Column,
    SurveySpec,
    columns,
    given_cells,
    reference,
    survey_problems,
)
from neuroest.validation.cases import Case, load_case, shipped_cases

OWN_MARK = "*"
_SEARCHED = ("mechanism", "material", "kind", "memory")
_SIGNS = {"lower": "> ", "upper": "< "}
_COMPONENTS = (("capacitors", "C"), ("transistors", "T"), ("resistors", "R"), ("devices", "D"))
_NORMALISED = {
    "neurons": "area over the square of the feature size (F^2); energy times {node} over the feature size",
    "chips": (
        "area times the square of {node} over the feature size; energy of an operation times {node} over the "
        "feature size; TOPS/W per product of one bit by one bit: times the bits of weights and of inputs"
    ),
}  # fmt: skip
"""Rules of the normalised columns: capacitance follows the feature size, the supply stays that of the measurement."""


@frozen_dataclass
class Cell:
    """One value of a row with its source."""

    value: CellValue
    source: str | None = None
    locator: str | None = None
    cited_in: str | None = None
    note: str | None = None
    bound: str | None = None
    band: Band | None = None


@frozen_dataclass
class Row:
    """One neuron or chip.

    Attributes
    ----------
    name, title : str
        Name of the file or row, and name in the table.
    cells : mapping
        Known values by column; those of a quantity in SI units.
    own : bool
        Whether it was named by the caller and is marked.
    """

    name: str
    title: str
    cells: Mapping[str, Cell]
    own: bool = False

    def number(self, column: str) -> float | None:
        """Number in a column; None where it is unknown."""
        cell = self.cells.get(column)
        return cell.value if cell is not None and isinstance(cell.value, float) else None


@frozen_dataclass
class Survey:
    """Published neurons or chips, one row each.

    Attributes
    ----------
    subject : str
        ``neurons`` or ``chips``.
    rows : tuple of Row
        One's own first, then by year.
    node : float
        Feature size of the normalised columns. [m].
    sources : mapping
        Cited sources by key.
    """

    subject: str
    entries: tuple[Row, ...]
    node: float
    sources: Mapping[str, SourceSpec]

    def labelled(self, labels: Mapping[str, str]) -> Survey:
        """The same with other titles of one's own rows, by their names.

        Raises
        ------
        UnknownNameError
            For a label of anything else.
        """
        errors.check_names("row of --label", labels, [row.name for row in self.entries if row.own])
        rows = tuple(replace(row, title=labels.get(row.name, row.title)) for row in self.entries)
        return replace(self, entries=rows)

    @property
    def rule(self) -> str:
        """How values are normalised."""
        return _NORMALISED[self.subject].format(node=formatted(self.node, "m"))

    def normalised(self, row: Row) -> dict[str, float]:
        """Normalised area, energy and efficiency of a row in SI units, where its feature size is known."""
        node, found = row.number("node"), dict[str, float]()
        if node is None:
            return found
        shrink = self.node / node
        area, energy, efficiency = (row.number(name) for name in ("area", "energy", "efficiency"))
        weights, inputs = row.number("weight_bits"), row.number("input_bits")
        if area is not None:
            found["area"] = area / node**2 if self.subject == "neurons" else area * shrink**2
        if energy is not None:
            found["energy"] = energy * shrink
        if efficiency is not None and weights is not None and inputs is not None:
            found["efficiency"] = efficiency / shrink * weights * inputs
        return found

    def rows(self) -> list[dict[str, Any]]:
        """One mapping per row: values in SI units, their bands, normalised values, and the source of each cell."""
        known = columns(self.subject)
        return [
            {
                "name": row.name,
                "title": row.title,
                "own": row.own,
                **{_key(name, known[name]): _plain(row.cells.get(name), known[name]) for name in known},
                **{
                    f"{name}_{end}": getattr(getattr(row.cells.get(name), "band", None), side, None)
                    for name in ("area", "energy", "efficiency")
                    for end, side in (("p10", "low"), ("p90", "high"))
                },
                **{f"{name}_normalised": self.normalised(row).get(name) for name in ("area", "energy", "efficiency")},
                "bounds": "; ".join(f"{name}: {cell.bound}" for name, cell in row.cells.items() if cell.bound),
                "sources": "; ".join(f"{name}: {_where(cell)}" for name, cell in row.cells.items()),
            }
            for row in self.entries
        ]  # fmt: skip

    def table(self, *, brief: bool = False) -> Table:
        """The table to read: empty columns left out, counts of parts in one column.

        Parameters
        ----------
        brief : bool, optional
            Whether to show the columns only that papers print.
        """
        known = columns(self.subject)
        parts = [name for name, _ in _COMPONENTS]
        marked = any(row.own for row in self.entries)
        names = [
            name
            for name, column in known.items()
            if name not in parts
            and (column.brief or not brief)
            and any(name in row.cells for row in self.entries)
        ]
        head = [
            *([""] if marked else []), self.subject.removesuffix("s"),
            *(known[name].head for name in names),
            *(["parts"] if self.subject == "neurons" else []),
            "normalised area", "normalised energy", *(["normalised TOPS/W"] if self.subject == "chips" else []),
            "sources",
        ]  # fmt: skip
        lines = [self._line(row, names, known)[not marked :] for row in self.entries]
        return Table.of(head, lines, "<" * len(head))

    def _line(self, row: Row, names: Sequence[str], known: Mapping[str, Column]) -> list[Any]:
        scaled = self.normalised(row)
        neurons = self.subject == "neurons"
        area, efficiency = scaled.get("area"), ""
        if "efficiency" in scaled:
            efficiency = _written(scaled["efficiency"], known["efficiency"])
        keys = dict.fromkeys(k for cell in row.cells.values() for k in (cell.source, cell.cited_in) if k)
        return [
            OWN_MARK if row.own else "",
            row.title,
            *(_shown(row, name, known[name]) for name in names),
            *([_parts(row)] if neurons else []),
            "" if area is None else f"{area:.3g} F^2" if neurons else formatted(area, "m^2"),
            formatted(scaled["energy"], "J") if "energy" in scaled else "",
            *([] if neurons else [efficiency]),
            Citation(tuple(keys)),
        ]

    def to_text(self) -> str:
        """The table, one's own rows marked, and the rule of the normalised columns."""
        lines = [f"{len(self.entries)} {self.subject}; {self.legend}", *self.undrawn, *self.notes]
        return self.table(brief=True).to_text() + "\n" + "\n".join(lines) + "\n"

    @property
    def legend(self) -> str:
        """What marks and blanks mean, and how values are normalised."""
        own = f"{OWN_MARK}: your own, computed values as median (p10 to p90); "
        return (
            f"{own if any(row.own for row in self.entries) else ''}blank: not stated in the texts that were read; "
            f"-: does not apply; > and <: bounds; normalised: {self.rule}"
        )

    @property
    def notes(self) -> list[str]:
        """What values include where their column does not say it."""
        return [
            f"{row.title}, {column}: {cell.note}"
            for row in self.entries
            for column, cell in row.cells.items()
            if cell.note
        ]

    @property
    def undrawn(self) -> list[str]:
        """Own rows that the scatter cannot show as a star, with what is missing."""
        energies = {"energy", "efficiency"}
        return [
            f"{row.title} has no {' and no '.join(missing)}, so the scatter has no star for it"
            for row in self.entries
            if row.own
            and (
                missing := ["energy"] * (not energies & row.cells.keys())
                + ["area"] * ("area" not in row.cells)
            )
        ]

    def to_bibtex(self) -> str:
        """The cited sources as BibTeX."""
        return sources_bibtex(self.sources.items())

    def to_frame(self) -> Any:
        """The rows as a data frame."""
        import pandas as pd  # noqa: PLC0415 - slow, and rarely asked for

        return pd.DataFrame(self.rows())

    def plot(self, path: str | Path | None = None) -> Any:
        """Scatter of energy against area, one's own as a star with its band."""
        return render(self, "figure", path)

    def __repr__(self) -> str:
        own = [row.title for row in self.entries if row.own]
        marked = f", with {', '.join(own)}" if own else ""
        return f"<survey of {len(self.entries)} {self.subject}{marked}, {len(self.sources)} sources>"

    def _repr_html_(self) -> str:
        return self.table().to_html() + f"<p>{escape(self.legend)}</p>"


def survey(
    subject: str,
    own: Iterable[str | Path] = (),
    *,
    workload: str | Path = "shd_recurrent_spiking",
    node: float | None = None,
    only: Sequence[str] = (),
) -> Survey:
    """Published neurons or chips in one table, with one's own marked.

    Published rows are the key `survey` of shipped device specs and validation cases, and the files in ``surveys/``.

    Parameters
    ----------
    subject : str
        ``neurons`` or ``chips``.
    own : iterable of str or Path, optional
        Neurons: device specs, whose energy and area are computed. Chips: architectures, which are estimated on
        `workload`. Either: survey files with rows of published values.
    workload : str or Path, optional
        Network of the chips in `own`.
    node : float, optional
        Feature size of the normalised columns, 28 nm by default. [m].
    only : sequence of str, optional
        Published rows to show: those with one of these words in their name, title, mechanism, material, kind or memory.

    Returns
    -------
    Survey
        The rows, with a source for each published cell.

    Raises
    ------
    UnknownNameError
        For another subject, an unknown device or architecture, or a word of `only` that no row has.
    SpecError
        With all problems of a file.

    Examples
    --------
    >>> import neuroest
    >>> found = neuroest.survey("neurons", ["lif_28nm_circuit"])
    >>> found.entries[0].title, found.entries[0].own
    ('lif_28nm_circuit', True)
    """
    errors.check_names("survey", [subject], ("neurons", "chips"))
    sources: dict[str, SourceSpec] = dict(library.bibliography())
    mine: list[Row] = []
    for name in own:
        mine += _own_rows(subject, name, workload, sources)
    listed = [*(_devices(sources) if subject == "neurons" else _cases(sources))]
    for path in shipped("survey").values():
        listed += _of_file(read_survey(path), subject, sources)
    taken = {row.name for row in mine}
    listed = _selected([row for row in listed if row.name not in taken], only)
    listed.sort(key=lambda row: (row.number("year") or 0.0, row.title))
    rows = (*mine, *listed)
    cited = {k for row in rows for c in row.cells.values() for k in (c.source, c.cited_in) if k}
    size = parse_quantity(reference()["node"], "m") if node is None else node
    return Survey(subject, rows, size, frozen({key: sources[key] for key in sorted(cited)}))


def read_survey(path: Path) -> Loaded[SurveySpec]:
    """Load a survey file.

    Raises
    ------
    SpecError
        With all problems of its cells and sources.
    """
    loaded = read_spec(SurveySpec, path)
    spec = loaded.spec
    known = {*library.shared_sources(), *spec.sources}
    problems: list[errors.Problem] = []
    for name, row in spec.rows.items():
        problems += survey_problems(loaded.document, ["rows", name], spec.subject, row, known)
    errors.raise_all(problems)
    return loaded


def _selected(rows: list[Row], words: Sequence[str]) -> list[Row]:
    """Rows with one of the words; all without a word."""
    texts = {
        row.name: " ".join(
            [row.name, row.title, *(str(row.cells[key].value) for key in _SEARCHED if key in row.cells)]
        ).lower()
        for row in rows
    }
    for word in words:
        if not any(word.lower() in text for text in texts.values()):
            raise errors.UnknownNameError("row of the survey", word, texts)
    return [row for row in rows if not words or any(word.lower() in texts[row.name] for word in words)]


def _read(subject: str, entry: SurveyEntry, case: Case | None = None) -> dict[str, Cell]:
    """Values of a row with their sources."""
    known, found = columns(subject), dict[str, Cell]()
    for name, cell in given_cells(entry).items():
        value, note = cell.value, cell.note
        where = (entry.source, cell.locator or entry.locator, entry.cited_in)
        if case is not None and cell.published is not None:
            stated = case.published[cell.published]
            value, note = f"{stated.value!r} {stated.unit}", note or stated.claim
            where = (stated.source, stated.locator, stated.cited_in)
        elif cell.source is not None:
            where = (cell.source, cell.locator, cell.cited_in)
        found[name] = Cell(known[name].read(value), *where, note, cell.bound)
    return {name: found[name] for name in known if name in found}


def _devices(sources: dict[str, SourceSpec]) -> Iterator[Row]:
    """Shipped devices with a row in the survey."""
    for name, path in shipped("device").items():
        if path.parent.name == "neurons":
            device = load_device(name)
            if device.spec.survey is not None:
                sources.update(device.spec.sources)
                yield Row(name, device.spec.survey.title or name, frozen(device_cells(device)))


def device_cells(device: Device) -> dict[str, Cell]:
    """Cells of a device: those of its `survey`, then reported values and parameters with a source; nothing assumed."""
    entry = device.spec.survey
    known = columns("neurons")
    found = {} if entry is None else _read("neurons", entry)
    for name, column in known.items():
        if name in found:
            continue
        reported = next(
            (r for r in device.spec.reported if column.reported and r.quantity == column.reported), None
        )
        claim = device.claims.get(column.parameter)
        if reported is not None:
            value = column.read(reported.value)
            found[name] = Cell(value, reported.source, reported.locator, reported.cited_in, reported.scope)
        elif claim is not None and claim.basis != "assumed" and claim.source is not None:
            found[name] = Cell(claim.value, claim.source, claim.locator, claim.cited_in)
    return {name: found[name] for name in known if name in found}


def _cases(sources: dict[str, SourceSpec]) -> Iterator[Row]:
    """Shipped validation cases with a row in the survey."""
    for name in shipped_cases():
        case = load_case(name)
        if case.spec.survey is not None:
            sources.update(case.spec.sources)
            yield Row(
                name,
                case.spec.survey.title or case.spec.title,
                frozen(_read("chips", case.spec.survey, case)),
            )


def _of_file(
    loaded: Loaded[SurveySpec], subject: str, sources: dict[str, SourceSpec], *, own: bool = False
) -> list[Row]:
    """Rows of a survey file; none if it is about the other subject."""
    if loaded.spec.subject != subject:
        return []
    sources.update(loaded.spec.sources)
    return [
        Row(name, row.title or name, frozen(_read(subject, row)), own)
        for name, row in loaded.spec.rows.items()
    ]


def _own_rows(
    subject: str, name: str | Path, workload: str | Path, sources: dict[str, SourceSpec]
) -> list[Row]:
    """Rows of a file that the caller names."""
    path = Path(name)
    if path.suffix in {".yaml", ".yml"} and path.is_file() and kind_of(path) == "survey":
        return _of_file(read_survey(path), subject, sources, own=True)
    if subject == "neurons":
        device = load_device(name)
        sources.update(device.spec.sources)
        title = device.spec.survey.title if device.spec.survey is not None else None
        cells = frozen(_computed_neuron(device, name))
        return [Row(device.spec.name, title or device.spec.name, cells, own=True)]
    found = estimate(name, workload)
    return [Row(found.architecture, found.title, frozen(_computed_chip(found)), own=True)]


def kind_of(path: Path) -> Any:
    """Kind that a spec file states; None if it states none."""
    from neuroest.specs.reading import read_document  # noqa: PLC0415 - only files of the caller are read twice

    data = read_document(path).data
    return data.get("kind") if isinstance(data, dict) else None


def _computed_neuron(device: Device, name: str | Path) -> dict[str, Cell]:
    """What a device spec states, with energy, area and rate of the whole circuit computed over its spreads."""
    stated = device_cells(device)
    drawn = {path: values.ravel() for path, values in draw(device.claims).items()}
    process = device.spec.process or reference()["process"]
    costs = block(device.spec.model, device=str(name), process=process, parameters=drawn)
    rates = [row.value for row in costs.rows if row.name.endswith("highest spike rate")]
    computed = {
        "area": costs.area,
        "energy": costs.energies["spike"],
        **({"rate": rates[0]} if rates else {}),
    }
    for column, values in computed.items():
        band = Band.of(np.atleast_1d(np.asarray(values, dtype=float)))
        stated[column] = Cell(band.median, band=band)
    size = load_device(process).claims["feature_size"].value
    stated.setdefault("node", Cell(size, note=f"of {process}, for which it is computed"))
    return {column: stated[column] for column in columns("neurons") if column in stated}


def _computed_chip(found: Estimate) -> dict[str, Cell]:
    """Area and energy of an operation of an estimated chip, with their bands."""
    bands, claims = found.bands.totals, found.claims
    cells = {"realisation": Cell("simulation"), "area": Cell(bands["area_m2"].median, band=bands["area_m2"])}
    for column, path in (
        ("node", "technology.process.feature_size"),
        ("weight_bits", "workload.precision.weights"),
        ("input_bits", "workload.precision.activations"),
    ):
        if path in claims:
            cells[column] = Cell(claims[path].value)
    dense = found.totals["tops_per_watt"] is not None
    band = bands["tops_per_watt" if dense else "energy_per_synaptic_operation_J"]
    if dense:
        scale = columns("chips")["efficiency"].scale
        band = Band(band.low / scale, band.median / scale, band.high / scale)
    cells["efficiency" if dense else "energy"] = Cell(band.median, band=band)
    return {name: cells[name] for name in columns("chips") if name in cells}


def _shown(row: Row, name: str, column: Column) -> str:
    """A cell as text; a dash where the column does not apply to this kind of row."""
    cell = row.cells.get(name)
    if cell is None:
        return "" if column.applies({key: one.value for key, one in row.cells.items()}) else "-"
    value, sign = cell.value, _SIGNS.get(cell.bound or "", "")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, str):
        return value
    if column.kind == "count":
        return f"{sign}{value:.0f}"
    written = sign + _written(value, column)
    if cell.band is None:
        return written
    low, high = cell.band.low * column.scale, cell.band.high * column.scale
    band = Interval(low, high, "" if _is_plain(column) else column.unit)
    return f"{written} ({str(band).replace(' .. ', ' to ')})"


def _written(value: float, column: Column) -> str:
    """A number with the unit of its column, or in the unit of the heading."""
    return f"{value * column.scale:.3g}" if _is_plain(column) else formatted(value, column.unit)


def _is_plain(column: Column) -> bool:
    """Whether numbers of a column have no unit of their own."""
    return column.unit == "1" or column.scale != 1.0


def _parts(row: Row) -> str:
    """Components of a neuron as device papers write them, such as 1C + 1T + 1D."""
    return " + ".join(
        f"{_SIGNS.get(row.cells[name].bound or '', '')}{count:.0f}{letter}"
        for name, letter in _COMPONENTS
        if (count := row.number(name))
    )


def _where(cell: Cell) -> str:
    """Source, place and the text that quotes it; of a cell of the row of one's own without one, that it is computed."""
    if not cell.source:
        return f"computed here{f', {cell.note}' if cell.note else ''}"
    quoted = f" in {cell.cited_in}" if cell.cited_in else ""
    return f"{cell.source}{quoted}{f' ({cell.locator})' if cell.locator else ''}"


def _key(name: str, column: Column) -> str:
    """Key of a column in CSV and JSON, with its unit."""
    return f"{name}_{column.unit}" if column.unit not in {"", "1"} else name


def _plain(cell: Cell | None, column: Column) -> Any:
    """A value for a program."""
    if cell is None:
        return None
    value = cell.value
    if isinstance(value, tuple):
        return ", ".join(value)
    return int(value) if isinstance(value, float) and column.kind == "count" else value
