"""Operations of a learning rule in every layer for one sample: counts from rule, activity and shapes.

Arrays have the layers on their last axis and the design points before it. This module is independent of chips:
`neuroest.levels.learning` describes how a level accesses its weights and which circuits it uses.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np

from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import learning as equations
from neuroest.specs.learning import LEARNING, LearningRule, LearningSpec, Product, is_epoch
from neuroest.workloads.layers import LayerTable

Access: TypeAlias = Literal["row", "column", "array"]
"""Access of an update: a row of weights at a presynaptic spike, a column at a postsynaptic spike, or all weights."""


@frozen_dataclass(eq=False)
class Visits:
    """Accesses to values at synapses in a sample, by layer.

    Attributes
    ----------
    access : str
        Unit of one access.
    events : array
        Rows, columns or whole layers accessed.
    values : array
        Values that are due in them.
    written : array
        Values that may be written: fewer than are due where positions of a kernel add up to one change.
    """

    access: Access
    events: Array
    values: Array
    written: Array


@frozen_dataclass(eq=False)
class LearningCounts:
    """Operations of a rule in one sample, by layer; the mean over all samples where some of them do not learn.

    Attributes
    ----------
    called : str
        Name of the rule.
    rule : LearningRule
        The rule.
    learns : array
        One for a layer that learns, zero elsewhere.
    updates : tuple of Visits
        Weights whose change is computed.
    skipped : array
        Updates that were due but dropped before any read, those of samples that do not learn among them.
    tags : tuple of Visits
        Tags that are changed, all tags together.
    trace_updates, errors, error_products, threshold_updates : array
        Traces that decay or rise, errors of neurons, multiply-accumulates that spread errors to other layers, and
        changes of thresholds.
    backward_products : array
        Multiply-accumulates of errors that go back through the weights of a layer, where no array does them.
    backward_steps : array
        Timesteps for which errors go back through the weights of the layer.
    broadcast : array
        Errors and rewards that are sent to the layer, in bits.
    traces, tag_values, weights, stored_activity : array
        Traces, tags and weights that are kept, and bits of activity that wait for the backward pass.
    asked_share : Numeric
        Mean requested change of an update, relative to the weight range.
    hottest : Numeric
        Writes of the most-written cell relative to the mean of its layer.
    samples, duty : Numeric
        Samples of the whole training, and share of the time in which the chip learns.
    tolerated_failures : Numeric
        Share of the cells whose failure the network tolerates.
    use_period : Numeric
        Time from one learned sample to the next in use, at least; zero where the chip sets the pace. [s]
    """

    called: str
    rule: LearningRule
    learns: Array
    updates: tuple[Visits, ...]
    skipped: Array
    tags: tuple[Visits, ...]
    trace_updates: Array
    errors: Array
    error_products: Array
    threshold_updates: Array
    backward_products: Array
    backward_steps: Array
    broadcast: Array
    traces: Array
    tag_values: Array
    weights: Array
    stored_activity: Array
    asked_share: u.Numeric
    hottest: u.Numeric
    samples: u.Numeric
    duty: u.Numeric
    tolerated_failures: u.Numeric
    use_period: u.Second

    def plus(self, other: "LearningCounts") -> "LearningCounts":
        """These counts with those of layers of another level; what is one number of the workload stays."""
        summed = {name: getattr(self, name) + getattr(other, name) for name in _BY_LAYER}
        return replace(
            self, **summed, updates=_added(self.updates, other.updates), tags=_added(self.tags, other.tags)
        )

    @property
    def synaptic_updates(self) -> Array:
        """Updates that are computed, by layer."""
        return np.asarray(sum((visit.values for visit in self.updates), start=0.0 * self.learns))

    @property
    def tag_updates(self) -> Array:
        """Changes of tags, by layer."""
        return np.asarray(sum((visit.values for visit in self.tags), start=0.0 * self.learns))


_BY_LAYER = (
    "learns", "skipped", "trace_updates", "errors", "error_products", "threshold_updates", "backward_products",
    "backward_steps", "broadcast", "traces", "tag_values", "weights", "stored_activity",
)  # fmt: skip
"""Counts with one number for each layer."""


def _added(one: tuple[Visits, ...], other: tuple[Visits, ...]) -> tuple[Visits, ...]:
    """Visits of the same products in the layers of two levels."""
    return tuple(
        Visits(a.access, a.events + b.events, a.values + b.values, a.written + b.written)
        for a, b in zip(one, other, strict=True)
    )


def learning_counts(
    spec: LearningSpec, layers: LayerTable, values: Mapping[str, u.Numeric]
) -> LearningCounts:
    """Counts of a rule in one sample.

    Parameters
    ----------
    spec : LearningSpec
        What the workload says of its learning.
    layers : LayerTable
        Shapes and activity.
    values : mapping
        Its numbers by path, ``workload.learning.mean_change`` and so on.
    """
    return _Counting(spec, layers, values).counts()


class _Counting:
    """One rule on one network."""

    def __init__(self, spec: LearningSpec, layers: LayerTable, values: Mapping[str, u.Numeric]) -> None:
        self.spec, self.rule, self.t = spec, spec.stated, layers
        self.values = values
        named = layers.names if spec.layers is None else spec.layers
        self.learns = layers.is_weighted * np.array([1.0 if name in named else 0.0 for name in layers.names])
        self.nothing = 0.0 * (self.learns * layers.input_rate * layers.output_rate * layers.timesteps)

    def number(self, name: str, otherwise: float) -> u.Numeric:
        """A number of the learning, or what it is where the workload is silent."""
        return self.values.get(f"{LEARNING}{name}", otherwise)

    def counts(self) -> LearningCounts:
        """All counts."""
        rule, t, on, steps = self.rule, self.t, self.learns, self.t.timesteps
        formulas = rule.formulas
        due = self.visits(formulas.get("update", ()), per_sample=1.0 / rule.samples_per_update)
        kept = 1.0 - self.number("skipped", 0.0)
        # a skipped word, or a sample that does not learn, visits nothing; a skipped update still shares its word
        learned = self.number("samples_that_learn", 1.0)
        visited = learned * (1.0 - self.number("words_skipped", 0.0))
        kept = kept * visited
        updates = tuple(Visits(v.access, v.events * visited, v.values * kept, v.written * kept) for v in due)
        tags = [visit for name in rule.tags for visit in self.visits(formulas[name], per_sample=1.0)]
        sides = [trace.of for trace in rule.traces.values()]
        inputs = t.input_elements + t.recurrent_reduction
        kept_traces = on * (sides.count("pre") * inputs + sides.count("post") * t.output_elements)
        named = self.named()
        backward = on * (1.0 if "d" in named else 0.0)
        moments = steps if self.error_each_step() else 1.0
        neurons = on * t.output_elements
        errors = neurons * moments * (1.0 if named & {"e", "d"} else 0.0)
        broadcast = neurons * moments * t.output_elements_total if rule.error == "broadcast" else self.nothing
        rewards = moments * on * (1.0 if "r" in named else 0.0)
        sent = on * moments * t.output_elements_total * (1.0 if rule.error == "broadcast" else 0.0)
        thresholds = formulas.get("threshold", ())
        total = sum((visit.values for visit in due), start=self.nothing)
        return LearningCounts(
            called=self.spec.called, rule=rule, learns=on, updates=updates, skipped=np.asarray(total * (1.0 - kept)),
            tags=tuple(tags), trace_updates=kept_traces * steps + self.nothing, errors=errors + self.nothing,
            error_products=broadcast * self.number("error_share", 1.0) * learned + self.nothing,
            threshold_updates=learned * neurons * steps * self.share(thresholds, 1.0, t.input_rate) + self.nothing,
            backward_products=learned * backward * moments * (t.connections + t.recurrent_connections)
            * self.number("error_share", 1.0) + self.nothing,
            backward_steps=learned * backward * moments + self.nothing,
            broadcast=learned * (sent + rewards) * float(rule.error_bits) + self.nothing,
            traces=kept_traces, tag_values=on * t.weights * float(len(rule.tags)), weights=on * t.weights,
            stored_activity=backward * moments * (inputs + t.output_elements) * t.activation_bits,
            asked_share=self.number("learning_rate", 1.0) * self.number("mean_change", 0.0),
            hottest=self.number("hottest", 1.0), samples=self.number("samples", 1.0),
            duty=self.number("duty", 1.0), use_period=self.number("use_period", 0.0),
            tolerated_failures=self.number("tolerated_failures", 0.0),
        )  # fmt: skip

    def named(self) -> set[str]:
        """All factors of all formulas."""
        return {f for products in self.rule.formulas.values() for p in products for f in p.factors}

    def error_each_step(self) -> bool:
        """Whether errors, gradients or rewards are asked for in every timestep, and not only at the end of a sample."""
        asked = [
            product
            for products in self.rule.formulas.values()
            for product in products
            if {"e", "d", "r"} & set(product.factors)
        ]
        return any("s" not in product.factors for product in asked)

    def gate(self, factor: str, pre: u.Numeric) -> u.Numeric:
        """Share of the timesteps in which a factor is not zero, for presynaptic neurons of a rate."""
        if factor == "x0":
            return pre
        if factor == "y0":
            return self.t.output_rate
        if is_epoch(factor):
            return 1.0 / 2.0 ** int(factor[1:])
        if factor in {"e", "d"}:
            return self.number("error_share", 1.0)
        if factor == "h":
            return self.number("slope_share", 1.0)
        trace = self.rule.traces.get(factor)
        if trace is None or trace.share is not None:
            return 1.0 if trace is None or trace.share is None else trace.share
        rate = pre if trace.of == "pre" else self.t.output_rate
        return equations.any_share(rate, float(trace.window or 1.0))

    def values_share(self, product: Product, pre: u.Numeric) -> u.Numeric:
        """Share of the synapses at which no factor of a product is zero while its events are there."""
        share: u.Numeric = 1.0
        at_end = "s" in product.factors
        for factor in dict.fromkeys(product.values):
            if not (at_end and factor in self.rule.traces):
                # a trace that is read at the end of a sample is the sum over all of it
                share = share * self.gate(factor, pre)
        return share

    def share(self, products: Iterable[Product], per_sample: float, pre: u.Numeric) -> u.Numeric:
        """Share of the timesteps in which at least one of the products is due.

        Products of the same events are due together, and differ in whether their values are zero.
        """
        of_events: dict[frozenset[str], u.Numeric] = {}
        for product in products:
            before = of_events.get(product.events, 0.0)
            of_events[product.events] = equations.either_share(before, self.values_share(product, pre))
        found: u.Numeric = 0.0
        for events, values in of_events.items():
            share = values
            for event in events:
                share = share * (per_sample / self.t.timesteps if event == "s" else self.gate(event, pre))
            found = equations.either_share(found, share)
        return found

    def visits(self, products: tuple[Product, ...], per_sample: float) -> list[Visits]:
        """Values at synapses that products make due, by what they visit.

        Products that need a presynaptic spike visit its row; those that need a postsynaptic one alone visit its column.
        """
        t, on, steps, found = self.t, self.learns, self.t.timesteps, []
        by_access: dict[Access, list[Product]] = {access: [] for access in ACCESSES}
        for product in products:
            spikes = product.events
            by_access["row" if "x0" in spikes else "column" if "y0" in spikes else "array"].append(product)
        for access, sharing in by_access.items():
            if not sharing:
                continue
            chosen = tuple(sharing)
            forward = self.share(chosen, per_sample, t.input_rate) * t.connections
            back = self.share(chosen, per_sample, t.output_rate) * t.recurrent_connections
            values = on * steps * (forward + back)
            at_end = all("s" in product.factors for product in chosen)
            written = np.minimum(values, on * t.weights * per_sample) if at_end else values
            events: u.Numeric
            if access == "row":
                events = steps * (t.input_rate * t.input_taps + t.output_rate * t.recurrent_reduction)
            elif access == "column":
                events = steps * t.output_rate * t.output_elements
            else:
                events = self.rows_visited(chosen, per_sample)
            found.append(
                Visits(access, *(np.asarray(n + self.nothing) for n in (on * events, values, written)))
            )
        return found

    def rows_visited(self, products: tuple[Product, ...], per_sample: float) -> u.Numeric:
        """Rows that are visited in a sample where whole layers are due: those whose input has left a trace."""
        t = self.t
        found: u.Numeric = 0.0
        for product in products:
            moments = per_sample if "s" in product.factors else t.timesteps
            epochs = [factor for factor in product.events if is_epoch(factor)]
            pre = [f for f in product.factors if f in self.rule.traces and self.rule.traces[f].of == "pre"]
            gates = epochs if "s" in product.factors else [*epochs, *pre]
            rows: u.Numeric = 0.0
            for number, rate in (
                (t.reduction * t.groups, t.input_rate), (t.recurrent_reduction, t.output_rate)
            ):  # fmt: skip
                share: u.Numeric = 1.0
                for factor in gates:
                    share = share * self.gate(factor, rate)
                rows = rows + number * share
            found = np.maximum(found, rows * moments)
        return found


ACCESSES: tuple[Access, ...] = ("row", "column", "array")
"""What an update may visit."""
