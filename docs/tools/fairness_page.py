"""Write the page ``docs/fairness.md``, its figures and the claim in the README: where memristor neurons win, tie, lose.

::

    python docs/tools/fairness_page.py
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import wrap
from typing import Any

import contest_maps
from contest_maps import LEADING, NETWORKS
from fairness_objectives import CIRCUIT_AREA, OBJECTIVES, membrane_rows, objective_rows

from neuroest.core.units import format_quantity, formatted, formatted_interval
from neuroest.exploration.contest import contest, contests
from neuroest.exploration.contest_spec import read_contest
from neuroest.exploration.target import target
from neuroest.loading.kinds import data_folder
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.pace import DATA_PERIOD, paces
from neuroest.reporting.formatting import ratio_digits
from neuroest.reporting.study_documents import interval_words
from neuroest.results.comparison import PACES, Pace, PaceRow, verdict
from neuroest.results.estimate import Band, Estimate
from neuroest.results.quantities import QUANTITIES
from neuroest.results.studies import GOALS, STATISTICS, Contest, RegimeAxis, Target

PAGE = Path(__file__).parents[1] / "fairness.md"
README = Path(__file__).parents[2] / "README.md"
NEURON = "chip.tile.array.readout.neuron"
SAMPLES = 256
RULES = "spiking_neurons"
"""Contest whose contenders and fabric the page is about."""
MEMRISTIVE = ("diffusive_bench", "diffusive_65nm", "diffusive_28nm", "diffusive_3nm")
TWIN, IDEAL = "analog_cmos", "ideal"
"""The chip that all are compared with, and the bound for any neuron."""
BASIS = {
    "diffusive_bench": "measured on discrete parts",
    "diffusive_65nm": "estimate of its authors",
    "diffusive_28nm": "derived here from the bench, with 20 fF at its gate",
    "diffusive_3nm": "projection of its authors",
    "analog_cmos": "fabricated neuron",
    "digital_cmos": "modelled baseline",
    IDEAL: "bound: no energy, no area, no time beyond the read pulse",
}
LEAST_IN_TIME = 0.5
"""Share of the samples in which a chip must keep up with the data for a ratio to be shown."""
_WEAR = "neuron_lifetime_s"
_CHOSEN = "chosen for the pace"
_OVERSIZED = ("1 KiB of SRAM", "8 KiB of SRAM", "UCIe", "LVDS that stays on")
"""Cases with an alternative that passes the checks and suits no slow chip."""
CASES = Path(__file__).parents[2] / "benchmarks" / "fairness_cases.csv"
"""The pair with one alternative exchanged on both sides, written by `benchmarks/fairness_cases.py`."""
CHIPS = Path(__file__).parents[2] / "benchmarks" / "fairness_networks.csv"
"""Every contender on every network, which the site shows."""
_HEAD = (
    "network", "neuron", "area of a neuron", "area of the chip", "inferences a second", "energy back to back",
    "over the twin, back to back", "at equal pace", "at equal pace, without the link", "in bursts", "in streaming",
    "area over the twin", "energy of a spike", "lifetime back to back",
)  # fmt: skip
_BEGIN, _END = "<!-- claim: docs/tools/fairness_page.py -->", "<!-- end of claim -->"
_WIDTH = 118
_YEAR = 365.25 * 86400.0  # s
_LIFE = QUANTITIES[_WEAR].enough / _YEAR
"""Years that a product is asked to last."""


@dataclass(frozen=True)
class Contender:
    """One row of the comparison."""

    name: str
    title: str
    architecture: str
    settings: Mapping[str, Any]
    basis: str


def contenders() -> tuple[Contender, ...]:
    """What is compared: those of the contest on its fabric, then the naive wiring and published chips."""
    stated = read_contest(RULES).spec.contenders
    odin = str(data_folder("validation_case") / "odin" / "chip.yaml")
    many = {"chip.core.count": "auto"}
    own = (
        Contender(name, stated[name].title, stated[name].architecture, stated[name].settings, basis)
        for name, basis in BASIS.items()
    )
    return (
        *own,
        Contender("naive", "1M1T1R, 28 nm, naive wiring", "diffusive_28nm_capacitor", {},
                  "the same neuron behind plain clamps, as first drawn"),
        Contender("loihi", "Loihi by event, 14 nm", "loihi_14nm", {}, "published energies per event"),
        Contender("odin", "ODIN cores, 28 nm", odin, many, "as in its validation case, as many cores as it takes"),
    )  # fmt: skip


@cache
def estimated(name: str, network: str) -> Estimate:
    """A contender on a network."""
    one = next(contender for contender in contenders() if contender.name == name)
    return estimate(one.architecture, network, one.settings)


@cache
def paced(name: str, network: str) -> Mapping[tuple[str, bool], PaceRow]:
    """Energies of a contender and the twin at the three paces, by pace and whether the link is contained."""
    rows = paces(estimated(name, network), estimated(TWIN, network))
    return {(row.pace, row.off_chip_link): row for row in rows if row.part == "energy"}


@cache
def objectives(network: str) -> tuple[Contest, ...]:
    """The contest on a network, once for each objective; one search of the same chips serves all."""
    return contests(RULES, network, OBJECTIVES, samples=SAMPLES)


def held(network: str) -> Contest:
    """The contest of least energy on a network, which the maps show."""
    return objectives(network)[0]


def ratio_at(name: str, network: str, pace: str, *, link: bool = True) -> PaceRow | None:
    """Energy of a contender over that of the twin at a pace; None where it is too slow, or the data have no pace."""
    row = paced(name, network).get((pace, link))
    if row is None or row.design_keeps_up < LEAST_IN_TIME or row.ratio.band is None:
        return None
    return row


def area_ratio(name: str, network: str) -> Band:
    """Area of a contender over that of the twin; what both share is drawn once for both."""
    ours, twin = (estimated(one, network).sample for one in (name, TWIN))
    both = ours.feasible & twin.feasible
    return Band.of((ours.totals["area_m2"] / twin.totals["area_m2"])[both])


def outcome(row: PaceRow | None) -> str:
    """Whether a chip wins, loses, ties or is level by the one rule of comparisons, or is too slow."""
    if row is None or row.ratio.band is None or row.attribution is None:
        return "too slow"
    return verdict(row.ratio.band, row.attribution.contribution, relevance())


def relevance() -> float:
    """Least share by which a win or a loss differs from equal, as the contest states it."""
    return read_contest(RULES).spec.relevance


# --- The page ------------------------------------------------------------------------------------------------------


def fairness_page() -> str:
    """The page ``docs/fairness.md``."""
    lines = [
        "<!-- Written by docs/tools/fairness_page.py; change the specs instead. -->",
        "# Is the claim fair?",
        "",
        *_paragraph(
            f"""Is a chip of 1M1T1R neurons (a diffusive memristor, a transistor and a resistor) orders of magnitude
            smaller and more efficient than one of CMOS neurons, as press texts suggested? Whole chips are compared on
            the same networks and the same 28 nm fabric. A ratio of energies is *level* if the neuron contributes less
            than {relevance():.0%} to it; else a *tie* if p10 to p90 contain 1, with what both chips share drawn once;
            *level* also if its median is within {relevance():.0%} of 1; else a *win* or a *loss*
            ([rule](results.md#what-makes-a-ratio))."""
        ),
        *_in_short(),
        *_best_chips(),
        *_other_objectives(),
        *_every_chip(),
        *_exchanges(),
        *_bare_neurons(),
        *_bound(),
        *_requirements(),
        *_reading(),
    ]
    return "\n".join(lines).rstrip() + "\n"


