#!/usr/bin/env bash
# Fails when the sources are not formatted; then reports, without failing, what deserves a second look.
set -euo pipefail
cd "$(dirname "$0")/.."

swift format lint --strict --recursive --parallel Package.swift Sources Tests
echo "Format: nothing to change."

# Swift files of the project.
sources() { find Sources Tests -name '*.swift' -print0; }

report() {
    local title=$1 found
    found=$(cat)
    if [ -n "$found" ]; then
        printf '\n%s\n%s\n' "$title" "$found"
    fi
}

sources | xargs -0 awk '
    FNR == 1 { if (NR > 1 && count > 300) print "  " count "  " file; file = FILENAME }
    { count = FNR }
    END { if (count > 300) print "  " count "  " file }
' | sort -rn | report "Files over 300 lines:"

# The formatter fixes the layout, so a function ends at the first line that closes it at its own indentation.
sources | xargs -0 awk '
    FNR == 1 { open = 0 }
    !open && /^ *((@[A-Za-z]+(\([^)]*\))? )*)((package|private|fileprivate|internal|static|mutating|nonisolated|override) )*(func |init[(<?]|deinit )/ {
        match($0, /^ */); indent = RLENGTH; start = FNR; name = $0; open = 1
        if ($0 ~ /\}$/) open = 0
        next
    }
    open {
        match($0, /^ */)
        if (RLENGTH == indent && $0 ~ /^ *\}/) {
            if (FNR - start + 1 > 60) { sub(/^ */, "", name); print "  " FNR - start + 1 "  " FILENAME ":" start "  " name }
            open = 0
        }
    }
' | sort -rn | report "Functions over 60 lines:"

# A declaration is documented when the line above it, attributes aside, is a `///` line.
find Sources -name '*.swift' -print0 | xargs -0 awk '
    FNR == 1 { documented = 0 }
    /^ *\/\/\// { documented = 1; next }
    /^ *@[A-Za-z]/ && !/package / { next }
    /^ *(@[A-Za-z]+(\([^)]*\))? )*package / && !/package import / {
        # What a protocol of the standard library asks for is documented there.
        if (!documented && !/package (static func (==|<) |var description: |init\([a-z]+Literal[ :])/) {
            line = $0; sub(/^ */, "", line); print "  " FILENAME ":" FNR "  " line
        }
    }
    { documented = 0 }
' | report "Declarations with package access and no \`///\`:"
