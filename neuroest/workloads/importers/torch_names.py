"""Names of the operations of PyTorch by what they are in a workload, without the ``_`` of those in place.

The same file has the classes of neurons of libraries for PyTorch.
"""

from collections.abc import Mapping
from pathlib import Path

from neuroest.core.data_file import read_data

NAMES: Mapping[str, frozenset[str]] = {
    kind: frozenset(names) for kind, names in read_data(Path(__file__).with_suffix(".yaml")).items()
}
