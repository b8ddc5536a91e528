"""Who owns which joule.

Every energy term names the physical quantity that it accounts for, and each quantity has exactly one owner. A
component that books a quantity owned by another is refused, so nothing can be counted twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

OWNERS: Mapping[str, str] = MappingProxyType(
    {
        "cell read current": "cell",
        "row line charge": "cell",
        "column line charge": "cell",
        "cell capacitor charge": "cell",
        "cell control": "cell",
        "cell programming": "cell",
        "cell rewriting": "cell",
        "row driver self-load": "input",
        "input conversion": "input",
        "level shift": "level_shifter",
        "write level shift": "level_shifter",
        "write addressing": "write_circuit",
        "write circuit leakage": "write_circuit",
        "write supply loss": "charge_pump",
        "column interface bias": "interface",
        "current merging": "current_mirror",
        "sample and hold": "sample_and_hold",
        "held column result": "interface",
        "column switching": "multiplexer",
        "shared line charge": "multiplexer",
        "column selection": "multiplexer",
        "analog buffering": "analog_buffer",
        "analog column stage": "analog_stage",
        "analog-to-digital conversion": "converter",
        "neuron gate charge": "neuron",
        "neuron divider": "neuron",
        "neuron sub-threshold current": "neuron",
        "neuron output branch": "neuron",
        "neuron output load": "neuron",
        "neuron output restoration": "neuron",
        "neuron spike as reported": "neuron",
        "neuron membrane charge": "neuron",
        "neuron short circuit": "neuron",
        "neuron capacitor charge": "neuron",
        "neuron discharge": "neuron",
        "neuron accumulation": "neuron",
        "neuron reset": "neuron",
        "neuron state read": "neuron",
        "neuron fan-out buffer": "tapered_buffer",
        "memory access": "memory",
        "partial-sum addition": "accumulator",
        "element-wise operation": "vector_unit",
        "spike coding": "spike_coder",
        "digital neuron arithmetic": "digital_lif",
        "multiply-accumulate": "multiply_accumulate",
        "dynamic product": "matrix_unit",
        "bit-serial cell": "bit_serial_cell",
        "spike and data transport": "network",
        "off-chip transfer": "off_chip_link",
        "event as reported": "event_energies",
        "processor as reported": "roofline_processor",
        "clock": "chip_overheads",
        "control": "chip_overheads",
        "leakage": "every component its own",
    }
)
"""Owner of each quantity: a block model, or the slot it fills."""

OVERHEAD = frozenset(
    {
        "memory access",
        "spike and data transport",
        "off-chip transfer",
        "clock",
        "control",
        "cell programming",
        "write level shift",
        "write addressing",
        "write circuit leakage",
        "write supply loss",
    }
)
"""Quantities that are no operation of the network: what only counts operations leaves them out."""
