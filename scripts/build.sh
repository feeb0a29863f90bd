#!/usr/bin/env bash
# Builds the two programs: scripts/build.sh debug|release. Quiet when there is nothing to do.
set -euo pipefail
cd "$(dirname "$0")/.."

configuration=${1:-debug}
for product in martlet martlet-supervisor; do
    swift build --configuration "$configuration" --product "$product"
done
