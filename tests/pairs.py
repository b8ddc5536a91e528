"""Which shipped networks a shipped chip runs. The ids of cases come from here, so that collection estimates nothing.

``tests/test_house.py`` compares every pair with what the package does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from neuroest.loading.library import shipped

# read by converters or fed by pulses whose width is a number: no spikes
NUMBERS_ONLY = frozenset(
    {
        "attention_crossbar_28nm",
        "charge_domain_65nm",
        "mixed_attention_28nm",
        "mixed_depthwise_28nm",
        "pulse_width_crossbar_28nm",
        "voltage_input_crossbar_28nm",
    }
)
BOTH = frozenset(
    {
        "adc_crossbar_28nm",
        "binary_crossbar_28nm",
        "cim_sram_28nm",
        "digital_in_memory_28nm",
        "digital_int8_28nm",
        "digital_int8_7nm",
        "edge_accelerator_hailo8",
        "gpu_h100",
        "isaac_like_32nm",
        "learning_adc_crossbar_28nm",
        "microcontroller_stm32h7a3",
        "pcm_crossbar_28nm",
        "ramp_crossbar_28nm",
        "sar_crossbar_28nm",
        "selector_crossbar_28nm",
        "system_2_chips_28nm",
    }
)
# products of two computed factors, which no cell can store
ATTENTION = frozenset(
    {
        "attention_crossbar_28nm",
        "digital_int8_28nm",
        "digital_int8_7nm",
        "edge_accelerator_hailo8",
        "gpu_h100",
        "microcontroller_stm32h7a3",
        "mixed_attention_28nm",
    }
)
# whose circuits, published energies or software change weights by any rule
LEARNING = frozenset(
    {
        "gpu_h100",
        "learning_adc_crossbar_28nm",
        "learning_crossbar_28nm",
        "loihi2_intel4",
        "loihi_14nm",
        "microcontroller_stm32h7a3",
        "reckon_28nm",
    }
)
# no block for pooling
WEIGHTED_ONLY = "reckon_28nm"
# weights of more than its 2 MiB of flash
SMALL_MEMORY = "microcontroller_stm32h7a3"
POPULATIONS = ("cortical_microcircuit", "human_brain", "mouse_brain")
LARGE = ("mobilenet", "resnet18", "two_wide", "vgg9", "vit_tiny", *POPULATIONS)
# systems of so many chips and no more
SMALL_SYSTEMS = {
    "system_2_chips_28nm": ("resnet18", "two_wide", *POPULATIONS),
    "system_64_chips_28nm": ("two_wide", *POPULATIONS),
    "system_1000_chips_28nm": ("human_brain", "mouse_brain"),
}


# layers in spikes and layers in numbers, which need a level of the chip each
HYBRID, OF_SEVERAL_LEVELS = "spikformer_cifar10_spiking", "mixed_spiking_28nm"


def runs(chip: str, network: str) -> bool:
    if network == HYBRID:
        return chip == OF_SEVERAL_LEVELS
    if network.startswith(SMALL_SYSTEMS.get(chip, ())):
        return False
    if chip == SMALL_MEMORY and network.startswith(LARGE):
        return False
    if network.endswith("_learning"):
        return chip in LEARNING
    if chip == WEIGHTED_ONLY and network.startswith("vgg9"):
        return False
    if network.endswith("_spiking"):
        return chip not in NUMBERS_ONLY
    attends = network.startswith("vit_") or "transformer" in network
    return chip in NUMBERS_ONLY | BOTH and (not attends or chip in ATTENTION)


def pairs(*networks: str) -> list[tuple[str, str]]:
    """Every shipped chip with each of the networks that it runs."""
    return [
        (chip, network) for chip in shipped("architecture") for network in networks if runs(chip, network)
    ]


# Together they have every block and every computing level, which `tests/test_house.py` checks, and chips that learn,
# systems of several chips and both CMOS baselines.
EACH_KIND = frozenset(
    {
        "analog_lif_28nm",
        "attention_crossbar_28nm",
        "binary_crossbar_28nm",
        "charge_domain_65nm",
        "counting_neurons_28nm",
        "diffusive_28nm_derived",
        "diffusive_bench_28nm",
        "digital_in_memory_28nm",
        "digital_int8_28nm",
        "ferroelectric_neuron_28nm",
        "gpu_h100",
        "isaac_like_32nm",
        "learning_adc_crossbar_28nm",
        "memristive_brain_28nm",
        "microcontroller_stm32h7a3",
        "mixed_spiking_28nm",
        "phase_change_neuron_28nm",
        "pulse_width_crossbar_28nm",
        "ramp_crossbar_28nm",
        "reckon_28nm",
        "selector_crossbar_28nm",
        "spinnaker_130nm",
        "stacked_neurons_28nm",
        "system_2_chips_28nm",
        "vo2_switch_28nm",
        "voltage_input_crossbar_28nm",
    }
)


def other_chips_nightly(cases: Iterable[Any]) -> list[Any]:
    """Parameters of a test that is long for its number of chips: those outside of EACH_KIND take the nightly lane.

    A case is a chip, or a tuple that begins with one.
    """
    return _others(cases, pytest.mark.nightly)


def other_chips_slowly(cases: Iterable[Any]) -> list[Any]:
    """The same, with those outside of EACH_KIND in the slow lane."""
    return _others(cases, pytest.mark.slow)


def _others(cases: Iterable[Any], lane: pytest.MarkDecorator) -> list[Any]:
    found = []
    for case in cases:
        values = case if isinstance(case, tuple) else (case,)
        found.append(pytest.param(*values, marks=() if values[0] in EACH_KIND else (lane,)))
    return found
