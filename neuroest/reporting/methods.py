"""Methods text of a paper, as Markdown and LaTeX."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neuroest.core.document import plain
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import package_version
from neuroest.core.provenance import Call, origins
from neuroest.core.units import percent
from neuroest.error_analysis.draws import SAMPLES, SEED
from neuroest.reporting.bibliography import OWN_KEY
from neuroest.reporting.bibliography import _key as bibtex_key
from neuroest.reporting.estimate_document import basis_words
from neuroest.reporting.formatting import (
    check_brief,
    check_line,
    corner_words,
    counted,
    short,
    temperature_words,
)
from neuroest.reporting.latex import tex
from neuroest.reporting.validation_coverage import ValidationCoverage
from neuroest.results.estimate import Estimate

if TYPE_CHECKING:
    from neuroest.error_analysis.calibration import Evidence

_MOST_ITEMS = 3
"""Items in a sentence of the methods."""


@frozen_dataclass
class Methods:
    """Methods text of a paper.

    Attributes
    ----------
    paragraphs : tuple of str
        The model and its inputs, what this study changed, and how the models compare with published chips: at most
        400 words, for the body of a paper.
    details : tuple of str
        What only one design or one check is about, for the supplement.
    equations : tuple of (str, str)
        Equations that were used, with where each comes from.
    exclusions : tuple of (str, str)
        What is left out, and by which designs.
    source_keys : tuple of str
        Sources of exactly the values that the results depend on.
    """

    paragraphs: tuple[str, ...]
    details: tuple[str, ...]
    equations: tuple[tuple[str, str], ...]
    exclusions: tuple[tuple[str, str], ...]
    source_keys: tuple[str, ...]

    def to_latex(self) -> str:
        """The text as LaTeX, with citations from `references.bib`."""
        cited = ",".join(bibtex_key(key) for key in self.source_keys)
        reported = [tex(paragraph) + "\n" for paragraph in self.paragraphs]
        if cited:
            reported.append(rf"Parameter values come from~\cite{{{cited}}}.")
        reported.append(rf"The tool is cited as~\cite{{{OWN_KEY}}}.")
        # names of files are long words; looser lines are better than names in the margin
        return "{\\sloppy\\hbadness=10000\n" + "\n".join(reported) + "\\par}\n"

    def to_markdown(self) -> str:
        """The text as Markdown."""
        return "\n".join(line for paragraph in self.paragraphs for line in (plain(paragraph), ""))

    def supplement_latex(self) -> str:
        """Details of designs and exclusions as LaTeX."""
        left = "; ".join(f"{item} ({by})" for item, by in self.exclusions)
        reported = [tex(detail) + "\n" for detail in self.details]
        reported.append(f"The estimates exclude: {tex(left)}." if left else "The files state no exclusions.")
        return "{\\sloppy\\hbadness=10000\n" + "\n".join(reported) + "\\par}\n"

    def supplement_markdown(self) -> str:
        """Details of designs, exclusions, equations and sources as Markdown."""
        lines = [line for detail in self.details for line in (plain(detail), "")]
        lines += ["## Left out", ""]
        lines += [f"- {plain(item)} ({plain(by)})" for item, by in self.exclusions] or [
            "None stated in the files."
        ]
        lines += ["", "## Equations", ""]
        lines += [f"- {plain(formula)} ({plain(reference)})" for formula, reference in self.equations]
        lines += ["", "## Sources", ""]
        lines += [f"- {plain(key)}" for key in self.source_keys]
        return "\n".join(lines) + "\n"


def methods(
    results: Sequence[Estimate], refused: Sequence[str] = (), standing: ValidationCoverage | None = None
) -> Methods:
    """Methods text for these estimates, with the validation of their models."""
    titles = {result.architecture: result.title for result in results}
    designs = list(dict.fromkeys(titles.values()))
    networks = list(dict.fromkeys(result.network for result in results))
    who = f"{counted(len(designs), 'design')} ({'; '.join(designs)})"
    what = f"{counted(len(networks), 'network')} ({'; '.join(networks)})"
    model = [
        f"Area, energy, latency and throughput were estimated with neuroest {package_version()} for {who} on {what}.",
        (
            "Each layer is mapped onto the chip, the actions of every component are counted, and each action is priced "
            "by an equation of the component's circuit; static power is charged over the time that the chip is powered."
        ),
        (
            f"Medians and bands (10th to 90th percentile) are those of {SAMPLES} samples (seed {SEED}) over the "
            "uncertainty of the means of the parameters; values without a stated spread count as exact."
        ),
        "Where both are shown, nominal values are those at the stated inputs.",
        *_given(results),
        *_operated(results)[:_MOST_ITEMS],
        *_rests_on(results[:1]),
    ]
    settings = dict(item for result in results for item in result.settings.items())
    study = []
    changed = [f"{path} = {value}" for path, value in settings.items()]
    if changed:
        study.append(_some("Changed for this study", changed))
    broken = [(r.label, check) for r in results for check in r.failed_checks]
    study.append(
        _some("Failed checks", [f"{label}: {check_brief(check)}" for label, check in broken])
        if broken
        else "The designs pass all checks."
    )
    if refused:
        study.append(_some("Without an estimate", [one.partition("; ")[0] for one in refused]))
    validation = [standing.words] if standing is not None else []
    advice = [f"{r.label}: {short(str(c))}" for r in results for c in r.advice]
    details = [
        *_evidence(results),
        *_operated(results)[_MOST_ITEMS:],
        *_rests_on(results),
        *([f"Changed for this study: {'; '.join(changed)}."] if changed else []),
        *(
            ["Failed checks: " + "; ".join(f"{a}: {check_line(c)}" for a, c in broken) + "."]
            if broken
            else []
        ),
        *([f"Advice (not failed checks): {'; '.join(advice)}."] if advice else []),
        *([f"Without an estimate: {'; '.join(refused)}."] if refused else []),
        *(
            f"{titles[design.architecture]}: {design.words}"
            for design in (standing.designs if standing else ())
        ),
    ]
    keys = tuple(sorted({key for result in results for key in result.source_keys}))
    paragraphs = tuple(" ".join(each) for each in (model, study, validation) if each)
    return Methods(paragraphs, tuple(details), equations_used(results), _exclusions(results), keys)


def _some(what: str, items: Sequence[str]) -> str:
    """A sentence with the first few of some items; the supplement has all."""
    more = f"; {len(items) - _MOST_ITEMS} more in the supplement" if len(items) > _MOST_ITEMS else ""
    return f"{what}: {'; '.join(items[:_MOST_ITEMS])}{more}."


def equations_used(results: Sequence[Estimate]) -> tuple[tuple[str, str], ...]:
    """Formula and reference of every equation behind the costs of these estimates."""
    costs = (
        *(cost.energy for result in results for cost in result.traced.energies),
        *(area.area for result in results for area in result.traced.areas),
        *(static.power for result in results for static in result.traced.statics),
    )
    found = {(origin.formula, origin.reference) for origin in origins(costs) if isinstance(origin, Call)}
    return tuple(sorted(found))


def _given(results: Sequence[Estimate]) -> list[str]:
    """Measured values that the bands are conditioned on, once, with the designs of the measured chip and of others."""
    names: dict[tuple[str, bool], dict[str, None]] = {}
    for result in results:
        if result.given is not None:
            key = (result.given.calibration.sha256, result.given.measured)
            names.setdefault(key, {})[result.title] = None
    said: list[str] = []
    for calibration in {
        one.given.calibration.sha256: one.given.calibration for one in results if one.given
    }.values():
        spec, (key, _) = calibration.spec, calibration.source
        measured, others = (", ".join(names.get((calibration.sha256, same), ())) for same in (True, False))
        whose = "the same chip" if measured else "another chip"
        values = [f"{name} ({_measured(one)})" for name, one in spec.evidence.items() if one.used]
        said.append(
            f"The bands of {measured or others} are conditioned on measured values of {spec.chip.name}, {whose}, by "
            f"an iterated ensemble smoother in logarithms ({spec.draws:.0f} draws, worth "
            f"{spec.effective_draws:.0f} of the exact posterior) [{key}, SHA-256 {calibration.sha256[:12]}]."
        )
        if measured and others:
            said.append(f"For {others}, {spec.chip.name} is another chip.")
        said.append(_some("Measured values", values))
        if left := [name for name, one in spec.evidence.items() if not one.used]:
            said.append(_some("These contradicted and were left out", left))
    return said


def _evidence(results: Sequence[Estimate]) -> list[str]:
    """Every measured value, for the supplement."""
    specs = {one.given.calibration.sha256: one.given.calibration.spec for one in results if one.given}
    return [
        f"Measured values of {spec.chip.name}: "
        + "; ".join(f"{name} ({_measured(one)})" for name, one in spec.evidence.items())
        + "."
        for spec in specs.values()
    ]


def _measured(one: "Evidence") -> str:
    value = f"{one.value:.4g} {one.unit}".strip()
    return f"{value}, standard uncertainty {percent(one.uncertainty)}"


def _operated(results: Sequence[Estimate]) -> list[str]:
    """Corner and temperature of the designs, unless they are typical dies at a stated temperature."""
    reported = []
    for result in results:
        corner = corner_words(result.design)
        if corner:
            reported.append(f"{result.title} is a die at the {corner} of its process.")
        if result.totals["junction_temperature_K"] is not None:
            reported.append(
                f"{result.label} is at {temperature_words(result)}, where its power and its leakage balance."
            )
    return list(dict.fromkeys(reported))


def _rests_on(results: Sequence[Estimate]) -> list[str]:
    reported = []
    for result in results:
        reported.append(
            f"The energy of {result.label} is based on {basis_words(result.basis_share['energy'])} values."
        )
        feasible = result.bands.feasible
        if feasible < 1.0:
            reported.append(
                f"Of its samples {percent(feasible)} have an estimate, and the bands cover only these."
            )
        task = result.workload.task
        if task is not None and task.value is not None:
            reported.append(f"{result.network} is credited with {task.metric} {task.value:g} ({task.basis}).")
    return list(dict.fromkeys(reported))


def _exclusions(results: Sequence[Estimate]) -> tuple[tuple[str, str], ...]:
    owners: dict[str, dict[str, None]] = {}
    designs = {result.title for result in results}
    for result in results:
        for item in result.exclusions:
            owners.setdefault(" ".join(item.split()), {})[result.title] = None
    return tuple((item, "all" if set(by) == designs else "; ".join(by)) for item, by in owners.items())
