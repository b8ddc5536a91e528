"""The block diagram of a chip: everything of its spec once, with the joules of the estimate as widths."""

from __future__ import annotations

from pathlib import Path

import pytest

from neuroest.pipeline.estimate import estimate

pytest.importorskip("matplotlib").use("agg")

from neuroest.plotting.chip import _width, block_diagram  # noqa: E402 - after the back end

PAIRS = [
    ("mixed_spiking_28nm", "spikformer_cifar10_spiking"),
    ("diffusive_28nm_derived", "shd_recurrent_spiking"),
    ("system_1000_chips_28nm", "two_wide_layers_spiking"),
    ("loihi_14nm", "mlp_mnist_spiking"),
]


@pytest.mark.parametrize(("chip", "network"), PAIRS)
def test_all_energy_of_an_inference_is_in_the_diagram(chip: str, network: str) -> None:
    found = estimate(chip, network)
    axes = block_diagram(found).axes[0]
    texts = [text.get_text() for text in axes.texts]
    assert any(text.endswith(", 100 %") for text in texts)
    widths = [line.get_linewidth() for line in axes.lines]
    # lines that leave the trunk of the chip carry all that is in the chip
    assert max(widths) <= _width(1.0)
    title = axes.get_title(loc="left")
    assert found.title in title.replace("\n", "")
    assert found.network in title.replace("\n", "")


def test_a_line_is_as_wide_as_its_joules() -> None:
    assert _width(0.5) == pytest.approx(_width(1.0) / 2)
    assert _width(0.0) > 0.0


def test_the_neuron_stands_behind_the_columns_and_counts_are_reported(tmp_path: Path) -> None:
    found = estimate("mixed_spiking_28nm", "spikformer_cifar10_spiking")
    texts = [text.get_text().split("\n")[0] for text in block_diagram(found).axes[0].texts]
    way = [texts.index(name) for name in ("input", "cell", "interface", "merge", "neuron")]
    assert way == sorted(way)
    assert any(text.startswith("array × 8: crossbar") for text in texts)
    file = tmp_path / "chip.svg"
    found.block_diagram(file)
    assert file.read_bytes().startswith(b"<?xml")
    system = estimate("system_1000_chips_28nm", "two_wide_layers_spiking")
    assert any(text.get_text() == "chip × 1,000" for text in block_diagram(system).axes[0].texts)
