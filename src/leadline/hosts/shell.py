"""The command line that reads a script from stdin, as the user or through sudo."""

ARGUMENT = "leadline-record"
"""`$1` of the script: in a list of processes, what descends from `sh -s leadline-record` is the recording."""

PLAIN = f"exec sh -s {ARGUMENT}"

SUDO = f'if [ "$(id -u)" != 0 ] && sudo -n true 2>/dev/null; then exec sudo -n sh -s {ARGUMENT}; else {PLAIN}; fi'
"""As root where sudo asks for no password, else as the user: the recording then says what it lacks."""
