"""Wrapped text for a terminal."""

from __future__ import annotations

from neuroest.core.text_layout import WIDTH, wrapped
from tests.each import each


@each("end", ["0.6 % of it", "12 uJ", "4 um^2", "1.5 Mohm."])
@each("before", range(60, 80))
def test_a_number_stays_with_its_unit(end: str, before: int) -> None:
    lines = wrapped("x" * before + " " + end)
    assert " ".join(lines) == "x" * before + " " + end
    assert max(map(len, lines)) <= WIDTH
    number, unit = end.split()[:2]
    assert any(f"{number} {unit}" in line for line in lines)
