"""Chip overheads, and cores modelled by published numbers."""
