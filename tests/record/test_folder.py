"""A killed writer leaves the whole folder or none."""

import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from leadline.base.errors import UsageError
from leadline.snapshot.folder import write_folder

FILES = {f"f{number}.txt": f"{number}\n".encode() * 2000 for number in range(60)}
WRITER = (
    "import sys, pathlib; from leadline.snapshot.folder import write_folder; print('ready', flush=True);"
    "write_folder(pathlib.Path(sys.argv[1]), 'host', {f'f{n}.txt': f'{n}\\n'.encode() * 2000 for n in range(60)})"
)


def test_a_kill_at_any_moment_leaves_all_or_nothing(tmp_path: Path) -> None:
    outcomes = set()
    chance = random.Random(7)
    for attempt in range(25):
        into = tmp_path / str(attempt)
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(into)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.06))
        process.kill()
        process.wait()
        complete = (into / "host").is_dir()
        outcomes.add(complete)
        if complete:
            assert {file.name: file.read_bytes() for file in (into / "host").iterdir()} == FILES
        else:
            write_folder(into, "host", FILES)
            assert [child.name for child in into.iterdir()] == ["host"]
    assert False in outcomes


def test_a_taken_name_is_refused(tmp_path: Path) -> None:
    write_folder(tmp_path, "host", {"a": b"first"})
    with pytest.raises(UsageError, match="there already"):
        write_folder(tmp_path, "host", {"a": b"second"})
    assert (tmp_path / "host" / "a").read_bytes() == b"first"
    assert [child.name for child in tmp_path.iterdir()] == ["host"]


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="name another place"):
        write_folder(tmp_path / "file", "host", FILES)


def test_many_at_once(tmp_path: Path) -> None:
    """Writers beside each other in one folder do not take each other's work for a killed run's."""
    files = {f"{number}.txt": b"x" * 2000 for number in range(20)}
    with ThreadPoolExecutor(24) as pool:
        written = list(pool.map(lambda number: write_folder(tmp_path, f"host{number}", files), range(120)))
    assert sorted(folder.name for folder in written) == sorted(folder.name for folder in tmp_path.iterdir())
    assert all(len(list(folder.iterdir())) == len(files) for folder in written)
