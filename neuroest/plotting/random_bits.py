"""Energy and area of random bits along the rate at which they are needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroest.exploration.random_bits import RATES
from neuroest.plotting import quantity_axes, style

if TYPE_CHECKING:
    from neuroest.exploration.random_bits import RandomBits

_SIDES = (("energy", "J", "energy of a bit"), ("area", "m^2", "area of all units"))


@style.styled
def random_bits_figure(result: RandomBits, path: str | Path | None) -> Any:
    """Medians as lines and p10 to p90 shaded, energy on the left and area on the right, both logarithmic."""
    figure, panels = style.new_figure(style.PAGE, 3.2, ncols=2)
    titles = [one.title for one in result.generators]
    for axes, (quantity, unit, label) in zip(panels, _SIDES, strict=True):
        for title, (low, middle, high) in result.along(quantity, RATES).items():
            index = titles.index(title)
            colour, dashes = style.colour(index), style.dashes(index)
            axes.plot(RATES, middle, ls=dashes, color=colour, label=title)
            axes.fill_between(RATES, low, high, color=colour, alpha=style.SHADE, lw=0.0)
        axes.set_xscale("log")
        axes.set_yscale("log")
        quantity_axes.quantity_axis(axes.yaxis, unit, label)
        quantity_axes.quantity_axis(axes.xaxis, "1/s", "bits needed")
        axes.set_xlim(float(np.min(RATES)), float(np.max(RATES)))
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=style.legend_columns(figure.get_figwidth(), labels, 3),
        title=style.MEDIANS, title_fontsize=style.points(6.0),
    )  # fmt: skip
    return style.save_figure(figure, path)
