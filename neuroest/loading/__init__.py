"""Find, load and check files."""
