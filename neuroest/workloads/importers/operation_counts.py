"""Operations of a vector unit for one element, of the operators that take more than one, for all importers.

What a row has once (the division of a mean, a square root) is left out: rows are long.
"""

SOFTMAX = 5
"""Largest, difference, exponential, sum, quotient."""
LAYER_NORMALISATION = 7
"""Mean, difference, square, sum of squares, factor, scale, shift; the same for instances and groups."""
LOCAL_RESPONSE_NORMALISATION = 5
"""Square, running sum over channels (one added, one taken off), power, product (Krizhevsky et al. 2012, 3.3)."""
RMS_NORMALISATION = 4
"""Square, sum of squares, factor, scale: no mean is taken off and nothing is added (Zhang and Sennrich 2019, eq. 4)."""
