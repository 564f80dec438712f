"""Draws the pictures of the README from real output: `python docs/pictures/draw.py` (needs script(1), Chromium).

`diff.svg`: the first lines of `leadline diff` in a terminal. `report.ko.png`: the top of the Korean page.
`lab.svg`: a lab made, asked and looked at; it needs root or user namespaces.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

HERE = Path(__file__).parent
DEMO = HERE.parent.parent / "src/leadline/demo"
LEADLINE = str(Path(sys.executable).parent / "leadline")
COMMAND = [
    LEADLINE,
    "diff",
    str(DEMO / "before"),
    str(DEMO / "after"),
]
WIDTH, LINES = 104, 62


def terminal(command: str, title: str, file: str, lines: int) -> None:
    """What a shell prints in a terminal of its own, so that the colours are those a person sees."""
    told = f"stty cols {WIDTH}; {command}"
    done = subprocess.run(
        ["script", "-qc", told, "/dev/null"],
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": str(WIDTH)},
        capture_output=True,
        text=True,
        check=False,
    )
    console = Console(record=True, width=WIDTH, file=StringIO())
    for line in done.stdout.splitlines()[:lines]:
        console.print(Text.from_ansi(line.rstrip("\r")), soft_wrap=True)
    picture = console.export_svg(title=title, theme=MONOKAI)
    # no fonts from elsewhere: whatever monospaced font the reader has
    picture = re.sub(r"@font-face \{.*?\}\s*|<!--.*?-->", "", picture, flags=re.DOTALL)
    (HERE / file).write_text(picture.replace("Fira Code", "ui-monospace, Menlo, D2Coding"))


def lab() -> None:
    """A lab from up to status, with what was typed."""
    typed = (
        "leadline lab up",
        "leadline lab exec web-1 -- curl -s 10.96.0.10",
        "leadline lab status --name lab",
    )
    shown = "; ".join(
        f"printf '\\033[1m$ %s\\033[0m\\n' {shlex.quote(line)}; LANG=C.UTF-8 {line}; echo" for line in typed
    )
    os.environ["PATH"] = f"{Path(LEADLINE).parent}:{os.environ['PATH']}"
    try:
        terminal(shown, "leadline lab", "lab.svg", LINES)
    finally:
        subprocess.run([LEADLINE, "lab", "down"], check=False, capture_output=True)


def page() -> None:
    """The report page as a browser shows it."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.html"
        subprocess.run([*COMMAND, "--lang", "ko", "-o", "html", "--to", str(report)], check=False)
        subprocess.run(
            [
                "chromium",
                *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
                *("--disable-background-networking", f"--user-data-dir={scratch}/profile"),
                *("--hide-scrollbars", "--window-size=1180,1240"),
                f"--screenshot={HERE / 'report.ko.png'}",
                report.as_uri(),
            ],
            check=True,
            capture_output=True,
        )


terminal(f"exec {shlex.join([*COMMAND, '--lang', 'en'])}", "leadline diff before after", "diff.svg", LINES)
page()
lab()
