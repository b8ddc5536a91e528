#!/bin/sh
# An environment of its own for benchmarks/accuracy: neuroest from this repository, PyTorch and CrossSim, which no package
# index has. Nothing in it is a dependency of neuroest. CROSSSIM names another source, such as a folder with its code
# where github.com cannot be reached.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
crosssim=${CROSSSIM:-git+https://github.com/sandialabs/cross-sim@0a2eb1eda183326ef4d98d792995c721105d3726}
python3 -m venv "$here/.venv"
pip="$here/.venv/bin/python -m pip --disable-pip-version-check"
$pip install --quiet --editable "$here/../..[onnx]"
$pip install --quiet torch
$pip install --quiet "$crosssim" || { echo "CrossSim cannot be installed from $crosssim; set CROSSSIM to a folder with its code" >&2; exit 1; }
echo "now: $here/.venv/bin/python $here/compare.py"
