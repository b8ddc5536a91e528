"""What every exported file begins with: where it comes from, and what it contains, assumes and leaves out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from neuroest.core.version import package_version
from neuroest.results.estimate import Estimate

_DIGITS = 10


@dataclass(frozen=True)
class Account:
    """What became of a description on its way into another format.

    Attributes
    ----------
    taken, assumed, left_out : tuple of str
        What is in the file as it is, what it needs and we do not know, and what it has no place for.
    """

    taken: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def lines(self) -> Iterable[str]:
        """One line a point, the kind before it."""
        for kind, points in (
            ("taken", self.taken), ("assumed", self.assumed), ("left out", self.left_out),
        ):  # fmt: skip
            yield from (f"{kind}: {point}" for point in points)


def heading(estimate: Estimate, form: str, account: Account) -> str:
    """Comment at the top of a YAML file: origin, command, and the account."""
    changed = "".join(f" --set {path}='{value}'" for path, value in estimate.settings.items())
    lines = [
        f"{estimate.architecture} on {estimate.workload.name}, written by neuroest {package_version()}",
        f"command: neuroest export {form} {estimate.called} -w {estimate.workload_called}{changed}",
        "SI units; nominal values, without the bands of the estimate",
        *account.lines(),
    ]
    return "".join(f"# {line}\n" for line in lines)


def action_costs(estimate: Estimate) -> Mapping[tuple[str, str], tuple[float, float]]:
    """How often each component does what in one inference, and the energy of all of it, by component and action."""
    counts: dict[tuple[str, str], dict[str, float]] = {}
    energies: dict[tuple[str, str], float] = {}
    for row in estimate.breakdown:
        if row.kind == "dynamic":
            key = row.component, row.action
            # terms of one action share its count
            counts.setdefault(key, {})[row.layer] = row.count
            energies[key] = energies.get(key, 0.0) + row.energy_J
    return {key: (sum(counts[key].values()), energies[key]) for key in energies}


def number(value: float) -> float:
    """A number as files of other tools state it."""
    return float(f"{value:.{_DIGITS}g}")
