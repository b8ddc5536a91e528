"""The own quantity parser, held to pint on every unit that both know, and what it says when it refuses."""

from __future__ import annotations

import contextlib
import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from neuroest.core import units
from neuroest.core.errors import QuantityError
from neuroest.core.units import (
    DIMENSIONLESS,
    Dimension,
    Unit,
    describe_dimension,
    format_quantity,
    parse_quantity,
    parse_unit,
)
from tests.each import each

pint = pytest.importorskip("pint", reason="needs pint to compare with")
_registry = pint.UnitRegistry()
_BASES = {
    "meter": "metre",
    "kilogram": "kilogram",
    "second": "second",
    "ampere": "ampere",
    "kelvin": "kelvin",
    "bit": "bit",
}

# Spellings that mean something else to pint, or nothing; what each is here is tested by itself below.
# (S, g, h, B are the same to both; pint reads % and ppm only as units of their own.)
_OURS_ALONE = {"Ohm", "1", "%", "year", "day"}
_SHARED = sorted(set(units._UNITS) - _OURS_ALONE)
_PREFIXED = [
    prefix + unit for unit in _SHARED for prefix in ("", *(units.PREFIXES if units._UNITS[unit][2] else ()))
]


def pint_unit(text: str) -> tuple[float, Dimension]:
    """Factor and dimension by pint, a bit being a unit of its own."""
    quantity = _registry.Quantity(1.0, text)
    base = quantity.to_base_units()
    powers = {str(name): power for name, power in base._units.items()}
    dimension = {ours: round(powers.pop(theirs, 0)) for theirs, ours in _BASES.items()}
    assert not powers, f"{text}: {powers}"
    return float(base.magnitude), Dimension(**dimension)


def test_every_unit_is_what_it_is_to_pint() -> None:
    assert len(_PREFIXED) > 200
    for name in _PREFIXED:
        factor, dimension = parse_unit(name)
        theirs, their_dimension = pint_unit(name)
        assert dimension == their_dimension, name
        assert factor == pytest.approx(theirs, rel=1e-13), name


@each(
    "name, factor",
    [("Ohm", 1.0), ("%", 0.01), ("ppm", 1e-6), ("1", 1.0), ("year", 365.25 * 86400), ("day", 86400.0)],
)
def test_units_that_pint_spells_otherwise(name: str, factor: float) -> None:
    assert parse_unit(name)[0] == pytest.approx(factor, rel=1e-15)


