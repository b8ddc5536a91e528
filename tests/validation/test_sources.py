"""Sources of the cases are in the bibliography, so that every estimate of a case can be cited."""

from neuroest.validation.cases import load_case, run_case, shipped_cases
from tests.each import each


@each("name", [*shipped_cases()])
def test_every_run_of_a_case_names_its_sources(name):
    result = run_case(load_case(name))
    first = next(iter(result.estimates.values()))
    assert first.sources
    assert all(path in first.claims for path in first.used_paths)
