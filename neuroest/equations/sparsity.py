"""Arrays that pass over zeros."""

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation


@equation
def kept_products(input_density: u.Dimensionless, weight_density: u.Dimensionless) -> u.Dimensionless:
    """Share of the products of a layer that have no factor of zero. [1].

    Parameters
    ----------
    input_density, weight_density : float or array
        Share of the inputs and of the weights that are not zero; one where their zeros are multiplied. [1]

    Returns
    -------
    float or array
        Share of all products. [1]

    Notes
    -----
    Formula: s = d_x d_w

    Valid: zeros of inputs and weights that are independent of each other

    References
    ----------
    .. [1] S. Han et al., "EIE: efficient inference engine on compressed deep neural network", ISCA 2016, 243-254,
           doi:10.1109/ISCA.2016.30: weights of 10 % and activations of 30 % leave 3 % of the work.
    .. [2] Derivation: docs/models/digital.md.

    Examples
    --------
    Weights of 10 % and activations of 30 %:

    >>> f"{kept_products(0.3, 0.1):.3g}"
    '0.03'
    """
    return input_density * weight_density


@equation
def skipped_cycles(products: u.Dimensionless, balance: u.Dimensionless) -> u.Dimensionless:
    """Cycles of a zero-skipping array relative to a dense one. [1].

    Parameters
    ----------
    products : float or array
        Share of the products that are computed. [1]
    balance : float or array
        Share of the cycles in which a unit has a product, above zero. [1]

    Returns
    -------
    float or array
        Share, at most one: an array may always work as a dense one does. [1]

    Notes
    -----
    Formula: c = min(s / b, 1)

    Valid: layers with many more products than units

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.

    Examples
    --------
    A quarter of the products at a balance of one half take half of the cycles.

    >>> f"{skipped_cycles(0.25, 0.5):g}"
    '0.5'
    """
    return np.minimum(products / balance, 1.0)


@equation
def packed_share(density: u.Dimensionless, bits: u.Bit, index_bits: u.Bit) -> u.Dimensionless:
    """Bits of operands that are stored without their zeros, over all of them. [1].

    Parameters
    ----------
    density : float or array
        Share that is not zero. [1]
    bits : float or array
        Bits of one operand, above zero. [bit]
    index_bits : float or array
        Bits that say where an operand belongs. [bit]

    Returns
    -------
    float or array
        Share; above one where the places take more than the zeros did. [1]

    Notes
    -----
    Formula: s = d (b + i) / b

    Valid: a list of operands, each with its place; bit maps and padding are not in it

    References
    ----------
    .. [1] S. Han et al., "EIE: efficient inference engine on compressed deep neural network", ISCA 2016, 243-254,
           doi:10.1109/ISCA.2016.30: weights of 4 bits with places of 4 bits.
    .. [2] Derivation: docs/models/digital.md.

    Examples
    --------
    A tenth of the weights, of 4 bits with places of 4 bits: a fifth.

    >>> f"{packed_share(0.1, 4.0, 4.0):.3g}"
    '0.2'
    """
    return density * (bits + index_bits) / bits
