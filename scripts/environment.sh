#!/bin/sh
# Makes .venv with leadline and the given extras, or says which one package is missing.
set -eu
cd "$(dirname "$0")/.."
extras=${1:-}
stamp=".venv/.made${extras:+-$extras}"
if [ -f "$stamp" ] && [ ! pyproject.toml -nt "$stamp" ]; then exit 0; fi

advise() { # what is missing
    id="" version=""
    if [ -r /etc/os-release ]; then
        id=$(. /etc/os-release && echo "${ID:-} ${ID_LIKE:-}")
        version=$(. /etc/os-release && echo "${VERSION_ID:-}")
    fi
    case "$id $version" in
    "ubuntu "*" 22."*) todo="run: sudo apt-get install python3.11-venv" ;;
    *ubuntu* | *debian*) todo="run: sudo apt-get install python3-venv" ;;
    *rhel*" 8"* | *rhel*" 9"* | *fedora*" 9"*) todo="run: sudo dnf install python3.11" ;;
    *rhel* | *fedora*) todo="run: sudo dnf install python3" ;;
    *) todo="install it from your distribution" ;;
    esac
    echo "leadline: $1; $todo" >&2
    exit 2
}

python=""
for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$name; break; fi
done
[ -n "$python" ] || advise "Python 3.11 or newer with its venv module is missing"
"$python" -c 'import venv, ensurepip' 2>/dev/null || advise "Python's venv module is missing"

.venv/bin/python -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear .venv
echo "leadline: preparing .venv (once)" >&2
.venv/bin/python -m pip install --quiet --disable-pip-version-check -e ".${extras:+[$extras]}"
touch "$stamp"
