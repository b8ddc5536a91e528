"""Combine the fitted laws of one device model, one per experiment, into the basis for a spec."""

from collections.abc import Mapping, Sequence

import numpy as np

from neuroest.dynamics.in_time import refused_alone
from neuroest.dynamics.stimulus import Array
from neuroest.fitting.adequacy import contradictions_of
from neuroest.fitting.estimation import CORRELATED, Fit
from neuroest.fitting.laws.base import Family, LawFit
from neuroest.fitting.layouts import Measurements
from neuroest.loading.library import Device


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
    return Fit(
        values=values, fitted=fitted, deviations={n: found[n].deviations[n] for n in fitted},
        freedoms={n: found[n].freedoms[n] for n in fitted}, correlation=_correlation(fitted, found), held=held,
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


def _correlation(fitted: Sequence[str], found: Mapping[str, LawFit]) -> Array:
    """Correlation between parameters of one law, from its fit; parameters of different laws are uncorrelated."""
    matrix = np.eye(len(fitted))
    for row, one in enumerate(fitted):
        for column, other in enumerate(fitted):
            fit = found[one]
            if row != column and fit is found[other]:
                place = [list(fit.values).index(name) for name in (one, other)]
                matrix[row, column] = fit.correlation[place[0], place[1]]
    return matrix
