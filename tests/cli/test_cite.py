from __future__ import annotations

import re
import shlex

import neuroest
from neuroest.loading.kinds import data_folder
from tests.cli.conftest import CHIP, NETWORK, Command

CHIP_ON_SPIKES = "diffusive_28nm_derived"


def test_the_command_that_an_estimate_names_lists_its_sources(command: Command) -> None:
    result = neuroest.estimate(CHIP, NETWORK)
    assert (result.called, result.workload_called) == (CHIP, NETWORK)  # neither ships, so both are files
    folder = data_folder("validation_case") / "odin"
    chip, network = str(folder / "chip.yaml"), str(folder / "one_event_each.yaml")
    table = " ".join(
        command("estimate", chip, "-w", network, "--set", "chip.core.count=2", "--full").out.split()
    )
    named = re.search(r"(\d+) sources; `neuroest (cite [^`]*)` lists them", table)
    assert named is not None
    arguments = shlex.split(named[2])
    assert arguments == ["cite", chip, "-w", network, "--set", "chip.core.count=2"]
    found = command(*arguments)
    assert found.code == 0
    assert len(re.findall(r"^\[(\w+)\]", found.out, re.MULTILINE)) == int(named[1])


def test_exactly_the_used_sources_are_cited(command: Command) -> None:
    result = neuroest.estimate(CHIP_ON_SPIKES, "shd_recurrent_spiking")
    keys = [key for key, _ in result.sources]
    text = command("cite", CHIP_ON_SPIKES)
    assert text.code == 0
    assert re.findall(r"^\[(\w+)\]", text.out, re.MULTILINE) == keys
    bibtex = command("cite", CHIP_ON_SPIKES, "--format", "bibtex")
    assert re.findall(r"^@\w+\{([^,]+),", bibtex.out, re.MULTILINE) == [*keys, "neuroest"]
    for _, source in result.sources:
        if source.doi:
            assert f"https://doi.org/{source.doi}" in text.out
            assert f"doi = {{{source.doi}}}" in bibtex.out


def test_no_source_is_a_note(command: Command) -> None:
    cited = command("cite", CHIP, "-w", NETWORK)
    assert cited.code == 0
    assert cited.out == ""
    assert "no value" in cited.err


def test_bad_input(command: Command) -> None:
    assert command("cite", "nothing_like_it").code == 1
    assert command("cite", CHIP, "--format", "endnote").code == 2
