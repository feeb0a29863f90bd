#!/usr/bin/env bash
# Makes ready what the build, the demo and the tests need. Safe to repeat; takes no time when nothing is missing.
#
#   system packages   by apt on Debian and Ubuntu; elsewhere it says what is missing
#   Swift, Python     are checked, not installed
#   .venv             a Python environment of the project, with what scripts/requirements.txt pins
#
# PYTHON=/path/to/python3 chooses the interpreter. With --browser, Chromium and its driver are among the packages, in which
# the tests and the benchmark look at pages; MARTLET_TEST_BROWSER=none does without.
set -euo pipefail
cd "$(dirname "$0")/.."

swift_min=6.2
python_min=3.9
with_browser=
if [ "${1:-}" = --browser ] && [ "${MARTLET_TEST_BROWSER:-}" != none ]; then with_browser=1; fi

say() { printf 'setup: %s\n' "$*"; }
fail() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

# Whether version $1 is at least $2; both are dotted numbers.
at_least() {
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)" = "$2" ]
}

has_header() {
    local compiler
    compiler=$(command -v clang || command -v cc) || return 1
    printf '#include <%s>\n' "$1" | "$compiler" -E -x c - >/dev/null 2>&1
}

has_any() {
    local name
    for name in "$@"; do
        if command -v "$name" >/dev/null; then return 0; fi
    done
    return 1
}

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python3.10 python3.9}; do
        if "$candidate" -c "import sys; sys.exit(sys.version_info < (${python_min/./, }))" 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

check_swift() {
    command -v swift >/dev/null || fail \
        "Swift was not found; Martlet is built with Swift $swift_min or newer." \
        "Install it from https://www.swift.org/install/ and run this again."
    local version
    version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+(\.[0-9]+)*).*/\1/p' | head -n 1)
    [ -n "$version" ] || fail "swift --version says no version; is the toolchain whole? Try: swift --version"
    at_least "$version" "$swift_min" || fail \
        "Swift $version was found; Martlet needs $swift_min or newer." \
        "Install a newer one from https://www.swift.org/install/ and run this again."
}

# The packages whose absence shows, one a line.
missing_packages() {
    has_header sqlite3.h || echo libsqlite3-dev
    has_header zlib.h || echo zlib1g-dev
    if [ -n "$with_browser" ]; then
        has_any chromium chromium-browser google-chrome || echo chromium
        has_any chromedriver || echo chromium-driver
    fi
    local python
    if ! python=$(find_python); then
        echo python3
        echo python3-venv
    elif ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        if [ "$python" = /usr/bin/python3 ]; then
            echo python3-venv
        else
            echo "$(basename "$python")-venv"
        fi
    fi
}

install_packages() {
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail \
            "These system packages are missing: $*." \
            "Neither root nor sudo is at hand; as root, run: apt-get install $*"
        as_root=(sudo)
    fi
    local install=(${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive
        apt-get install -y --no-install-recommends "$@")
    say "installing system packages: $*"
    # The package lists may be absent or old; they are only fetched when the first try does not work.
    if ! "${install[@]}" >/dev/null 2>&1; then
        ${as_root[@]+"${as_root[@]}"} apt-get update
        "${install[@]}"
    fi
}

check_system() {
    local missing
    missing=$(missing_packages | tr '\n' ' ')
    case "$(uname -s)" in
    Linux)
        [ -n "$missing" ] || return 0
        command -v apt-get >/dev/null || fail \
            "Missing on this system, by their Debian names: $missing" \
            "Install what your distribution calls them and run this again."
        # Package names hold no spaces, so splitting them is meant.
        # shellcheck disable=SC2086
        install_packages $missing
        ;;
    Darwin)
        say "note: local pods run on Linux only for now. On macOS most of Martlet builds and its unit tests run;"
        say "note: the demo, the end-to-end tests and the benchmark do not."
        [ -z "$missing" ] || fail \
            "Missing, by their Debian names: $missing" \
            "The Xcode command line tools (xcode-select --install) have SQLite, zlib and Python."
        ;;
    *)
        fail "$(uname -s) is not supported; Martlet runs on Linux, and is built partly on macOS."
        ;;
    esac
}

# Makes .venv, again if the pins or the interpreter have changed since.
make_venv() {
    local python wanted
    python=$(find_python) || fail \
        "Python $python_min or newer was not found; it runs the kfp SDK, and the steps of pipelines." \
        "Install it, or name one with PYTHON=/path/to/python3, and run this again."
    wanted=$("$python" -c 'import sys; print(sys.version, sys.executable)'; cat scripts/requirements.txt)
    if [ -x .venv/bin/python ] && [ "$(cat .venv/made-from 2>/dev/null)" = "$wanted" ]; then return 0; fi
    say "making .venv with $("$python" --version) and kfp (half a minute)"
    rm -rf .venv
    "$python" -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r scripts/requirements.txt || fail \
        "pip could not install scripts/requirements.txt; its message is above." \
        "Check the network and pip's own configuration (.venv/bin/python -m pip config list)."
    # Written last, so that a broken attempt is made again.
    printf '%s\n' "$wanted" >.venv/made-from
}

if [ -n "${PYTHON:-}" ] && ! find_python >/dev/null; then
    fail "PYTHON=$PYTHON is no Python $python_min or newer; name another one, or leave PYTHON out."
fi
check_swift
check_system
make_venv
