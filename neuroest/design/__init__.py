"""From specs to a chip with numbers in it."""
