"""The glossary: names, symbols, units and meanings from one file, and labels of results.

`glossary.yaml` next to this file is the only list. It is read on demand, since a printed estimate does not need it.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from neuroest.core.files import read_data
from neuroest.core.frozen import frozen, frozen_dataclass
from neuroest.results.quantities import QUANTITIES

_FILE = Path(__file__).with_name("glossary.yaml")
_SECTIONS = ("network", "chip", "neuron")


@frozen_dataclass
class Entry:
    """A quantity of networks, chips or neurons.

    Attributes
    ----------
    symbol, unit : str
        Symbol in equations and SI unit; ``-`` for none, ``1`` for a plain number.
    meaning : str
        Short definition.
    """

    symbol: str
    unit: str
    meaning: str


@frozen_dataclass
class Glossary:
    """Content of the file.

    Attributes
    ----------
    quantities : mapping
        Entries by section and name.
    spike_terms : mapping
        Meaning of each term of the energy of a neuron.
    words : mapping
        Words with their meaning in this project.
    refused : mapping
        Regular expressions of words that names, messages and pages avoid, with replacements.
    """

    quantities: Mapping[str, Mapping[str, Entry]]
    spike_terms: Mapping[str, str]
    words: Mapping[str, str]
    refused: Mapping[str, str]


@cache
def glossary() -> Glossary:
    """Return the shipped glossary.

    Examples
    --------
    >>> glossary().quantities["neuron"]["refractory_time"].symbol
    't_ref'
    """
    found = read_data(_FILE)
    sections = {
        section: frozen(
            {name: Entry(**{k: str(v) for k, v in entry.items()}) for name, entry in found[section].items()}
        )
        for section in _SECTIONS
    }
    return Glossary(
        frozen(sections), frozen(found["spike_terms"]), frozen(found["words"]), frozen(found["refused"])
    )


def labels(totals: Iterable[str], spike_terms: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return label, unit and meaning of totals and spike terms by name, as in the JSON under ``labels``.

    Examples
    --------
    >>> labels(["latency_s"], ["gate_charge"])["gate_charge"]
    {'label': 'gate charge', 'unit': 'J', 'meaning': 'charging the gate node'}
    """
    found = {
        name: {
            "label": quantity.label,
            "unit": quantity.unit,
            "meaning": " ".join(quantity.description.split()),
        }
        for name, quantity in QUANTITIES.items()
        if name in set(totals)
    }
    terms = glossary().spike_terms
    return found | {
        name: {"label": name.replace("_", " "), "unit": "J", "meaning": terms.get(name, "")}
        for name in spike_terms
    }
