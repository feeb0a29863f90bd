#!/usr/bin/env bash
# Every test: the Swift ones, the simulations, then the end-to-end suite with the real kfp client against the real programs.
# All run even if one fails, so that one round shows everything; the exit status is 0 only if all passed, and the last lines
# say what did not.
set -euo pipefail
cd "$(dirname "$0")/.."

failures=
failed() { failures+="$*"$'\n'; }

# Builds the programs too.
swift build --build-tests

log=.build/swift-tests.log
if ! swift test --skip-build 2>&1 | tee "$log"; then
    # None is found if they ended before they could say why; their output above has what there is.
    failed "Swift tests:" "$(grep -E ' recorded an issue |(error|Fatal error):' "$log" || true)"
fi
scripts/simulate.sh || failed "simulations: see above which rules were broken"
if [ "$(uname -s)" = Linux ]; then
    .venv/bin/python -m pytest Tests/EndToEnd || failed "end-to-end tests: see their summary above"
else
    echo "The end-to-end tests were not run: local pods are for Linux only for now."
fi

if [ -n "$failures" ]; then
    printf '\nNot everything passed:\n%s' "$failures"
    exit 1
fi
