"""What runs inside a node or pod ends as elsewhere, and what cannot be joined is told in a sentence."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from labs import inside, standing

from leadline.base.command import Command
from leadline.base.errors import HostError
from leadline.hosts.inside import InsideHost
from leadline.lab.lab import place


def test_a_script_that_takes_too_long_leaves_nothing() -> None:
    with standing(nodes=1, pods=0) as lab:
        host = InsideHost("node", place(lab, "k8s-ctr"))
        with pytest.raises(HostError, match="node: not done after 0 s"):
            asyncio.run(host.run(Command("sleep 61; sleep 62", 0.3)))
        inside(lab, "k8s-ctr", "while ps -eo stat,comm | grep '^[^Z].* sleep'; do :; done")


def test_a_process_that_ended() -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    with pytest.raises(HostError, match="w1: its namespaces cannot be joined"):
        asyncio.run(InsideHost("w1", ended.pid).run(Command("true", 5)))


def test_record_names_what_is_not_there(tmp_path: Path) -> None:
    with standing(nodes=1, pods=0) as lab:
        for target, expected in (
            (f"lab:{lab.name}/k8s-w9", "k8s-w9 is no node or pod"),
            ("lab:no-lab/x", "no lab named no-lab"),
        ):
            done = subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "leadline",
                    "--lang",
                    "en",
                    "record",
                    target,
                    "--to",
                    tmp_path / "into",
                ],
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 2
            assert expected in done.stderr and done.stderr.count("\n") == 1