def claim_lines() -> list[str]:
    """What the README says of the claim: regime, ratio with its factors, area, lifetime, and the contest."""
    network, stated = NETWORKS[1], _title(LEADING)
    cells = [one for net in NETWORKS for one in held(net).cells]
    outcomes = [held(net).outcomes(LEADING) for net in NETWORKS]
    counts = {word: sum(one[word] for one in outcomes) for word in outcomes[0]}
    best = next(one.ratio for one in held(network).standings if one.contender == LEADING)
    at_best = (
        "none of its chips meets every check and limit"
        if best is None else f"its best chip needs {_times(best)} the energy of the best"
    )  # fmt: skip
    others = ", ".join(
        f"{_claimed(pace)} {words}"
        for pace, words in (
            ("burst", "in bursts with a buffer for the inputs"),
            ("equal_pace", "at equal pace"),
            ("back_to_back", "back to back"),
        )
    )
    first = ratio_at(LEADING, network, "streaming")
    made = "" if first is None or first.attribution is None else f" ({first.attribution.words})"
    ours, twin, words = (
        paced(*one)["streaming", True].design_keeps_up
        for one in ((LEADING, network), (TWIN, network), (LEADING, NETWORKS[2]))
    )
    text = f"""On spoken digits in streaming real time, the energy of the {stated} chip over that of its CMOS twin is
        {_claimed("streaming").removesuffix(",")}{made}; {_claimed("streaming", link=False)} without the link that
        brings the input. It is {others}. Its area is {_interval_of(area_ratio(LEADING, network))} times that of the
        twin. Streaming, its neurons last {_lifetime(network)}; those of the twin do not wear. The chip keeps up with
        these data and holds its state in {ours:.0%} of the samples and its twin in {twin:.0%};
        the energies are of samples in which both do. On keyword spotting it keeps up in {words:.0%}. In the contest of
        best chips, {at_best} at the
        pace of these data; on {len(NETWORKS)} networks it has a chip in {sum(counts.values())} of {len(cells)} cells of
        the map; {_counted(counts)}. [Is the claim fair?](docs/fairness.md) says by how much, how certain that is, and
        what would have to be true; [the paper, claim by claim](docs/paper_claims.md) has what was published."""
    return _paragraph(text)[:-1]


