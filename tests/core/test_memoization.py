"""Numbers of objects that never change are computed once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import neuroest
from neuroest.core.memoization import memoize_numbers


class Base:
    def __init__(self) -> None:
        self.calls: list[str] = []

    def number(self) -> float:
        self.calls.append("base")
        return 1.0

    def doubled(self) -> float:
        return 2.0 * self.number()

    def listed(self) -> list[int]:
        self.calls.append("list")
        return [1]

    def of_network(self, network: object) -> np.ndarray:
        self.calls.append("network")
        return np.array([id(network)], dtype=np.float64)

    def pair(self, placement: object) -> tuple[float, float]:
        self.calls.append("pair")
        return 1.0, float(placement is None)

    def of_more(self, network: object, bits: float) -> float:
        self.calls.append("more")
        return bits

    def walked(self) -> Iterator[int]:
        yield 1


class Child(Base):
    def number(self) -> float:
        self.calls.append("child")
        return 10.0 * super().number()


memoize_numbers(Base)
memoize_numbers(Child)


def test_a_number_is_computed_once_for_each_object() -> None:
    one, other = Base(), Base()
    assert [one.number(), one.doubled(), one.number(), one.doubled()] == [1, 2, 1, 2]
    assert one.calls == ["base"]
    assert other.number() == 1
    assert other.calls == ["base"]


def test_an_overriding_method_has_a_number_of_its_own() -> None:
    child = Child()
    assert child.doubled() == 20
    assert child.number() == 10
    assert Base.number(child) == 1
    assert child.calls == ["child", "base"]


def test_another_network_is_another_question() -> None:
    one = Base()
    first, second = object(), object()
    assert one.of_network(first) is one.of_network(first)
    assert one.of_network(second) is not one.of_network(first)
    assert one.calls == ["network"] * 3


def test_pairs_of_numbers_are_computed_once_for_each_placement() -> None:
    one, here = Base(), object()
    assert [one.pair(here), one.pair(here), one.pair(None)] == [(1, 0.0), (1, 0.0), (1, 1)]
    assert one.calls == ["pair"] * 2


def test_lists_generators_and_more_arguments_are_left_alone() -> None:
    one = Base()
    one.listed().append(2)
    assert one.listed() == [1]
    assert one.of_more(None, 1.0) + one.of_more(None, 2.0) == 3
    assert list(one.walked()) == list(one.walked()) == [1]
    assert one.calls == ["list", "list", "more", "more"]


def test_an_array_computes_its_electrical_point_once_for_a_network() -> None:
    mapper = neuroest.estimate("charge_domain_65nm", "mlp_mnist_dense").evaluation.levels[0].mapper
    point = mapper.compute.point(mapper.network)
    assert mapper.compute.point(mapper.network) is point
    assert mapper.compute.at_rest.row_capacitance is point.row_capacitance
