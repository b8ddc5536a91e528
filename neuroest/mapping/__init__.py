"""Laying a network onto a chip: which layer sits on how many units, and how often each unit then acts."""