def _claimed(pace: str, *, link: bool = True) -> str:
    """Ratio of the leading chip at a pace with its outcome, in words."""
    row = ratio_at(LEADING, NETWORKS[1], pace, link=link)
    if row is None or row.ratio.band is None:
        return "without bound, since it is too slow,"
    word = outcome(row)
    said = f", {word}," if word == "level" else f", a {word},"
    return _interval_of(row.ratio.band) + (said if link else "")


def _interval_of(band: Band) -> str:
    """A ratio without its unit: the median, and p10 to p90."""
    return f"{ratio_digits(band.median)} ({ratio_digits(band.low)} to {ratio_digits(band.high)})"


def _lifetime(network: str) -> str:
    """Median and band of the lifetime of the leading neurons in streaming real time."""
    one = next(contender for contender in contenders() if contender.name == LEADING)
    streaming = estimate(one.architecture, network, {**one.settings, "operation.mode": "streaming"})
    band = streaming.bands.totals["neuron_lifetime_s"]
    return f"{band.median / _YEAR:.2g} years ({band.low / _YEAR:.2g} to {band.high / _YEAR:.3g})"


def _band_at(name: str, network: str, pace: str, *, link: bool = True) -> Band | None:
    row = ratio_at(name, network, pace, link=link)
    return None if row is None else row.ratio.band


def _counted(counts: Mapping[Any, int]) -> str:
    """Outcomes over cells in words."""
    return (
        f"it wins in {counts['win']}, ties in {counts['tie']}, is level in {counts['level']} and loses in "
        f"{counts['loss']}"
    )


def _title(name: str) -> str:
    return next(one.title for one in contenders() if one.name == name)


def _span(values: Sequence[float]) -> str:
    return " to ".join(dict.fromkeys(ratio_digits(end) for end in (min(values), max(values))))


def _times(band: Band) -> str:
    return f"{ratio_digits(band.median)} times ({ratio_digits(band.low)} to {ratio_digits(band.high)})"


def _in_short() -> list[str]:
    """Who wins, ties and loses against the twin, by pace, and by how much."""
    paces_shown = {pace: pace.replace("_", " ") for pace in PACES}
    lines = [
        "## In short",
        "",
        *_paragraph(
            f"""Energy of an inference over that of the twin, {_title(TWIN)}: the least and the largest median of
            {len(NETWORKS)} networks, with the outcome on all or on how many, at each [pace](results.md#paces). *Too
            slow*: in more than half of the samples; ratios are over those in which both chips keep up."""
        ),
        "| neuron | what it is | " + " | ".join(paces_shown.values()) + " |",
        "|---|---|" + "---|" * len(paces_shown),
    ]
    for one in contenders():
        if one.name not in {TWIN, IDEAL}:
            cells = [_over_networks(one.name, pace) for pace in paces_shown]
            lines.append(f"| {one.title} | {one.basis} | " + " | ".join(cells) + " |")
    return [*lines, "", *(f"- {text}" for text in _findings()), ""]


def _over_networks(name: str, pace: str) -> str:
    networks = [network for network in NETWORKS if (pace, True) in paced(name, network)]
    outcomes = [outcome(ratio_at(name, network, pace)) for network in networks]
    found = [word for word in ("win", "tie", "level", "loss", "too slow") if word in outcomes]
    words = found[0] if len(found) == 1 else ", ".join(f"{word} on {outcomes.count(word)}" for word in found)
    bands = [_band_at(name, network, pace) for network in networks]
    medians = [band.median for band in bands if band is not None]
    span = f"{_span(medians)}: " if medians else ""
    return f"{span}{words}"


