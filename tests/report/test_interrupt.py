"""Ctrl-C at any moment after the program was entered: exit code 130 and not a word."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PAIR = Path(__file__).parents[1] / "data" / "recordings" / "k8s-ctr"
# A real SIGINT at the nth import after the program was entered; 0: none, and the number of imports is told.
PROGRAM = """
import atexit, os, sys
moment, seen = int(sys.argv.pop(1)), -1
def hook(event, arguments):
    global seen
    if event == "import" and (seen >= 0 or arguments[0] == "leadline"):
        seen += 1
        if seen == moment > 0:
            os.kill(os.getpid(), 2)
sys.addaudithook(hook)
if moment < 0:
    atexit.register(os.kill, os.getpid(), 2)
if moment == 0:
    atexit.register(lambda: os.write(2, str(seen).encode()))
from leadline.__main__ import main
main()
"""
CALLS = (
    ("--help",),
    ("explain", "net.ipv4.ip_forward"),
    ("diff", str(PAIR / "before"), str(PAIR / "after"), "--fact", "ss"),
)


def run(moment: int, call: tuple[str, ...], before: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", f'{before}exec "$@"', "sh", sys.executable, "-c", PROGRAM, str(moment), *call],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
    )


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
def test_while_modules_are_imported(call: tuple[str, ...]) -> None:
    imports = int(run(0, call).stderr)
    assert imports > 20
    for moment in (1, 2, 3, 5, *range(8, imports, imports // 12)):
        ended = run(moment, call)
        assert (ended.returncode, ended.stderr.strip()) == (130, ""), moment


def test_while_the_interpreter_ends() -> None:
    ended = run(-1, ("--help",))
    assert (ended.returncode, ended.stderr.strip()) == (130, "")
    assert "explain" in ended.stdout


def test_not_where_the_caller_ignores_it() -> None:
    ended = run(30, ("--help",), "trap '' INT; ")
    assert (ended.returncode, ended.stderr) == (0, "")
