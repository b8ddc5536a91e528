"""Constants of nature, and the annotations of their units.

An equation takes them as arguments with these values as defaults, so that its units can be tested.
"""

from typing import Annotated, TypeAlias

from neuroest.core import units as u
from neuroest.core.units import Unit

Coulomb: TypeAlias = Annotated[u.Numeric, Unit("C")]
JoulePerKelvin: TypeAlias = Annotated[u.Numeric, Unit("J/K")]

BOLTZMANN = 1.380649e-23
"""J/K, exact in the SI since 2019."""
ELEMENTARY_CHARGE = 1.602176634e-19
"""C, exact in the SI since 2019."""
VACUUM_PERMITTIVITY = 8.8541878128e-12
"""F/m, CODATA 2018."""

UNIFORM_VARIANCE = 12.0
"""An error spread evenly over a step has the variance step^2/12."""