def _findings() -> Iterator[str]:
    bands = [band for network in NETWORKS if (band := _band_at(LEADING, network, "equal_pace")) is not None]
    least, most = min(band.low for band in bands), max(band.high for band in bands)
    medians = [band.median for band in bands]
    tied = all(outcome(ratio_at(LEADING, network, "equal_pace")) == "tie" for network in NETWORKS)
    yield (
        f"At equal pace the {_title(LEADING)} chip needs {_span(medians)} times the energy of its twin in the median, "
        f"from {ratio_digits(least)} at the least p10 to {ratio_digits(most)} at the largest p90"
        + (": it ties, so what both chips share decides." if tied else ".")
    )
    for network in NETWORKS:
        found, name = held(network), LEADING
        counts = found.outcomes(name)
        ahead = max(found.wins, key=lambda one: sum(found.wins[one]))
        yield (
            f"Each in its best chip on {network}: {found.titles[ahead]} is ahead in {sum(found.wins[ahead])} of "
            f"{len(found.cells)} cells. {_title(name)} has a chip in {sum(counts.values())}: {_counted(counts)}."
        )


def _best_chips() -> list[str]:
    """The contest: standings where each workload lies, and the maps."""
    limits = ", ".join(read_contest(RULES).spec.limits)
    lines = [
        "## Each in its best chip",
        "",
        *_paragraph(
            f"""`neuroest contest {RULES}` builds for each neuron every combination of circuits, sizes, supplies,
            buffers, links and datapaths that applies to it, and takes the best in every cell of a map of pace and spike
            rate. A chip that fails a check, uses a model outside of its range, misses a limit ({limits}) or has no
            estimate in more than a tenth of its samples does not compete. *No chip*: the reason of the combinations
            that came furthest. Standings are those of the workload itself, dotted in the maps; *over the best* is
            sample by sample."""
        ),
    ]
    return [*lines, *(line for network in NETWORKS for line in contest_lines(network))]


def contest_lines(network: str) -> list[str]:
    """Standings of the contest on a network where its workload lies, and the names of its maps."""
    found = held(network)
    x, y = (axis.values[axis.reference] for axis in found.axes)
    pace = "" if found.axes[0].stated else " (its data state no pace)"
    rate = "its own spike rate" if y == 1.0 else f"{y:g} times its spike rate"
    lines = [
        f"### {network}: one inference every {formatted(x, 's')}{pace}, {rate}",
        "",
        "| neuron | median | p10 to p90 | over the best | area | its best chip |",
        "|---|--:|--:|--:|--:|---|",
    ]
    reasons: dict[str, list[str]] = {}
    shown: dict[str, str] = {}
    for one in found.standings:
        if one.value is None or one.ratio is None:
            reasons.setdefault(re.sub(r"( of \d+), .*", r"\1", one.reason), []).append(one.title)
            continue
        chip = _like_one_above(one.chip, shown)
        shown[one.title] = one.chip
        lines.append(
            f"| {one.title} | {formatted(one.value.median, 'J')} | {_interval(one.value, 'J')} | "
            f"{_ratio(one.ratio)} | {formatted(one.totals['area_m2'], 'm^2')} | {chip} |"
        )
    if reasons:
        lines += ["", *(f"- no chip, {'; '.join(titles)}: {reason}" for reason, titles in reasons.items())]
    lines += [*_without_wear(network, found), ""]
    lines += [
        f"![Who wins on {network}](figures/contest_{network}.svg)",
        "",
        f"![{_title(LEADING)} against the best of the others](figures/contest_{network}_{LEADING}.svg)",
        "",
    ]
    return lines


def _like_one_above(chip: str, above: Mapping[str, str]) -> str:
    """Choices of a best chip: those that differ from the most similar one above, where at most two do."""
    best, least = chip, 3
    for title, other in above.items():
        mine, its = (re.split(r", (?=\D)", one) for one in (chip, other))
        if [choice.split()[0] for choice in mine] != [choice.split()[0] for choice in its]:
            continue
        differ = [choice for choice, before in zip(mine, its, strict=True) if choice != before]
        if len(differ) < least:
            best, least = f"as {title}" + (f", but {', '.join(differ)}" if differ else ""), len(differ)
    return best


