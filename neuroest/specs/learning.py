"""Learning in a workload file: the formula of the rule, the size of weight changes, and the length of training.

A formula is a sum of products of traces, weight, tag, error and reward. It is parsed into data and never evaluated. The
cost of a rule follows from its products: the events that trigger an update, the values to read, and the number of
multiplications and additions. The letters follow Loihi's learning engine in Lava, plus an error and a surrogate
gradient.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Discriminator, Field, Tag

from neuroest.core.errors import QuantityError, did_you_mean, followed_by
from neuroest.core.frozen import frozen_dataclass
from neuroest.specs.base import QuantityField, Spec, numeric_options
from neuroest.specs.claims import Provenance
from neuroest.specs.layers import NAME, SHARE, TIME, Bits, ClaimedFraction, claimed
from neuroest.specs.messages import validate
from neuroest.specs.reading import read_document

EVENTS: Mapping[str, str] = {
    "x0": "a presynaptic spike",
    "y0": "a postsynaptic spike",
    "s": "the end of a sample",
}
"""One-bit factors that gate a product."""
VALUES: Mapping[str, str] = {
    "w": "the weight",
    "r": "the reward",
    "e": "the error of the postsynaptic neuron",
    "h": "the surrogate slope of the postsynaptic neuron",
    "d": "the gradient of the loss, which a backward pass computes",
}
"""Multi-bit factors that every rule may use."""
_EPOCH = re.compile(r"u\d")
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|([A-Za-z][A-Za-z0-9_]*)|([-+*^()]))")
_SIGNS = ("+", "-")
_LONGEST = 10_000
"""Limit on the characters of a formula; real rules have under 1 % of it."""
_MOST_FACTORS = 64
"""Limits on the factors of one product and on the exponent of a number."""
_OPERATORS = frozenset("+-*^")


@frozen_dataclass
class Product:
    """One product of a formula.

    Attributes
    ----------
    factors : tuple of str
        Names in the product, including events and epochs.
    numbers : int
        Number of numeric factors or constants that need a multiplication. Powers of two are shifts and need none.
    constants : tuple of str
        Names of the constants among these factors.
    scale : float
        Product of the numeric factors, including powers of two.
    negative : bool
        Whether it is subtracted.
    """

    factors: tuple[str, ...]
    numbers: int
    negative: bool
    constants: tuple[str, ...] = ()
    scale: float = 1.0

    @property
    def events(self) -> frozenset[str]:
        """Events that must coincide to trigger the product."""
        return frozenset(f for f in self.factors if f in EVENTS or is_epoch(f))

    @property
    def values(self) -> tuple[str, ...]:
        """Multi-bit factors."""
        return tuple(f for f in self.factors if f not in EVENTS and not is_epoch(f))

    @property
    def multiplications(self) -> int:
        """Number of multi-bit multiplications. Events gate a product and need no multiplication."""
        return max(len(self.values) + self.numbers - 1, 0)


def is_epoch(name: str) -> bool:
    """Whether a factor is periodic: ``u3`` is one every 2^3 timesteps."""
    return _EPOCH.fullmatch(name) is not None


def read_formula(text: str, known: Collection[str], constants: Collection[str] = ()) -> tuple[Product, ...]:
    """Parse a formula into its products.

    Parameters
    ----------
    text : str
        The formula, such as ``A_plus*x1*y0 - A_minus*y1*x0``.
    known : collection of str
        Names of traces and tags that the rule declares.
    constants : collection of str
        Names of the rule's constants.

    Raises
    ------
    QuantityError
        With the fault, the allowed names, and the nearest name.

    Examples
    --------
    >>> [product.factors for product in read_formula("2^-4*x1*y0 - A*y1*x0", {"x1", "y1"}, {"A"})]
    [('x1', 'y0'), ('y1', 'x0')]
    """
    if len(text) > _LONGEST:
        raise QuantityError(f"has {len(text)} characters; at most {_LONGEST} are allowed")
    tokens, place = [], 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None:
            raise QuantityError(f"{text[place:].strip()[0]!r} has no meaning in a formula; use + - * ^")
        tokens.append(found[0].strip())
        place = found.end()
    if not tokens:
        raise QuantityError("is empty; write a sum of products such as x1*y0")
    if "(" in tokens or ")" in tokens:
        raise QuantityError("a formula is a sum of products; multiply the brackets out")
    for before, after in pairwise(tokens):
        if before not in _OPERATORS and after not in _OPERATORS:
            raise QuantityError(f"has no sign between {before!r} and {after!r}; write {before}*{after}")
    products, negative = [], False
    if tokens[0] in _SIGNS:
        negative = tokens.pop(0) == "-"
    while True:
        end = next((i for i, token in enumerate(tokens) if _ends(tokens, i, token)), len(tokens))
        products.append(_product(tokens[:end], negative, known, constants))
        if end == len(tokens):
            return tuple(products)
        negative, tokens = tokens[end] == "-", tokens[end + 1 :]


def _ends(tokens: list[str], index: int, token: str) -> bool:
    """Whether a sign ends a product. A sign after ``^`` belongs to the exponent."""
    return token in _SIGNS and not (index > 0 and tokens[index - 1] == "^")


def _product(
    tokens: list[str], negative: bool, known: Collection[str], constants: Collection[str]
) -> Product:
    factors: list[str] = []
    named: list[str] = []
    numbers, scale = 0, 1.0
    for piece in "".join(tokens).split("*"):
        base, power, exponent = piece.partition("^")
        if not base or (power and not re.fullmatch(r"-?\d+", exponent)):
            raise QuantityError(
                f"{'*'.join(''.join(tokens).split('*'))!r} is not a product such as 2^-4*x1*y0"
            )
        times = _times(exponent) if power else 1
        if base[0].isdigit():
            numbers += 0 if float(base) in {1.0, 2.0} else 1
            scale *= _number(base, times)
        elif base in constants:
            numbers += 1
            named.append(base)
        elif base in known or base in EVENTS or base in VALUES or is_epoch(base):
            if times < 1 or len(factors) + times > _MOST_FACTORS:
                raise QuantityError(
                    f"{base}^{times}: a product has 1 to {_MOST_FACTORS} factors, and no quotients"
                )
            factors += [base] * times
        else:
            raise QuantityError(_unknown(base, {*known, *constants, *EVENTS, *VALUES}))
    return Product(tuple(factors), numbers, negative, tuple(named), scale)


def _times(exponent: str) -> int:
    """An exponent within the allowed range."""
    if len(exponent) > len(str(-_MOST_FACTORS)) or abs(int(exponent)) > _MOST_FACTORS:
        raise QuantityError(
            f"^{exponent[:_MOST_FACTORS]}: exponents lie between -{_MOST_FACTORS} and {_MOST_FACTORS}"
        )
    return int(exponent)


def _number(base: str, times: int) -> float:
    """A numeric factor of a product. Zero is rejected: it changes no weight but would still be counted."""
    try:
        value = float(base) ** times
    except (OverflowError, ZeroDivisionError):
        value = 0.0
    if not 0.0 < value < float("inf"):
        power = f"^{times}" if times != 1 else ""
        raise QuantityError(f"{base}{power} is zero or not finite; leave the product out")
    return value


def _unknown(name: str, allowed: Collection[str]) -> str:
    kind = "trace" if re.fullmatch(r"[xy]\d", name) else "tag" if name.startswith("t") else "name"
    near = did_you_mean(name, sorted(allowed))
    return followed_by(
        f"unknown {kind} {name!r}{near}", "a rule declares what it names under traces, tags and constants"
    )


Place: TypeAlias = tuple[str | int, ...]
_STEPS = QuantityField("1", minimum=1, maximum=1e6, integer=True, example="20")
_SAMPLES = QuantityField("1", minimum=1, maximum=1e15, integer=True, example="60000")
_RATE = QuantityField("1", minimum=0, above=True, maximum=1e3, example="0.1")
_BELOW_ONE = QuantityField("1", minimum=0, above=True, maximum=0.999, example="1 %")
_RATIO = QuantityField("1", minimum=1, maximum=1e6, example="5")
_RULES = Path(__file__).with_name("learning_rules.yaml")

Write: TypeAlias = Literal["threshold", "stochastic", "sign", "accumulated"]


class TraceSpec(Spec):
    """A decaying record of the spikes of a neuron."""

    of: Literal["pre", "post"]
    """Neuron whose spikes it records: pre- or postsynaptic."""
    window: Annotated[float, _STEPS] | None = None
    """Timesteps after a spike during which it is nonzero."""
    share: Annotated[float, SHARE] | None = None
    """Share of the timesteps in which it is nonzero, instead of a window."""


class LearningRule(Spec):
    """A rule as sums of products, which determine its cost."""

    description: str = ""
    """Description of the rule."""
    reference: str = ""
    """Publication of the rule."""
    update: str | None = None
    """Change of a weight, such as `A_plus*x1*y0 - A_minus*y1*x0`. x0 and y0 are spikes of the pre- and postsynaptic
    neuron; x1, x2 and y1 to y3 are traces; w is the weight, r the reward, e the neuron's error, d its gradient from a
    backward pass, h its surrogate gradient, s the end of a sample, and u0 to u9 every 2^k-th timestep."""
    threshold: str | None = None
    """Change of a neuron's threshold, for intrinsic plasticity and homeostasis. It may use y0, its traces, s and u."""
    tags: dict[str, str] = Field(default_factory=dict)
    """Change of each value stored per synapse, by name."""
    traces: dict[str, TraceSpec] = Field(default_factory=dict)
    """Traces in the formulas: x1, x2, y1, y2 or y3."""
    constants: dict[str, float] = Field(default_factory=dict)
    """Constants of the rule, by name. Each costs a multiplication. Only `behave` uses their values."""
    slope: bool = False
    """Whether the neurons have a surrogate gradient h."""
    reward: bool = False
    """Whether a reward r is broadcast to all learning layers."""
    error: Literal["none", "local", "broadcast", "backward"] = "none"
    """How neurons get their error. local: each output is compared with its target; broadcast: output errors reach all
    learning layers through fixed weights; backward: output errors propagate back through the layers' weights."""
    write: Write = "threshold"
    """How a weight change becomes programming pulses. threshold: whole steps, none below one step; stochastic: random
    steps, correct on average; sign: one step in the direction of the change; accumulated: a digital word next to the
    weight sums changes until they reach one step."""
    samples_per_update: Annotated[float, _STEPS] = 1.0
    """Number of samples between two updates that are triggered at the end of a sample (s)."""
    tag_memory: Literal["memory", "cells"] = "memory"
    """Storage of the tags: a memory that stores `tags`, or cells of additional arrays."""
    trace_bits: Bits = 8
    """Bit width of a trace."""
    tag_bits: Bits = 16
    """Bit width of a tag."""
    error_bits: Bits = 8
    """Bit width of an error, a surrogate gradient, a gradient or the reward."""
    accumulator_bits: Bits = 16
    """Bit width of the digital word next to a weight, with `write: accumulated`."""

    @cached_property
    def formulas(self) -> Mapping[str, tuple[Product, ...]]:
        """Products of `update`, `threshold` and the tags, by name. The rule must be valid."""
        known = {*self.traces, *self.tags}
        return {name: read_formula(text, known, self.constants) for name, text in self._texts()}

    def _texts(self) -> Iterator[tuple[str, str]]:
        for name in ("update", "threshold"):
            text = getattr(self, name)
            if text is not None:
                yield name, text
        yield from self.tags.items()

    def faults(self) -> Iterator[tuple[Place, str]]:
        """Faults of the rule, with their location."""
        if self.update is None and self.threshold is None:
            yield (), "a rule needs an `update` of the weights or of the `threshold` of neurons"
        yield from self._trace_faults()
        known, named = {*self.traces, *self.tags}, dict(self._texts())
        read: dict[str, set[str]] = {}
        for name, text in named.items():
            place: Place = (name,) if name in {"update", "threshold"} else ("tags", name)
            try:
                products = read_formula(text, known, self.constants)
            except QuantityError as error:
                yield place, str(error)
                continue
            factors = {factor for product in products for factor in product.factors}
            read[name] = factors & set(self.tags)
            # Values in the formula that the rule does not define.
            if "h" in factors and not self.slope:
                yield place, "names h; write `slope: true`"
            if "r" in factors and not self.reward:
                yield place, "names r; write `reward: true`"
            if "e" in factors and self.error not in {"local", "broadcast"}:
                yield place, "names the error e; write `error: local` or `error: broadcast`"
            if "d" in factors and self.error != "backward":
                yield place, "names the gradient d; write `error: backward`"
            allowed = {"y0", "s", *(n for n, t in self.traces.items() if t.of == "post")}
            foreign = sorted(f for f in factors - allowed if f[0] != "u") if name == "threshold" else []
            if foreign:
                yield place, f"a threshold belongs to a neuron and cannot follow {', '.join(foreign)}"
        for circle in _circles(read):
            yield ("tags", circle[0]), f"tags depend on each other in a circle: {' -> '.join(circle)}"

    def _trace_faults(self) -> Iterator[tuple[Place, str]]:
        sides = {"x1": "pre", "x2": "pre", "y1": "post", "y2": "post", "y3": "post"}
        for name, trace in self.traces.items():
            if name not in sides:
                yield ("traces", name), f"is not a trace{did_you_mean(name, sides)}"
            elif trace.of != sides[name]:
                yield ("traces", name, "of"), f"{name} records the {sides[name]} neuron"
            if (trace.window is None) == (trace.share is None):
                yield ("traces", name), "needs either a `window` of timesteps or a `share` of them"


