"""``python -m neuroest``."""

from neuroest.cli import main

main()