def _other_objectives() -> list[str]:
    """Who wins if area, lifetime or the energy of a spike decides, and what a larger CMOS membrane changes."""
    return [
        "## Not energy alone",
        "",
        *_paragraph(
            f"""The same contest for the area of the chip, the lifetime of the busiest neuron at this pace (beyond
            {_LIFE:g} years all are equal) and the energy of the neurons, static included, over the spikes of the
            network. *Over it*: cost over that of the one ahead, sample by sample, of a lifetime its inverse."""
        ),
        *objective_rows({network: objectives(network)[1:] for network in NETWORKS}, LEADING),
        "",
        *_paragraph(
            f"""A CMOS neuron that holds a slow state on a capacitor is large ([membranes
            leak](streaming.md#membranes-leak)): the low leakage of this pair needs 26 fF, ordinary transistors 1 pF
            for 45 ms. The {_title(LEADING)} chip over its twin on {NETWORKS[1]}, with 2 fF/um^2 added to the
            {format_quantity(CIRCUIT_AREA, "m^2")} of the twin's neuron:"""
        ),
        *membrane_rows(estimated(LEADING, NETWORKS[1]), estimated(TWIN, NETWORKS[1]), NEURON),
        "",
    ]


def _without_wear(network: str, found: Contest) -> list[str]:
    """What the leading contender would take without the limit on its wear, where that keeps it out."""
    reason = next(one.reason for one in found.standings if one.contender == LEADING)
    if not reason.startswith(_WEAR):
        return []
    stated = Path(read_contest(RULES).loaded.file).read_text(encoding="utf-8")
    rules = re.sub(rf"^ +- {_WEAR}.*\n", "", stated, flags=re.MULTILINE)
    here = {axis.name: [*_text(axis, axis.reference), *_beside(axis)] for axis in found.axes}
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"{RULES}.yaml"
        file.write_text(rules, encoding="utf-8")
        free = contest(file, network, axes=here, samples=SAMPLES)
    one = next(one for one in free.standings if one.contender == LEADING)
    if one.ratio is None or one.value is None:
        return []
    text = (
        f"Without the limit on wear {_title(LEADING)} has a chip here ({one.chip}): "
        f"{formatted(one.value.median, 'J')}, {_ratio(one.ratio)} times the best."
    )
    return ["", *_paragraph(text)[:-1]]


def _beside(axis: RegimeAxis) -> list[str]:
    """A second value of an axis, which a map needs."""
    other = axis.reference - 1 if axis.reference else axis.reference + 1
    return _text(axis, other)


def _text(axis: RegimeAxis, place: int) -> list[str]:
    return [f"{axis.values[place]!r}" + (f" {axis.unit}" if axis.unit != "1" else "")]


def _every_chip() -> list[str]:
    """What makes the ratios of the leading contender; the site has every chip on every network."""
    return [
        "## Every chip",
        "",
        f"Energy of {_title(LEADING)} over {_title(TWIN)} by what differs; the site has every chip on each network.",
        "",
        *(line for network in NETWORKS for line in _made_of(network)),
        "",
        "<!-- site: fairness_networks -->",
        "",
    ]


def network_rows(network: str) -> list[tuple[str, ...]]:
    """Every contender of the comparison on one network, as its file describes it."""
    rows = []
    for one in contenders():
        found = estimated(one.name, network)
        life = found.totals["neuron_lifetime_s"]
        band = found.bands.totals["energy_per_inference_J"]
        ratios: Sequence[str] = ("1",) * 6
        if one.name != TWIN:
            ratios = (
                _judged(ratio_at(one.name, network, "back_to_back")),
                _judged(ratio_at(one.name, network, "equal_pace")),
                _judged(ratio_at(one.name, network, "equal_pace", link=False)),
                *(_of_data(one.name, network, pace) for pace in ("burst", "streaming")),
                _ratio(area_ratio(one.name, network)),
            )
        rows.append((
            network, one.title, _per_neuron(found), formatted(found.bands.totals["area_m2"].median, "m^2"),
            f"{found.bands.totals['throughput_per_s'].median:.3g}",
            f"{formatted(band.median, 'J')} ({_interval(band, 'J')})", *ratios,
            formatted(sum(found.spike_terms.values()), "J") if found.spike_terms else "shared",
            "no wear" if life is None else f"{life / _YEAR:.2g} years",
        ))  # fmt: skip
    return rows


