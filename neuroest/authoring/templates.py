"""Commented templates that pass the check as they are: neurons, synapses, memories, architectures and workloads."""

from __future__ import annotations

import re
from types import MappingProxyType

from neuroest.authoring.device_text import checked, device_text, filled
from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.loading.library import Device, load_device, named
from neuroest.registry import COMPONENTS, DEVICE_MODELS

TEMPLATES = ("neuron", "synapse", "memory", "architecture", "workload")
"""Kinds of templates."""

_FOLDERS = MappingProxyType(
    {"neuron": ("neurons",), "synapse": ("synapses",), "memory": ("memories", "dram")}
)
_DEVICE_HEAD = """\
A template that passes `neuroest check` as it is. Every value is a placeholder of {like}.
Replace a value, then say of it:
  basis      measured, simulated or projected (with a source), derived or assumed (with a rationale)
  source     key of an entry in `sources` at the end of this file, or of the shared bibliography
  spread     the 80 % interval of what is not known of the mean: {{low: 1 V, high: 2 V}} or {{factor: 1.3}}
  variability  how single devices differ: {{device_to_device: 5 %, cycle_to_cycle: 2 %}}
Values that you leave stay assumed, and every estimate that rests on them says so."""
_LINE_OF_NAME = re.compile(r"^name: .*$", re.MULTILINE)


def models(kind: str) -> tuple[str, ...]:
    """Device models of a kind of template."""
    return tuple(name for name in _examples() if DEVICE_MODELS[name].folder in _FOLDERS[kind])


def _examples() -> dict[str, str]:
    """Device that stands for each block model with templates, as the blocks state it."""
    return {name: block.example for name, block in COMPONENTS.items() if block.example}


def new_device(kind: str, name: str, model: str | None = None, like: str | None = None) -> str:
    """A neuron, a synapse or a memory, its values those of a device that ships.

    Parameters
    ----------
    kind : str
        ``neuron``, ``synapse`` or ``memory``.
    name : str
        Name of the new device.
    model : str, optional
        Device model; that of `like`, or the first of the kind.
    like : str, optional
        Device whose values are the placeholders.

    Raises
    ------
    UnknownNameError
        When the kind has no such model.
    NeuroestError
        When `like` is of another model or kind.
    """
    known = models(kind)
    if model is not None and model not in known:
        raise UnknownNameError(f"model of a {kind}", model, known)
    example = load_device(like or _examples()[model or known[0]])
    if example.spec.model not in known:
        raise NeuroestError(f"{like} is no {kind} but a {example.spec.model}")
    if model is not None and example.spec.model != model:
        raise NeuroestError(f"{like} is a {example.spec.model}, not a {model}; leave out --model or --like")
    # without the source of the placeholder: whoever replaces a value would leave it standing
    entries = {
        key: filled(claim, example, "Placeholder.", cited=False) for key, claim in example.claims.items()
    }
    content = {
        "kind": "device",
        "name": name,
        "model": example.spec.model,
        "description": f"A {kind} of mine: say here what it is and what it is not.",
        "maturity": {"stage": "concept", "reason": "A template that nobody has filled in yet."},
        "fab_compatibility": {"status": "unknown", "reason": "Nobody has said yet."},
        **({"process": example.spec.process} if example.spec.process else {}),
        "parameters": entries,
        "sources": {
            "my_measurement": {
                "type": "misc",
                "title": "Say here who measured what, where and when",
                "seen": "primary",
            },
        },
        "notes": [f"Made from a template whose placeholders are those of {example.spec.name}."],
    }
    text = device_text(content, head=_DEVICE_HEAD.format(like=example.spec.name))
    checked(name, text, name)
    return text


def new_architecture(name: str, neuron: str | None = None, synapse: str | None = None) -> str:
    """A crossbar chip that is read by neurons.

    Parameters
    ----------
    name : str
        Name of the new architecture.
    neuron, synapse : str, optional
        Devices that stand in it: shipped names or paths.

    Raises
    ------
    NeuroestError
        When one of them is another kind of device.
    """
    placed = {
        "neuron": _placed(neuron or "diffusive_bench", "neuron"),
        "synapse": _placed(synapse or "rram_hfox_28nm", "synapse"),
    }
    return _ARCHITECTURE.format(name=name, **placed)


def _placed(device: str, kind: str) -> str:
    found: Device = load_device(device)
    if found.record.folder not in _FOLDERS[kind]:
        raise NeuroestError(f"{device} is no {kind} but a {found.spec.model}")
    layout = ", layout: stacked" if found.spec.model == "diffusive_1m1t1r_integrated" else ""
    return f'{{model: {found.spec.model}, device: "{device}"{layout}}}'


