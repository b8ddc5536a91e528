"""List what can be explained of an estimate, in short or whole."""

from collections.abc import Mapping

from neuroest.reporting import breakdown
from neuroest.reporting.answers import designers_parameters
from neuroest.reporting.document import Document, Gap
from neuroest.reporting.explanation import explainable
from neuroest.reporting.formatting import percent
from neuroest.reporting.table_model import Quantity, Table
from neuroest.reporting.text_style import PLAIN, Style
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import label_and_unit

_MOST_INPUTS = 8
"""Inputs that the short list names; `sensitivity` ranks all of them."""


def explainable_text(estimate: Estimate, *, every: bool = False, style: Style = PLAIN) -> str:
    """Results, parts and the most important inputs of an estimate, or every name that can be explained.

    Parameters
    ----------
    estimate : Estimate
        The result.
    every : bool
        Whether to list every name, with one line of description each.
    style : Style
        How the headings are drawn.

    Examples
    --------
    >>> import neuroest
    >>> text = explainable_text(neuroest.estimate("loihi_14nm", "mlp_mnist_spiking"))
    >>> next(line for line in text.splitlines() if "area_m2" in line).split()
    ['area_m2', '53.3', 'mm^2']
    """
    names = explainable(estimate)
    apply = tuple(item for item in names if estimate.totals.get(item[0], 0.0) is not None)
    if every:
        return "".join(f"{name}\t{about}\n" for name, about in apply)
    none = len(names) - len(apply)
    chip, network = estimate.called, f"-w {estimate.workload_called}"
    title = f"{estimate.architecture} on {estimate.workload.name}: {len(apply)} names can be explained"
    lists = [_results(estimate, f" ({none} more do not apply here)" if none else ""), _parts(estimate)]
    if (inputs := _inputs(estimate)).rows:
        lists.append(inputs)
    document = Document(
        title,
        (
            f"neuroest explain {chip} NAME {network}", "explains one of them; --all lists them",
            *(block for table in lists for block in (Gap(), table)),
            *((f"neuroest sensitivity {chip} {network}", "ranks them for all results") if inputs.rows else ()),
        ),
    )  # fmt: skip
    return document.to_text(style)


def _results(estimate: Estimate, note: str) -> Table:
    rows = [
        (name, Quantity(found.value, label_and_unit(name)[1]))
        for name in estimate.totals
        if (found := estimate.headline(name)).value is not None
    ]
    return Table.of(("", ""), rows, "<>", f"results{note}")


def _parts(estimate: Estimate) -> Table:
    """Components with an energy or an area, the largest energy first."""
    energy = {part.component: part.value for part in breakdown.energy_by_component(estimate)}
    area = {part.component: part.value for part in breakdown.area_by_component(estimate)}
    paths = [path for path in dict.fromkeys((*energy, *area)) if energy.get(path) or area.get(path)]
    rows = [(path, _share(energy, path), _share(area, path)) for path in paths]
    return Table.of(("",) * 3, rows, "<>>", "parts, share of the energy and of the area")


def _share(sums: Mapping[str, float], path: str) -> str:
    return percent(sums[path] / sum(sums.values())) if sums.get(path) else "-"


def _inputs(estimate: Estimate) -> Table:
    """Inputs with the largest elasticities of the energy, the largest first."""
    slopes = dict(zip(estimate.sensitivity.paths, estimate.sensitivity.totals["energy"], strict=True))
    ranked = sorted(designers_parameters(estimate), key=lambda path: -abs(slopes[path]))
    rows = [
        (path, Quantity(estimate.claims[path].value, estimate.claims[path].unit), f"{slopes[path]:+.2g} %")
        for path in ranked[:_MOST_INPUTS]
        if slopes[path]
    ]
    return Table.of(("",) * 3, rows, "<>>", "inputs and the change of the energy if they are raised by 1 %")
