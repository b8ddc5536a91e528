"""Area of what descriptions of digital chips do not list, from published chips, each also without its own.

Run it as ``python docs/tools/area_bias.py`` and put the last line into
`device_specs/integration/overheads_generic.yaml` (`control_area_fraction`). For each chip the fraction is solved with
which its clocked logic brings the median of the band to the published area.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator

import numpy as np

from neuroest.core import units as u
from neuroest.validation.cases import load_case, run_case, run_of

CHIPS = {
    "chen_2019": "area", "diannao": "area", "envision": "area", "eyeriss": "core_area", "loihi_knn": "die_area",
    "morphic": "area", "nvdla": "area_28nm_", "odin": "area", "tianjic": "area", "unpu": "area",
}  # fmt: skip
"""Chips with a `chip_overheads` block, and the value that is the area of all that is described."""


def fractions() -> Iterator[tuple[str, float, float]]:
    """Chip, predicted over published area as shipped, and the fraction with which they agree."""
    for name, wanted in CHIPS.items():
        case = load_case(name)
        result = run_case(case)
        predicted = result.predictions()
        found = []
        for key, stated in case.published.items():
            if key == wanted or (wanted.endswith("_") and key.startswith(wanted)):
                e = result.estimates[run_of(case.spec, stated)].evaluation
                published = stated.value * u.parse_unit(stated.unit)[0]
                listed = [row for row in e.areas if row.component != e.costs.overheads]
                placed = {(a.component, a.term) for a in e.costs.areas if a.placed}
                dies = sum(float(np.sum(r.total)) for r in listed if (r.component, r.term) in placed)
                macros = sum(float(np.sum(r.total)) for r in listed if r.component in e.costs.macros)
                blocks = sum(float(np.sum(r.total)) for r in listed) - dies - macros
                logic = sum(
                    float(np.sum(r.total))
                    for r in listed
                    if r.component in e.costs.synchronous - e.costs.macros
                )
                skew = predicted[key].median / predicted[key].value
                macros /= float(np.max(np.asarray(e.costs.macro_utilisation)))
                room = published / skew - dies - macros
                room *= float(np.max(np.asarray(e.costs.floorplan_utilisation)))
                found.append((predicted[key].median / stated.value, (room - blocks) / logic))
        yield name, *(statistics.median(column) for column in zip(*found, strict=True))


def main() -> None:
    """Print the table and the fraction of all chips."""
    rows = list(fractions())
    lines = [
        "| chip | area, predicted over published | fraction of its own | of the others |",
        "|---|---|---|---|",
    ]
    for name, ratio, own in rows:
        others = statistics.median(fraction for chip, _, fraction in rows if chip != name)
        lines.append(f"| {name} | {ratio:.2f} | {own:.2f} | {others:.2f} |")
    lines.append(f"median {statistics.median(own for *_, own in rows):.2f}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
