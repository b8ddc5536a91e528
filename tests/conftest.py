"""What all tests share."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of the nightly lane only where they are asked for.

    The longest of the others come first, so that none keeps the run waiting when the others are through.
    """
    if "nightly" not in config.getoption("markexpr"):
        late = [item for item in items if item.get_closest_marker("nightly") is not None]
        config.hook.pytest_deselected(items=late)
        items[:] = [item for item in items if item.get_closest_marker("nightly") is None]
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