def new_workload(name: str) -> str:
    """A small spiking network."""
    return _WORKLOAD.format(name=name)


def copy_of(kind: str, name: str, like: str) -> str:
    """A shipped architecture or workload under another name.

    Raises
    ------
    UnknownNameError
        When nothing ships under that name.
    """
    files = named(kind)
    if like not in files:
        raise UnknownNameError(kind, like, files)
    text = files[like].read_text(encoding="utf-8")
    head = (
        f"# A copy of {like} under a name of its own; its description and its sources still tell of {like}.\n"
    )
    return head + _LINE_OF_NAME.sub(f"name: {name}", text, count=1)


_ARCHITECTURE = """\
# A template that passes `neuroest check` as it is: a crossbar chip whose columns are read by neurons.
# `neuroest list devices` names what can stand after `device:`; a path such as my_neuron.yaml counts from this file.
kind: architecture
name: {name}
description: A chip of mine; say here what it is and what it is not.
# Process that everything is scaled to, and its supply.
technology: {{process: cmos_28nm_lp, supply_voltage: 0.9 V, temperature: 300 K}}
# back_to_back: one inference after the other.
operation: {{mode: back_to_back}}
# What `neuroest compare` holds it against.
baseline: analog_lif_28nm
# What no number of an estimate contains; readers are told.
exclusions:
  - generation of the neurons' input voltage and of the bias references
  - training, test, redundancy and repair
chip:
  count: 1
  # Clock, control and floor plan as shares of the rest.
  overheads: {{model: chip_overheads, device: overheads_generic}}
  # Between tiles.
  network: {{model: mesh, device: mesh_noxim, packet: address_event}}
  # To and from the chip.
  link: {{model: off_chip_link, device: aer_lvds, carries: [inputs, outputs]}}
  tile:
    # As many as the network needs.
    count: auto
    vector_unit: {{model: vector_unit, device: logic_45nm_horowitz, lanes: 16, clock_frequency: 200 MHz}}
    buffer: {{model: sram, device: sram_28nm_anchored, capacity: 8 KiB, width: 64 bit, stores: [activations]}}
    array:
      mapper: crossbar
      # Arrays in a tile.
      count: 8
      rows: 128
      columns: 128
      # Two cells for a weight of either sign.
      pairing: column_differential
      # Voltage of a row that is read; at most the cell's read_voltage_limit.
      read_voltage: 0.1 V
      # How long a row is driven; a neuron that integrates for longer makes the chip wait.
      pulse_width: 10 ns
      settling_error: 1 %
      # Largest loss along a wire before the design check complains.
      ir_drop_limit: 10 %
      read_supply: {{model: linear_regulator}}
      # The synapse.
      cell: {synapse}
      input: {{model: spike_driver, device: row_driver_tapered}}
      readout:
        model: neuron
        # Parts of a sum in several arrays are added as currents.
        partial_sums: analog_merge
        # What holds the column at its potential and hands its current on.
        interface: {{model: current_clamp, device: current_clamp_subthreshold}}
        # The neuron.
        neuron: {neuron}
"""

_WORKLOAD = """\
# A template that passes `neuroest check` as it is: a spiking perceptron.
# Shapes decide the costs, so replace them first.
kind: workload
name: {name}
description: A network of mine; say here what it does.
# Dataset, and once you know it metric, value, basis and source.
task: {{dataset: my data}}
# spiking or dense.
coding: spiking
# Timesteps of an inference, of a spiking network only.
timesteps: 20
# Bits.
precision: {{weights: 8, accumulator: 24}}
# Mean of |weight| over the largest; it sets the currents of a crossbar.
weights:
  mean_absolute: 0.25
  basis: assumed
  rationale: Placeholder; compute it from your weights.
  spread: {{low: 0.1, high: 0.35}}
input:
  # Shape of a sample: [features] or [channels, height, width].
  shape: [784]
  # Spikes per input and timestep.
  activity:
    rate: 0.1
    basis: assumed
    rationale: Placeholder; `neuroest activity attach` adds a recording.
    spread: {{low: 0.03, high: 0.3}}
# Spikes per neuron and timestep, of layers that state none of their own.
activity:
  rate: 0.1
  basis: assumed
  rationale: Placeholder; `neuroest activity attach` adds a recording.
  spread: {{low: 0.03, high: 0.3}}
layers:
  - {{name: hidden, type: fully_connected, outputs: 256}}
  - {{name: output, type: fully_connected, outputs: 10}}
"""
