"""Build a chip with numeric values from specs."""
