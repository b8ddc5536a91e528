"""What all tests share."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from neuroest.core.startup import one_linear_algebra_thread, search_for_cycles_rarely

os.environ["NEUROEST_NO_CACHE"] = (
    "1"  # tests read and check the files themselves; `test_prepared.py` does not
)
one_linear_algebra_thread()  # the processes of a run have a core each
search_for_cycles_rarely()

# `pytest.approx` allows 1e-12 by default, which is more than a femtojoule: only what a test states counts.
type(pytest.approx(1.0)).DEFAULT_ABSOLUTE_TOLERANCE = 0.0

# A change is judged by the same examples each time, `.ci/nightly` tries others and more; no example has a time limit.
settings.register_profile("reproducible", deadline=None, derandomize=True, max_examples=50)
settings.register_profile("random", deadline=None)
settings.load_profile("reproducible")


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """No search for cycles while modules and items are made, and none among them afterwards: they stay to the end.

    In a fresh tree pytest rewrites the assertions of every test module, 12 s of processor time. A second worker imports
    the modules from the last to the first, so that either finds half of them written by the other.
    """
    gc.disable()
    if os.environ.get("PYTEST_XDIST_WORKER") == "gw1" and session.config.args == ["tests"]:
        here = Path(__file__).parent
        for path in sorted(here.rglob("test_*.py"), reverse=True):
            # whatever is skipped or fails here is imported again, and reported, by the collection
            with contextlib.suppress(Exception, pytest.skip.Exception):
                importlib.import_module(".".join(path.relative_to(here.parent).with_suffix("").parts))
    result = yield
    gc.freeze()
    gc.enable()
    return result


def pytest_configure(config: pytest.Config) -> None:
    """A test that is named is run, whichever lane it is in."""
    if any("::" in str(word) for word in config.invocation_params.args) and not any(
        str(word).startswith("-m") for word in config.invocation_params.args
    ):
        config.option.markexpr = ""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of the nightly lane only where they are asked for.

    The longest of the others come first, so that none keeps the run waiting when the others are through. Before them
    come the tests of the scoreboard: what comes first stays with one worker, which computes the scoreboard once.
    """
    if "nightly" not in config.getoption("markexpr"):
        late = [item for item in items if item.get_closest_marker("nightly") is not None]
        config.hook.pytest_deselected(items=late)
        items[:] = [item for item in items if item.get_closest_marker("nightly") is None]
    items.sort(key=lambda item: ("board" not in item.fixturenames, item.get_closest_marker("slow") is None))


@pytest.fixture(autouse=True)
def _no_plans_of_other_tests() -> Iterator[None]:
    """Estimates of a test do not repeat a plan, which moves the last digit, because others have asked for as many."""
    yield
    repeated = sys.modules.get("neuroest.error_analysis.repeated")
    if repeated is not None:
        repeated._families.clear()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what tests that pass have to say, such as counters that can be lowered."""
    for report in terminalreporter.getreports("passed"):
        for name, text in report.user_properties:
            if name == "note":
                terminalreporter.write_line(f"{report.nodeid}: {text}")
