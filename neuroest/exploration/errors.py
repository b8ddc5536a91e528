"""What can go wrong while a space is explored."""

from neuroest.core.errors import NeuroestError


class ExplorationError(NeuroestError):
    """A space that cannot be explored as asked, or a run that cannot go on."""


ANOTHER_RUN = "another run is writing"
"""Beginning of the message where two runs have the same output."""
