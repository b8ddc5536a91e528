"""Uncertainty on two levels: uncertainty of the means, and differences between chips and devices.

The first level is the spread of a mean, which shifts every chip. The second level varies from device to device and
from cycle to cycle; for a sum over N devices it shrinks with the square root of N.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.core.arrays import Array
from neuroest.core.document import Document, Documented, Gap, Paragraph, Table
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.progress import Progress, silent
from neuroest.core.units import three_digits
from neuroest.error_analysis.calibration import Given, GivenFile, calibration_of
from neuroest.error_analysis.draws import SAMPLES, SEED, Posterior, draw, within_bounds
from neuroest.exploration.batch_evaluation import in_blocks
from neuroest.exploration.runner import run_chunks
from neuroest.exploration.sensitivity import DEFAULT_QUANTITIES, causes, starting_point
from neuroest.exploration.space import ExplorationError, Space
from neuroest.exploration.structures import Group, resolve
from neuroest.pipeline.evaluation import evaluate
from neuroest.registry import render
from neuroest.results.estimate import Band
from neuroest.results.quantities import Headline, label_and_unit, quantity_names
from neuroest.specs.loaded import Named, listed

if TYPE_CHECKING:
    import pandas as pd

KNOWLEDGE, VARIABILITY = SAMPLES, 32
"""Default samples of each level; the first level is drawn as for the bands of an estimate."""
_MOST_SAMPLES = 10_000_000
"""Most samples of both levels together: some gigabytes."""
_ROWS = 128
"""Knowledge samples per chunk; a block of draws has a whole number of chunks."""
_SHOWN_SHARE = 0.005
"""Share of the variance from which on the table has a band with variability: it prints as one percent."""


@frozen_dataclass
class UncertaintyResult(Documented):
    """Distributions of the results.

    Attributes
    ----------
    label : str
        Architecture and workload in figures.
    samples : mapping
        Array of each result: knowledge samples by variability samples. In row 0 all means have their stated values; in
        column 0 all devices equal their means. NaN without an estimate.
    knowledge, variability, together : mapping
        Bands of each result from the first level alone, the second level alone, and both.
    knowledge_share : mapping
        Share of the first level in the variance of a result's logarithm.
    feasible : float
        Share of the samples with an estimate; the bands use only these.
    causes, varied : tuple of str
        Causes varied on the first level, and parameters varied on the second.
    seed : int
        Seed of the draw.
    given : Given or None
        What measured values of a chip have taught, if the first level is conditioned on them.
    """

    architecture: str
    workload: str
    label: str
    base: Mapping[str, float]
    samples: Mapping[str, Array]
    knowledge: Mapping[str, Band]
    variability: Mapping[str, Band]
    together: Mapping[str, Band]
    knowledge_share: Mapping[str, float]
    feasible: float
    causes: tuple[str, ...]
    varied: tuple[str, ...]
    seed: int
    given: Given | None = None

    def to_frame(self) -> pd.DataFrame:
        """One row for each result and level."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only tables need it

        levels = {"knowledge": self.knowledge, "variability": self.variability, "both": self.together}
        return pd.DataFrame(
            [
                {"result": name, "level": level, "base": self.base[name], "p10": band.low, "p50": band.median,
                 "p90": band.high}
                for level, bands in levels.items()
                for name, band in bands.items()
            ]
        )  # fmt: skip

    def plot(self, quantity: str = DEFAULT_QUANTITIES[0], path: str | Path | None = None) -> Any:
        """Plot cumulative distributions of one result, also by level; written to `path` if given, and returned."""
        return render(self, "figure", quantity, path)

    def document(self) -> Document:
        """The bands in a table."""
        rows, chips = (size - 1 for size in next(iter(self.samples.values())).shape)
        known = ", the same as for the bands of `estimate`," if (rows, self.seed) == (SAMPLES, SEED) else ""
        table: list[tuple[str, ...]] = []
        for name, nominal in self.base.items():
            label, unit = label_and_unit(name)
            band, moved = self.knowledge[name], self.variability[name]
            share = 1.0 - self.knowledge_share[name]
            varies = f"{share:.0%}" if moved.high > moved.low else "-"
            table.append((label, *_formatted(band, unit), three_digits(nominal, unit), varies))
            if share >= _SHOWN_SHARE:
                table.append((" with variability", *_formatted(self.together[name], unit), "", ""))
        return Document(f"{self.architecture} on {self.workload}", (
            Paragraph(
                f"{rows} draws (seed {self.seed}){known} over {len(self.causes)} parameters and models with a spread; "
                f"{chips} chips per draw, for {len(self.varied)} parameters that vary between devices or cycles",
                hanging=0,
            ),
            *([] if self.given is None else [self.given.words]),
            Gap(), Table.of(("", "p10", "median", "p90", "nominal", "from variability"), table, "<>>>>>"),
            "from variability: share of the variance caused by differences between devices and between cycles",
        ))  # fmt: skip

    @property
    def lead(self) -> str:
        """The bands of all results."""
        bands = ", ".join(
            f"{label_and_unit(name)[0]} {Headline.of(nominal, self.knowledge[name]).words(label_and_unit(name)[1])}"
            for name, nominal in self.base.items()
        )
        return f"{self.architecture} on {self.workload}: {bands}; median (p10 .. p90)"


