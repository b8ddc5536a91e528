"""Tables of results in hand-written pages, computed as the program is now; ``docs/generate.py`` writes them.

A page has each between ``<!-- numbers: NAME -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import json
import math
import runpy
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import fairness_page
import input_path_tables
import numpy as np
import paper_tables
import scoreboard_page
import slow_state
import storage_macros
import uniform_macros

import neuroest
from neuroest import Estimate
from neuroest.core.units import formatted
from neuroest.dynamics.agreement import compare_spike
from neuroest.dynamics.in_time import Asked, neuron_in_time
from neuroest.loading.kinds import data_folder
from neuroest.loading.library import load_device, shipped
from neuroest.reporting.survey import survey
from neuroest.results.quantities import QUANTITIES
from neuroest.specs.survey import columns
from neuroest.validation.board import recorded

DIGITS = Path(__file__).parents[2] / "examples" / "digits_snn"
ARRAY = "chip.tile.array."
MICROCIRCUIT = "cortical_microcircuit_spiking"
REAL_TIME = {"operation.mode": "always_on", "operation.period": "1 s"}
EVENT_ROWS: tuple[tuple[str, dict[str, str], str, str], ...] = (
    ("spinnaker_130nm", {}, "`spinnaker_130nm`, one board in its box",
     "18 chips, as many as the software's 256 neurons a processor fill"),
    ("spinnaker_130nm", {"chip.count": "288"}, "`spinnaker_130nm`, `chip.count=288`, six boards",
     ("the rest of these boards idles; 288 is unverified and was set with the measured numbers known, so that this "
      "row confirms nothing")),
    ("loihi_14nm", REAL_TIME, "`loihi_14nm`, chips alone, real time",
     "design check failed: a core has too few input axons"),
    ("digital_spiking_28nm", REAL_TIME, "`digital_spiking_28nm`, chip alone, real time",
     "a single die of {area}; off-chip memory, board and host are not in it"),
    ("memristive_brain_28nm", {}, "`memristive_brain_28nm`, from the wall, real time",
     "23 chips of memristor synapses and neurons, nobody has built one"),
    ("grey_matter", {}, "`grey_matter`", "signalling of a rodent"),
)  # fmt: skip
"""Chip, settings, name and remark of each row of the cortex."""
HOLD = 0.02
"""Seconds that the input stays on after the switch, as the command of the page says."""
DATAFLOWS = ("weight_stationary", "output_stationary", "input_stationary", "fastest")
NETWORKS = {
    "ResNet-18": "resnet18_imagenet_dense", "MobileNet-V1": "mobilenet_v1_imagenet_dense",
    "keyword spotting, three dense layers": "keyword_spotting_dense",
}  # fmt: skip


@cache
def estimate(chip: str, network: str, settings: tuple[tuple[str, str], ...] = ()) -> Estimate:
    """An estimate, computed once."""
    return neuroest.estimate(chip, network, dict(settings))


def of(chip: str, network: str, settings: Mapping[str, str] | None = None) -> Estimate:
    """An estimate with its settings as a mapping."""
    return estimate(chip, network, tuple((settings or {}).items()))


def total(found: Estimate, name: str) -> float:
    """A total that applies."""
    value = found.totals[name]
    if value is None:
        raise ValueError(f"{name} does not apply to {found.architecture}")
    return float(value)


def parts_of(found: Estimate) -> dict[str, float]:
    """Energy of each component, in joules."""
    energies = found.to_frame().groupby("component").energy_J.sum()
    return {str(name): float(energy) for name, energy in energies.items()}


def read_current(found: Estimate) -> float:
    """Energy of the currents through cells, in joules."""
    rows = (row for row in found.breakdown if row.term == "read_current")
    return float(sum(row.energy_J for row in rows if row.component.endswith(".cell")))


@cache
def _digits() -> dict[str, Any]:
    return runpy.run_path(str(DIGITS / "compare.py"))


@cache
def digits_row(chip: str, network: str) -> Mapping[str, Any]:
    """Energies of one chip for a digit, by scope, as the example computes them."""
    row: Mapping[str, Any] = _digits()["row"](chip, network, {"recorded": 1.0, "mean": 1.0})
    return row


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows)]


def digits(value: float) -> str:
    """Two digits, large numbers without an exponent up to a hundred thousand."""
    rounded = float(f"{value:.2g}")
    return f"{rounded:.0f}" if 10.0 <= rounded < 1e5 else f"{rounded:.2g}".replace("e+0", "e")


def with_band(found: Estimate, name: str, over: float = 1.0) -> str:
    """Nominal value and band in one SI prefix: ``0.11 uJ (0.06 to 0.23)``."""
    value, band, unit = (
        (found.totals[name] or 0.0) / over,
        found.bands.totals[name],
        name.rpartition("_")[2],
    )
    if name == "wafers":
        return f"{digits(value)} ({digits(band.low)} to {digits(band.high)})"
    if name == "area_m2":
        return f"{digits(value)} m^2 ({digits(band.low)} to {digits(band.high)})"
    power = 3 * math.floor(math.log10(value) / 3.0)
    prefix = {-15: "f", -12: "p", -9: "n", -6: "u", -3: "m", 0: "", 3: "k"}[power]
    low, high = (end / over / 10.0**power for end in (band.low, band.high))
    return f"{digits(value / 10.0**power)} {prefix}{unit} ({digits(low)} to {digits(high)})"


def cortex_events() -> list[str]:
    """Energy per synaptic event of one square millimetre of cortex."""
    rows = []
    for chip, settings, name, remark in EVENT_ROWS:
        found = of(chip, MICROCIRCUIT, settings)
        whole = "system_energy_per_inference_J"
        total = whole if found.totals[whole] is not None else "energy_per_inference_J"
        area = f"{1e6 * (found.totals['area_m2'] or 0.0):.0f} mm^2"
        energy = with_band(found, total, found.totals["synaptic_operations"] or math.nan)
        rows.append((name, energy, remark.format(area=area)))
    return table(("estimated", "energy per synaptic event", "remark"), rows)


def brains() -> list[str]:
    """A mouse and a human: area, wafers and power."""
    rows = []
    for kind in ("mouse", "human"):
        chip, tissue = (
            of(name, f"{kind}_brain_spiking") for name in ("memristive_brain_28nm", "grey_matter")
        )
        names = ("area_m2", "wafers", "system_power_W")
        cells = [with_band(chip, name) for name in names]
        rows.append((f"{kind} on `memristive_brain_28nm`", *cells, with_band(tissue, "average_power_W")))
    return table(("", "area", "wafers", "from the wall", "grey matter, signalling"), rows)


def dataflows() -> list[str]:
    """Time and energy of each order of the loops on systolic units."""
    rows = []
    for name, network in NETWORKS.items():
        cells = []
        for dataflow in DATAFLOWS:
            found = of("digital_int8_28nm", network, {
                "chip.array.dataflow": dataflow, "chip.array.summation": "systolic",
            }).totals  # fmt: skip
            cells.append(
                f"{formatted(found['latency_s'], 's')}, {formatted(found['energy_per_inference_J'], 'J')}"
            )
        rows.append((name, *cells))
    return table(("network", "weights stay", "sums stay", "inputs stay", "fastest of each layer"), rows)


def reads() -> list[str]:
    """Energies of the read-out for reads in timesteps and at events."""
    rows = []
    for name, choice in (("each timestep", "each_timestep"), ("each event, as fast as it can", "each_event")):
        found = of("diffusive_low_power_28nm", "shd_recurrent_spiking", {"chip.tile.array.reads": choice})
        frame = found.to_frame()
        readout = "chip.tile.array.readout."

        def sum_of(block: str, *terms: str) -> str:
            part = frame[(frame.component == readout + block) & frame.term.isin(terms)]  # noqa: B023
            return formatted(float(part.energy_J.sum()), "J")

        rows.append((
            name, sum_of("interface", "bias"), sum_of("merge", "bias"),
            sum_of("interface", "hold_capacitor", "comparator", "switch"),
            f"{found.totals['signal_to_error_ratio']:.2g}",
        ))  # fmt: skip
    head = (
        "reads",
        "clamps",
        "mirrors",
        "capacitors, comparators and switches of the pulses",
        "signal to error",
    )
    return table(head, rows)


def spike_energy() -> list[str]:
    """One spike of the bench neuron by simulation and by closed form."""
    found = neuroest.simulate("diffusive_bench", energy=True, hold=HOLD).data or {}
    rows = [
        (
            row["term"].replace("_", " ") + (f", {formatted(HOLD, 's')}" if row["term"] == "divider" else ""),
            formatted(row["simulated_J"], "J"), formatted(row["closed_form_J"], "J"),
            "upper bound" if row["verdict"] == "bound" else row["verdict"],
        )
        for row in found["terms"]
    ]  # fmt: skip
    return table(("term, bench neuron at 0.8 V", "simulated", "closed form", "verdict"), rows)


def neurons_in_time() -> list[str]:
    """One spike of every shipped neuron by simulation and by the estimate: energy, highest rate, area."""
    names = [
        name
        for name, path in shipped("device").items()
        if path.parent.name == "neurons" and load_device(name).spec.model != "reported_neuron"
    ]
    head = (
        "neuron",
        "spike, simulated",
        "estimate",
        "stated error",
        "rate, simulated",
        "estimate",
        "area",
        "result",
    )
    return table(head, [_in_time(name) for name in names])


def _in_time(name: str) -> tuple[str, ...]:
    found = compare_spike(name)
    by_name = {each.name: each for each in found.quantities}
    area = formatted(by_name["area"].closed, "m^2")
    if not found.spikes:
        return (
            f"`{name}`",
            *["—"] * 5,
            area,
            f"no spike in time; the estimate flags it: {', '.join(found.silent)}",
        )
    energy, interval = by_name["energy"], by_name.get("shortest interval")
    verdict = "agrees" if found.agrees else "differs"
    if interval is None:
        first, second = _two_spikes(name)
        rates = (
            1.0 / (second - first),
            1.0 / float(neuron_in_time(Asked(name, {})).component.minimum_interval()),
        )
        verdict = f"energy {verdict}; rate from below: whole integrations in the estimate, residue in time"
    else:
        rates = (1.0 / interval.simulated, 1.0 / interval.closed)
    return (
        f"`{name}`", formatted(energy.simulated, "J"), formatted(energy.closed, "J"),
        f"factor {energy.tolerance:.3g}", *(formatted(rate, "1/s") for rate in rates), area, verdict,
    )  # fmt: skip


def _two_spikes(name: str) -> tuple[float, float]:
    """Times of the first two spikes under the nominal drive."""
    neuron = neuron_in_time(Asked(name, {}))
    level = neuron.drive.nominal
    run = neuron.run(np.array([level]), np.array([neuron.lasting(level, 2)]))
    return float(run.spike_times[0]), float(run.spike_times[1])


def cells_of_low_conductance() -> list[str]:
    """Spoken digits with cells of smaller and smaller currents."""
    network, rows = "shd_recurrent_spiking", []
    follows = {f"{ARRAY}readout.interface.bias_follows": "mapped_current"}
    for cell in ("rram_hfox_28nm", "ecram_wox_lab", "sonos_40nm_low"):
        setting = {f"{ARRAY}cell.device": cell}
        plain = of("diffusive_28nm_capacitor", network, setting)
        mapped = of("diffusive_28nm_capacitor", network, setting | follows)
        default = of("diffusive_low_power_28nm", network, setting)
        fixed, less, held = (
            formatted(total(found, "energy_per_inference_J"), "J") for found in (plain, mapped, default)
        )
        failed = ", ".join(f"`{check.name}`" for check in default.remarks)
        rows.append((
            f"`{cell}`", formatted(read_current(plain), "J"), fixed, less, f"{total(plain, 'effective_bits'):.1f}",
            held, f"{total(default, 'effective_bits'):.1f}", failed or "-",
        ))  # fmt: skip
    head = (
        "cell", "read current, plain clamps", "inference, fixed bias", "inference, bias follows",
        "effective bits, fixed bias", "inference, default chip", "effective bits, default chip",
        "failed checks, default chip",
    )  # fmt: skip
    return table(head, rows)


def neurons_per_output() -> list[str]:
    """Pace, lifetime, area and energy of the default chip with several neurons in turn for one output."""
    rows = []
    for number, name in (("1", "1"), ("5", "5 (default)"), ("20", "20")):
        found = of(
            "diffusive_low_power_28nm",
            "shd_recurrent_spiking",
            {f"{ARRAY}readout.neurons_per_output": number},
        )
        totals = ("initiation_interval_s", "neuron_lifetime_s", "area_m2", "energy_per_inference_J")
        rows.append((name, *(formatted(total(found, each), QUANTITIES[each].unit) for each in totals)))
    return table(("neurons per output", "interval", "lifetime", "area", "energy"), rows)


def digits_energies() -> list[str]:
    """Energy of a digit on chips, in three scopes."""
    spiking, dense, scopes = (_digits()[name] for name in ("SPIKING_CHIPS", "DENSE_CHIP", "SCOPES"))
    twins = {
        "digits_dense": "dense, 8 bits", "digits_dense_4bit": "dense, 4 bits",
        "digits_dense_4bit_small": "dense, 4 bits, 24 hidden",
    }  # fmt: skip
    pairs = [(chip, "digits_spiking_4bit", "spiking, 4 bits") for chip in spiking]
    pairs += [(dense, network, name) for network, name in twins.items()]
    rows = [
        (f"`{chip}`", name, *(formatted(digits_row(chip, network)[scope], "J") for scope in scopes))
        for chip, network, name in pairs
    ]
    return table(("chip", "network", *scopes.values()), rows)


def digits_break_even() -> list[str]:
    """Spike rates below which the spiking digits need less energy, as `compare.py` recorded them."""
    recorded = json.loads((DIGITS / "results.json").read_text("utf-8"))["break_even_rates"]
    scopes = _digits()["SCOPES"]

    def cell(one: Mapping[str, Any]) -> str:
        rate, low, high = (
            digits(100.0 * one[key]) if one[key] else "none" for key in ("spike_rate", "p10", "p90")
        )
        return f"{rate}{'' if rate == 'none' else ' %'} ({low} .. {high} %)"

    twins = {"digits_dense_4bit": "4 bits", "digits_dense_4bit_small": "4 bits, 24 hidden"}
    rows = []
    for chip in ("analog_lif_circuit_28nm", "digital_spiking_28nm"):
        for dense, name in twins.items():
            by_scope = {
                one["scope"]: cell(one) for one in recorded if (one["chip"], one["dense"]) == (chip, dense)
            }
            rows.append((f"`{chip}`", name, *(by_scope[scope] for scope in scopes)))
    return table(("chip", "dense network", *scopes.values()), rows)


SPEEDS = {
    "bare_imports": "`python -c 'import numpy, pydantic, typer, yaml'`",
    "mix_of_short_arrays": "mix of 1000 operations, arrays of 31 numbers",
    "mix_a_number": "mix of 1000 operations on one number of long arrays",
    "estimate": "`neuroest estimate`, a chip and its baseline",
    "one_chip": "`neuroest estimate loihi_14nm -w mlp_mnist_spiking`",
    "list": "`neuroest list`",
    "resnet18_crossbar": "`estimate` of ResNet-18 on `adc_crossbar_28nm`",
    "resnet18_digital": "`estimate` of ResNet-18 on `digital_int8_28nm`",
    "default_chip": "`estimate` of the default chip and network",
    "loihi": "`estimate` of the perceptron on `loihi_14nm`",
    "bands_default_chip": "512 draws of the default chip and network",
    "list_mlp": "list, perceptron (3 layers)",
    "list_vgg9": "list, spiking VGG-9 (12 layers)",
    "list_default_chip": "list, default chip and network (2 layers)",
    "list_16_layers": "list, 16 equal layers",
    "list_64_layers": "list, 64 equal layers",
    "list_256_layers": "list, 256 equal layers",
    "grid_mlp": "open grid of two parameters, perceptron",
    "draws_resnet18": "draws of all spreads, ResNet-18 on `adc_crossbar_28nm`",
    "draws_mlp": "draws of all spreads, perceptron on `analog_lif_28nm`",
}
"""What `benchmarks/ratios.json` measures; some also as numpy evaluates them, without plans."""
WITHOUT_PLANS = "_without_plans"


def speeds(*families: str) -> list[str]:
    """Processor times and ratios of `benchmarks/ratios.json`, and the machine that they are from."""
    file = Path(__file__).parents[2] / "benchmarks" / "ratios.json"
    read = json.loads(file.read_text("utf-8"))
    references = {"cold": "bare imports", "warm": "mix of short arrays", "points": "mix on one number"}
    rows = []
    for family in families:
        for name, one in read[family].items():
            ratio = f"{digits(one['ratio'])} x {references[family]}" if "ratio" in one else "-"
            unit = " a point" if family == "points" else ""
            time = formatted(float(f"{one['time_s']:.2g}"), "s")
            title = SPEEDS[name.removesuffix(WITHOUT_PLANS)]
            plain = ", without plans" if name.endswith(WITHOUT_PLANS) else ""
            rows.append((f"{title}{plain}", f"{time}{unit}", ratio))
    about = (
        f"Commit `{read['commit']}`, {read['date']}, Python {read['python']}, numpy {read['numpy']}, "
        f"{read['processor']} with {', '.join(read['features'])}; processor time, the shortest of five"
        f"{'; lists and draws by plans, with llvmlite' if read.get('plans') else ''}."
    )
    return [*table(("measurement", "processor time", "ratio"), rows), "", about]


@cache
def _conditioned() -> dict[str, Any]:
    """Numbers of ``docs/tools/conditioning.py``."""
    found: dict[str, Any] = json.loads(
        (data_folder("validation_case") / "conditioning.json").read_text("utf-8")
    )
    return found


def _before_and_after(found: Mapping[str, Any]) -> tuple[str, ...]:
    """Inside and width before and after."""
    return (
        *(f"{100.0 * found[f'{when}_inside']:.0f} %" for when in ("before", "after")),
        *(f"{found[f'{when}_width']:.2f}" for when in ("before", "after")),
    )


_SPAN = ("inside before", "inside after", "width before", "width after")
_ERROR = ("error before", "error after")


def _errors(found: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"{found[f'{when}_median_factor']:.2f}" for when in ("before", "after"))


def conditioned_halves() -> list[str]:
    """Half of the values of each published chip in, the other half predicted."""
    rows = [
        (name, str(one["chips"]), str(one["values"]), *_errors(one), *_before_and_after(one))
        for name, one in _conditioned()["halves"].items()
    ]
    return table(("family", "chips", "values", *_ERROR, *_SPAN), rows)


def conditioned_synthetic() -> list[str]:
    """Coverage on drawn chips."""
    rows = [
        (family, f"`{one['case']}`", str(one["chips"]), *_before_and_after(one))
        for family, one in _conditioned()["synthetic"].items()
    ]
    return table(("family", "drawn from", "chips", *_SPAN), rows)


def conditioned_tenfold() -> list[str]:
    """How often a value ten times off is named."""
    found = _conditioned()["tenfold"]
    rows = [
        ("one value ten times off, named alone", f"{found['named']} of {found['of']}"),
        ("the same outside of the band of its chip", f"{found['named_outside']} of {found['outside']}"),
        ("published values that contradict as they are", f"{found['alarms']} of {found['values']}"),
    ]
    return table(("", "values"), rows)


def tier_devices() -> list[str]:
    """Vias of the shipped devices for stacked tiers."""
    rows = []
    for name in shipped("device"):
        device = load_device(name)
        if device.spec.model == "stacked_tier":
            value = {key: claim.value for key, claim in device.claims_at("tier").items()}
            rows.append(
                (
                    f"`{name}`", formatted(value["tier.via_pitch"], "m"),
                    formatted(value["tier.blocked_area"], "m^2"), formatted(value["tier.capacitance"], "F"),
                    formatted(value["tier.resistance"], "ohm"),
                    f"{value['tier.tier_thermal_resistance'] * 1e6:.2g} mm^2 K/W",
                )
            )  # fmt: skip
    return table(("device", "pitch", "blocked area", "capacitance", "resistance", "thermal resistance"), rows)


def surveyed(subject: str) -> list[str]:
    """Published neurons or chips, every column."""
    return survey(subject).table().to_markdown().splitlines()


def survey_columns(subject: str) -> list[str]:
    """Columns of a survey: name, heading and definition."""
    rows = [(f"`{name}`", column.head, column.about) for name, column in columns(subject).items()]
    return table(("cell", "heading", "definition"), rows)


_UNDECIDED = "current_voltage: what kind of device this is, the sweeps do not show: "


def measured_files() -> list[str]:
    """Published files of other laboratories: what the device lab says of each, next to an independent analysis."""
    found = json.loads((Path(__file__).parents[2] / "tests/fitting/strangers_found.json").read_text("utf-8"))
    rows = []
    for one in found["files"]:
        file = f"{one['repository'].split('/')[0]}, `{Path(one['path']).name[-36:]}`"
        said = one["why"].replace("|", "/").removeprefix(_UNDECIDED).partition(";")[0]
        messages = str(one["messages"]) if one["messages"] >= 0 else "not read"
        first = [file, one["what"], messages, f"{one['outcome']}{': ' + said if said else ''}"]
        values = one.get("values") or {"": None}
        for place, (name, value) in enumerate(sorted(values.items())):
            mark = "" if value is None or value["measured"] else "*"
            rows.append([
                *(first if not place else [""] * 4), f"`{name}`{mark}" if value else "",
                f"{value['fit']:.3g} ({value['p5']:.3g} to {value['p95']:.3g})" if value else "",
                f"{value['independent']:.3g}" if value else "",
            ])  # fmt: skip
    head = ("file", "device", "messages", "what fit says", "value [SI]", "fit (p5 to p95)", "independent")
    return table(head, rows)


def new_measured_files() -> list[str]:
    """Files that were new to the device lab: what it said first, and what it says now."""
    found = json.loads((Path(__file__).parents[2] / "tests/fitting/strangers_found.json").read_text("utf-8"))
    rows = []
    for one in (one for one in found["files"] if "first" in one):
        first = one["first"]
        judged = "right" if first["right"] else "not right"
        said = f"{first['outcome']}, {judged}: {first['why']}"
        rows.append(
            (f"{one['repository'].split('/')[0]}, `{Path(one['path']).name[-24:]}`", said, one["outcome"])
        )
    return table(("file", "at first", "now"), rows)


TABLES: dict[str, Callable[[], list[str]]] = {
    "cortex_events": cortex_events, "brains": brains, "dataflows": dataflows, "reads": reads,
    "spike_energy": spike_energy, "neurons_in_time": neurons_in_time,
    "cells_of_low_conductance": cells_of_low_conductance, "neurons_per_output": neurons_per_output,
    "speeds": partial(speeds, "reference", "cold", "warm", "points"),
    "digits_energies": digits_energies, "digits_break_even": digits_break_even,
    "conditioned_halves": conditioned_halves, "conditioned_synthetic": conditioned_synthetic,
    "conditioned_tenfold": conditioned_tenfold,
    "measured_files": measured_files, "new_measured_files": new_measured_files,
    **{name: partial(paper_tables.claims, *groups) for name, groups in paper_tables.TABLES.items()},
    "survey_neurons": partial(surveyed, "neurons"), "survey_chips": partial(surveyed, "chips"),
    "neuron_columns": partial(survey_columns, "neurons"), "chip_columns": partial(survey_columns, "chips"),
    "paper_summary": paper_tables.summary, "neuron_areas": paper_tables.areas,
    "input_path_links": lambda: table(*input_path_tables.links()),
    "input_path_headlines": lambda: table(*input_path_tables.headlines()),
    "input_path_front_ends": lambda: table(*input_path_tables.front_ends()),
    "tier_devices": tier_devices, "slow_state_holders": lambda: table(*slow_state.holders_table()),
    "slow_state_leads": lambda: table(*slow_state.leads_table()),
    "fairness_networks": fairness_page.networks, "fairness_exchanges": fairness_page.exchanges,
    "scoreboard_misses": lambda: scoreboard_page.missed(recorded().rows),
    "scoreboard_shared": scoreboard_page.shared_constants,
    "storage_macros": lambda: storage_macros.compared()[0],
    "uniform_macros": lambda: uniform_macros.table(uniform_macros.all_compared()),
}  # fmt: skip