def _circles(read: Mapping[str, set[str]]) -> list[tuple[str, ...]]:
    """Cyclic dependencies between tags. A tag that reads itself decays and is not a cycle."""

    def walk(name: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
        for other in sorted(read.get(name, set()) - {name}):
            if other in path:
                return (*path[path.index(other) :], other)
            found = walk(other, (*path, other))
            if found is not None:
                return found
        return None

    tags = [name for name in read if name not in {"update", "threshold"}]
    found = (walk(name, (name,)) for name in tags)
    return [circle for circle in found if circle is not None][:1]


class LearningRulesSpec(Spec):
    """Rules by name."""

    kind: Literal["learning_rules"]
    """The kind of this file."""
    description: str
    """Description of the file."""
    rules: dict[str, LearningRule]
    """The rules."""


@cache
def named_rules() -> Mapping[str, LearningRule]:
    """Shipped rules, by name."""
    return validate(LearningRulesSpec, read_document(_RULES)).rules


class LearningSpec(Provenance):
    """How the network learns on the chip."""

    rule: Annotated[
        Annotated[str, Field(pattern=NAME), Tag("name")] | Annotated[LearningRule, Tag("rule")],
        Discriminator(lambda given: "name" if isinstance(given, str) else "rule"),
    ]
    """Name of a rule, or a full rule."""
    layers: tuple[str, ...] | None = None
    """Layers that learn. Default: all layers with weights."""
    samples: Annotated[float, _SAMPLES]
    """Samples in the whole training, over all epochs."""
    learning_rate: Annotated[float, _RATE] = 1.0
    """Factor on `mean_change`, for sweeps."""
    mean_change: ClaimedFraction
    """Mean absolute weight change of one update at a learning rate of one, relative to the weight range."""
    skipped: ClaimedFraction | None = None
    """Share of the triggered updates that are skipped before any read, such as for neurons without an error."""
    words_skipped: ClaimedFraction | None = None
    """Share of the triggered visits that are skipped whole, a word or row of weights at a time: nothing of it is read.
    Default: none."""
    samples_that_learn: ClaimedFraction | None = None
    """Share of the samples that change weights or thresholds, such as those with a wrong answer. Traces, tags and the
    errors of neurons go on in the others, since the chip decides at the end of a sample. Default: all."""
    error_share: ClaimedFraction | None = None
    """Share of nonzero errors e or gradients d. Default: all."""
    slope_share: ClaimedFraction | None = None
    """Share of the neurons with a nonzero surrogate gradient h. Default: all."""
    hottest: claimed(_RATIO) | None = None  # type: ignore[valid-type]
    """Ratio of the writes of the most-written cell to the mean of its layer. Default: one."""
    use_period: Annotated[float, TIME] | None = None
    """Time between two learned samples in use, for the years to failure. Default: the chip's own sample interval."""
    tolerated_failures: Annotated[float, _BELOW_ONE] = 0.01
    """Share of failed cells that the network tolerates. It sets the time to failure."""
    duty: Annotated[float, SHARE] = 1.0
    """Share of the time in which the chip learns, for the years to failure."""

    @property
    def stated(self) -> LearningRule:
        """The rule itself."""
        return named_rules()[self.rule] if isinstance(self.rule, str) else self.rule

    @property
    def called(self) -> str:
        """Name of the rule."""
        return self.rule if isinstance(self.rule, str) else "stated in the workload"


def learning_faults(spec: LearningSpec, layers: tuple[str, ...]) -> Iterator[tuple[Place, str]]:
    """Faults in the learning of a workload that the schema does not find."""
    if isinstance(spec.rule, str):
        if spec.rule not in named_rules():
            yield ("rule",), f"unknown learning rule {spec.rule!r}{did_you_mean(spec.rule, named_rules())}"
    else:
        for place, message in spec.rule.faults():
            yield ("rule", *place), message
    for index, name in enumerate(spec.layers or ()):
        if name not in layers:
            yield ("layers", index), f"no layer with weights is called {name!r}{did_you_mean(name, layers)}"


LEARNING_NUMBERS = numeric_options(LearningSpec)
"""Numbers of learning, with their bounds."""
LEARNING_CLAIMS = (
    "mean_change",
    "skipped",
    "words_skipped",
    "samples_that_learn",
    "error_share",
    "slope_share",
    "hottest",
)
LEARNING_CHOICES = tuple(name for name in LEARNING_NUMBERS if name not in LEARNING_CLAIMS)
"""Those of them that are design choices."""
LEARNING = "workload.learning."
"""Path of a workload's learning parameters."""


@frozen_dataclass
class Arithmetic:
    """Operations of one formula.

    Attributes
    ----------
    multiplications, additions : float
        Of several bits, for one value; what is added up goes to the value itself.
    """

    multiplications: float
    additions: float

    @classmethod
    def of(cls, products: Iterable[Product]) -> Self:
        """Operations of a sum of products."""
        found = tuple(products)
        return cls(float(sum(product.multiplications for product in found)), float(len(found)))


@frozen_dataclass
class LearningContext:
    """A rule as seen by its circuits.

    Attributes
    ----------
    update, tag, threshold : Arithmetic
        Operations of a change of a weight, of all tags of a synapse on average, and of a threshold.
    accumulated : bool
        Whether a change is added to a digital word next to the weight.
    """

    update: Arithmetic
    tag: Arithmetic
    threshold: Arithmetic
    accumulated: bool

    @classmethod
    def of(cls, rule: LearningRule) -> Self:
        """The context of a rule."""
        formulas = rule.formulas
        tags = [Arithmetic.of(formulas[name]) for name in rule.tags]
        sums = max(sum(len(formulas[name]) for name in rule.tags), 1)
        return cls(
            Arithmetic.of(formulas.get("update", ())),
            # a tag is changed once for each of its products that is due
            Arithmetic(sum(tag.multiplications for tag in tags) / sums, 1.0 if tags else 0.0),
            Arithmetic.of(formulas.get("threshold", ())),
            rule.write == "accumulated",
        )
