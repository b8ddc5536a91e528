"""Claims about learning rules as files state them."""

from __future__ import annotations

from pathlib import Path

import pytest

from neuroest.core.errors import QuantityError, SpecError
from neuroest.loading.library import load_workload
from neuroest.specs.learning import named_rules, read_formula
from tests.each import each
from tests.learning import workload


@each("name", sorted(named_rules()))
def test_every_rule_that_ships_is_sound_and_says_where_it_comes_from(name: str) -> None:
    rule = named_rules()[name]
    assert not [*rule.faults()]
    assert rule.description
    assert rule.reference


def test_a_formula_is_read_into_products() -> None:
    up, down = read_formula("2^-4*x1*y0 - A*y1*x0", {"x1", "y1"}, {"A"})
    assert (up.factors, up.numbers, up.negative) == (("x1", "y0"), 0, False)
    assert (down.factors, down.numbers, down.negative) == (("y1", "x0"), 1, True)
    # a spike gates and a power of two shifts: only the constant times the trace is a multiplication
    assert (up.multiplications, down.multiplications) == (0, 1)
    assert up.events == {"y0"}


@each("text, says", [
        ("x1*y0 +", "not a product"), ("", "is empty"), ("(x0+y0)*w", "multiply the brackets out"),
        ("x0 y0", "no sign between 'x0' and 'y0'"), ("x0/y0", "'/' has no meaning"), ("x0^y0", "not a product"),
        ("x0*__import__", "has no meaning"), ("q*x0", "unknown name 'q'"), ("x5*y0", "unknown trace 'x5'"),
        ("t3*y0", "unknown tag 't3'"), ("2^99999*x0", "exponents lie between -64 and 64"), ("0^-1*x0", "is zero"),
        ("0*x0", "is zero"), ("1e999*x0", "not finite"), ("x0^-1*y0", "no quotients"), ("x1^60*x1^60", "1 to 64"),
        ("x0" + "+x0" * 20_000, "at most 10000"),
    ])  # fmt: skip
def test_a_formula_that_is_none_is_refused(text: str, says: str) -> None:
    with pytest.raises(QuantityError, match=says.replace("(", r"\(")):
        read_formula(text, {"x1"}, ())


@each(
    "rule, says",
    [
        ("{update: x5*y0}", "learning.rule.update: unknown trace 'x5'"),
        (
            "{update: t1*y0, tags: {t1: t2*y0, t2: t1*x0}}",
            "learning.rule.tags.t1: tags depend on each other in a circle: t1 -> t2 -> t1",
        ),
        ("pair_sdp", "unknown learning rule 'pair_sdp'; did you mean 'pair_stdp'?"),
        ("{update: e*x0}", "names the error e; write `error: local` or `error: broadcast`"),
        ("{update: d*x0}", "names the gradient d; write `error: backward`"),
        ("{update: r*x0}", "names r; write `reward: true`"),
        ("{update: h*x0}", "names h; write `slope: true`"),
        ("{threshold: x0}", "a threshold belongs to a neuron and cannot follow x0"),
        ("{traces: {x1: {of: pre, window: 2}}}", "a rule needs an `update` of the weights or of the `threshold`"),
        ("{update: x0*x1, traces: {x1: {of: post, window: 2}}}", "x1 records the pre neuron"),
        ("{update: x0*x1, traces: {x1: {of: pre}}}", "needs either a `window` of timesteps or a `share` of them"),
        ("{update: x0, traces: {z1: {of: pre, window: 2}}}", "is not a trace"),
    ],
)  # fmt: skip
def test_a_bad_rule_is_one_clear_line(tmp_path: Path, rule: str, says: str) -> None:
    with pytest.raises(SpecError) as refused:
        load_workload(workload(tmp_path, rule=rule))
    assert len(refused.value.problems) == 1
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_tag_that_reads_itself_decays_and_is_no_circle(tmp_path: Path) -> None:
    loaded = load_workload(workload(tmp_path, rule="{update: t*y0, tags: {t: x0 - u0*t}}"))
    assert loaded.spec.learning is not None
    assert dict(loaded.spec.learning.rule.tags) == {"t": "x0 - u0*t"}


def test_a_layer_that_does_not_exist_cannot_learn(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="no layer with weights is called 'c'"):
        load_workload(workload(tmp_path, more="layers: [c]"))
