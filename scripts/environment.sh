#!/bin/sh
# Makes .venv with leadline and the given extras, or says which one package is missing.
set -eu
cd "$(dirname "$0")/.."
extras=${1:-}
stamp=".venv/.made${extras:+-$extras}"
if [ -f "$stamp" ] && [ ! pyproject.toml -nt "$stamp" ]; then exit 0; fi

advise() { # Debian-like, Rocky-like
    if command -v apt-get >/dev/null 2>&1; then echo "leadline: $1; run: sudo apt-get install $2" >&2
    elif command -v dnf >/dev/null 2>&1; then echo "leadline: $1; run: sudo dnf install $3" >&2
    else echo "leadline: $1; install Python 3.11 or newer with its venv module" >&2
    fi
    exit 2
}

python=""
for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$name; break; fi
done
[ -n "$python" ] || advise "Python 3.11 or newer is missing" python3.11-venv python3.11
"$python" -c 'import venv, ensurepip' 2>/dev/null || advise "Python's venv module is missing" \
    "python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv" python3.11

[ -x .venv/bin/python ] || "$python" -m venv .venv
echo "leadline: preparing .venv (once)" >&2
.venv/bin/python -m pip install --quiet --disable-pip-version-check -e ".${extras:+[$extras]}"
touch "$stamp"
