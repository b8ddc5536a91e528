"""Names, units and wording of the results."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from neuroest.core.text_layout import words
from neuroest.core.units import formatted, formatted_interval, percent
from neuroest.design.build import AMBIENT, PROCESS, TECHNOLOGY, TEMPERATURE, Design
from neuroest.results.estimate import CheckResult, Estimate, Passing
from neuroest.results.quantities import QUANTITIES, Headline
from neuroest.specs.claims import Claim

CHIP = "chip."
"""Common first part of all component paths, omitted where space is short."""

_NEAR_ONE = 0.1
"""Distance from one within which a ratio has more digits."""
_FAILS_SHOWN = 2
"""Checks that are named among those that samples fail."""
_POWER = re.compile(r"(?<=\d)e([+-]?\d+)")
_METALS = "Ag|Al|Ba|Bi|Ca|Ce|Co|Cu|Fe|Ga|Gd|Ge|Hf|In|La|Mn|Mo|Nb|Ni|Pr|Sb|Si|Sn|Sr|Ta|Ti|V|W|Y|Zn|Zr"
_FORMULA = re.compile(
    rf"(?<![A-Za-z0-9_])(?:(?:{_METALS})(?:\d+(?:\.\d+)?)?)+(?:O|N|S|Se|Te)(?:\d+|x)?(?![A-Za-z0-9_])"
)
"""An oxide, nitride or chalcogenide, as memristors contain; no name of a network or format looks like one."""
_INDEX = re.compile(r"\d[\d.]*|x$")
_LOWERED = str.maketrans("0123456789x", "₀₁₂₃₄₅₆₇₈₉ₓ")
_MICRO = re.compile(r"(?<![A-Za-z_\d.])(\d[\d.]*+|[\d.]*+[⁰¹²³⁴-⁹]++) u(?=[A-Za-z])")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def headline_cells(headline: Headline, name: str) -> tuple[str, str, str]:
    """Headline number of a result, band and nominal value; the last two are empty for a result without a band.

    Examples
    --------
    >>> headline_cells(Headline(1.5e-9, 1.2e-9, 2e-9, 3e-9), "energy_per_inference_J")
    ('2 nJ', '1.2 .. 3 nJ', '1.5 nJ')
    >>> headline_cells(Headline(4e17), "cell_lifetime_s")
    ('no wear', '', '')
    """
    unit = QUANTITIES[name].unit
    unbounded = QUANTITIES[name].without_end(headline.value)
    lead = unbounded or formatted(headline.value, unit)
    if unbounded or headline.low is None or headline.high is None:
        return lead, "", ""
    return lead, formatted_interval(headline.low, headline.high, unit), formatted(headline.nominal, unit)


def typeset(text: str) -> str:
    """Text with typeset quantities for print; terminal and files stay ASCII.

    Examples
    --------
    >>> typeset("0.458 .. 1.7 mm^2"), typeset("11 uJ"), typeset("3.25e+05"), typeset("7.48e-05")
    ('0.458 to 1.7 mm²', '11 µJ', '3.25×10⁵', '7.48×10⁻⁵')
    """
    text = _POWER.sub(lambda found: f"×10{str(int(found[1])).translate(_RAISED)}", text)
    return _MICRO.sub(r"\1 µ", text).replace("^2", "²").replace(" .. ", " to ")


def with_subscripts(text: str) -> str:
    """Text with the indices of its chemical formulas lowered; other names stay as they are.

    Examples
    --------
    >>> with_subscripts("Ag/HfO2 on Al2O3"), with_subscripts("TaOx, Ge2Sb2Te5"), with_subscripts("FP16 of VGG16, W_O2")
    ('Ag/HfO₂ on Al₂O₃', 'TaOₓ, Ge₂Sb₂Te₅', 'FP16 of VGG16, W_O2')
    """
    return _FORMULA.sub(lambda found: _INDEX.sub(lambda index: index[0].translate(_LOWERED), found[0]), text)


def ratio_digits(value: float) -> str:
    """A ratio, with enough digits near one to show its side.

    Examples
    --------
    >>> ratio_digits(1.0449), ratio_digits(1.00021), ratio_digits(2.413), ratio_digits(1.0), ratio_digits(29954.2)
    ('1.045', '1.00021', '2.41', '1', '3e+04')
    """
    near = abs(value - 1.0) < _NEAR_ONE and value != 1.0
    if not near:
        return f"{value:.3g}"
    return f"{value:.3f}" if f"{value:.3f}" != "1.000" else f"{value:.5f}"


def short(path: str) -> str:
    """A path without the name of its chip."""
    return path.removeprefix(CHIP)


def short_names(paths: Iterable[str]) -> dict[str, str]:
    """The shortest unique suffix of each path.

    Examples
    --------
    >>> short_names(["chip.tile.neuron", "chip.tile.array.neuron", "chip.tile.buffer"])
    {'chip.tile.neuron': 'tile.neuron', 'chip.tile.array.neuron': 'array.neuron', 'chip.tile.buffer': 'buffer'}
    """
    known = list(paths)
    return {path: shortest_name(path, known, least=1) for path in known}


def shortest_name(path: str, paths: Iterable[str], least: int = 2) -> str:
    """The shortest unique suffix of `path` with at least `least` words; ``--set`` accepts it.

    Examples
    --------
    >>> shortest_name("chip.tile.array.cell.area", ["chip.core.cell.area", "chip.tile.array.cell.area"])
    'array.cell.area'
    """
    parts = path.split(".")
    others = [f".{other}" for other in paths if other != path]
    for length in range(least, len(parts) + 1):
        tail = ".".join(parts[-length:])
        if not any(other.endswith(f".{tail}") for other in others):
            return tail
    return path


def counted(number: int, noun: str) -> str:
    """A count with its noun.

    Examples
    --------
    >>> counted(1, "source"), counted(3, "source")
    ('1 source', '3 sources')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_KINDS_OF_FAULT = {
    "extrapolation": "outside a model's range", "design_rule": "design check failed",
    "advice": "advice",
}  # fmt: skip


