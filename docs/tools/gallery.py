"""Draw the figures of the gallery, check them as a journal would, and write the page from the commands that make them.

::

    python docs/tools/gallery.py           check every figure, draw those of the front page, write docs/gallery.md
    python docs/tools/gallery.py NAME...   the same with these figures alone
    python docs/tools/gallery.py --page    write the page alone

A figure that a journal would send back (`figure_check.faults`), as it is shown or at any venue, ends it. The site draws
the others when it is built (`site_figures`).
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from contextlib import chdir, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from figure_check import watched

from neuroest.cli import main as main_of_neuroest
from neuroest.plotting.style import VENUES, figure_style

DOCS = Path(__file__).parents[1]
PAGE = DOCS / "gallery.md"
FIGURES = DOCS / "figures" / "gallery"
FRONT = frozenset({"integration_time"})
"""Figures of the front page, which are files of the repository."""
_HEAD = """\
<!-- Written by docs/tools/gallery.py; change the commands there. -->

# Gallery

Which figure shows what, and how is it made? Each command or Python runs on files that ship; `-o` and `-p` also write
`.pdf` and `.png`.
"""


_WIDTH = 74
"""Characters in a line of code, so that the column of the site holds it."""


@dataclass(frozen=True)
class Exhibit:
    """A figure: its name, what it shows, and the command or Python that makes `NAME.svg`."""

    name: str
    title: str
    shows: str
    command: str = ""
    python: str = ""


_SPIKING = "-w mlp_mnist_spiking"
_DENSE = "-w mlp_mnist_dense"
_COMPARED = """\
found = neuroest.compare(
    "diffusive_low_power_28nm",
    ["analog_lif_low_power_28nm", "digital_spiking_28nm"],
    workload="shd_recurrent_spiking",
)
found"""
_ESTIMATED = """\
found = neuroest.estimate("diffusive_low_power_28nm", "shd_recurrent_spiking")
found"""
_LEARNT = """\
found = neuroest.compare(
    "learning_diffusive_28nm",
    "learning_crossbar_28nm",
    "shd_recurrent_learning",
    {"learning.rule": "pair_stdp"},
)
found"""
_REPORT = (
    "neuroest report diffusive_low_power_28nm analog_lif_low_power_28nm digital_spiking_28nm loihi_14nm "
    "-w shd_recurrent_spiking"
)
EXHIBITS = (
    Exhibit(
        "integration_time", "Energy against integration time",
        "How fast a niobium oxide (Mott) neuron must integrate to need less energy than each baseline, with bands.",
        f"neuroest breakeven mott_neuron_28nm analog_lif_28nm digital_spiking_28nm loihi_14nm "
        f"{_SPIKING} --along integration-time -p integration_time.svg",
    ),
    Exhibit(
        "adc_bits", "Energy against bits of the converters",
        "Up to how many bits a crossbar with converters beats digital arrays.",
        f"neuroest breakeven adc_crossbar_28nm digital_int8_28nm cim_sram_28nm {_DENSE} --along adc-bits "
        "-p adc_bits.svg",
    ),
    Exhibit(
        "array_size", "Energy against array size", "What larger arrays save.",
        f"neuroest breakeven adc_crossbar_28nm sar_crossbar_28nm {_DENSE} --along array-size -p array_size.svg",
    ),
    Exhibit(
        "spike_rate", "Energy against spike rate", "Which chips profit from sparse spikes.",
        f"neuroest breakeven analog_lif_28nm digital_spiking_28nm loihi_14nm {_SPIKING} --along spike-rate "
        "-p spike_rate.svg",
    ),
    Exhibit(
        "ratios", "Ratios with bands", "A chip over its baselines, shared inputs drawn once.",
        python=f'{_COMPARED}.plot("ratios", "ratios.svg")',
    ),
    Exhibit(
        "energy", "Where the energy goes", "Totals with bands, and shares of components and layers.",
        python=f'{_COMPARED}.plot("energy", "energy.svg")',
    ),
    Exhibit(
        "energy_parts", "Energy of components in absolute terms", "Medians with bands.",
        python=f'{_COMPARED}.plot("energy_parts", "energy_parts.svg")',
    ),
    Exhibit(
        "area_map", "Where the area goes", "A treemap: sizes to scale, positions arbitrary.",
        python=f'{_ESTIMATED}.plot("area_map", "area_map.svg")',
    ),
    Exhibit(
        "tiers", "Tiers of a stacked chip", "The widest tier makes the area of the die.",
        python='found = neuroest.estimate("stacked_neurons_28nm", "shd_recurrent_spiking")\n'
        'found.plot("tiers", "tiers.svg")',
    ),
    Exhibit(
        "target", "What a neuron would have to be",
        "Where a chip with 1M1T1R neurons loses nothing relevant and lasts for a year, with the device of today.",
        "neuroest target diffusive_28nm_capacitor --vary 'integration_time=100us..100ms' --vary 'endurance=1e6..1e14' "
        "--limit 'neuron_lifetime_s >= 1 year' -p target.svg",
    ),
    Exhibit(
        "learning", "Energy of learning", "What learning from a sample costs, by one rule with either kind of neurons.",
        python=f'{_LEARNT}.plot("learning_parts", "learning.svg")',
    ),
    Exhibit(
        "random_bits", "Random bits", "Energy and area of generators against the rate that is needed.",
        "neuroest randomness -p random_bits.svg",
    ),
    Exhibit(
        "energy_map", "Energy from the wall to the cell", "A what-if of human size, shells included.",
        python='found = neuroest.estimate("memristive_brain_28nm", "human_brain_spiking")\n'
        'found.plot("energy_map", "energy_map.svg")',
    ),
    Exhibit(
        "tornado", "Which inputs matter", "Each input at its p10 and p90, the others as stated.",
        f"neuroest sensitivity analog_lif_28nm {_SPIKING} --results energy_per_inference_J -p tornado.svg "
        "-o tornado.txt",
    ),
    Exhibit(
        "sweep", "A sweep", "One result along one parameter; crosses miss a limit.",
        f"neuroest sweep adc_crossbar_28nm {_DENSE} --set array.rows=32,64,128,256,512 "
        "--set columns_per_converter=1,4,8 -x array.rows -y energy_per_inference_J -p sweep.svg -o sweep.csv "
        "--overwrite",
    ),
    Exhibit(
        "spikes", "A neuron in time", "Currents and voltages of a simulated neuron under a constant input.",
        "neuroest simulate diffusive_28nm_capacitor --level '0.9 V' -p spikes.svg",
    ),
)  # fmt: skip
"""What the gallery shows, in the order of the page."""


def page() -> str:
    """Text of the page."""
    parts = [_HEAD]
    for one in EXHIBITS:
        block = (
            f"```sh\n{_folded(one.command)}\n```"
            if one.command
            else f"```python\nimport neuroest\n\n{one.python}\n```"
        )
        parts.append(
            f"## {one.title}\n\n{one.shows}\n\n{block}\n\n![{one.title}](figures/gallery/{one.name}.svg)\n"
        )
    parts.append(
        "## A report\n\nOne page with results, sliders, breakdowns and sources, and tables and figures for a paper.\n\n"
        f"```sh\n{_folded(f'{_REPORT} -o report')}\n```\n\n"
        "![First screen of the page of a report](figures/gallery/page.png)\n"
    )
    return "\n".join(parts)


def _folded(command: str) -> str:
    """A command in lines that a page shows without scrolling."""
    lines, line = [], ""
    for word in re.findall(r"--?[a-z-]+ [^-\s]\S*|\S+", command):  # an option stays with its value
        if line and len(line) + len(word) > _WIDTH:
            lines.append(line)
            line = "   "
        line = f"{line} {word}" if line else word
    return " \\\n".join([*lines, line])


def check(one: Exhibit) -> None:
    """Draw a figure as the site shows it and for every venue, for its faults; one of the front page is kept."""
    with tempfile.TemporaryDirectory() as folder:
        draw(one, Path(folder))
        if one.name in FRONT:
            shutil.copy(Path(folder) / f"{one.name}.svg", FIGURES)
    for venue in VENUES:
        with tempfile.TemporaryDirectory() as folder, figure_style(venue):
            draw(one, Path(folder), f" at {venue}")


def draw(one: Exhibit, folder: Path, where: str = "") -> None:
    """Write a figure, and what its command writes with it, into a folder; a fault ends the program."""
    words = shlex.split(one.command)[1:] if one.command else []
    with chdir(folder), watched() as faults, redirect_stdout(StringIO()):
        if words:
            try:
                main_of_neuroest(words)
            except SystemExit as ended:
                if ended.code:
                    raise
        else:
            exec(f"import neuroest\n{one.python}", {})  # noqa: S102 - the Python above
    if faults:
        raise SystemExit(f"{one.name}{where}: " + "; ".join(faults))


def draw_report() -> None:
    """Write the report of the last exhibit and take a picture of its first screen."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only this picture needs a browser

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        report = Path(folder) / "report"
        call = [sys.executable, "-m", "neuroest", *shlex.split(_REPORT)[1:], "-o", str(report)]
        subprocess.run(call, check=True, capture_output=True)  # noqa: S603 - the command above
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        tab.goto((report / "report.html").as_uri())
        tab.screenshot(path=FIGURES / "page.png")
        browser.close()


def main() -> None:
    """Draw and write."""
    FIGURES.mkdir(parents=True, exist_ok=True)
    asked = sys.argv[1:]
    if "--page" not in asked:
        for one in EXHIBITS:
            if one.name in asked or not asked:
                check(one)
        if not asked:
            draw_report()
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
