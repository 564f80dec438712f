"""`leadline trace --lab`: the door on a lab as it is now."""

import json
import subprocess
import sys

from labs import standing


def traced(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "leadline", "trace", *arguments], capture_output=True, text=True, timeout=60
    )


def test_a_lab_is_traced_as_it_is_now() -> None:
    with standing(nodes=2, pods=2) as lab:
        here = ("--lab", lab.name)
        well = traced("web-1", "svc/web", "-o", "json", *here)
        assert (well.returncode, well.stderr) == (0, "")
        assert len(json.loads(well.stdout)["branches"]) == 4
        subprocess.run(
            [sys.executable, "-m", "leadline", "lab", "fault", "inject", "--name", lab.name, "fdb-missing"],
            check=True,
            capture_output=True,
        )
        ill = traced("web-3", "web-1", "--lang", "ko", *here)
        assert ill.returncode == 1
        assert "터널 FDB 항목 없음" in ill.stdout
        assert "bridge fdb" in ill.stdout
