from __future__ import annotations

import inspect
import re
import subprocess
import sys

import pytest

import neuroest
from tests.each import each


def loaded_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


def test_all_is_sorted_and_is_what_dir_shows() -> None:
    assert neuroest.__all__ == sorted(neuroest.__all__)
    assert dir(neuroest) == neuroest.__all__


@each("name", neuroest.__all__)
def test_every_public_name_exists_and_says_what_it_is(name: str) -> None:
    value = getattr(neuroest, name)
    assert isinstance(value, str) or value.__doc__


def test_every_error_is_a_neuroest_error() -> None:
    for name in neuroest.__all__:
        if name.endswith("Error"):
            assert issubclass(getattr(neuroest, name), neuroest.NeuroestError)


FUNCTIONS = [name for name in neuroest.__all__ if inspect.isfunction(getattr(neuroest, name))]
INSIDE = {"named_in"}
"""Arguments that only the package itself gives."""


@each("name", FUNCTIONS)
def test_every_path_may_be_a_text(name: str) -> None:
    parameters = inspect.signature(getattr(neuroest, name)).parameters
    for argument, parameter in parameters.items():
        kinds = set(re.findall(r"\w+", inspect.formatannotation(parameter.annotation)))
        assert "Path" not in kinds or "str" in kinds or argument in INSIDE, argument


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        neuroest.nonsense  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = {"numpy", "pydantic", "pandas", "matplotlib", "rich", "typer", "yaml", "importlib.metadata"}
    assert not loaded_after("import neuroest") & heavy


def test_an_estimate_loads_neither_pandas_nor_matplotlib_nor_a_terminal_library() -> None:
    code = "import neuroest\nneuroest.estimate('loihi_14nm', 'shd_recurrent_spiking').to_json()"
    assert not loaded_after(code) & {"pandas", "matplotlib", "rich", "typer"}


@pytest.mark.parametrize(
    "first",
    [
        "import neuroest.pipeline.estimate",
        "from neuroest.pipeline.estimate import Estimate",
        "import neuroest.reporting.estimate_document",
    ],
)
def test_estimate_is_the_function_whatever_was_imported_first(first: str) -> None:
    code = f"{first}\nimport neuroest\nassert callable(neuroest.estimate), neuroest.estimate"
    assert "neuroest.pipeline.estimate" in loaded_after(code)
