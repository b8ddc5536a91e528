"""Model selection: which model fits which data, by what margin, and the basis for a spec from its laws.

Laws for one experiment are compared by the Bayesian information criterion (BIC) over its conditions and by their error
on left-out conditions. The device model that describes the most experiments wins. Ties go to the lower sum of BIC over
the experiments that both describe.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations

import numpy as np

from neuroest.core.document import Block, Gap, Paragraph, Table
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.in_time import refused_alone
from neuroest.fitting.adequacy import contradictions_of
from neuroest.fitting.estimation import CORRELATED, Fit
from neuroest.fitting.headers import Experiment, Measurements
from neuroest.fitting.laws.base import Family, LawFit
from neuroest.fitting.laws.table import laws_of
from neuroest.loading.library import Device

RATE_MODELS = frozenset({"diffusive_1m1t1r"})
"""Models based on rate equations, which are not in the table of laws."""
_ABOUT_EQUAL, _BETTER, _FAR_BETTER = 2.0, 6.0, 10.0
"""BIC differences for negligible, positive and very strong evidence: Kass and Raftery, J. Am. Stat. Assoc. 90, 773
(1995)."""


@frozen_dataclass
class Candidate:
    """One candidate model for one experiment.

    Attributes
    ----------
    score : float
        Bayesian information criterion; NaN if nothing was compared.
    misses : float
        RMS log error on left-out conditions, if known.
    rejected : bool
        Whether the data reject it.
    refused : str
        Why it could not be fitted; empty if it was.
    """

    experiment: str
    model: str
    name: str
    about: str
    score: float = np.nan
    misses: float = np.nan
    rejected: bool = False
    refused: str = ""
    fit: LawFit | None = None

    @property
    def usable(self) -> bool:
        """Whether the model was fitted and not rejected."""
        return not self.refused and not self.rejected


def candidates(experiment: Experiment, model: str | None = None) -> list[Candidate]:
    """Fit all laws for an experiment and return them, best first."""
    found = []
    for each in laws_of(experiment.layout.name, model):
        about = (experiment.layout.name, each.model, each.name, each.about)
        try:
            fit = each.fitted(experiment)
        except NeuroestError as error:
            found.append(Candidate(*about, refused=str(error)))
            continue
        found.append(Candidate(*about, fit.score, fit.left_out, fit.rejected, fit=fit))
    return ordered(found)


def ordered(found: Sequence[Candidate]) -> list[Candidate]:
    """Sort candidates, best first: fitted and not rejected, then by BIC.

    A law with an unknown that the data do not determine must be clearly better than a law without one.
    """

    def rank(one: Candidate) -> tuple[bool, bool, float]:
        open_ended = one.fit is not None and bool(one.fit.left_open)
        return not one.usable, bool(one.refused), float(np.nan_to_num(one.score)) + _BETTER * open_ended

    return sorted(found, key=rank)


def chosen_model(ranking: Sequence[Candidate]) -> str | None:
    """Device model that describes the most experiments with the best fit; None if nothing could be fitted."""
    models = list(dict.fromkeys(one.model for one in ranking if not one.refused))
    best = {
        model: {
            one.experiment: one
            for one in reversed(ordered(ranking))
            if one.model == model and not one.refused
        }
        for model in models
    }
    if not models:
        return None
    shared = set.intersection(*(set(best[model]) for model in models))
    compared = [e for e in shared if all(np.isfinite(best[model][e].score) for model in models)]

    def rank(model: str) -> tuple[float, ...]:
        good = sum(one.usable for one in best[model].values())
        # if the data do not decide, prefer the model that has its own time-domain estimate
        last = model not in RATE_MODELS
        return (-good, -len(best[model]), sum(float(best[model][e].score) for e in compared), float(last))

    return min(models, key=rank)


def in_words(difference: float) -> str:
    """Text for a BIC difference."""
    if np.isnan(difference):
        return "not compared"
    if difference < _ABOUT_EQUAL:
        return "as good"
    if difference < _BETTER:
        return "somewhat worse"
    return "clearly worse" if difference < _FAR_BETTER else "far worse"


def _verdict(one: Candidate, best: Candidate) -> str:
    """Evidence for or against a model relative to the best one."""
    if one.rejected:
        return "rejected by the data"
    words = "best" if one is best else in_words(one.score - best.score)
    left = one.fit.left_open if one.fit is not None else ()
    return f"{words}, {', '.join(left)} open" if left else words


def _signed(difference: float) -> str:
    return f"{difference:+.3g}" if np.isfinite(difference) else "-"


def missed(logarithm: float) -> str:
    """Error on conditions, in percent, or as a factor if larger than two."""
    if not np.isfinite(logarithm):
        return "-"
    return (
        f"{100.0 * np.expm1(logarithm):.2g} %"
        if logarithm < np.log(2.0)
        else f"factor {np.exp(logarithm):.2g}"
    )


def comparison_blocks(ranking: Sequence[Candidate]) -> Iterator[Block]:
    """The compared models in a table for each experiment, and why others were not fitted."""
    for experiment in dict.fromkeys(one.experiment for one in ranking):
        mine = ordered([one for one in ranking if one.experiment == experiment])
        if len(mine) < 2:
            continue
        several = len({one.model for one in mine}) > 1
        refused: dict[str, list[str]] = {}
        for one in mine:
            if one.refused:
                refused.setdefault(one.refused.removeprefix(f"{one.about}: "), []).append(one.about)
        rows = []
        for one in (each for each in mine if not each.refused):
            behind = one.score - mine[0].score
            name = f"{one.about} ({one.model})" if several and one.model != mine[0].model else one.about
            behind_best = _signed(behind) if one is not mine[0] else "0"
            rows.append((f"  {name}", missed(one.misses), behind_best, _verdict(one, mine[0])))
        if rows:
            head = (f"which model describes {experiment}", "misses by", "BIC", "")
            yield from (Gap(), Table.of(head, rows, "<>><", gap=2))
        for why, names in refused.items():
            yield Paragraph(f"not fitted to {experiment}: {'; '.join(names)}: {why}", indent=2)


def best_fits(
    data: Measurements, model: str, law: str | None, ranking: Sequence[Candidate]
) -> tuple[list[LawFit], dict[str, str]]:
    """Best law of a device model for each experiment, and why other experiments are not used."""
    fits, unused = [], {}
    for experiment in data.experiments:
        name = experiment.layout.name
        mine = [one for one in ordered(ranking) if one.experiment == name and one.model == model]
        if law is not None and any(one.name == law for one in mine):
            mine = [one for one in mine if one.name == law]
        if mine and mine[0].fit is not None:
            fits.append(mine[0].fit)
        else:
            unused[name] = mine[0].refused if mine else f"no model of a {model} reads it"
    return fits, unused


def composed(
    data: Measurements, family: Family, template: Device, fits: Sequence[LawFit], unused: Mapping[str, str]
) -> Fit:
    """Combine the results of the laws; the template supplies the remaining values.

    Parameters
    ----------
    data : Measurements
        The measurements.
    family : Family
        The device model.
    template : Device
        Spec that supplies values that no law finds.
    fits : sequence of LawFit
        One per experiment. If two of them find the same parameter, the more certain one is used.
    unused : mapping of str to str
        Experiments that no law describes, with the reason.
    """
    names = template.record.parameters()
    found: dict[str, LawFit] = {}
    for fit in fits:
        for name in [n for n in (*fit.values, *fit.bounds) if n in names]:
            rival = found.get(name)
            if rival is None or fit.deviations.get(name, np.inf) < rival.deviations.get(name, np.inf):
                found[name] = fit
    values = {name: claim.value for name, claim in template.claims.items()}
    for fit in fits:
        values |= {name: value for name, value in fit.settings.items() if name in names}
    values |= {name: {**fit.bounds, **fit.values}[name] for name, fit in found.items()}
    fixed = {name: fit for fit in fits for name in fit.settings if name in names}
    completions = family.completed(values, {**fixed, **found})
    values |= {name: one.value for name, one in completions.items()}
    fitted = tuple(name for name, fit in found.items() if name in fit.values)
    held = {
        name: "no row depends on it"
        for name in template.claims
        if name not in found and name not in completions and not any(name in fit.settings for fit in fits)
    }
    held |= {name: "the data give only an upper bound" for name, fit in found.items() if name in fit.bounds}
    rejected = [fit.misfit for fit in fits if fit.misfit is not None and fit.rejected]
    # between parameters of one law, from its fit; those of different laws are uncorrelated
    correlation = np.eye(len(fitted))
    for (row, one), (column, other) in permutations(enumerate(fitted), 2):
        if (fit := found[one]) is found[other]:
            names_of_law = list(fit.values)
            correlation[row, column] = fit.correlation[names_of_law.index(one), names_of_law.index(other)]
    return Fit(
        values=values, fitted=fitted, deviations={n: found[n].deviations[n] for n in fitted},
        freedoms={n: found[n].freedoms[n] for n in fitted}, correlation=correlation, held=held,
        combinations=(*(f"{name}: {why}" for name, why in unused.items()), *family.cautions(values, fits)),
        singular_values=np.zeros(0),
        chi_square=float(np.mean(np.concatenate([fit.rows.residuals[0] for fit in fits]) ** 2)),
        rows=[fit.rows for fit in fits], refined_starts=1, agreeing_starts=1, converged=True,
        contradictions=tuple(text for e in data.experiments for text in contradictions_of(e)),
        device_to_device=next((f.between_devices for f in fits if f.between_devices is not None), None),
        cycle_to_cycle=next((f.between_cycles for f in fits if f.between_cycles is not None), None),
        shares={}, rejected="; ".join(map(str, rejected)), laws=tuple(fits),
        completions=completions, refusals=refused_alone(template, {n: values[n] for n in values if n in names}),
    )  # fmt: skip


def moving_together(result: Fit) -> dict[str, tuple[str, bool]]:
    """Correlation group of each parameter that a law determines only jointly with another, and its sign."""
    named: dict[str, tuple[str, bool]] = {}
    follows = {one.follows: name for name, one in result.completions.items() if one.follows}
    for fit in result.laws:
        names = [follows.get(name, name) for name in fit.values]
        kept = [at for at, name in enumerate(names) if name in result.fitted or name in result.completions]
        for first in kept:
            for second in kept[: kept.index(first)]:
                correlation = float(fit.correlation[first, second])
                if abs(correlation) > CORRELATED:
                    group, opposite = named.setdefault(names[second], (f"fit_{names[second]}", False))
                    named.setdefault(names[first], (group, opposite != (correlation < 0.0)))
    return named
