#!/usr/bin/env bash
# Every test: the Swift ones, the simulations, then the end-to-end suite with the real kfp client against the real programs.
# All run even if one fails, so that one round shows everything; the exit status is 0 only if all passed.
set -euo pipefail
cd "$(dirname "$0")/.."

# Builds the programs too.
swift build --build-tests

status=0
swift test --skip-build || status=1
scripts/simulate.sh || status=1
if [ "$(uname -s)" = Linux ]; then
    .venv/bin/python -m pytest Tests/EndToEnd || status=1
else
    echo "The end-to-end tests were not run: local pods are for Linux only for now."
fi
exit "$status"
