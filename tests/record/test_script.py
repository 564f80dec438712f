"""The script under each shell of this machine: what it reports, what it bears, and that nothing stays."""

import os
import shutil
import subprocess
import time
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from leadline.base.errors import HostError
from leadline.snapshot.record import whole_script
from leadline.snapshot.script import LIMIT, Frame, Recording, read, script

SHELLS = [words for words in (["dash"], ["bash", "--posix"], ["busybox", "sh"]) if shutil.which(words[0])]
COMMANDS = {
    "fine.txt": "printf 'one\\ntwo\\n'",
    "quote.txt": 'echo "it\'s" \'a "quoted" line\'',
    "empty.txt": "true",
    "no-end.txt": "printf 'no line end'",
    "bytes.bin": "printf '\\000\\377\\200x'",
    "missing.txt": "no-such-program --now",
    "failed.txt": "echo part; exit 4",
    "denied.txt": "echo 'open: Permission denied' >&2; exit 1",
    "reads.txt": "cat",
    "secret.txt": "echo 'password: hidden'; echo rest",
    "locale.txt": "echo $LC_ALL",
}


def run(
    shell: list[str],
    commands: Mapping[str, str],
    folder: Path,
    *,
    timeout: int = 20,
    quick: Collection[str] = (),
) -> Recording:
    made = script(commands, timeout=timeout, quick=quick)
    done = subprocess.run(
        [*shell, "-s"],
        input=made.text.encode(),
        capture_output=True,
        env={**os.environ, "TMPDIR": str(folder)},
        check=True,
    )
    assert list(folder.iterdir()) == []
    return read(made, b"a banner\n" + done.stdout)


def frames(recording: Recording) -> dict[str, Frame]:
    return {frame.file: frame for frame in recording.frames}


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_each_command_is_reported_as_it_ended(shell: list[str], tmp_path: Path) -> None:
    recording = run(shell, COMMANDS, tmp_path)
    found = {name: (frame.status, frame.exit, frame.output) for name, frame in frames(recording).items()}
    assert found == {
        "fine.txt": ("ok", 0, b"one\ntwo\n"),
        "quote.txt": ("ok", 0, b'it\'s a "quoted" line\n'),
        "empty.txt": ("ok", 0, b""),
        "no-end.txt": ("ok", 0, b"no line end"),
        "bytes.bin": ("ok", 0, b"\0\xff\x80x"),
        "missing.txt": ("missing", 127, b""),
        "failed.txt": ("failed", 4, b"part\n"),
        "denied.txt": ("denied", 1, b""),
        "reads.txt": ("ok", 0, b""),
        "secret.txt": ("ok", 0, b"password: <redacted>\nrest\n"),
        "locale.txt": ("ok", 0, b"C\n"),
    }
    assert list(found) == list(COMMANDS)
    assert recording.host == os.uname().nodename
    assert recording.root == (os.geteuid() == 0)
    assert abs(recording.time - time.time()) < 60


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_slow_commands_run_side_by_side_and_end(shell: list[str], tmp_path: Path) -> None:
    started = time.monotonic()
    recording = run(
        shell, {"a": "sleep 1", "b": "sleep 1", "c": "sleep 60", "d": "echo d"}, tmp_path, timeout=2
    )
    assert time.monotonic() - started < 5
    assert [frame.status for frame in recording.frames] == ["ok", "ok", "timeout", "ok"]


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_an_endless_output_is_cut(shell: list[str], tmp_path: Path) -> None:
    endless, after = run(shell, {"endless": "exec yes", "after": "echo after"}, tmp_path).frames
    assert endless.cut
    assert len(endless.output) == LIMIT
    assert (after.cut, after.output) == (False, b"after\n")


def test_many_commands_stay_in_order_and_whole(tmp_path: Path) -> None:
    commands = {f"file{number}": f"echo token={number}; echo {number}" for number in range(150)}
    recording = run(["sh"], commands, tmp_path)
    assert [frame.output for frame in recording.frames] == [
        f"token=<redacted>\n{n}\n".encode() for n in range(150)
    ]


QUICK = {
    **COMMANDS,
    "hangs.txt": "echo begun; sleep 60; echo never",
    "after.txt": "echo after",
    "leaves.txt": "exit 3",
    "remark.txt": "echo remark # without a line end",
    "variables.txt": 'set -- 1 2; i=7 p=8; echo "$# $i"',
}


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_quick_commands_share_a_process_and_end_as_by_themselves(shell: list[str], tmp_path: Path) -> None:
    recording = run(shell, {**QUICK, "slow.txt": "echo slow"}, tmp_path, timeout=2, quick=QUICK)
    alone = run(shell, QUICK, tmp_path, timeout=2)
    assert [frame.file for frame in recording.frames] == ["slow.txt", *QUICK]
    assert recording.frames[1:] == alone.frames
    found = frames(recording)
    assert (found["hangs.txt"].status, found["hangs.txt"].output) == ("timeout", b"begun\n")
    assert (found["after.txt"].status, found["after.txt"].output) == ("ok", b"after\n")
    assert (found["leaves.txt"].status, found["leaves.txt"].exit) == ("failed", 3)