@each("prefix, power", [("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40)])
def test_binary_prefixes_are_exact_and_belong_to_information_only(prefix: str, power: int) -> None:
    assert parse_quantity(f"1 {prefix}bit", "bit") == 2**power
    assert parse_quantity(f"3 {prefix}B", "bit") == 3 * 8 * 2**power
    assert parse_unit(f"{prefix}B")[0] == pytest.approx(pint_unit(f"{prefix}B")[0], rel=0)
    with pytest.raises(QuantityError):
        parse_unit(f"{prefix}V")


_FACTORS = st.tuples(st.sampled_from(_PREFIXED), st.integers(-3, 3).filter(bool))


@settings(max_examples=300)
@given(
    parts=st.lists(_FACTORS, min_size=1, max_size=4),
    joints=st.lists(st.sampled_from(["*", "/", " ", "·"]), min_size=3, max_size=3),
    power_sign=st.sampled_from(["^", "**"]),
)
def test_products_and_powers_are_what_they_are_to_pint(
    parts: list[tuple[str, int]], joints: list[str], power_sign: str
) -> None:
    written, theirs, size = "", "", 0.0
    for place, (name, power) in enumerate(parts):
        joint = joints[place - 1] if place else ""
        written += joint + name + (f"{power_sign}{power}" if power != 1 else "")
        # a space multiplies; pint 0.26 would take it before the power
        theirs += joint.replace("·", "*").replace(" ", "*") + f"({name})**({power})"
        size += abs(math.log10(parse_unit(name)[0]) * power)
    assume(size < 250)
    factor, dimension = parse_unit(written)
    expected, expected_dimension = pint_unit(theirs)
    assert dimension == expected_dimension
    assert factor == pytest.approx(expected, rel=1e-11)


_NUMBERS = st.one_of(
    st.integers(-(10**9), 10**9).map(str),
    st.decimals(-(10**6), 10**6, allow_nan=False, allow_infinity=False, places=4).map(str),
    st.tuples(st.integers(-999, 999), st.integers(-20, 20)).map(lambda t: f"{t[0]}e{t[1]}"),
)


@settings(max_examples=300)
@given(number=_NUMBERS, name=st.sampled_from(_PREFIXED), space=st.sampled_from(["", " ", "  "]))
def test_quantities_are_what_they_are_to_pint(number: str, name: str, space: str) -> None:
    assume(
        not (name[0] in "eE" and not space)
    )  # 1eV is one electronvolt here and a broken exponent to others
    value = parse_quantity(f"{number}{space}{name}", name)
    expected = float(number) * pint_unit(name)[0]
    assert value == pytest.approx(expected, rel=1e-12, abs=1e-300)


_EXPONENTS = {"": 0} | {prefix: round(math.log10(factor)) for prefix, factor in units.PREFIXES.items()}


@settings(max_examples=300)
@given(prefix=st.sampled_from(sorted(_EXPONENTS)), whole=st.integers(1, 10**6))
def test_a_whole_number_with_a_prefix_is_the_nearest_float(prefix: str, whole: int) -> None:
    # 90 nm must be exactly 90e-9, which 90 * 1e-9 is not
    assert parse_quantity(f"{whole} {prefix}V", "V") == float(f"{whole}e{_EXPONENTS[prefix]}")


@settings(max_examples=300)
@given(
    prefix=st.sampled_from(sorted(_EXPONENTS)), digits=st.integers(1, 10**6), places=st.integers(1, 6),
    exponent=st.integers(-9, 9),
)  # fmt: skip
def test_a_decimal_with_a_prefix_is_the_nearest_float(
    prefix: str, digits: int, places: int, exponent: int
) -> None:
    exact = Fraction(digits, 10**places) * Fraction(10) ** (_EXPONENTS[prefix] + exponent)
    value = parse_quantity(f"{Decimal(digits).scaleb(-places):f}e{exponent} {prefix}V", "V")
    assert value == float(exact)


@each(
    "text, unit, value",
    [
        ("90 nm", "m", 90e-9),
        ("9e-10 GV", "V", 0.9),
        ("9E-11 km", "m", 90e-9),
        ("28 nm", "m", 28e-9),
        ("0.1 fF", "F", 0.1e-15),
        ("1.39 pJ", "J", 1.39e-12),
        ("35 us", "s", 35e-6),
        ("3 aJ", "J", 3e-18),
        ("47 kohm", "ohm", 47e3),
        ("1 Tohm", "ohm", 1e12),
        ("0.7 MHz", "1/s", 0.7e6),
        ("12 %", "1", 0.12),
    ],
)
def test_common_quantities_are_exact(text: str, unit: str, value: float) -> None:
    assert parse_quantity(text, unit) == value


@each(
    "text, unit, value",
    [
        ("16 um^2", "m^2", 16e-12),
        ("16 um**2", "m^2", 16e-12),
        ("2 fF/um^2", "F/m^2", 2e-3),
        ("48.8 fJ/bit/mm", "J/bit/m", 48.8e-12),
        ("150 1/V/s", "1/V/s", 150.0),
        ("1 V^-1", "1/V", 1.0),
        ("0.5 W/mm^2", "W/m^2", 0.5e6),
        ("20 GB/s", "bit/s", 160e9),
        ("1 V*A*s", "J", 1.0),
        ("3 V/V", "1", 3.0),
        (" +5V ", "V", 5.0),
        ("5. V", "V", 5.0),
        (".5 V", "V", 0.5),
        ("-1E3 mV", "V", -1.0),
        (2, "1", 2.0),
        (0.25, "1", 0.25),
        ("7", "1", 7.0),
    ],
)
def test_forms_that_people_write(text: str | float, unit: str, value: float) -> None:
    assert parse_quantity(text, unit) == pytest.approx(value, rel=1e-15)


@each(
    "text, unit, message",
    [
        ("0.9", "V", "0.9 has no unit; expected a voltage such as 0.9 V"),
        (0.9, "V", "0.9 has no unit; expected a voltage such as 0.9 V"),
        (0, "V", "0 has no unit; expected a voltage such as 0.9 V"),
        ("5 pJ", "F", "5 pJ is an energy; expected a capacitance such as 10 pF"),
        ("5 %", "V", "5 % is a plain number; expected a voltage such as 0.9 V"),
        ("5 V", "1", "5 V is a voltage; expected a plain number such as 0.2"),
        ("5 m^3", "m", "5 m^3 is a quantity in m^3; expected a length such as 28 nm"),
        ("volts", "V", "expected a voltage such as 0.9 V, got 'volts'"),
        ("", "V", "expected a voltage such as 0.9 V, got ''"),
        (True, "V", "expected a voltage such as 0.9 V, got true or false"),
        (None, "V", "expected a voltage such as 0.9 V, got nothing"),
        ([1], "V", "expected a voltage such as 0.9 V, got a list"),
        ({}, "V", "expected a voltage such as 0.9 V, got a mapping"),
        ("nan V", "V", "expected a voltage such as 0.9 V, got 'nan V'"),
        ("inf V", "V", "expected a voltage such as 0.9 V, got 'inf V'"),
        ("1e400 V", "V", "expected a voltage such as 0.9 V, got 1e400 V, which is not finite"),
        (float("inf"), "1", "expected a plain number such as 0.2, got inf, which is not finite"),
        ("5 Vlt", "V", "unknown unit 'Vlt' in 'Vlt'; did you mean 'V'?"),
        ("5 KB", "bit", "unknown unit 'KB' in 'KB'; write KiB (1024 bytes) or kB (1000 bytes)"),
        ("5 Gsps", "1/s", "unknown unit 'Gsps' in 'Gsps'; write GHz"),
        ("27 °C", "K", "unknown unit '°C' in '°C'; write kelvin"),
        ("5 V^99", "V", "power 99 in the unit 'V^99' is beyond 12"),
        ("5 V//s", "V", "cannot read the unit 'V//s'"),
        ("5 V^x", "V", "cannot read the unit 'V^x'"),
    ],
)
def test_messages(text: object, unit: str, message: str) -> None:
    with pytest.raises(QuantityError) as caught:
        parse_quantity(text, unit)  # type: ignore[arg-type]
    assert str(caught.value) == message


@each("text", ["50 fJ / bit", "1 V * A", "2 m / s", "3 V /s"])
def test_blanks_around_the_joints_of_a_unit_do_not_matter(text: str) -> None:
    number, unit = text.split(" ", 1)
    assert parse_unit(unit) == parse_unit(unit.replace(" ", ""))
    assert number


@pytest.mark.parametrize("text", ["1e999 ns", "-1e999 fF", "1e400 aJ"])
def test_an_overflow_with_a_small_prefix_is_reported(text: str) -> None:
    with pytest.raises(QuantityError, match="not finite"):
        parse_quantity(text, text.split()[1])


@pytest.mark.slow
@settings(max_examples=400)
@given(text=st.text(max_size=30), unit=st.sampled_from(["V", "1", "m^2", "bit", "1/V/s"]))
def test_any_text_is_a_finite_number_or_refused(text: str, unit: str) -> None:
    with contextlib.suppress(QuantityError):
        assert math.isfinite(parse_quantity(text, unit))


@settings(max_examples=300)
@given(
    number=st.floats(allow_nan=False, allow_infinity=False).map(repr),
    unit=st.text(st.sampled_from("VAmsFJbitkKGun1/*^ 23-%."), max_size=8),
)
def test_any_unit_is_read_or_refused(number: str, unit: str) -> None:
    with contextlib.suppress(QuantityError):
        assert math.isfinite(parse_quantity(f"{number} {unit}", "V"))


def test_a_text_of_a_megabyte_is_refused_at_once() -> None:
    with pytest.raises(QuantityError, match="characters of text"):
        parse_quantity("1" * 10**6, "V")
    with pytest.raises(QuantityError, match="characters of text"):
        parse_quantity("1 " + "V*" * 10**5, "V")


_ROUND_TRIP = [
    *(
        "V",
        "A",
        "ohm",
        "S",
        "F",
        "J",
        "W",
        "s",
        "m",
        "m^2",
        "bit",
        "1/s",
        "bit/s",
        "J/bit",
        "W/m^2",
        "K",
        "C",
        "1",
    ),
    *("F/m", "1/V/s", "J/bit/m", "ohm/m", "A/m"),
]


@settings(max_examples=400)
@given(
    unit=st.sampled_from(_ROUND_TRIP), mantissa=st.floats(1.0, 9.999), exponent=st.integers(-17, 13),
    sign=st.sampled_from([1.0, -1.0]),
)  # fmt: skip
def test_what_is_written_can_be_read_again(unit: str, mantissa: float, exponent: int, sign: float) -> None:
    value = sign * mantissa * 10.0**exponent
    if unit == "bit":
        value = abs(value) + 1.0
    if unit in {"K", "W/m^2"}:
        assume(abs(value) > 1e3)  # small ones follow below
    written = format_quantity(value, unit, digits=6)
    assert written.isprintable()
    assert parse_quantity(written, unit) == pytest.approx(value, rel=2e-5)


@pytest.mark.parametrize(("value", "unit"), [(50.0, "W/m^2"), (1.0, "W/m^2"), (1e-5, "K")])
def test_what_is_small_is_not_written_as_nothing(value: float, unit: str) -> None:
    assert parse_quantity(format_quantity(value, unit), unit) == pytest.approx(value, rel=0.01)


@each(
    "value, unit, text",
    [
        (1.39e-12, "J", "1.39 pJ"),
        (0.9, "V", "900 mV"),
        (16e-12, "m^2", "16 um^2"),
        (1.5e-6, "m^2", "1.5 mm^2"),
        (8 * 8192, "bit", "8 KiB"),
        (0.335, "kg", "335 g"),
        (2.67, "kg", "2.67 kg"),
        (1.6e-7, "kg/J", "160 ug/J"),
        (2.0**23, "bit", "1 MiB"),
        (7200.0, "s", "2 h"),
        (300.0, "K", "300 K"),
        (5e5, "W/m^2", "0.5 W/mm^2"),
        (0.0, "V", "0 V"),
        (math.inf, "s", "inf s"),
        (0.25, "1", "0.25"),
        (2000.0, "1", "2000"),
        (1760.0, "1/s", "1760 1/s"),
        (999.7, "V", "1 kV"),
    ],
)
def test_what_people_read(value: float, unit: str, text: str) -> None:
    assert format_quantity(value, unit) == text


def test_every_annotation_has_a_name_and_an_example_that_reads_back() -> None:
    marks = [
        mark
        for alias in vars(units).values()
        for mark in getattr(alias, "__metadata__", ())
        if isinstance(mark, Unit)
    ]
    assert len(marks) > 30
    for mark in marks:
        reported = describe_dimension(mark.dimension)
        assert reported.startswith(("a ", "an "))
        assert "quantity in" not in reported, f"{mark.symbol} has no name in units._NAMES"
        example = reported.rsplit(" such as ", 1)[1]
        assert parse_unit(example.split(" ", 1)[1] if " " in example else "")[1] == mark.dimension


def test_dimensions_multiply() -> None:
    volt, ampere = parse_unit("V")[1], parse_unit("A")[1]
    assert volt.times(ampere) == parse_unit("W")[1]
    assert volt.times(volt, -1) == DIMENSIONLESS
