"""Names of the operations of PyTorch by what they are in a workload, without the ``_`` of those in place."""

from pathlib import Path

from neuroest.core.data_file import read_data

_NAMES = {kind: frozenset(names) for kind, names in read_data(Path(__file__).with_suffix(".yaml")).items()}
ACTIVATIONS = _NAMES["activations"]
RECTIFIERS = _NAMES["rectifiers"]
VIEWS = _NAMES["views"]
FRESH = _NAMES["fresh"]
BINARY = _NAMES["binary"]
REDUCTIONS = _NAMES["reductions"]
COMPARISONS = _NAMES["comparisons"]
QUANTISERS = _NAMES["quantisers"]
"""Rounding to the levels that a chip has anyway."""
