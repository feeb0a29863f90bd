#!/usr/bin/env bash
# Plays runs on the engine, then whole servers, by seed: SEEDS of each (20,000), or SEED alone, from an optimised program.
# Both are played even if the first breaks a rule; the exit status is 0 only if neither did.
set -euo pipefail
cd "$(dirname "$0")/.."

swift build --configuration release --product simulate
simulate=$(swift build --configuration release --show-bin-path)/simulate

status=0
for simulation in runs servers; do
    "$simulate" "$simulation" --seeds "${SEEDS:-20000}" ${SEED:+--seed "$SEED"} || status=1
done
exit "$status"
