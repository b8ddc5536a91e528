"""Spec files: reading with positions, schemas, and messages."""
