"""The Verilog-A of every neuron through the compiler OpenVAF, and its compiled equations against those of the package.

`pip install openvaf-py` brings the compiler with an interpreter of what it makes; without it this file is skipped.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neuroest.circuits.bench import no_circuit
from neuroest.circuits.export import export
from neuroest.dynamics.diffusive_cells import NEURON_MODELS, load_cells
from neuroest.equations.filament_conduction import memristor_resistance
from neuroest.loading.library import load_device, shipped

openvaf_py = pytest.importorskip("openvaf_py")
NEURONS = [
    name for name, path in shipped("device").items() if path.parent.name == "neurons" and not no_circuit(name)
]
POINTS = 20


def compiled(name: str, folder: Path) -> Any:
    """The exported module as OpenVAF has it; its nodes are numbered as the text declares them."""
    export("verilog-a", name).write(folder)
    (module,) = openvaf_py.compile_va(str(folder / f"{name}.va"))
    return module


def residuals(module: Any, voltages: dict[str, float]) -> list[tuple[float, float]]:
    """Current out of each node and charge on it, with the parameters that the text states."""
    known = dict.fromkeys((*module.param_names, *module.init_param_names), 0.0)
    known |= module.get_param_defaults() | voltages | {"mfactor": 1.0}
    return [(float(current), float(charge)) for current, charge in module.run_init_eval(known)[0]]


@pytest.mark.parametrize("name", NEURONS)
def test_openvaf_compiles_the_module_of_a_neuron(name: str, tmp_path: Path) -> None:
    module = compiled(name, tmp_path)
    assert module.name == f"{name}_va"
    assert module.num_residuals == len(module.nodes)


@pytest.mark.parametrize("name", [n for n in NEURONS if load_device(n).spec.model in NEURON_MODELS])
def test_the_compiled_module_has_the_rate_equations(name: str, tmp_path: Path) -> None:
    """Gate node, filament and residue of a device that has not switched, at random states below the closing gap."""
    module, cells = compiled(name, tmp_path), load_cells(name)
    in_, _, _, _, filament, residue, _, _, gate = range(9)
    settling = cells.filament_decay + cells.residue_rate
    generator = np.random.default_rng(0)
    for _ in range(POINTS):
        f, r = generator.uniform(0.0, 0.49, 2)
        level, v = generator.uniform(0.3, 1.2), generator.uniform(0.0, 0.2)
        found = residuals(module, {"V(filament)": f, "V(residue)": r, "V(gate)": v, "V(in,gate)": level - v})
        through = (level - v) / float(
            memristor_resistance(f + r, cells.on_resistance, cells.off_resistance, cells.conduction_length)
        )
        assert found[in_][0] == pytest.approx(through, rel=1e-9)
        assert found[gate][0] == pytest.approx(v / cells.control_resistance - through, rel=1e-6)
        assert found[gate][1] == pytest.approx(cells.gate_capacitance * v, rel=1e-9)
        # C dV/dt = -I with C = 1/settling
        grows = cells.field_mobility * (level - v) / (cells.field_offset + 1.0 - f - r) - settling * f
        assert found[filament][1] * settling == pytest.approx(f, rel=1e-9)
        assert -found[filament][0] * settling == pytest.approx(grows, rel=1e-6, abs=1e-6 * settling)
        made = cells.residue_rate * f - cells.residue_decay * r
        assert -found[residue][0] * settling == pytest.approx(made, rel=1e-6, abs=1e-9 * settling)


@pytest.mark.parametrize(
    "name", [n for n in NEURONS if load_device(n).spec.model == "threshold_switch_neuron"]
)
@pytest.mark.parametrize("closed", [0.0, 1.0])
def test_the_compiled_module_of_a_switch_has_its_resistances(
    name: str, closed: float, tmp_path: Path
) -> None:
    module, claims = compiled(name, tmp_path), load_device(name).claims
    series, low, high = (
        claims[key].value for key in ("series_resistance", "on_resistance", "off_resistance")
    )
    for v in np.linspace(0.0, 0.9, 10) * claims["threshold_voltage"].value:
        across = claims["supply_voltage"].value - v
        found = residuals(module, {"V(node)": v, "V(in,node)": across, "V(conducting)": closed})
        node = -2  # the last one that is declared; behind it lies the branch of the spike
        assert found[0][0] == pytest.approx(across / series, rel=1e-9)
        assert found[node][0] == pytest.approx(v / (low if closed else high) - across / series, rel=1e-6)
        assert found[node][1] == pytest.approx(claims["capacitance"].value * v, rel=1e-9)
