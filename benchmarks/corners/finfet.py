"""The kit of 7 nm for simulate.py: BSIM-CMG 107 in Verilog-A, which ngspice cannot read, and the cards of ASAP7.

openvaf_py compiles the model and evaluates it; the circuit, the same as that of ngspice, is solved here by the
trapezoidal rule. `python finfet.py kits` prints the typical currents next to those of the kit's paper.
"""

from __future__ import annotations

import functools
import math
import re
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
from simulate import FINS

PUBLISHED = {
    "nmos_sram": (28.57, 0.001), "nmos_rvt": (37.85, 0.019), "nmos_lvt": (45.19, 0.242), "nmos_slvt": (50.79, 2.444),
    "pmos_sram": (26.90, 0.004), "pmos_rvt": (32.88, 0.023), "pmos_lvt": (39.88, 0.230), "pmos_slvt": (45.60, 2.410),
}  # fmt: skip
"""Saturation current in uA and off-current in nA of one fin at 0.7 V and 25 degrees Celsius: Clark et al.,
Microelectronics Journal 53, 105-115 (2016), tables 3 and 4."""
_SCALE = {"p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "K": 1e3, "M": 1e6}
_TERMINALS = ("d", "g", "s", "e")
_WRAPPER = """`define __RDSMOD__
`define attr(txt)
`include "constants.vams"
`include "disciplines.vams"
`define __OPINFO__
`include "common_defs.include"
`include "bsimcmg_cfringe.include"
module bsimcmg(d, g, s, e);
    inout d, g, s, e;
    electrical d, g, s, e;
    electrical di, si;
    `include "relaxed_body.include"
endmodule
"""


def _plain(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", re.sub(r"//.*", "", text), flags=re.DOTALL)


class Model:
    """BSIM-CMG with the cards of one kit."""

    def __init__(self, folder: Path) -> None:
        import openvaf_py  # noqa: PLC0415 - of the environment that set_up.sh makes

        code = folder / "bsimcmg107"
        body = (code / "bsimcmg_body.include").read_text(encoding="latin-1")
        # the cards are at the lower bound of this parameter, which a binary fraction misses
        (code / "relaxed_body.include").write_text(
            body.replace("from [0.1n:inf)", "from (0:inf)"), encoding="latin-1"
        )
        (code / "wrapper.va").write_text(_WRAPPER, encoding="utf-8")
        self.cards = folder / "asap7"
        self.module: Any = openvaf_py.compile_va(str(code / "wrapper.va"))[0]
        binning = _plain((code / "bsimcmg_binning_parameters.include").read_text(encoding="latin-1"))
        text = _plain(body).replace('`include "bsimcmg_binning_parameters.include"', binning)
        self.defaults = re.findall(
            r"parameter\s+(real|integer)\s+(\w+)\s*=\s*(.+?)\s*(?:from\b[^;]*|exclude\b[^;]*)?;", text
        )
        self.whole = {name for kind, name, _ in self.defaults if kind == "integer"}
        constants = "\n".join(
            (code / f).read_text(encoding="latin-1") for f in ("common_defs.include", "constants.vams")
        )
        self.macros = {n: v.strip() for n, v in re.findall(r"`define\s+(\w+)\s+([^\n]+)", _plain(constants))}
        eval_kinds = list(zip(self.module.param_names, self.module.param_kinds, strict=True))
        self.kinds = eval_kinds + list(
            zip(self.module.init_param_names, self.module.init_param_kinds, strict=True)
        )
        self.voltages = [(name, name[2:-1].split(",")) for name, kind in eval_kinds if kind == "voltage"]

    def _default(self, text: str, known: dict[str, float]) -> float:
        for _ in range(3):
            text = re.sub(r"`(\w+)", lambda m: f"({self.macros[m[1]]})", text)
        text = re.sub(r"\b(\d[\d.]*)([pnumkKM])\b", lambda m: f"({m[1]}*{_SCALE[m[2]]})", text)
        return float(eval(text, {"ln": math.log, "sqrt": math.sqrt, "exp": math.exp}, known))

    @functools.cache  # noqa: B019 - one model lives as long as the program
    def parameters(self, corner: str, device: str, temperature: float, fins: int) -> dict[str, float]:
        """Arguments of the model but for the voltages."""
        text = (self.cards / f"7nm_{corner.upper()}_160803.pm").read_text(encoding="latin-1")
        card = re.search(
            rf"^\.model {device} ([np])mos[^\n]*\n(.*?)(?=^\.model|\Z)", text, re.MULTILINE | re.DOTALL
        )
        if card is None:
            sys.exit(f"the cards of ASAP7 have no {device}")
        lines = re.sub(r"^\*.*$", "", card[2], flags=re.MULTILINE)
        given = {k.upper(): float(v) for k, v in re.findall(r"(\w+)\s*=\s*([-+\w.]+)", lines)}
        given |= {"DEVTYPE": float(card[1] == "n"), "NFIN": float(fins)}
        known: dict[str, float] = {}
        for _, name, text in self.defaults:
            known[name] = given[name] if name in given else self._default(text, known)

        def passed(name: str) -> float:
            value = known.get(name, 0.0)  # whole numbers travel as the bits of one
            return struct.unpack("d", struct.pack("q", int(value)))[0] if name in self.whole else value

        found = {"$temperature": temperature, "mfactor": 1.0}
        for name, kind in self.kinds:
            if kind == "param":
                found[name] = passed(name)
            elif kind == "param_given":
                found[name] = passed(name) if name in given else 0.0
        return found

    def __call__(
        self, corner: str, device: str, voltages: dict[str, float], temperature: float, fins: int = 1
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Currents and charges of drain, gate, source and body, and their derivatives by the voltages."""
        at = voltages | {"di": voltages["d"], "si": voltages["s"]}
        asked = dict(self.parameters(corner, device, temperature, fins))
        asked |= {name: at[a] - at[b] for name, (a, b) in self.voltages}
        residuals, jacobian = self.module.run_init_eval(asked)
        place = (
            0,
            1,
            2,
            3,
            0,
            2,
        )  # the inner nodes coincide with the outer ones: resistances are in the current
        current, charge = np.zeros(4), np.zeros(4)
        slopes, capacitances = np.zeros((4, 4)), np.zeros((4, 4))
        for node, (resistive, reactive) in zip(place, residuals, strict=True):
            current[node] += resistive
            charge[node] += reactive
        for row, column, resistive, reactive in jacobian:
            slopes[place[row], place[column]] += resistive
            capacitances[place[row], place[column]] += reactive
        return current, charge, slopes, capacitances


class Chain:
    """Four inverters in a row, each four times as wide as the one before, with the input as a voltage source."""

    def __init__(self, model: Model, corner: str, supply: float, temperature: float) -> None:
        self.model, self.corner, self.supply, self.temperature = model, corner, supply, temperature

    def nodes(self, at: np.ndarray, source: float) -> tuple[np.ndarray, ...]:
        """Currents and charges of the nodes and of the third inverter's supply, and the derivatives of the former."""
        current, charge, slopes, capacitances = np.zeros(5), np.zeros(5), np.zeros((5, 4)), np.zeros((5, 4))
        for stage in range(4):
            gate = source if stage == 0 else at[stage - 1]
            for device, rail in (("nmos_rvt", 0.0), ("pmos_rvt", self.supply)):
                i, q, g, c = self.model(
                    self.corner,
                    device,
                    {"d": at[stage], "g": gate, "s": rail, "e": rail},
                    self.temperature,
                    FINS,
                )
                # where each terminal belongs: drain, gate, source, body
                belongs = (
                    stage,
                    stage - 1 if stage else None,
                    *((4, 4) if rail and stage == 2 else (None, None)),
                )
                for row, node in enumerate(belongs):
                    if node is None:
                        continue
                    current[node] += 4**stage * i[row]
                    charge[node] += 4**stage * q[row]
                    for column, other in ((0, stage), (1, stage - 1)):
                        if other >= 0:
                            slopes[node, other] += 4**stage * g[row, column]
                            capacitances[node, other] += 4**stage * c[row, column]
        return current, charge, slopes, capacitances

    def settle(self, at: np.ndarray, source: float) -> np.ndarray:
        """Voltages at rest."""
        for _ in range(200):
            current, _, slopes, _ = self.nodes(at, source)
            step = np.linalg.solve(slopes[:4], -current[:4])
            at = at + np.clip(step, -0.05, 0.05)
            if np.max(np.abs(step)) < 1e-10:
                return at
        sys.exit("the inverters do not come to rest")

    def switch(self, rising: bool, span: float, steps: int) -> tuple[np.ndarray, np.ndarray, float]:
        """Times, voltages and the charge drawn from the supply of the third inverter over one edge at the input."""
        high, low = self.supply, 0.0
        source = low if rising else high
        rest = [high, low, high, low] if rising else [low, high, low, high]
        at = self.settle(np.asarray(rest, dtype=float), source)
        before = self.nodes(at, source)
        width, trace, drawn = span / steps, [at], 0.0
        for step in range(1, steps + 1):
            source = (low if rising else high) + (1 if rising else -1) * self.supply * min(
                1.0, step / (0.02 * steps)
            )
            for _ in range(50):
                now = self.nodes(at, source)
                residual = (now[1] - before[1])[:4] / width + (now[0] + before[0])[:4] / 2
                matrix = now[3][:4] / width + now[2][:4] / 2
                move = np.linalg.solve(matrix, -residual)
                at = at + np.clip(move, -0.1, 0.1)
                if np.max(np.abs(move)) < 1e-6:
                    break
            else:
                sys.exit("the inverters do not converge")
            drawn += (now[1] - before[1])[4] + width * (now[0] + before[0])[4] / 2
            before = now
            trace.append(at)
        return np.linspace(0.0, span, steps + 1), np.asarray(trace), drawn


def _crossing(times: np.ndarray, values: np.ndarray, level: float) -> float:
    place = int(np.argmax((values - level)[:-1] * (values - level)[1:] <= 0.0))
    part = (level - values[place]) / (values[place + 1] - values[place])
    return float(times[place] + part * (times[place + 1] - times[place]))


def measured(
    folder: Path, corner: str, supply: float, temperature: float, watched: int, threshold_current: float
) -> tuple[float, ...]:
    """What simulate.py has in a row, in SI; without `watched` inverters neither delay nor energy."""
    model = _model(folder)
    currents = {}
    for device, sign in (("nmos_rvt", 1.0), ("pmos_rvt", -1.0)):
        for state, gate in (("on", sign * supply), ("off", 0.0)):
            voltages = {"d": sign * supply, "g": gate, "s": 0.0, "e": 0.0}
            currents[device, state] = abs(model(corner, device, voltages, temperature, FINS)[0][0])
    leakage = (currents["nmos_rvt", "off"] + currents["pmos_rvt", "off"]) / 2
    low, high = 0.0, supply
    for _ in range(30):
        gate = (low + high) / 2
        voltages = {"d": supply, "g": gate, "s": 0.0, "e": 0.0}
        over = model(corner, "nmos_rvt", voltages, temperature, FINS)[0][0] > threshold_current
        low, high = (low, gate) if over else (gate, high)
    delay = energy = math.nan
    if watched:
        delay, charge, span = _switched(Chain(model, corner, supply, temperature), currents["nmos_rvt", "on"])
        energy = (charge / watched - leakage * span) * supply
    return (
        delay, energy, leakage, currents["nmos_rvt", "on"], currents["pmos_rvt", "on"],
        currents["nmos_rvt", "off"], currents["pmos_rvt", "off"], low,
    )  # fmt: skip


def _switched(chain: Chain, drive: float) -> tuple[float, float, float]:
    """Mean delay of both edges, the charge of a cycle and the time of it."""
    supply = chain.supply
    # the charge of a stage of about 2 fF a fin over its current, several times
    span = 400 * supply * 2e-16 / drive
    delays, charge = [], 0.0
    for rising in (True, False):
        times, trace, drawn = chain.switch(rising, span, 500)
        if abs(trace[-1, 2] - (0.0 if rising else supply)) > 0.02 * supply:
            sys.exit("the window is too short")
        middle = supply / 2
        delays.append(_crossing(times, trace[:, 1], middle) - _crossing(times, trace[:, 0], middle))
        charge += drawn
    return sum(delays) / 2, abs(charge), 2 * span


@functools.cache
def _model(folder: Path) -> Model:
    return Model(folder)


if __name__ == "__main__":
    kits = Model(Path(sys.argv[1]))
    for name, (on, off) in PUBLISHED.items():
        sign = 1.0 if name.startswith("n") else -1.0
        found = [
            abs(kits("tt", name, {"d": sign * 0.7, "g": gate, "s": 0.0, "e": 0.0}, 298.15)[0][0])
            for gate in (sign * 0.7, 0.0)
        ]
        print(f"{name}: {found[0] * 1e6:.2f} uA ({on}), {found[1] * 1e9:.4f} nA ({off})")
