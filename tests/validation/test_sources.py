"""Sources of the cases are in the bibliography, so that every estimate of a case can be cited."""

from neuroest.validation.cases import selected_cases


def test_every_run_of_a_case_names_its_sources(board):
    assert {result.case.spec.name for result in board.results} == {
        case.spec.name for case in selected_cases([])
    }
    for result in board.results:
        assert result.estimates or result.generators, result.case.spec.name
        for first in [*result.estimates.values()][:1]:
            assert first.sources, result.case.spec.name
            assert all(path in first.claims for path in first.used_paths), result.case.spec.name
