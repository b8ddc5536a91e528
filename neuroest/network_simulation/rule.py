"""Run a learning rule: its products of spikes, traces, tags and errors in a network of ideal neurons."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.dynamics.in_time import Array
from neuroest.network_simulation.learned_cells import LearningCells
from neuroest.network_simulation.networks import NeuronLayer
from neuroest.specs.learning import LearningRule, Product, is_epoch


class RuleState:
    """State of a rule during training on samples.

    Errors are the target class minus the output spikes. A hidden layer gets them through fixed random weights (`error:
    broadcast`) or back through the weights of the next layer (`error: backward`). Backward errors go through time and
    recurrent synapses if gradients of all timesteps are summed and weights change at the end of a sample; otherwise
    they are computed per timestep. Changes at the end of a sample use the means over it and clear the tags. For
    recurrent synapses, the presynaptic spikes are the layer's own spikes of the previous timestep.
    """

    def __init__(
        self, rule: LearningRule, layers: Sequence[NeuronLayer], cells: Mapping[int, LearningCells],
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        self.rule, self.layers, self.cells = rule, list(layers), cells
        last = len(layers) - 1
        outputs = layers[last].outputs
        self._random = {
            place: rng.standard_normal((layers[place].outputs, outputs)) / np.sqrt(outputs)
            for place in cells
            if place < last
        }
        self._refuse(last)
        self._seen = 0
        formulas = rule.formulas
        at_end = all("s" in product.factors for product in formulas["update"])
        self._through_time = at_end and any(
            "d" in product.factors and "s" not in product.factors
            for products in formulas.values()
            for product in products
        )

    def _refuse(self, last: int) -> None:
        """Reject rules that have no meaning in time or need quantities that ideal neurons lack."""
        rule = self.rule
        if rule.update is None:
            raise NeuroestError("the rule moves thresholds only, which `behave --learn` does not simulate")
        shares = [name for name, trace in rule.traces.items() if trace.window is None]
        if shares:
            raise NeuroestError(
                f"the rule states a share for the trace {shares[0]}, with which nothing can be simulated; give a window"
            )
        if rule.error == "local" and any(place < last for place in self.cells):
            raise NeuroestError("error: local is that of outputs; hidden layers need broadcast or backward")

    def sample(self, spikes: Array, label: int) -> Iterator[tuple[int, Array]]:
        """Requested changes of one sample, by layer, in time order; weights may change in between."""
        steps = len(spikes)
        self._seen += 1
        potentials = [np.zeros(layer.outputs) for layer in self.layers]
        traces = {place: self._silent(place) for place in self.cells}
        sums = {place: self._silent(place) for place in self.cells}
        tags = {
            place: {name: np.zeros(self.layers[place].matrix.shape) for name in self.rule.tags}
            for place in self.cells
        }
        due = np.zeros(self.layers[-1].outputs)
        due[label] = 1.0
        counts, error_sum = np.zeros_like(due), np.zeros_like(due)
        gradients = None
        if self._through_time:
            # of all timesteps of a sample during which no weight changes
            still = [np.zeros(layer.outputs) for layer in self.layers]
            missed, course = [], []
            for given_step in spikes:
                missed.append(due - self._forward(given_step, still)[1][-1])
                course.append(list(still))
            gradients = gradients_through_time(self.layers, missed, course, self._slope)
        for step in range(steps):
            given, fired = self._forward(spikes[step], potentials)
            counts += fired[-1]
            error = due - fired[-1]
            error_sum += error / steps
            last_step = step == steps - 1
            # output spikes so far
            reward = 1.0 if np.any(counts) and int(np.argmax(counts)) == label else -1.0
            errors = self._errors(error, error_sum if last_step else error, potentials)
            if gradients is not None:
                errors = {place: (own, gradients[step][place]) for place, (own, _) in errors.items()}
            for place in self.cells:
                names = self._values(
                    place, given[place], fired[place], potentials[place], traces[place], sums[place]
                )
                names |= {"e": errors[place][0], "d": errors[place][1], "r": reward, "step": float(step)}
                names |= tags[place]
                if last_step:
                    names |= {"mean": sums[place], "steps": float(steps)}
                yield from self._changed(place, names, tags[place], last_step=last_step)

    def _silent(self, place: int) -> dict[str, Array]:
        layer = self.layers[place]
        return {
            name: np.zeros(layer.matrix.shape[1] if trace.of == "pre" else layer.outputs)
            for name, trace in self.rule.traces.items()
        }

    def _forward(self, spikes: Array, potentials: list[Array]) -> tuple[list[Array], list[Array]]:
        """Spikes into and out of every layer in one timestep."""
        given, fired, inputs = [], [], spikes
        for place, layer in enumerate(self.layers):
            before = potentials[place]
            if layer.recurrent is not None:
                inputs = np.concatenate([inputs, (before > layer.threshold).astype(float)])
            reset = layer.threshold * (before > layer.threshold)
            potentials[place] = layer.decay * before + layer.step * (layer.matrix @ inputs) - reset
            given.append(inputs)
            inputs = (potentials[place] > layer.threshold).astype(float)
            fired.append(inputs)
        return given, fired

    def _slope(self, place: int, potential: Array) -> Array:
        """Surrogate slope of the neurons: the slope of a fast sigmoid around the threshold."""
        threshold = self.layers[place].threshold
        return np.asarray(1.0 / (1.0 + np.abs(potential - threshold) / threshold) ** 2)

    def _errors(
        self, error: Array, mean_error: Array, potentials: list[Array]
    ) -> dict[int, tuple[Array, Array]]:
        """Error and gradient of the neurons of each learning layer."""
        last = len(self.layers) - 1
        gradient = mean_error
        gradients = {last: gradient}
        for place in range(last, 0, -1):
            back = errors_back(self.layers[place], gradient)
            gradient = back * self._slope(place - 1, potentials[place - 1])
            gradients[place - 1] = gradient
        errors = {}
        for place in self.cells:
            own = error if place == last else self._random[place] @ error
            errors[place] = (own, gradients[place])
        return errors

    def _values(
        self, place: int, given: Array, fired: Array, potential: Array, traces: dict[str, Array],
        sums: dict[str, Array],
    ) -> dict[str, Any]:  # fmt: skip
        """Factors of the formulas at one timestep; traces exclude the current timestep."""
        for name, trace in self.rule.traces.items():
            of = given if trace.of == "pre" else fired
            traces[name] *= 1.0 - 1.0 / float(trace.window or 1.0)
            traces[name] += of
            sums[name] += of
        return {"x0": given, "y0": fired, "h": self._slope(place, potential), **traces}

    def _changed(
        self, place: int, names: dict[str, Any], tags: dict[str, Array], *, last_step: bool
    ) -> Iterator[tuple[int, Array]]:
        """Update the tags and return the requested weight change."""
        formulas, rule = self.rule.formulas, self.rule
        for name in rule.tags:
            tags[name] += self._total(place, formulas[name], names, last_step=last_step)
            names[name] = tags[name]
        at_end = all("s" in product.factors for product in formulas["update"])
        if at_end and (not last_step or self._seen % int(rule.samples_per_update)):
            return
        change = self._total(place, formulas["update"], names, last_step=last_step)
        if at_end:
            for tag in tags.values():
                tag[:] = 0.0
        if np.any(change):
            yield place, change

    def _total(
        self, place: int, products: tuple[Product, ...], names: dict[str, Any], *, last_step: bool
    ) -> Array:
        layer = self.layers[place]
        found = np.zeros(layer.matrix.shape)
        for product in products:
            if self._due(product, names, last_step=last_step):
                found = found + self._product(place, product, names)
        return found

    def _due(self, product: Product, names: dict[str, Any], *, last_step: bool) -> bool:
        step = int(names["step"])
        epochs = [factor for factor in product.events if is_epoch(factor)]
        waits = "s" in product.factors and not last_step
        return not waits and all(step % 2 ** int(epoch[1:]) == 0 for epoch in epochs)

    def _product(self, place: int, product: Product, names: dict[str, Any]) -> Array:
        """Outer product of pre- and postsynaptic factors, times synaptic and global factors."""
        layer = self.layers[place]
        scale = product.scale * (-1.0 if product.negative else 1.0)
        for constant in product.constants:
            scale *= self.rule.constants[constant]
        before, behind = np.ones(layer.matrix.shape[1]), np.ones(layer.outputs)
        at: Any = 1.0
        means = names.get("mean") if "s" in product.factors else None
        for factor in product.factors:
            if factor == "s" or is_epoch(factor):
                continue
            value = names[factor] if factor != "w" else self.cells[place].weights
            if means is not None and factor in means:
                value = means[factor] / names["steps"]
            if factor[0] == "x":
                before = before * value
            elif factor[0] == "y" or factor in {"e", "h", "d"}:
                behind = behind * value
            else:
                at = at * value
        return np.asarray(scale * np.outer(behind, before) * at)


def errors_back(layer: NeuronLayer, gradient: Array) -> Array:
    """Propagate gradients back through a layer's weights, normalized to the largest weight.

    Scaling the weights scales the steps of the whole layer, like its learning rate.
    """
    largest = max(float(np.max(np.abs(layer.weights))), 1.0)
    return np.asarray(layer.weights.T @ gradient / largest)


def gradients_through_time(
    layers: Sequence[NeuronLayer], errors: Sequence[Array], potentials: Sequence[Sequence[Array]],
    slope: Callable[[int, Array], Array],
) -> list[list[Array]]:  # fmt: skip
    """Gradient of the errors of all timesteps with respect to each neuron's potential in each timestep.

    A potential affects the errors of its own timestep and, by decay, the next potential. Its spike affects the next
    layer and, in a recurrent layer, the next potentials of its own layer. The reset is excluded from the gradient, as
    usual with surrogate gradients.

    Parameters
    ----------
    layers : sequence of NeuronLayer
        Layers, each feeding the next.
    errors : sequence of ndarray
        Error of the outputs in each timestep.
    potentials : sequence of sequence of ndarray
        Potential of each layer in each timestep.
    slope : callable
        Returns the surrogate slope of a layer from its index and potential; one at the threshold.

    Returns
    -------
    list of list of ndarray
        Gradient of each layer's neurons, for each timestep.
    """
    later = [np.zeros(layer.outputs) for layer in layers]
    found: list[list[Array]] = []
    for error, potential in zip(reversed(errors), reversed(potentials), strict=True):
        here, below = [np.zeros(0)] * len(layers), np.asarray(error)
        for place in range(len(layers) - 1, -1, -1):
            layer = layers[place]
            slopes = slope(place, potential[place])
            # output neurons get their errors directly, hidden neurons through the effect of their spikes
            gradient = below if place == len(layers) - 1 else slopes * below
            gradient = gradient + layer.decay * later[place]
            if layer.recurrent is not None:
                own = layer.recurrent.T @ later[place]
                gradient = gradient + slopes * layer.step / layer.threshold * own
            here[place] = np.asarray(gradient)
            below = errors_back(layer, here[place])
        later = here
        found.append(here)
    return found[::-1]
