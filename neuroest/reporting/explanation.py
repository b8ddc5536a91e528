"""Explanation of a result, a component, a term or a parameter, down to the sources."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from typing import Any

import numpy as np

from neuroest.core.document import Document, Gap, Quantity, Table
from neuroest.core.errors import NeuroestError, UnknownNameError, first_few
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.provenance import Parameter, Traced, equation_info, tracing
from neuroest.core.text_layout import PLAIN, Printed, Style, one_line, words
from neuroest.core.units import formatted, formatted_interval, percent
from neuroest.design.build import AMBIENT, TEMPERATURE, Part
from neuroest.design.chip import instantiate
from neuroest.design.overrides import SPOKEN, preferred
from neuroest.equations import accuracy, pipelining
from neuroest.error_analysis.elasticities import doubled
from neuroest.pipeline.area import AREA_LAWS, PAD_RING
from neuroest.pipeline.energy import CLOCKED_LAWS
from neuroest.pipeline.power import CLOCK_TREE, with_temperature
from neuroest.reporting.answers import (
    TermSum,
    area_by_component,
    designers_parameters,
    energy_by_component,
    largest_causes,
    learning_by_component,
    only_describes,
)
from neuroest.reporting.catalogue_entries import summary
from neuroest.reporting.derivation import Derivation, Step, claim_lines, step_lines
from neuroest.reporting.formatting import counted, short
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import QUANTITIES, RESULT_WORDS, first_number, full_name, label_and_unit
from neuroest.specs.claims import DESIGN

_KINDS = {
    "energy_per_inference_J": ("dynamic", "static"), "dynamic_energy_J": ("dynamic",), "static_energy_J": ("static",),
    "learning_energy_J": ("learning",),
}  # fmt: skip
"""Terms of each energy."""
_MOST_TERMS = 3
"""Number of terms listed individually that do not double with a parameter."""
_LEAST_ERROR = 1e-6
"""Share of the total error below which a cause is not listed."""


@frozen_dataclass
class Explanation(Printed):
    """Calculation of a quantity.

    Attributes
    ----------
    quantity : str
        Its name in full.
    step : Step
        The number with what it was made from.
    """

    quantity: str
    step: Step

    def to_dict(self) -> dict[str, Any]:
        """The explanation as plain data."""
        return {"quantity": self.quantity, **asdict(self.step)}

    def to_text(self, style: Style = PLAIN) -> str:
        """The explanation as an indented tree of at most 80 columns."""
        return "\n".join(step_lines(self.step, style)) + "\n"


def explain(estimate: Estimate, quantity: str) -> Explanation:
    """Explain how a number of an estimate was calculated.

    Parameters
    ----------
    estimate : Estimate
        The result.
    quantity : str
        A total (``energy``, ``area``, ``latency_s``, ...), the path of a component or level, one of its terms
        (``chip.tile.array.readout.neuron.spike.output_branch``), or the path of a parameter. The last words of
        a path are enough where they are unambiguous.

    Returns
    -------
    Explanation
        Derivation of the number: equations, inputs and sources.

    Raises
    ------
    UnknownNameError
        When nothing is called so.
    NeuroestError
        When several things are.

    Examples
    --------
    >>> import neuroest
    >>> result = neuroest.estimate("diffusive_28nm_derived", "shd_recurrent_spiking")
    >>> explain(result, "output_branch").quantity
    'chip.tile.array.readout.neuron.spike.output_branch'
    """
    return _Explainer(estimate).explain(quantity)


def explainable(estimate: Estimate) -> tuple[tuple[str, str], ...]:
    """Name and description of everything that can be explained, totals first."""
    explainer = _Explainer(estimate)
    return tuple((name, explainer.described(name)) for name in explainer.paths)


class _Explainer:
    def __init__(self, estimate: Estimate) -> None:
        self.estimate = estimate
        energies = energy_by_component(estimate)
        areas, learning = area_by_component(estimate), learning_by_component(estimate)
        self.terms = {term.path: term for part in (*energies, *areas, *learning) for term in part.terms}

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Names of everything that can be explained."""
        estimate = self.estimate
        parts = (part.path for part in estimate.design.root.walk())
        return tuple(dict.fromkeys((*estimate.totals, *parts, *self.terms, *estimate.claims)))

    def described(self, name: str) -> str:
        """Description and value of a name."""
        estimate = self.estimate
        if name in estimate.totals:
            found = estimate.headline(name)
            if found.value is None:
                return "result that does not apply here"
            statistic = "" if found.median is None else "median "
            return f"result, {statistic}{formatted(found.value, label_and_unit(name)[1])}"
        if name in estimate.claims:
            claim = estimate.claims[name]
            return f"parameter, {formatted(claim.value, claim.unit)}: {claim.description}".rstrip(": ")
        if name in self.terms:
            term = self.terms[name]
            return f"{term.what}, {formatted(term.value, term.unit)}"
        return summary(type(self.part(name).spec))

    def part(self, path: str) -> Part:
        """The level or block at a path."""
        return next(part for part in self.estimate.design.root.walk() if part.path == path)

    def explain(self, quantity: str) -> Explanation:
        name = self.resolve(quantity.strip())
        if name in self.estimate.totals:
            return Explanation(name, self.total(name))
        if name in self.estimate.claims:
            return Explanation(name, self.parameter(name))
        if name in self.terms:
            return Explanation(name, self.term(self.terms[name], deep=True))
        return Explanation(name, self.component(name))

    def resolve(self, quantity: str) -> str:
        wanted = SPOKEN.get(quantity, full_name(quantity))
        if wanted in self.paths:
            return wanted
        if wanted.replace(" ", ".") != wanted:  # a path as texts show it
            shown = [name for name in self.paths if name.endswith(f".{wanted.replace(' ', '.')}")]
            if len(shown) == 1:
                return shown[0]
        spoken = wanted.replace(" ", "_").replace("-", "_")
        for name in self.estimate.totals:
            if label_and_unit(name)[0].replace(" ", "_") == spoken:
                return name
        tail = f".{wanted}"
        found = [name for name in self.paths if name.endswith(tail)]
        # a term is also known without its action, and an action without its terms
        briefly = {
            path: (f"{term.component}.{term.term}", f"{term.component}.{term.action}")
            for path, term in self.terms.items()
        }
        found = found or [path for path, brief in briefly.items() if wanted in brief]
        found = found or [path for path, brief in briefly.items() if any(b.endswith(tail) for b in brief)]
        found = preferred(wanted, found)
        if len(found) == 1:
            return found[0]
        if found:
            raise NeuroestError(f"{quantity!r} could be any of {first_few(found, 6)}; write more of the path")
        hint = f"`neuroest explain {self.estimate.called} --all` lists all of them"
        words = 1 + quantity.count(".")
        tails = (".".join(path.split(".")[-words:]) for path in self.paths)
        raise UnknownNameError("quantity", quantity, {*RESULT_WORDS, *tails, *self.paths}, hint)

    def parameter(self, path: str) -> Step:
        claim = self.estimate.claims[path]
        doubling = self._doubled(path) if claim.basis == DESIGN and claim.value != 0.0 else ()
        known = path in self.estimate.used_paths or doubling
        used = "used by this estimate" if known else "not used by this estimate"
        movers = {}
        found = self.estimate.sensitivity
        if path in found.paths:
            index = found.paths.index(path)
            movers = {name: float(slopes[index]) for name, slopes in found.totals.items() if slopes[index]}
        slopes = tuple(
            f"raising it by 1 % changes the {words(n)} by {slope:+.3g} %" for n, slope in movers.items()
        )
        about = (claim.description, *claim_lines(claim), used, *slopes, *doubling)
        return Step(path, claim.value, claim.unit, about=tuple(text for text in about if text))

    def _doubled(self, path: str) -> tuple[str, ...]:
        """Effect of doubling a discrete choice, which has no slope; empty if no result changes."""
        estimate = self.estimate
        found = doubled(estimate.design, estimate.workload, estimate.claims, path)
        if found.refusal:
            return (f"doubled, it gives no estimate: {found.refusal}",)
        lines = [f"doubled: {label_and_unit(name)[0]} x {r:.4g}" for name, r in found.ratios.items()]
        if found.ratios and found.not_doubled:
            some = [f"{name} x {by:.4g} (of {formatted(e, 'J')})" for name, e, by in found.not_doubled]
            lines.append(f"energy that does not double: {first_few(some, _MOST_TERMS)}")
        return tuple(lines)

    def component(self, path: str) -> Step:
        inside = [t for t in self.terms.values() if t.component == path or t.component.startswith(f"{path}.")]
        parts = []
        for name, unit, kinds in (
            ("energy of one inference", "J", _KINDS["energy_per_inference_J"]),
            ("energy of learning from one sample", "J", _KINDS["learning_energy_J"]),
            ("area", "m^2", ("area",)),
        ):
            if terms := [term for term in inside if term.kind in kinds]:
                steps = tuple(self.term(term) for term in sorted(terms, key=lambda t: -t.value))
                how = f"sum of {counted(len(steps), 'term')}"
                parts.append(Step(name, sum(t.value for t in terms), unit, how, (), steps))
        about = () if parts else ("costs nothing itself; its parameters can be explained",)
        device = self.estimate.design.devices.get(path)
        what = summary(type(self.part(path).spec))
        known = (f"device {device.spec.name}: {one_line(device.spec.description)}",) if device else ()
        instances = self.estimate.evaluation.mapped.instances.get(path)
        number = () if instances is None else (f"{first_number(instances):.6g} on the chip",)
        return Step(path, None, None, "", (what, *known, *number, *about), tuple(parts))

    def term(self, term: TermSum, *, deep: bool = False) -> Step:
        parts = (*self._layers(term), *self._cost(term)) if deep else ()
        return Step(term.path, term.value, term.unit, self._how(term), (), parts)

    def _how(self, term: TermSum) -> str:
        unit = term.unit
        if term.kind == "static":
            result = self.estimate.evaluation
            row = next(s for s in result.statics if (s.component, s.term) == (term.component, term.term))
            if row.when == "waking":
                return f"{term.count:.6g} instances, woken once per inference"
            seconds = first_number(result.leakage_time(row))
            state = "switched off" if row.when == "standby" else row.when
            each = term.value / seconds / term.count if term.count and seconds else 0.0
            return f"{term.count:.6g} instances x {formatted(each, 'W')} x {formatted(seconds, 's')} {state}"
        if term.component == self.estimate.evaluation.costs.overheads:
            return ""
        if term.action == "rest":
            return (
                "static power over the time that learning adds, or of what stays on while the network learns"
            )
        what = "instances" if term.kind == "area" else f"{words(term.action)} actions"
        return f"{term.count:.6g} {what} x {formatted(term.each or 0.0, unit)}"

    def _layers(self, term: TermSum) -> tuple[Step, ...]:
        if term.kind not in {"dynamic", "learning"} or term.action == "rest":
            return ()
        key = (term.component, term.action, term.term)
        rows = [
            row for row in (*self.estimate.breakdown, *self.estimate.learning)
            if row.kind == term.kind and (row.component, row.action, row.term) == key
        ]  # fmt: skip
        own = term.component != self.estimate.evaluation.costs.overheads
        actions = f"{words(term.action)} actions"
        steps = tuple(
            Step(f"layer {row.layer}", row.energy_J, "J", f"{row.count:.6g} {actions}" if own else "")
            for row in rows
        )
        return (Step("by layer", None, None, "", (), steps),)

    def _cost(self, term: TermSum) -> tuple[Step, ...]:
        table = self.estimate.traced
        derivation = Derivation(self.estimate.claims)
        kinds: Mapping[str, tuple[Sequence[Any], str, str, str]] = {
            "dynamic": (table.energies, "energy", f"energy of one {words(term.action)}", "J"),
            "learning": (table.energies, "energy", f"energy of one {words(term.action)}", "J"),
            "static": (table.statics, "power", "power of one at rest", "W"),
            "area": (table.areas, "area", "area of one", "m^2"),
        }
        rows, cost, label, unit = kinds[term.kind]
        costs = self._unlisted(term) if self._is_unlisted(term) else [
            row for row in rows
            if (row.component, row.term) == (term.component, term.term)
            and (term.kind not in {"dynamic", "learning"} or row.action == term.action)
        ]  # fmt: skip
        around = term.component == self.estimate.evaluation.costs.overheads
        if not costs and around and not self._is_unlisted(term):
            return self._overhead(term, derivation)
        if term.kind == "dynamic" and any(
            np.size(row.energy) > 1
            for row in self.estimate.evaluation.costs.energies
            if (row.component, row.action, row.term) == (term.component, term.action, term.term)
        ):
            label = f"{label}, in the layer that takes longest for a timestep"
        return tuple(
            derivation.step(
                f"{label}, with {short(row.counted_as)}" if around else label,
                getattr(row, cost), unit,
            )
            for row in costs
        )  # fmt: skip

    def _is_unlisted(self, term: TermSum) -> bool:
        """Whether a term is the leakage of logic that no block lists, or its waking."""
        around = self.estimate.evaluation.costs.overheads
        return term.kind == "static" and term.component == around and term.term.startswith("leakage")

    def _unlisted(self, term: TermSum) -> list[Any]:
        """Leakage with each block whose state the term names: asleep, awake, or powered all the time."""
        drawn = self.estimate.evaluation.statics
        apart = any((row.component, row.term) == (term.component, "leakage_awake") for row in drawn)
        sleeps = term.term in {"leakage_asleep", "leakage_awake"}
        return [
            row for row in self.estimate.traced.statics
            if row.component == term.component and term.term != "leakage_waking"
            and (not apart or (row.asleep_share is not None) == sleeps)
        ]  # fmt: skip

    def _overhead(self, term: TermSum, derivation: Derivation) -> tuple[Step, ...]:
        """The law of what comes with clocked blocks or of what a floor plan adds, and its parameters."""
        costs, around = self.estimate.evaluation.costs, self.estimate.traced.around
        laws = AREA_LAWS if term.kind == "area" else {**CLOCKED_LAWS, CLOCK_TREE: CLOCKED_LAWS["clock"]}
        equation, parameters = laws[term.term]
        info = equation_info(equation)
        of_macros = parameters[-1].startswith("macro_")
        logic = costs.synchronous - costs.macros if of_macros else costs.synchronous
        about = [info.reference]
        if term.term not in {"white_space", PAD_RING}:
            about.append(f"clocked logic: {', '.join(sorted(map(short, logic)))}")
        if of_macros and costs.macros:
            about.append(f"macros: {', '.join(sorted(map(short, costs.macros)))}")
        inputs = tuple(
            derivation.step(name, getattr(around, name))
            for name in parameters
            if costs.macros or not name.startswith("macro_")
        )
        return (Step(words(term.term), None, None, info.formula, tuple(about), inputs),)

    def _tiers(self) -> tuple[Step, ...]:
        named = [(short(row.tier) if row.blocks else "logic", row) for row in self.estimate.tiers]
        return tuple(
            Step(name, row.area_m2, "m^2", about=tuple(map(short, row.blocks))) for name, row in named
        )

    def total(self, name: str) -> Step:
        value = self.estimate.totals[name]
        unit = label_and_unit(name)[1]
        if value is None:
            return Step(name, None, None, "does not apply to this design and network")
        how, parts = self._made_from(name)
        return Step(name, value, unit, how, (*self._band(name, unit), *self._movers(name)), parts)

    def _made_from(self, name: str) -> tuple[str, tuple[Step, ...]]:
        quantity = QUANTITIES[name]
        if quantity.rule:
            inputs = (QUANTITIES[part] for part in quantity.inputs)
            steps = tuple(
                Step(part.name, part.number(self.estimate.evaluation), part.unit) for part in inputs
            )
            behind = {
                "junction_temperature_K": self._temperature, "throughput_per_s": self._times,
                "silicon_area_m2": self._tiers,
            }.get(name)  # fmt: skip
            return quantity.rule, (*steps, *(behind() if behind is not None else ()))
        if name in _KINDS:
            return self._energy(name)
        if name == "area_m2":
            terms = [term for part in area_by_component(self.estimate) for term in part.terms]
            steps = tuple(self.term(term) for term in terms if term.value > 0.0)
            how = f"sum of {counted(len(terms), 'term')}"
            wide = f"area of the widest tier, {how}"
            return (wide, (*self._tiers(), *steps)) if self.estimate.tiers else (how, steps)
        if name in {"latency_s", "initiation_interval_s"}:
            return self._time_rule(name), self._times()
        if name in {"signal_to_error_ratio", "effective_bits"}:
            return self._accuracy(name)
        return self._count(name)

    def _accuracy(self, name: str) -> tuple[str, tuple[Step, ...]]:
        """The errors of each layer's columns, the layer with the largest error first, each cause with its share."""
        equation = accuracy.effective_bits if name == "effective_bits" else accuracy.signal_to_error_ratio
        info, steps = equation_info(equation), []
        for found in sorted(self.estimate.column_errors, key=lambda errors: -errors.error):
            parts = tuple(
                Step(cause, error, "1", f"{percent(share)} of the variance of the errors")
                for cause, error, share in largest_causes(found)
                if error > _LEAST_ERROR * found.error
            )
            value = found.effective_bits if name == "effective_bits" else found.signal_to_error_ratio
            reported = (
                f"error {found.error:.3g} of the spread of its exact results, independent causes squared and added",
            )
            steps.append(Step(f"layer {found.layer}", value, label_and_unit(name)[1], "", reported, parts))
        return f"of the layer with the largest error: {info.formula} ({info.reference})", tuple(steps)

    def _temperature(self) -> tuple[Step, ...]:
        """Heat balance that determines the temperature; empty if the temperature is stated."""
        claims = self.estimate.claims
        if AMBIENT not in claims:
            return ()
        with tracing(), np.errstate(all="ignore"):
            warm = self._traced_values()[TEMPERATURE]
        power_step = Step(
            "power of a die", first_number(self.estimate.evaluation.die_power), "W", "average power / dies"
        )
        return (Derivation(claims).step("temperature", warm, "K"), power_step)

    def _energy(self, name: str) -> tuple[str, tuple[Step, ...]]:
        """Terms of an energy by component, largest first; for learning also the rule that determines the counts."""
        rule = self.estimate.workload.learning if name == "learning_energy_J" else None
        of = energy_by_component if rule is None else learning_by_component
        total = self.estimate.totals[name] or 0.0
        steps = []
        for part in of(self.estimate):
            terms = [term for term in part.terms if term.kind in _KINDS[name] and term.value > 0.0]
            value = sum(term.value for term in terms)
            share = (f"{percent(value / total if total else 0.0)} of the total",)
            if terms:
                steps.append(
                    Step(part.component, value, "J", "", share, tuple(self.term(term) for term in terms))
                )
        steps.sort(key=lambda step: -(step.value or 0.0))
        by = "" if rule is None else f", rule {rule.called}"
        return f"sum of {counted(len(steps), 'component')}{by}", tuple(steps)

    def _time_rule(self, name: str) -> str:
        result = self.estimate.evaluation
        if len(result.levels) > 1 and not result.timing.by_steps:
            # rule for chips whose levels pass on whole maps, or all spikes of an inference
            if name == "latency_s":
                return "longest path through the layers' times, including waits for shared resources"
            most = self.estimate.evaluation.timing.bottleneck
            return f"time of the {'slowest layer' if most is None else f'layers that share {most}'}"
        if result.mapped.placement.shared:
            rule = "timesteps x sum of the layers' times, which share the units"
            return rule + (", x batch" if name == "latency_s" else "")
        if first_number(result.mapped.passes) > 1.0:
            rule = (
                "sum over the parts of the network of their layers' times and of the time to write the cells"
            )
            return rule + (", x inferences_per_pass" if name == "latency_s" else "")
        shared = result.timing.bottleneck
        slowest = f"layers that share {shared}" if shared is not None else "slowest layer"
        if result.layers.coding != "spiking":
            way = "longest path through the layers' times, including waits for shared resources"
            writing = first_number(result.timing.writing)
            renewed = f", and {formatted(writing, 's')} for writing the cells, on average" if writing else ""
            return way if name == "latency_s" else f"time of the {slowest}{renewed}"
        equation = (
            pipelining.layer_pipelined_latency if name == "latency_s" else pipelining.initiation_interval
        )
        info = equation_info(equation)
        rest = first_number(result.timing.rest)
        if any(level.mapper.passage_time() is not None for level in result.levels):
            step = formatted(first_number(result.timing.stage_interval), "s")
            info = equation_info(pipelining.event_latency) if name == "latency_s" else info
            return f"{info.formula}, with {step}, a timestep of the data over which its events come ({info.reference})"
        tail = ""
        if name != "latency_s" and rest:
            tail = f"; {formatted(rest, 's')} of idle time between inferences"
        if np.any(result.layers.input_active_steps < 1.0):
            longest = formatted(first_number(result.timing.stage_interval), "s")
            return f"{info.formula}, with {longest}, the mean of the longest step, since spikes come in bursts{tail}"
        return f"{info.formula}, with the step of the {slowest}{tail} ({info.reference})"

    def _times(self) -> tuple[Step, ...]:
        result = self.estimate.evaluation
        steps = []
        for index, layer in enumerate(result.layers.names):
            needs = {path: _at(times, index) for path, times in result.timing.resources.items()}
            ordered = sorted(((t, path) for path, t in needs.items() if t > 0.0), reverse=True)
            parts = tuple(Step(path, time, "s") for time, path in ordered)
            step = _at(result.timing.step, index)
            around = step > max(needs.values(), default=0.0)
            rule = "reading, then the transfer of its output" if around else "slowest of"
            steps.append(Step(f"layer {layer}", step, "s", rule, (), parts))
        for index, layer in enumerate(result.layers.names):
            drain = sum(_at(level.mapper.drain_time(), index) for level in result.levels)
            if drain:
                how = "conversions of held results after its last read, in the latency alone"
                steps.append(Step(f"end of layer {layer}", drain, "s", how))
        writing = first_number(np.asarray(result.timing.writing))
        if writing:
            steps.append(Step("writing of cells", writing, "s", "its share of an inference"))
        return (*steps, *self._array_times())

    def _traced_values(self) -> Any:
        """Parameters as traced values, at the temperature that results from the power of the die."""
        values = {path: Traced(claim.value, Parameter(path)) for path, claim in self.estimate.claims.items()}
        return with_temperature(values, self.estimate.evaluation.heating)

    def _array_times(self) -> tuple[Step, ...]:
        """Derivation of the arrays' own times, for levels that provide it."""
        derivation = Derivation(self.estimate.claims)
        with tracing(), np.errstate(all="ignore"):
            chip = instantiate(self.estimate.design, self._traced_values())
            steps = []
            for mapped in self.estimate.evaluation.levels:
                compute: Any = next(
                    level.compute for level in chip.computing_levels() if level.path == mapped.path
                )
                network = self.estimate.evaluation.network_of(mapped)
                if hasattr(compute, "read_time"):
                    read = compute.read_time(network)
                    steps.append(derivation.step(f"read time of {compute.path}", read, "s"))
                if getattr(compute, "converter", None) is not None:
                    interval = compute.schedule(network).interval
                    steps.append(
                        derivation.step(f"time of one phase of an input on {compute.path}", interval, "s")
                    )
                if getattr(compute, "neuron", None) is not None:
                    refractory = compute.neuron.refractory_time()
                    steps.append(
                        derivation.step(f"refractory time of {compute.neuron.path}", refractory, "s")
                    )
        return tuple(steps)

    def _count(self, name: str) -> tuple[str, tuple[Step, ...]]:
        result, placement = self.estimate.evaluation, self.estimate.evaluation.mapped.placement
        layers = result.layers
        steps = first_number(layers.timesteps) if layers.coding == "spiking" else 1.0
        by_layer: Mapping[str, tuple[str, Any]] = {
            "synaptic_operations": ("sum over the layers", layers.layer_synaptic_operations),
            "multiply_accumulates": (
                f"{steps:g} x sum over the layers", layers.macs
            ) if layers.in_numbers is None else (
                f"sum over the layers, those in spikes in each of {steps:g} timesteps",
                layers.macs * np.where(layers.numbers > 0.0, 1.0, steps),
            ),
            "computing_units": (
                "largest layer" if placement.shared else "sum over the layers" if len(result.levels) == 1 else
                "sum over the levels, each the sum over its layers, or the largest if they share units in time",
                placement.units,
            ),
            "utilisation": ("filled cells or units / available ones", placement.utilisation),
            "physical_neurons": ("sum over the layers", placement.neurons),
        }  # fmt: skip
        by_layer = {**by_layer, **self._learning_counts()}
        if name == "learning_time_s" and result.learning is not None:
            times = result.learning.times.items()
            how = "of the slowest in a sample" + (
                ", on top of inference" if result.learning.alongside else ""
            )
            return how, tuple(Step(part, first_number(time), "s") for part, time in times)
        if name not in by_layer:
            return "", ()
        how, values = by_layer[name]
        return how, tuple(
            Step(f"layer {layer}", _at(values, index), "1") for index, layer in enumerate(layers.names)
        )

    def _learning_counts(self) -> Mapping[str, tuple[str, Any]]:
        """Counts that follow from the learning rule for every layer; empty if the network does not learn."""
        learning = self.estimate.evaluation.learning
        if learning is None:
            return {}
        counts, level = learning.counts, learning.level
        formula = counts.rule.update or counts.rule.threshold
        learning_counts: dict[str, tuple[str, Any]] = {
            "synaptic_updates": (f"weights updated in a sample by {formula}", counts.synaptic_updates)
        }
        if level.pulses is not None and level.cells is not None:
            learning_counts["pulses_per_cell"] = (
                "pulses per cell in the layer with the most", level.pulses / np.maximum(level.cells, 1.0)
            )  # fmt: skip
        return learning_counts

    def _band(self, name: str, unit: str) -> tuple[str, ...]:
        found = self.estimate.headline(name)
        if found.median is None or found.low is None or found.high is None:
            return ()
        bands = self.estimate.bands
        causes = bands.causes.get(name, ())
        reported = ", ".join(f"{bands.cause(path, short(path))} {percent(share)}" for path, share in causes)
        line = (
            f"the value above is for the stated inputs (nominal); over their uncertainty the median is "
            f"{formatted(found.median, unit)}, p10 .. p90 {formatted_interval(found.low, found.high, unit)}"
        )
        return (line, f"band from {reported}") if reported else (line,)

    def _movers(self, name: str) -> tuple[str, ...]:
        found = self.estimate.sensitivity
        # the elasticities of the whole energy stand for those of its larger part
        moved = QUANTITIES["energy_per_inference_J" if name == "dynamic_energy_J" else name]
        key, exponent = moved.elasticity
        if not key:
            return ()
        slopes = found.totals[key]
        claims = self.estimate.claims
        moving = [
            (path, slope) for path, slope in zip(found.paths, slopes, strict=True) if not only_describes(claims[path])
        ]  # fmt: skip
        largest = sorted(moving, key=lambda item: -abs(item[1]))[:5]
        reported = ", ".join(
            f"{short(path)} {exponent * slope:+.2g} %" for path, slope in largest if abs(slope) > 5e-3
        )
        return (f"raising one input by 1 % changes the {moved.label} by: {reported}",) if reported else ()


def _at(values: Any, index: int) -> float:
    array = np.asarray(values, dtype=float)
    return float(array.reshape(-1)[index if array.size > 1 else 0])


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
    energy = {part.component: part.value for part in energy_by_component(estimate)}
    area = {part.component: part.value for part in area_by_component(estimate)}
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
