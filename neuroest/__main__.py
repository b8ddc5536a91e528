"""``python -m neuroest``."""

from neuroest.cli import start

start()
