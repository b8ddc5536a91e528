"""Numbers of the algorithm F(2 x 2, 3 x 3) of Lavin and Gray, which follow from its definition.

References
----------
.. [1] A. Lavin, S. Gray, "Fast algorithms for convolutional neural networks", CVPR 2016, 4013-4021,
   doi:10.1109/CVPR.2016.435.
"""

KERNEL = 3.0
"""Rows and columns of the kernel."""
TILE = 4.0
"""Rows and columns of inputs that make two rows and columns of outputs."""
PRODUCTS = TILE * TILE
"""Multiplications of a tile, a channel and a filter."""
INPUT_ADDITIONS = 32.0
"""Additions that transform a tile of inputs."""
OUTPUT_ADDITIONS = 24.0
"""Additions that transform the sums of a tile into its outputs."""
