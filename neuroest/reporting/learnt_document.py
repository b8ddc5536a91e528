"""What measured values have taught, as a document."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from neuroest.core.units import three_digits
from neuroest.pipeline.cost_table import DESCRIPTION
from neuroest.reporting.document import Document, Gap, Paragraph
from neuroest.reporting.formatting import counted, formatted_interval, percent
from neuroest.reporting.table_model import Table
from neuroest.results.quantities import QUANTITIES, label_and_unit

if TYPE_CHECKING:
    from neuroest.results.estimate import Band
    from neuroest.validation.learnt import Contradiction, Learnt, LearntCause

_MOST_CAUSES = 6
_MOST_CANDIDATES = 4
_LONGEST_NAME = 28
_MOVED = 0.1
"""Change, in standard deviations, below which a cause is not worth a line."""


def learnt_document(learnt: Learnt) -> Document:
    """Measured values, contradictions, what moved, how much narrower the bands are, and what to measure next."""
    used = sum(one.used for one in learnt.values)
    return Document(
        f"{learnt.calibration.spec.name}: {used} of {counted(len(learnt.values), 'measured value')} of "
        f"{learnt.architecture} on {learnt.workload}",
        (
            Gap(), _values(learnt),
            "distance: measured from predicted, in standard deviations; ! contradicts, does not count",
            *(Paragraph(f"! {contradiction_words(one)}", tone="warning") for one in learnt.contradictions),
            Gap(), *_causes(learnt), Gap(), _totals(learnt), Gap(), _candidates(learnt), Gap(),
            Paragraph(
                f"{learnt.draws} draws, worth {learnt.effective:.0f} of the exact posterior; "
                f"{counted(learnt.iterations, 'iteration')}"
            ),
        ),
    )  # fmt: skip


def _values(learnt: Learnt) -> Table:
    rows = []
    for one in learnt.values:
        value = f"{one.value:.3g} {one.unit}".strip()
        before, after = (f"{band.low:.3g}..{band.high:.3g}" for band in (one.before, one.after))
        rows.append((one.name, value, before, after, f"{one.distance:+.1f}{'' if one.used else '!'}"))
    return Table.of(("", "measured", "before: p10..p90", "after", "distance"), rows, "<>>>>")


def contradiction_words(one: Contradiction) -> str:
    """A contradiction in one sentence, with the part that would have to be wrong."""
    size = f"{max(one.ratio, 1.0 / one.ratio):.3g} times {'above' if one.ratio > 1.0 else 'below'}"
    what = "the other values" if one.others else "what the draws reach"
    return (
        f"{one.value} is {size} its prediction ({abs(one.distance):.1f} standard deviations) and contradicts {what}; "
        f"to explain it alone, {cause_words(one.cause)} ({one.path}) would have to be {one.factor:.3g} times its "
        f"stated value, {abs(one.deviations):.1f} standard deviations off"
    )


def cause_words(cause: str) -> str:
    """Name of a cause: a parameter with its file, or the error of a model.

    Examples
    --------
    >>> cause_words("model_discrepancy:sram.energy"), cause_words("cmos_28nm_lp:on_current")
    ('the error of model sram in energy', 'on_current of cmos_28nm_lp')
    """
    origin, _, name = cause.partition(":")
    if origin == "model_discrepancy":
        model, _, quantity = name.rpartition(".")
        return f"the error of model {model} in {quantity.replace('_', ' ')}"
    return f"{name} of {origin}"


def _causes(learnt: Learnt) -> list[Table | str]:
    shown = [one for one in learnt.causes if abs(one.moved) + 1.0 - one.narrowed > _MOVED]
    if not shown:
        return ["nothing moved by more than a tenth of a standard deviation"]
    rows = [
        (_short_cause(one), _range(one.prior, one.unit), _range(one.posterior, one.unit), f"{one.moved:+.1f} sd",
         f"{one.narrowed:.0%}")
        for one in shown[:_MOST_CAUSES]
    ]  # fmt: skip
    more = len(shown) - _MOST_CAUSES
    table = Table.of(("moved", "before: p10 .. p90", "after", "by", "width"), rows, "<>>>>")
    return [table, *([f"and {more} more"] if more > 0 else [])]


def _short_cause(one: LearntCause) -> str:
    """Name of a cause, with its file where there is room."""
    origin, _, name = one.cause.partition(":")
    if one.model:
        model, _, cost = name.rpartition(".")
        return f"{DESCRIPTION}, {cost}" if model.endswith(DESCRIPTION) else f"model {name}"
    whole = f"{name} ({origin})"
    return whole if len(whole) <= _LONGEST_NAME else name


def _range(band: Band, unit: str) -> str:
    return formatted_interval(band.low, band.high, unit).replace(" .. ", "..")


def _totals(learnt: Learnt) -> Table:
    rows = []
    for one in learnt.totals:
        label, unit = label_and_unit(one.name)
        widths = (_width(band) for band in (one.prior, one.here, one.elsewhere))
        rows.append(
            (label, *widths, three_digits(one.prior.median, unit), three_digits(one.here.median, unit))
        )
    head = ("p90 / p10", "before", "this chip", "another chip", "median before", "this chip")
    return Table.of(head, rows, "<>>>>>")


def _width(band: Band) -> str:
    return f"x{band.high / band.low:.3g}" if band.low > 0.0 else "-"


def _candidates(learnt: Learnt) -> Table | str:
    rows = [
        (one.quantity, f"about {three_digits(one.expected, one.unit)}", f"x{one.width:.3g}", f"-{percent(one.reduced)}")
        for one in learnt.candidates[:_MOST_CANDIDATES]
        if math.isfinite(one.expected)
    ]  # fmt: skip
    if not rows:
        return "no further measurement narrows it"
    title = f"to narrow {QUANTITIES[learnt.target].label} further, measure (to 5 %)"
    return Table.of(("", "expected", "p90 / p10", "narrower by"), rows, "<>>>", title)
