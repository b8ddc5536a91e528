from __future__ import annotations

import pytest

from neuroest.validation.board import Scoreboard, reproduce


@pytest.fixture(scope="session")
def board() -> Scoreboard:
    return reproduce()
