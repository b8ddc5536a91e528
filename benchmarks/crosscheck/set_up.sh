#!/bin/sh
# An environment of its own for the second opinions: tools that need Python 3.12 or later, and neuroest to compare with.
# Nothing in it is a dependency of neuroest. hwcomponents-neurosim ships NeuroSim, which is licensed for
# non-commercial use only (CC BY-NC 4.0); leave it out with `set_up.sh --no-neurosim`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for python in python3.13 python3.12 python3.14; do
    command -v "$python" >/dev/null && break
done
"$python" -m venv "$here/.venv"
pip="$here/.venv/bin/python -m pip --disable-pip-version-check"
peers="hwcomponents==1.0.114 hwcomponents-adc==1.0.21 hwcomponents-cacti==1.0.40"
[ "${1:-}" = --no-neurosim ] || peers="$peers hwcomponents-neurosim==1.0.43"
for peer in $peers; do
    $pip install --quiet "$peer" || echo "cannot be installed: $peer" >&2
done
$pip install --quiet --editable "$here/../.."
echo "now: $here/.venv/bin/python $here/ask_peers.py, then compare.py"
