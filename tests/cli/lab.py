"""The verbs of the device lab, registered whether or not the command line lists them already."""

import pytest

from neuroest import cli

LAB_VERBS = ("simulate", "characterise", "fit")


@pytest.fixture(autouse=True)
def _lab_verbs(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = tuple(verb for verb in LAB_VERBS if verb not in cli.VERBS)
    monkeypatch.setattr(cli, "VERBS", (*cli.VERBS, *missing))
