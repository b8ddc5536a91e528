"""Errors of the exploration of a design space."""

from neuroest.core.errors import NeuroestError


class ExplorationError(NeuroestError):
    """A space cannot be explored as requested, or a run cannot continue."""


ANOTHER_RUN = "another run is writing"
"""Start of the message when two runs have the same output."""