def write_networks() -> None:
    """Every contender on every network, for the site."""
    with CHIPS.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(_HEAD)
        rows.writerows(row for network in NETWORKS for row in network_rows(network))


def networks() -> list[str]:
    """Table of every contender on every network."""
    with CHIPS.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    return ["", *(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)), ""]


def _made_of(network: str) -> list[str]:
    """Ratios of the leading contender as products over what differs from the twin."""
    names = {
        "back_to_back": "back to back", "equal_pace": "at equal pace", "burst": "in bursts",
        "streaming": "in streaming",
    }  # fmt: skip
    rows = {words: ratio_at(LEADING, network, pace) for pace, words in names.items()}
    made = [
        f"{words} {row.attribution.words}"
        for words, row in rows.items()
        if row is not None and row.attribution is not None
    ]
    return _paragraph(f"{network}: {'; '.join(made)}", "- ")[:-1]


def _judged(row: PaceRow | None) -> str:
    return (
        "too slow" if row is None or row.ratio.band is None else f"{_ratio(row.ratio.band)}, {outcome(row)}"
    )


def _of_data(name: str, network: str, pace: str) -> str:
    return _judged(ratio_at(name, network, pace)) if (pace, True) in paced(name, network) else "no pace"


def _interval(band: Band, unit: str) -> str:
    return formatted_interval(band.low, band.high, unit).replace(" .. ", " to ")


def _ratio(band: Band) -> str:
    return f"{ratio_digits(band.median)} ({ratio_digits(band.low)} to {ratio_digits(band.high)})"


def _per_neuron(found: Estimate) -> str:
    count = found.totals["physical_neurons"]
    own = sum(row.area_m2 for row in found.breakdown if row.kind == "area" and row.component == NEURON)
    return "shared" if not count or not own else format_quantity(own / count, "m^2")


def _cases() -> dict[str, dict[str, dict[str, str]]]:
    """Each exchange of the present version by regime."""
    table: dict[str, dict[str, dict[str, str]]] = {}
    with CASES.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["version"] == "present":
                table.setdefault(row["case"], {})[row["regime"]] = row
    return table


def _exchanges() -> list[str]:
    """How far one library alternative on both sides moves the ratio of the default pair."""
    table = _cases()
    rows = [row for found in table.values() for row in found.values()]
    pair = {regime: float(row["median"]) for regime, row in table["the pair"].items()}
    heads = {regime: pair[regime] for regime in ("back to back", "streaming")}
    chosen = [row for row in rows if row["case"].endswith(_CHOSEN) and row["median"]]
    moved = max(chosen, key=lambda row: abs(log(float(row["median"]) / pair[row["regime"]])))
    by = exp(abs(log(float(moved["median"]) / pair[moved["regime"]])))
    return [
        "## How far one choice moves it",
        "",
        *_paragraph(
            f"""Energy of diffusive_low_power_28nm over that of its twin on {NETWORKS[1]} with one alternative of the
            library exchanged on both sides (`benchmarks/fairness_cases.py`): the farthest moves after which both chips
            pass their checks are {_farthest(table, heads)}. Excluded as no choice for this pace:
            {_oversized(table, heads)}."""
        ),
        *_paragraph(
            f"""Both chips name plain pads. With links that `device: auto` chooses no headline moves by more than
            {by:.2f} times ({moved["case"]}, {moved["regime"]})."""
        ),
        "<!-- site: fairness_exchanges -->",
        "",
    ]


def exchanges() -> list[str]:
    """Table of the pair with each alternative exchanged on both sides, median (p10 to p90) of the samples."""
    table, regimes = _cases(), ("back to back", "streaming")
    lines = [
        "",
        "| exchanged on both sides | " + " | ".join(regimes) + " | fails in streaming |",
        "|---|" + "---|" * (len(regimes) + 1),
    ]
    for case, found in table.items():
        if case != "the pair" and found[regimes[0]]["exchange"] != "yes":
            continue
        cells = [_case_ratio(found[regime]) for regime in regimes]
        failing = found["streaming"]["fails"].replace(" ", ", ")
        lines.append(f"| {case} | {' | '.join(cells)} | {failing} |")
    return [*lines, ""]


