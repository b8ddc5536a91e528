"""What a word without quotes is, by the core schema of YAML 1.2."""

import math

import pytest

from neuroest.specs.reading import scalar_value, unquoted_key_problem
from tests.each import each


@each(
    "text, value",
    [
        ("1e-9", float("1e-9")),
        ("1.0e4", float("1.0e4")),
        ("1E5", 1e5),
        ("-2.5e+3", -2500.0),
        (".5", 0.5),
        ("-.5", -0.5),
        ("1.", 1.0),
        ("0.0", 0.0),
        ("0e5", 0.0),
        ("4.9e-324", 5e-324),
        ("1.7976931348623157e308", 1.7976931348623157e308),
        ("12", 12),
        ("+12", 12),
        ("-0", 0),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("true", True),
        ("True", True),
        ("TRUE", True),
        ("false", False),
        ("False", False),
        ("FALSE", False),
        ("", None),
        ("~", None),
        ("null", None),
        ("Null", None),
        ("NULL", None),
    ],
)
def test_numbers_booleans_and_nulls_have_the_value_and_type_of_the_core_schema(text, value):
    assert scalar_value(text) == value
    assert type(scalar_value(text)) is type(value)


@each(
    "text",
    [
        *(
            "yes",
            "no",
            "on",
            "off",
            "y",
            "n",
            "Yes",
            "NO",
            "On",
            "1:30",
            "1_000",
            "1_0.5",
            "0b1",
            "0o18",
            "-0o17",
            "-0x1F",
            "2024-01-31",
            "nan",
            "inf",
            "tRUE",
            "nULL",
            "1e",
            "1e+",
            "e5",
            ".",
            "+",
            "-",
            "+.",
            "1.2.3",
            "0x",
            "0o",
            "1,5",
            "١٢",
            "10nm",
            "1e-9V",
            "=",
            "<<",
        ),
    ],
)
def test_everything_else_is_text(text):
    assert scalar_value(text) == text


@each("text", [".inf", "-.inf", "+.Inf", ".INF", ".nan", ".NaN", ".NAN", "1e999", "-1e999"])
def test_what_is_not_finite_is_refused(text):
    with pytest.raises(ValueError, match="a quantity must be finite"):
        scalar_value(text)


@pytest.mark.parametrize("text", ["1e-999", "-0.001e-400"])
def test_a_number_too_small_for_a_float_is_refused_not_read_as_zero(text):
    with pytest.raises(ValueError, match="would be read as zero"):
        scalar_value(text)


def test_zero_with_any_exponent_is_zero():
    assert scalar_value("0.0e-999") == 0


def test_the_longest_integers_still_fit_a_float():
    # 249 hexadecimal digits after 0x at most, so below 16^249 = 2^996, and a float reaches 2^1024.
    assert math.isfinite(float(scalar_value("0x" + "F" * 248)))
    with pytest.raises(ValueError, match="a number of 5000 characters"):
        scalar_value("9" * 5000)


@each(
    "key, kind",
    [
        ("1", "a number"),
        ("1e3", "a number"),
        (".nan", "a number"),
        ("1e999", "a number"),
        ("true", "a boolean"),
        ("~", "null"),
    ],
)
def test_a_key_that_is_no_text_is_reported_to_be_quoted(key, kind):
    assert unquoted_key_problem(key) == f"key {key} is {kind}; a key must be text: write it in quotes"


@each("key", ["on", "off", "yes", "no", "y", "area", "2024-01-31", "1_000"])
def test_words_that_were_booleans_in_yaml_1_1_are_keys(key):
    assert unquoted_key_problem(key) == ""


def test_a_missing_key_and_a_merge_key_have_messages_of_their_own():
    assert unquoted_key_problem("") == "a key is missing before ':'"
    assert "merge keys" in unquoted_key_problem("<<")
