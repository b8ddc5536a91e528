"""Estimates and sweeps as xarray data sets: named axes, units, descriptions and origin of each number."""

import json
from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from neuroest.core.installed import extra
from neuroest.exploration.sweep import JUDGEMENTS, SweepResult
from neuroest.results.estimate import Estimate
from neuroest.results.metadata import attributes

_STATISTICS = ("nominal", "p10", "median", "p90")
"""Value with every input as its file states it, and percentiles of the band."""


def estimate_data(estimate: Estimate) -> Any:
    """An estimate as a data set: totals with their bands, energy by layer and component, area by component."""
    xarray = extra("xarray", "xarray")
    variables: dict[str, Any] = {}
    for name, total in estimate.totals.items():
        if total is None:
            continue
        band = estimate.bands.totals.get(name)
        about = attributes(name)
        if band is None:
            variables[name] = ((), total, about)
        else:
            variables[name] = (("statistic",), [total, band.low, band.median, band.high], about)
    layers = list(dict.fromkeys(layer.layer for layer in estimate.layers))
    parts = list(dict.fromkeys(row.component for row in estimate.breakdown))
    dynamic, static, area = np.zeros((len(layers), len(parts))), np.zeros(len(parts)), np.zeros(len(parts))
    for row in estimate.breakdown:
        place = parts.index(row.component)
        if row.kind == "dynamic":
            dynamic[layers.index(row.layer), place] += row.energy_J
        else:
            (static if row.kind == "static" else area)[place] += row.energy_J + row.area_m2
    parts_of = {"units": "J", "long_name": "dynamic energy of an inference by layer and component"}
    variables |= {
        "dynamic_energy_by_layer_J": (("layer", "component"), dynamic, parts_of),
        "static_energy_by_component_J": (
            ("component",), static, {"units": "J", "long_name": "static energy of an inference by component"}
        ),
        "area_by_component_m2": (("component",), area, {"units": "m^2", "long_name": "area by component"}),
    }  # fmt: skip
    axes = {"statistic": list(_STATISTICS), "layer": layers, "component": parts}
    return xarray.Dataset(variables, coords=axes, attrs=_flat(estimate.origin))


def sweep_data(found: SweepResult) -> Any:
    """A sweep as a data set: one axis for each parameter where the rows are a whole grid, else one of points."""
    xarray = extra("xarray", "xarray")
    frame = found.to_frame()
    known = {*found.metadata.get("quantities", ()), *JUDGEMENTS}
    axes = [str(name) for name in frame.columns if name not in known]
    varied = [name for name in axes if frame[name].nunique(dropna=False) > 1]
    whole = bool(varied) and not frame[varied].duplicated().any()
    if whole and prod(frame[name].nunique(dropna=False) for name in varied) == len(frame):
        data = xarray.Dataset.from_dataframe(frame.drop(columns=_fixed(axes, varied)).set_index(varied))
        data = data.assign_coords({name: frame[name].iloc[0] for name in _fixed(axes, varied)})
    else:
        data = xarray.Dataset.from_dataframe(frame).rename({"index": "point"}).set_coords(axes)
    for name, variable in data.variables.items():
        if np.issubdtype(variable.dtype, np.number):
            variable.attrs.update(attributes(str(name)))
    return data.assign_attrs(_flat(found.metadata))


def _fixed(axes: list[str], varied: list[str]) -> list[str]:
    return [name for name in axes if name not in varied]


def _flat(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes that netCDF and Zarr can store: numbers and text; everything else as JSON."""
    return {
        key: value if isinstance(value, int | float | str) else json.dumps(value)
        for key, value in metadata.items()
    }
