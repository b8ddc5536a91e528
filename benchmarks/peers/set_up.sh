#!/bin/sh
# An environment of its own for benchmarks/peers/run.py: neuroest from this repository and the peers, in Python 3.12.
# Graphviz is a system program (Debian: apt-get install graphviz); accelforge gives no result without it.
# PYTHON names another interpreter than python3.12.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3.12}
# where pyenv keeps several versions, python3.12 answers only when it is asked for
"$python" -c '' 2>/dev/null || export PYENV_VERSION=3.12
"$python" -m venv "$here/.venv" || { echo "$python -m venv fails; set PYTHON to a Python 3.12" >&2; exit 1; }
unset PYENV_VERSION
pip="$here/.venv/bin/python -m pip --disable-pip-version-check"
$pip install --quiet --editable "$here/../.."

# One at a time: a peer that cannot be installed must not stop the others; run.py says why it is missing.
for peer in "accelforge==1.0.467" "zigzag-dse==3.9.1 six" "sanafe==2.2.9"; do
    # shellcheck disable=SC2086
    $pip install --quiet $peer || echo "cannot be installed: $peer" >&2
done
command -v dot >/dev/null || echo "Graphviz (dot) is missing: accelforge will fail" >&2
$pip check || true
echo "now: $here/.venv/bin/python $here/run.py"
