"""Guided workflow from curves and a network to a paper, as commands that anybody can run."""
