"""Many cases in one test: what a contract or a rule says of every file, block or page."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest

Cases = Iterable[Any]
Test = Callable[..., None]


def each(names: str, cases: Cases | Callable[[], Cases]) -> Callable[[Test], Test]:
    """Run a test for every case and report all that fail together.

    Where `pytest.mark.parametrize` makes an item of every case, with its own collection and set-up, this makes one of
    all. Fixtures are made once for all cases; `tmp_path` is another folder for each.

    Parameters
    ----------
    names : str
        Arguments of the test that a case gives, separated by commas.
    cases : iterable, or callable
        A value each, or a tuple for several arguments; a callable that returns them is called when the test runs.
    """
    arguments = [name.strip() for name in names.split(",")]

    def over_all(test: Test) -> Test:
        signature = inspect.signature(test)

        @functools.wraps(test)
        def run(*instance: Any, **fixtures: Any) -> None:
            __tracebackhide__ = True
            found = cases() if callable(cases) else cases
            listed = [case if len(arguments) > 1 else (case,) for case in found]
            assert listed, "there is no case"
            faults, folders = [], fixtures.get("tmp_path")
            for number, case in enumerate(listed):
                if "tmp_path" in fixtures:
                    fixtures["tmp_path"] = folders / str(number)
                    fixtures["tmp_path"].mkdir()
                try:
                    test(*instance, **dict(zip(arguments, case, strict=True)), **fixtures)
                except pytest.skip.Exception:
                    continue
                except (Exception, pytest.fail.Exception) as error:
                    faults.append(
                        f"{', '.join(f'{part!s:.80}' for part in case)}: {type(error).__name__}: {error}"
                    )
            if faults:
                pytest.fail(f"{len(faults)} of {len(listed)} cases:\n" + "\n".join(faults), pytrace=False)

        others = [one for name, one in signature.parameters.items() if name not in arguments]
        run.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
        return run

    return over_all