def _farthest(table: Mapping[str, Mapping[str, Mapping[str, str]]], heads: Mapping[str, float]) -> str:
    """The largest move of each regime by an exchange after which both chips pass, in words."""
    words = []
    for regime, head in heads.items():
        moves = {
            case: exp(abs(log(float(rows[regime]["median"]) / head)))
            for case, rows in table.items()
            if regime in rows and rows[regime]["exchange"] == "yes" and rows[regime]["median"]
            and not rows[regime]["fails"]
        }  # fmt: skip
        if moves:
            most = max(moves, key=lambda case: moves[case])
            words.append(f"{ratio_digits(moves[most])} times {regime} ({most})")
    return " and ".join(words)


def _oversized(table: Mapping[str, Mapping[str, Mapping[str, str]]], heads: Mapping[str, float]) -> str:
    """How far alternatives move each regime that are not counted as exchanges, in words."""
    words = []
    for case in _OVERSIZED:
        moves = [
            f"{ratio_digits(exp(abs(log(float(table[case][regime]['median']) / head))))} times {regime}"
            for regime, head in heads.items()
        ]
        words.append(f"{case} {' and '.join(moves)}")
    return ", ".join(words)


def _case_ratio(row: Mapping[str, str]) -> str:
    if not row["median"]:
        return "-"
    low, median, high = (ratio_digits(float(row[name])) for name in ("low", "median", "high"))
    return f"{median} ({low} to {high})"


def _bare_neurons() -> list[str]:
    """Energy of a spike by term, which depends on no network."""
    shown = [(one, estimated(one.name, NETWORKS[1])) for one in contenders()]
    shown = [(one, found) for one, found in shown if found.spike_terms and one.name != "naive"]
    names = list(dict.fromkeys(term for _, found in shown for term in found.spike_terms))
    lines = [
        "## The neuron by itself",
        "",
        "Energy of one spike by term, at stated inputs:",
        "",
        "| neuron | " + " | ".join(n.replace("_", " ") for n in names) + " |",
        "|" + "---|" * (len(names) + 1),
    ]
    for one, found in shown:
        cells = [
            format_quantity(found.spike_terms[n], "J") if found.spike_terms.get(n) else "-" for n in names
        ]
        lines.append(f"| {one.title} | " + " | ".join(cells) + " |")
    share = max(
        sum(row.energy_J for row in found.breakdown if row.component == NEURON)
        / (found.totals["energy_per_inference_J"] or 1.0)
        for found in (estimated(LEADING, network) for network in NETWORKS)
    )
    text = f"All spikes together are at most {share:.2g} of the energy of the {_title(LEADING)} chip on any network."
    return [*lines, "", text, ""]


def _bound() -> list[str]:
    lines = [
        "## What the best of neurons could gain",
        "",
        *_paragraph(
            f"""The chip of {_title(TWIN)} with a neuron without energy, area or time beyond the read pulse, over the
            same chip with its own. Only a neuron that needs fewer column circuits could do better."""
        ),
        "| network | energy, back to back | energy, streaming | area of the chip |",
        "|---|---|---|---|",
    ]
    regimes: tuple[Pace, ...] = ("back_to_back", "streaming")
    energies = {network: [_band_at(IDEAL, network, pace) for pace in regimes] for network in NETWORKS}
    areas = {network: area_ratio(IDEAL, network) for network in NETWORKS}
    for network, bands in energies.items():
        cells = ["-" if band is None else _ratio(band) for band in bands]
        lines.append(f"| {network} | {' | '.join(cells)} | {_ratio(areas[network])} |")
    gains = [max(1.0 - band.median for band in one if band) for one in zip(*energies.values(), strict=True)]
    room = max(1.0 - one.low for one in areas.values())
    return [
        *lines,
        "",
        *_paragraph(
            f"""So a better neuron alone saves at most {100.0 * gains[0]:.1g}% of the energy back to back and
            {100.0 * gains[1]:.1g}% streaming, in the median, and {room:.1%} of the area at p10."""
        ),
    ]


@cache
def targets(network: str) -> Target:
    """What the leading neuron would have to be on a network, in real time."""
    ours, twin = (
        next(one for one in contenders() if one.name == name).architecture for name in (LEADING, TWIN)
    )
    return target(ours, twin, network, pace="streaming", samples=SAMPLES, relevance=relevance())