def test_every_quick_command_is_whole_by_itself() -> None:
    for file, command in whole_script(30).commands.items():
        checked = subprocess.run(["sh", "-n", "-c", f"(\n{command}\n)"], capture_output=True, check=False)
        assert checked.returncode == 0, (file, checked.stderr)


def test_a_signal_leaves_nothing(tmp_path: Path) -> None:
    made = script({"slow": "sleep 3", "fast": "echo fast"}, timeout=5)
    process = subprocess.Popen(
        ["sh", "-s"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert process.stdin is not None
    process.stdin.write(made.text.encode())
    process.stdin.close()
    for _ in range(100):
        if list(tmp_path.iterdir()):
            break
        time.sleep(0.02)
    assert list(tmp_path.iterdir())
    process.terminate()
    assert process.wait(timeout=15) == 3
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_leaves_nothing(tmp_path: Path) -> None:
    made = script({f"f{number}": "head -c 300000 /dev/zero" for number in range(8)}, timeout=5)
    process = subprocess.Popen(
        ["sh", "-s"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(made.text.encode())
    process.stdin.close()
    process.stdout.read(10)
    process.stdout.close()
    process.wait(timeout=15)
    assert list(tmp_path.iterdir()) == []


def test_a_broken_connection_is_an_error_wherever_it_breaks(tmp_path: Path) -> None:
    made = script({"a": "echo a", "b": "echo b"}, timeout=5)
    printed = subprocess.run(["sh", "-s"], input=made.text.encode(), capture_output=True, check=True).stdout
    assert len(read(made, printed).frames) == 2
    for end in range(len(printed) - 1):
        with pytest.raises(HostError):
            read(made, printed[:end])


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("busybox") is None, reason="needs root and busybox for a chroot"
)
def test_a_host_with_busybox_alone(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for folder in ("bin", "tmp", "proc", "dev", "etc"):
        (root / folder).mkdir(parents=True)
    shutil.copy(str(shutil.which("busybox")), root / "bin" / "busybox")
    applets = "sh awk cat cut date df grep head id ip mkdir mkfifo mktemp mount ps rm sleep sort sysctl tail timeout tr true uname wc"
    for applet in applets.split():
        (root / "bin" / applet).symlink_to("busybox")
    (root / "dev" / "null").touch()
    made = script({**COMMANDS, "ss.txt": "ss -tulnp", "df.txt": "df"}, timeout=5)
    line = f"mount --bind /dev/null {root}/dev/null && mount -t proc proc {root}/proc && exec chroot {root} /bin/sh -s"
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", line],
        input=made.text.encode(),
        capture_output=True,
        env={"PATH": "/bin:/usr/bin:/usr/sbin"},
        check=True,
    )
    found = frames(read(made, done.stdout))
    assert found["ss.txt"].status == "missing"
    assert found["fine.txt"].output == b"one\ntwo\n"
    assert found["secret.txt"].output == b"password: <redacted>\nrest\n"
    assert found["df.txt"].output.startswith(b"Filesystem")
    assert list((root / "tmp").iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to hide awk in a mount namespace")
def test_without_awk_nothing_is_sent() -> None:
    made = script(COMMANDS, timeout=5)
    awks = {str(Path(name).resolve()) for name in map(shutil.which, ("awk", "mawk", "gawk")) if name}
    line = " && ".join([*(f"mount --bind /dev/null {name}" for name in awks), "exec dash -s"])
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", line], input=made.text.encode(), capture_output=True, check=False
    )
    with pytest.raises(HostError, match="no awk"):
        read(made, done.stdout)
    assert b"rest" not in done.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to break awk in a mount namespace")
@pytest.mark.parametrize("tool", ["awk", "grep"])
def test_with_a_broken_tool_no_secret_is_sent(tool: str) -> None:
    made = script({f"{number}.txt": "echo 'token: hidden'" for number in range(40)}, timeout=5)
    program = Path(str(shutil.which(tool))).resolve()
    line = f"mount --bind /bin/false {program} && exec dash -s"
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", line], input=made.text.encode(), capture_output=True, check=False
    )
    assert b"hidden" not in done.stdout
    expected = ("failed", b"") if tool == "awk" else ("ok", b"token: <redacted>\n")
    assert {(frame.status, frame.output) for frame in read(made, done.stdout).frames} == {expected}