def _formatted(band: Band, unit: str) -> tuple[str, ...]:
    return tuple(three_digits(value, unit) for value in (band.low, band.median, band.high))


@frozen_dataclass
class _Draw:
    """Samples for a slice of the first level and all of the second."""

    group: Group
    quantities: tuple[str, ...]
    knowledge: int
    variability: int
    relative: Mapping[str, float]
    seed: int
    posterior: Posterior | None

    def __call__(self, chunk: int) -> dict[str, Array]:
        """Results of a chunk, by knowledge sample and chip; the first chunk has the estimate itself in front."""
        first, last = chunk * _ROWS, min((chunk + 1) * _ROWS, self.knowledge)
        block, start = divmod(first, SAMPLES)
        kept = slice(start, start + last - first)
        front = 1 if chunk == 0 else 0
        rows, columns = last - first + front, self.variability + 1
        # every chunk draws its full length, so the length of the last one has no effect
        differ = np.random.default_rng([self.seed, 1, chunk]).standard_normal(
            (_ROWS + 1, columns, len(self.relative))
        )[:rows]
        values: dict[str, Array] = {}
        nominal = self.group.values
        for path, drawn in draw(self.group.claims, SAMPLES, self.seed, block, self.posterior).items():
            # models of the estimate itself count as exact
            mean = np.concatenate([np.full((front, 1), nominal[path]), drawn[kept]])
            values[path] = np.repeat(mean, columns, axis=0)
        for index, (path, relative) in enumerate(self.relative.items()):
            width = np.sqrt(np.log1p(relative**2))
            factor = np.exp(width * differ[:, :, index] - width**2 / 2.0)
            factor[:, 0] = 1.0
            claim = self.group.claims[path]
            values[path] = within_bounds(claim, values.get(path, claim.value) * factor.reshape(-1, 1))
        found = in_blocks(self.group, values, rows * columns, self.quantities, judged=False)
        return {name: found.totals[name].reshape(rows, columns) for name in self.quantities}


def relative_spreads(group: Group) -> dict[str, float]:
    """Relative standard deviation of the mean over all devices of a chip, for each parameter that varies.

    Device-to-device differences average over the instances on the chip, cycle-to-cycle differences over all of their
    actions in one inference.
    """
    with np.errstate(all="ignore"):
        result = evaluate(group.design, group.workload, group.values)
    spreads = {}
    for path, claim in sorted(group.claims.items()):
        between, within = claim.device_to_device or 0.0, claim.cycle_to_cycle or 0.0
        if between == 0.0 and within == 0.0:
            continue
        owner = path.rpartition(".")[0]
        while owner and owner not in result.mapped.instances:
            owner = owner.rpartition(".")[0]
        instances = max(float(np.max(result.mapped.instances[owner])), 1.0) if owner else 1.0
        acted = sum(float(np.sum(n)) for (part, _), n in result.counts.actions.items() if part == owner)
        spreads[path] = float(np.sqrt(between**2 / instances + within**2 / max(acted, instances)))
    return spreads


