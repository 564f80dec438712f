"""The program as a user calls it: exit codes, files, languages, mistakes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

SYSCTL = "kernel.panic = 0\nvm.swappiness = 60\n"


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "leadline", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "COLUMNS": "100", **environment},
    )


def host(folder: Path, text: str = SYSCTL, *, name: str | None = None, taken: float = 0) -> Path:
    """A folder with one saved text, and a manifest where the host has a name."""
    folder.mkdir(parents=True)
    (folder / "sysctl.txt").write_text(text)
    if name is not None:
        manifest = {"schema": "leadline/snapshot/v1", "host": name, "time": taken, "tool": "leadline 0"}
        (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


CHANGED = SYSCTL.replace("swappiness = 60", "swappiness = 10")


def test_exit_codes_are_those_of_diff(tmp_path: Path) -> None:
    before, after = host(tmp_path / "before"), host(tmp_path / "after", CHANGED)
    differ = run("diff", before, after)
    assert (differ.returncode, differ.stderr) == (1, "")
    assert "vm.swappiness" in differ.stdout
    assert "60 → 10" in differ.stdout
    assert run("diff", before, host(tmp_path / "again")).returncode == 0
    for trouble in (
        run("diff", before, tmp_path / "nowhere"),
        run("diff", before),
        run("diff", before, after, "--host", "other"),
        run("diff", before, after, "--fact", "other"),
        run("diff"),
        run("nonsense"),
    ):
        assert trouble.returncode == 2
        assert trouble.stderr.strip()
        assert "Traceback" not in trouble.stderr


def test_a_text_that_cannot_be_read_is_not_the_same(tmp_path: Path) -> None:
    wrong = "Filesystem Size Used Avail Use% Mounted on\n/dev/sda1 59G 3.1G 56G 6% /\n"
    answer = run("diff", host(tmp_path / "before", wrong), host(tmp_path / "after", wrong))
    assert answer.returncode == 2
    assert "sysctl.txt" in answer.stdout


def test_numbered_texts_in_one_folder(tmp_path: Path) -> None:
    (tmp_path / "sysctl-1.txt").write_text(SYSCTL)
    (tmp_path / "sysctl-2.txt").write_text(CHANGED)
    answer = run("diff", tmp_path, "-o", "json")
    assert answer.returncode == 1
    assert json.loads(answer.stdout)["hosts"][0]["summary"]["changed"] == 1


def test_options_stand_before_or_after_the_verb(tmp_path: Path) -> None:
    sides = host(tmp_path / "before"), host(tmp_path / "after", CHANGED)
    after, before = run("diff", *sides, "-o", "json"), run("-o", "json", "diff", *sides)
    assert json.loads(after.stdout) == json.loads(before.stdout)


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [(("--lang", "ko"), {}), ((), {"LANG": "ko_KR.UTF-8"}), ((), {"LC_ALL": "ko_KR.UTF-8"})],
)
def test_korean(tmp_path: Path, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
    sides = host(tmp_path / "before"), host(tmp_path / "after", CHANGED)
    assert "바뀌었는가" in run("diff", *sides, *arguments, **environment).stdout
    wrong = run("diff", tmp_path / "before", tmp_path / "nowhere", *arguments, **environment)
    assert "폴더가 없습니다" in wrong.stderr


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    sides = host(tmp_path / "before"), host(tmp_path / "after", CHANGED)
    report = tmp_path / "report.html"
    report.write_text("what was there")
    written = run("diff", *sides, "--to", report)
    assert (written.returncode, written.stdout) == (1, "")
    assert report.read_text().startswith("<!DOCTYPE html>")
    assert report.stat().st_mode & 0o777 == 0o644
    refused = run("diff", *sides, "--to", tmp_path / "nowhere" / "report.html")
    assert refused.returncode == 2
    assert "nowhere" in refused.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == ["after", "before", "report.html"]


def test_hosts_are_matched_by_name(tmp_path: Path) -> None:
    for name in ("a", "b", "gone"):
        host(tmp_path / "before" / name)
    for name in ("a", "b", "new"):
        host(tmp_path / "after" / name, CHANGED if name == "b" else SYSCTL)
    answer = run("diff", tmp_path / "before", tmp_path / "after", "-o", "json")
    assert answer.returncode == 1
    found = {each["host"]: each for each in json.loads(answer.stdout)["hosts"]}
    assert {name: len(each["changes"]) for name, each in found.items()} == {
        "a": 0,
        "b": 1,
        "gone": 0,
        "new": 0,
    }
    assert [bool(found[name]["problems"]) for name in ("gone", "new")] == [True, True]
    one = run("diff", tmp_path / "before", tmp_path / "after", "--host", "a")
    assert (one.returncode, "b" in one.stdout.split()) == (0, False)


def test_hosts_are_matched_by_folder_where_only_one_side_knows_its_name(tmp_path: Path) -> None:
    for name in ("a", "b"):
        host(tmp_path / "before" / name)
        host(tmp_path / "after" / name, CHANGED, name=f"{name}.example")
    answer = run("diff", tmp_path / "before", tmp_path / "after", "-o", "json")
    found = {each["host"]: len(each["changes"]) for each in json.loads(answer.stdout)["hosts"]}
    assert found == {"a.example": 1, "b.example": 1}


def test_one_host_has_its_best_name(tmp_path: Path) -> None:
    def name(before: Path, after: Path) -> str:
        return str(json.loads(run("diff", before, after, "-o", "json").stdout)["hosts"][0]["host"])

    assert name(host(tmp_path / "web" / "before"), host(tmp_path / "web" / "after")) == "web"
    assert name(host(tmp_path / "1", name="db"), host(tmp_path / "2")) == "db"


def test_swapped_and_identical_sides_are_noted(tmp_path: Path) -> None:
    early = host(tmp_path / "early", name="web", taken=1_700_000_000)
    late = host(tmp_path / "late", CHANGED, name="web", taken=1_700_003_600)
    assert "swap them" not in run("diff", early, late).stdout
    assert "swap them" in run("diff", late, early).stdout
    assert "byte for byte" in run("diff", early, early).stdout
    assert "byte for byte" not in run("diff", early, late).stdout


def test_filters_leave_only_what_was_asked_for(tmp_path: Path) -> None:
    sides = host(tmp_path / "before"), host(tmp_path / "after", CHANGED)
    assert run("diff", *sides, "--class", "unexplained").returncode == 1
    assert run("diff", *sides, "--class", "config").returncode == 0
    assert run("diff", *sides, "--fact", "ss").returncode == 0


def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    many = "".join(f"vm.key{number} = 1\n" for number in range(20_000))
    sides = host(tmp_path / "before"), host(tmp_path / "after", many)
    command = [sys.executable, "-m", "leadline", "diff", *map(str, sides)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.readline()
        program.stdout.close()
        assert program.stderr.read() == ""


def test_watch_reads_again_and_ends_cleanly(tmp_path: Path) -> None:
    before, after = host(tmp_path / "before"), host(tmp_path / "after")
    command = [
        sys.executable,
        "-m",
        "leadline",
        "diff",
        str(before),
        str(after),
        "--watch",
        "-o",
        "json",
        "-q",
    ]
    out = tmp_path / "out"
    with (
        out.open("w") as file,
        subprocess.Popen(command, stdout=file, stderr=subprocess.PIPE, text=True) as program,
    ):
        assert program.stderr is not None
        _until(lambda: '"changes": []' in out.read_text())
        (after / "sysctl.txt").write_text(CHANGED)
        _until(lambda: '"vm.swappiness"' in out.read_text())
        program.send_signal(signal.SIGINT)
        assert program.wait(10) == 1
        assert program.stderr.read() == ""


def _until(seen: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_explain_is_honest_about_what_it_does_not_know() -> None:
    answer = run("explain", "no.such.setting")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "no.such.setting" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_help_names_every_verb_and_stays_light() -> None:
    answer = run("--help")
    assert answer.returncode == 0
    for verb in ("diff", "explain", "record"):
        assert f"  {verb} " in answer.stdout
    heavy = ("asyncssh", "rich", "jinja2", "ruamel", "cryptography", "lightkube", "msgspec", "leadline.facts")
    script = f"import sys; sys.argv[1:] = ['--help']\ntry:\n from leadline.cli import main; main()\nexcept SystemExit: sys.exit(str([n for n in {heavy} if n in sys.modules]))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert loaded.stderr.strip() == "[]"


def test_diff_in_a_terminal_loads_no_page_maker(tmp_path: Path) -> None:
    sides = [str(host(tmp_path / "before")), str(host(tmp_path / "after", CHANGED))]
    script = (
        f"import sys; sys.argv[1:] = ['diff', *{sides}]\ntry:\n from leadline.cli import main; main()\n"
        "except SystemExit: sys.exit(str([n for n in ('jinja2', 'rich.console', 'asyncssh', 'jsonschema') if n in sys.modules]))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert loaded.stderr.strip() == "[]"


def test_kubectl_plugin_says_its_name(tmp_path: Path) -> None:
    plugin = tmp_path / "kubectl-leadline"
    plugin.write_text(f"#!{sys.executable}\nfrom leadline.cli import main\nmain()\n")
    plugin.chmod(0o755)
    answer = subprocess.run([plugin, "--help"], capture_output=True, text=True, check=False)
    assert answer.stdout.startswith("Usage: kubectl leadline ")
