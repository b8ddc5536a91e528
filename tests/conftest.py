"""What all tests share."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests first, so that none of them keeps the run waiting when the others are through."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