def _requirements() -> list[str]:
    with_pace = [n for n in NETWORKS if DATA_PERIOD in estimated(TWIN, n).claims]
    lines = [
        "## What would have to be true",
        "",
        *_paragraph(
            f"""`neuroest target` finds the integration times, with all times of the device scaled, at which the chip
            of {_title(LEADING)} wins or is level with {_title(TWIN)} in streaming, in the median and at p90.
            *reachable*: share of the draws in which any of the times does."""
        ),
        "| network | today | wins, at the median | at p90 | reachable | is level, at the median | at p90 | reachable |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for network in with_pace:
        found = targets(network)
        axis = found.axes[0]
        cells = [network, formatted(axis.today, axis.unit)]
        for goal in GOALS:
            cells += [interval_words(axis, found.intervals(goal, statistic)) for statistic in STATISTICS]
            cells.append(f"{found.reach_win if goal == 'win' else found.reach_level:.0%}")
        lines.append("| " + " | ".join(cells) + " |")
    lines.append("")
    for network in with_pace:
        found = targets(network)
        made = "" if found.attribution is None else f": {found.attribution.words}"
        lines += _paragraph(
            f"At the best time on {network}, {formatted(found.best[0], 's')}, the neurons are "
            f"{found.neuron_share:.2g} of the energy{made}.", "- ",
        )[:-1]  # fmt: skip
    return [*lines, "", *_paragraph(_endurance(with_pace))]


def _endurance(networks: Sequence[str]) -> str:
    needs = []
    for network in networks:
        found = estimated(LEADING, network)
        claim = found.claims[f"{NEURON}.endurance"]
        # lifetime is as long as the period is, and the period of the data is the longest that real time allows
        period = max(found.claims[DATA_PERIOD].value, found.totals["initiation_interval_s"] or 0.0)
        life = (
            (found.totals["neuron_lifetime_s"] or 0.0)
            * period
            / (found.totals["initiation_interval_s"] or 1.0)
        )
        needs.append(f"{claim.value * _LIFE * _YEAR / life:.1e} on {network}")
    return (
        f"Endurance: {_LIFE:g} years in real time need {' and '.join(needs)} switching cycles; {claim.value:.0e} are "
        f"{claim.basis} today. Where a chip is slower than its data, the cycles are those at its own pace."
    )


def _reading() -> list[str]:
    statics, shares = [], []
    for network in NETWORKS:
        found = estimated(LEADING, network)
        total = found.totals["energy_per_inference_J"] or 1.0
        links = {link.path for link in found.evaluation.chip.links()}
        statics.append((found.totals["static_energy_J"] or 0.0) / total)
        shares.append(sum(row.energy_J for row in found.breakdown if row.component in links) / total)
    size = [area_ratio(LEADING, network).median for network in NETWORKS]
    points = [
        (
            f"Back to back, {min(statics):.0%} to {max(statics):.0%} of the energy of the {_title(LEADING)} chip is "
            f"static, and {min(shares):.0%} to {max(shares):.0%} that of the off-chip link, at stated inputs."
        ),
        (
            f"Its area is {_span(size)} times that of the twin, in the median: synapses, column circuits and memories "
            "are the same in both."
        ),
    ]
    kept = {n: paced(LEADING, n)["burst", True] for n in NETWORKS if ("burst", True) in paced(LEADING, n)}
    keeps = ", ".join(f"{row.design_keeps_up:.0%} on {network}" for network, row in kept.items())
    points.append(f"It keeps up with the data in {keeps} of the samples.")
    return [
        "## How to read it",
        "",
        *(line for point in points for line in _paragraph(point, "- ")[:-1]),
        "",
        *_paragraph(
            """The row of 3 nm is a projection of the neuron alone: it is in the 28 nm fabric of the other rows. Its
            node of attofarads is smaller than any wire to it, and its values are outside of the range of their process,
            so it does not compete."""
        ),
    ]


def _paragraph(text: str, mark: str = "") -> list[str]:
    """Lines of a paragraph or of a point of a list, with an empty one after them."""
    lines = wrap(
        " ".join(text.split()),
        _WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_on_hyphens=False,
    )
    return [*lines, ""]


def readme_with_claim(text: str) -> str:
    """The README with what it says of the claim."""
    block = "\n".join((_BEGIN, *claim_lines(), _END))
    return re.sub(f"{re.escape(_BEGIN)}.*?{re.escape(_END)}", lambda _: block, text, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(fairness_page(), encoding="utf-8")
    write_networks()
    README.write_text(readme_with_claim(README.read_text(encoding="utf-8")), encoding="utf-8")
    contest_maps.write(held(network) for network in NETWORKS)
    contest_maps.draw(contest_maps.ON_THE_FRONT, PAGE.parent / contest_maps.ON_THE_FRONT)
