"""Draws the pictures of the README from real output: `python docs/pictures/draw.py`."""

import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
DEMO = HERE.parent.parent / "src/leadline/demo"
LINES = 64


def draw(lang: str, name: str) -> None:
    """The first lines of `leadline diff` on the shipped pair, as an SVG."""
    command = [
        str(Path(sys.executable).parent / "leadline"),
        "diff",
        str(DEMO / "before"),
        str(DEMO / "after"),
    ]
    done = subprocess.run(
        [*command, "--lang", lang],
        env={**os.environ, "COLUMNS": "104", "FORCE_COLOR": "1", "TERM": "xterm-256color"},
        capture_output=True,
        text=True,
        check=False,
    )
    console = Console(record=True, width=104, file=open(os.devnull, "w"))  # noqa: SIM115
    for line in done.stdout.splitlines()[:LINES]:
        console.print(Text.from_ansi(line), soft_wrap=True)
    console.save_svg(str(HERE / name), title="leadline diff before after")


draw("en", "diff.svg")
draw("ko", "diff.ko.svg")
