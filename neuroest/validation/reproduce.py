"""Rebuild published chips from their inputs: predicted versus published, quantity by quantity.

>>> from neuroest.validation.reproduce import reproduce
>>> board = reproduce(["isaac_ce"])
>>> board.failed
()
"""

from neuroest.validation.board import Scoreboard, reproduce
from neuroest.validation.cases import shipped_cases

__all__ = ["Scoreboard", "reproduce", "shipped_cases"]
