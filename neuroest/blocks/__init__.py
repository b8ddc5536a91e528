"""The blocks of a chip, one file each."""