def passing_words(passing: Passing) -> str:
    """Share of the samples that pass all checks, and the checks that fail most; empty if every sample passes."""
    if passing.share == 1.0:
        return ""
    shown = list(passing.failing.items())[:_FAILS_SHOWN]
    most = [f"{check.partition(' ')[0]} in {percent(share)}" for check, share in shown]
    return f"in {percent(passing.share)} of the samples, fails most by " + ", ".join(most)


def check_line(check: CheckResult) -> str:
    """A failed check in one line, with its severity."""
    return f"{_KINDS_OF_FAULT[check.severity]}: {short(str(check))}"


def check_brief(check: CheckResult) -> str:
    """A failed check in brief: its message up to the cause or the remedy, and the numbers."""
    text = str(replace(check, message=re.split("[:;] ", check.message)[0]))
    return f"{_KINDS_OF_FAULT[check.severity]}: {text.removeprefix(f'{check.component}: ')}"


def corner_words(design: Design) -> str:
    """``slow corner``; nothing for a typical die."""
    corner = design.spec.technology.corner
    return "" if corner == "typical" else f"{corner} corner"


def coding_words(coding: str, claims: Mapping[str, Claim]) -> str:
    """Coding of a network, of a spiking one with its timesteps."""
    steps = claims.get("workload.timesteps")
    return coding if steps is None else f"{coding}, {steps.value:g} timesteps"


def temperature_words(result: Estimate) -> str:
    """Temperature of the die: ``300 K``, or ``341 K in air of 300 K`` if it follows from its power."""
    warm = result.totals["junction_temperature_K"]
    if warm is None:
        return formatted(result.claims[TEMPERATURE].value, "K")
    return f"{formatted(warm, 'K')} in air of {formatted(result.claims[AMBIENT].value, 'K')}"


def operating_point(result: Estimate) -> str:
    """Node, corner, supply, temperature and operation: ``28 nm (cmos_28nm_lp), 0.9 V, 300 K, always on``."""
    process = result.design.devices[PROCESS].spec.name
    reported = (
        f"{formatted(result.claims[f'{PROCESS}.feature_size'].value, 'm')} ({process})",
        corner_words(result.design),
        formatted(result.claims[f"{TECHNOLOGY}.supply_voltage"].value, "V"),
        temperature_words(result),
        words(result.design.spec.operation.mode),
    )
    return ", ".join(text for text in reported if text)


def link_names(estimate: Estimate) -> str:
    """Links to other chips and memories, and which of them were chosen for the pace."""
    chosen = {choice.path: f"{choice.words}, chosen for the pace" for choice in estimate.design.link_choices}
    links = [link.path for link in estimate.evaluation.chip.links()]
    named = [chosen.get(path) or f"{estimate.design.devices[path].spec.name}, named" for path in links]
    return ", ".join(named) or "none"


def operation_words(result: Estimate) -> str:
    """Mode of operation with its period: ``always on, an inference every 10 ms``."""
    period = result.claims.get("operation.period")
    return words(result.design.spec.operation.mode) + (
        f", an inference every {formatted(period.value, 's')}" if period is not None else ""
    )


def short_causes(causes: Sequence[str]) -> list[str]:
    """Names of causes: the last two parts of a path, or more if two would look the same.

    Examples
    --------
    >>> short_causes(["chip.tile.array.cell.area", "chip.core.cell.area", "model_discrepancy.mesh.energy"])
    ['array › cell › area', 'core › cell › area', 'model of mesh › energy']
    """
    found = []
    for cause in causes:
        if "." not in cause or " " in cause:
            found.append(cause.replace("_", " ").replace(":", ": "))
            continue
        words = cause.split(".")
        if words[0] == "model_discrepancy":
            found.append(f"model of {words[1]} › {words[2]}".replace("_", " "))
            continue
        rivals = [other.split(".") for other in causes if other != cause and "." in other]
        count = 2
        while count < len(words) and any(rival[-count:] == words[-count:] for rival in rivals):
            count += 1
        found.append(" › ".join(words[-count:]).replace("_", " "))
    return found
