"""Formulas of learning rules: sums of products of traces, weight, tag, error and reward.

A formula is parsed into data and never evaluated. The cost of a rule follows from its products: the events that trigger
an update, the values to read, and the number of multiplications and additions. The letters follow Loihi's learning
engine in Lava, plus an error and a surrogate gradient.
"""

import re
from collections.abc import Collection, Mapping
from itertools import pairwise

from neuroest.core.errors import QuantityError, did_you_mean, followed_by
from neuroest.core.frozen_dataclass import frozen_dataclass

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
        raise QuantityError(f"{base}^{times} is zero or not finite; leave the product out" if times != 1 else
                            f"{base} is zero or not finite; leave the product out")  # fmt: skip
    return value


def _unknown(name: str, allowed: Collection[str]) -> str:
    kind = "trace" if re.fullmatch(r"[xy]\d", name) else "tag" if name.startswith("t") else "name"
    near = did_you_mean(name, sorted(allowed))
    return followed_by(
        f"unknown {kind} {name!r}{near}", "a rule declares what it names under traces, tags and constants"
    )
