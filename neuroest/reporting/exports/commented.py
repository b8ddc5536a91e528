"""Header of every exported file: origin, content, assumptions and omissions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from neuroest.core.files import read_data
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import package_version
from neuroest.results.estimate import Estimate

_DIGITS = 10
_ACCOUNTS: Mapping[str, Mapping[str, Sequence[str]]] = read_data(Path(__file__).with_name("accounts.yaml"))


@frozen_dataclass
class Account:
    """Content, assumptions and omissions of an export.

    Attributes
    ----------
    taken, assumed, left_out : tuple of str
        What is in the file as it is, what it needs and we do not know, and what it has no place for.
    """

    taken: tuple[str, ...]
    assumed: tuple[str, ...]
    left_out: tuple[str, ...]

    @classmethod
    def of(cls, export: str, left_out: Iterable[str] = (), **words: str) -> Account:
        """Account of an export from the file of accounts, with the exclusions of this chip added."""
        found = {kind: [text.format(**words) for text in texts] for kind, texts in _ACCOUNTS[export].items()}
        return cls(*map(tuple, (found["taken"], found["assumed"], [*found["left_out"], *left_out])))

    def lines(self) -> Iterable[str]:
        """One line per point, with its kind first."""
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
    """Action counts and energy of one inference by component and action."""
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
    """Number in the format of other tools' files."""
    return float(f"{value:.{_DIGITS}g}")
