"""Draws the pictures of the README from real output: `python docs/pictures/draw.py` (needs script(1), Chromium).

`diff.svg`: the first lines of `leadline diff` in a terminal. `report.ko.png`: the top of the Korean page.
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
COMMAND = [
    str(Path(sys.executable).parent / "leadline"),
    "diff",
    str(DEMO / "before"),
    str(DEMO / "after"),
]
WIDTH, LINES = 104, 62


def terminal() -> None:
    """A terminal of its own, so that the colours are those a person sees."""
    told = f"stty cols {WIDTH}; exec {shlex.join([*COMMAND, '--lang', 'en'])}"
    done = subprocess.run(
        ["script", "-qc", told, "/dev/null"],
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": str(WIDTH)},
        capture_output=True,
        text=True,
        check=False,
    )
    console = Console(record=True, width=WIDTH, file=StringIO())
    for line in done.stdout.splitlines()[:LINES]:
        console.print(Text.from_ansi(line.rstrip("\r")), soft_wrap=True)
    picture = console.export_svg(title="leadline diff before after", theme=MONOKAI)
    # no fonts from elsewhere: whatever monospaced font the reader has
    picture = re.sub(r"@font-face \{.*?\}\s*|<!--.*?-->", "", picture, flags=re.DOTALL)
    (HERE / "diff.svg").write_text(picture.replace("Fira Code", "ui-monospace, Menlo, D2Coding"))


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


terminal()
page()