def uncertainty(
    architecture: Named,
    workload: Named,
    *,
    knowledge: int = KNOWLEDGE,
    variability: int = VARIABILITY,
    quantities: Sequence[str] = DEFAULT_QUANTITIES,
    settings: Mapping[str, str] | None = None,
    seed: int = SEED,
    given: GivenFile | None = None,
    workers: int | None = 1,
    scheduler: str | None = None,
    progress: Progress = silent,
) -> UncertaintyResult:
    """Compute the distributions of the results of a chip on a network.

    Parameters
    ----------
    architecture, workload
        Names, paths or loaded specs.
    knowledge, variability : int
        Samples of the first level, and samples of the second level for each of them.
    quantities : sequence of str
        Results to analyse.
    settings : mapping, optional
        Values to change first, by path.
    seed : int
        The result is bit-identical for the same seed and any number of workers. With the default seed, the first
        512 samples are those of the bands of an estimate.
    given : str or Path, optional
        What measured values of a chip have taught, as in `neuroest.estimate`; it conditions the first level.
    workers : int, optional
        Worker processes; by default none, with None one per processor.
    scheduler : str, optional
        ``local`` or the address of a Dask scheduler.
    progress : callable, optional
        Receives the share that is done.

    Returns
    -------
    UncertaintyResult
        Distributions of each result: by knowledge, by variability, and together.

    Raises
    ------
    NeuroestError
        If no sample has an estimate.

    Examples
    --------
    >>> from neuroest.exploration.uncertainty import uncertainty
    >>> found = uncertainty("analog_lif_28nm", "mlp_mnist_spiking", knowledge=100, variability=4)
    >>> found.together["area_m2"].low <= found.together["area_m2"].high
    True
    """
    for words, count in (("samples", knowledge), ("chips", variability)):
        if count < 1:
            raise ExplorationError(f"the number of {words} is {count}; ask for at least 1")
    if knowledge * variability > _MOST_SAMPLES:
        raise ExplorationError(
            f"{knowledge * variability:.3g} samples do not fit in memory; ask for at most {_MOST_SAMPLES:.0e}"
        )
    learnt = None if given is None else calibration_of(given)
    resolved = resolve(architecture, workload, Space(()), settings)
    group = resolved.groups[0].settled()
    chip = next(file for file in resolved.files if file.kind == "architecture")
    known = None if learnt is None else learnt.at(chip.sha256, settings or {}, group.claims)
    quantities = quantity_names(listed(quantities))
    starting_point(group, quantities)
    drawn = _Draw(
        group, tuple(quantities), knowledge, variability, relative_spreads(group), seed,
        None if known is None else known.posterior,
    )  # fmt: skip
    chunks = -(-knowledge // _ROWS)
    parts = {}
    for chunk, found in run_chunks(drawn, range(chunks), workers, scheduler):
        parts[chunk] = found
        progress(len(parts) / chunks)
    samples = {name: np.concatenate([parts[c][name] for c in range(chunks)]) for name in quantities}
    feasible = np.isfinite(samples[quantities[0]])
    if not feasible.any():
        raise ExplorationError("no sample has an estimate; `neuroest estimate` shows the failed check")
    return UncertaintyResult(
        group.design.spec.name, group.workload.name, group.label,
        {n: float(v[0, 0]) for n, v in samples.items()}, samples,
        {n: Band.of(v[1:, 0]) for n, v in samples.items()}, {n: Band.of(v[0, 1:]) for n, v in samples.items()},
        {n: Band.of(v[1:, 1:]) for n, v in samples.items()}, {n: _knowledge_share(v) for n, v in samples.items()},
        float(feasible.mean()), tuple(causes(group)), tuple(drawn.relative), seed, known,
    )  # fmt: skip


def _knowledge_share(values: Array) -> float:
    """One minus the mean variance within rows over the total variance, of the logarithms."""
    inner = np.log(np.where(values[1:, 1:] > 0.0, values[1:, 1:], np.nan))
    rows = inner[np.isfinite(inner).all(axis=1)]
    whole = float(np.var(rows)) if rows.size else 0.0
    return 1.0 if whole == 0.0 else 1.0 - float(np.mean(np.var(rows, axis=1))) / whole
