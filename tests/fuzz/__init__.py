"""Mutated files of every kind that the program reads. ``python -m tests.fuzz --help`` runs as many as wanted."""
