"""`leadline record --archive`: the folder's tree in one file, whole or not at all."""

import os
import pty
import random
import signal
import stat
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from leadline.snapshot.folder import write_archive, write_folder
from leadline.snapshot.store import load

FILES = {f"f{number}.txt": f"{number}\n".encode() * 2000 for number in range(40)}
WRITER = (
    "import sys, pathlib; from leadline.snapshot.folder import write_archive, write_folder; print('ready', flush=True)\n"
    "with write_archive(pathlib.Path(sys.argv[1])) as folder:\n"
    "  write_folder(folder, 'host', {f'f{n}.txt': f'{n}\\n'.encode() * 2000 for n in range(40)})"
)


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "leadline", "record", "--lang", "en", *map(str, arguments)]


def record(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command(*arguments), capture_output=True, check=False, cwd=cwd)


def names(file: Path) -> list[str]:
    with tarfile.open(file) as archive:
        return [f"{each.name} {each.mode:o} {each.uname}{each.uid}" for each in archive]


def test_the_archive_holds_the_folder(tmp_path: Path) -> None:
    done = record("--to", tmp_path / "to.tar.gz")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(f"{tmp_path}/to.tar.gz/{os.uname().nodename}: ".encode())
    assert [file.name for file in tmp_path.iterdir()] == ["to.tar.gz"]
    assert stat.S_IMODE((tmp_path / "to.tar.gz").stat().st_mode) == 0o600
    assert record("--to", tmp_path / "to").returncode == 0
    (folder,) = (tmp_path / "to").iterdir()
    host = folder.name
    assert names(tmp_path / "to.tar.gz") == [
        f"{host} 700 0",
        *(f"{host}/{file} 600 0" for file in sorted(each.name for each in folder.iterdir())),
    ]
    ((_, packed),), ((_, plain),) = load(tmp_path / "to.tar.gz").items(), load(tmp_path / "to").items()
    assert (packed.host, packed.names()) == (plain.host, plain.names())
    assert packed.taken is not None


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "a.tgz").write_text("mine")
    done = record("--archive", "--to", tmp_path / "a.tgz")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"a.tgz is there already and stays as it is" in done.stderr
    assert (tmp_path / "a.tgz").read_text() == "mine"
    assert [file.name for file in tmp_path.iterdir()] == ["a.tgz"]


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    done = record("--to", tmp_path / "nowhere" / "a.tar.gz")
    assert done.returncode == 2
    assert done.stderr.decode() == (
        f"leadline: {tmp_path}/nowhere/a.tar.gz: cannot be written (No such file or directory); "
        "name another place with --to\n"
    )


def test_the_name_by_itself(tmp_path: Path) -> None:
    assert record("--archive", cwd=tmp_path).returncode == 0
    (file,) = tmp_path.iterdir()
    assert file.name.startswith("leadline-")
    assert list(load(file)) == [os.uname().nodename]
    assert record(cwd=tmp_path).returncode == 2


def test_standard_output(tmp_path: Path) -> None:
    done = record("--to", "-")
    assert done.returncode == 0
    assert done.stderr.startswith(f"{os.uname().nodename}: ".encode())
    (tmp_path / "piped").write_bytes(done.stdout)
    assert list(load(tmp_path / "piped")) == [os.uname().nodename]
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "wb") as terminal:
        refused = subprocess.run(command("--to", "-"), stdout=terminal, stderr=subprocess.PIPE, check=False)
    os.close(ours)
    assert refused.returncode == 2
    assert refused.stderr.startswith(b"leadline: an archive is nothing for a terminal; ")
    assert refused.stderr.count(b"\n") == 1


def test_where_no_host_answers_there_is_no_archive(tmp_path: Path) -> None:
    done = record("no-such-host.invalid", "--to", tmp_path / "a.tar.gz")
    assert (done.returncode, done.stdout) == (2, b"")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("to", ["to.tar.gz", "to"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_end_at_any_moment_leaves_nothing(tmp_path: Path, number: signal.Signals, to: str) -> None:
    chance = random.Random(int(number))
    for attempt in range(3):
        place = tmp_path / str(attempt)
        place.mkdir()
        process = subprocess.Popen(
            command("--to", place / to),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        time.sleep(chance.uniform(0.25, 1.0))
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
        assert b"Traceback" not in said
        left = [child.name for child in place.iterdir()]
        if left == [to] and list((place / to).glob("*") if (place / to).is_dir() else left):
            assert list(load(place / to)) == [os.uname().nodename]  # it was whole already
        else:
            assert process.returncode != 0
            assert set(left) <= {"to"}


def test_a_kill_leaves_the_archive_or_what_the_next_run_clears(tmp_path: Path) -> None:
    outcomes = set()
    chance = random.Random(7)
    for attempt in range(10):
        place = tmp_path / str(attempt)
        place.mkdir()
        file = place / "a.tar.gz"
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.12))
        process.kill()
        process.wait()
        outcomes.add(file.exists())
        left = [child.name for child in place.iterdir() if child != file]
        assert all(name.startswith(".leadline-partial-") for name in left)
        if file.exists():
            assert len(names(file)) == len(FILES) + 1
        with write_archive(place / "b.tar.gz") as folder:
            write_folder(folder, "host", FILES)
        assert {child.name for child in place.iterdir()} - {"a.tar.gz"} == {"b.tar.gz"}
    assert False in outcomes
