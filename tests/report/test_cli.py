"""The program as a user calls it: exit codes, files, languages, mistakes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from leadline.cli.explain import _topics
from leadline.explain.knowledge import find

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


def test_names_that_stand_the_wrong_way_round_are_noted(tmp_path: Path) -> None:
    before, after = host(tmp_path / "before"), host(tmp_path / "after", CHANGED)
    assert "swap them" not in run("diff", before, after).stdout
    assert "BEFORE is called after" in run("diff", after, before).stdout


def test_two_files(tmp_path: Path) -> None:
    one, other = host(tmp_path / "1") / "sysctl.txt", host(tmp_path / "2", CHANGED) / "sysctl.txt"
    assert run("diff", one, other).returncode == 1
    assert run("diff", one, one).returncode == 0
    (tmp_path / "memo").write_text("nothing\n")
    refused = run("diff", one, tmp_path / "memo")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "not the output of a command" in refused.stderr


def test_a_fleet_gives_one_valid_record_in_pieces(tmp_path: Path) -> None:
    schema = json.loads((Path(__file__).parents[2] / "docs" / "schema" / "diff-v1.json").read_text())
    for name in ("a", "b", "c"):
        host(tmp_path / "before" / name)
        host(tmp_path / "after" / name, SYSCTL if name == "b" else CHANGED)
    (tmp_path / "after" / "c" / "sysctl.txt").rename(tmp_path / "after" / "c" / "df.txt")
    answer = run("diff", tmp_path / "before", tmp_path / "after", "-o", "json")
    record = json.loads(answer.stdout)
    jsonschema.validate(record, schema)
    assert answer.stdout == json.dumps(record, indent=2, ensure_ascii=False) + "\n"
    assert [(each["host"], len(each["changes"]), len(each["problems"])) for each in record["hosts"]] == [
        ("a", 1, 0),
        ("b", 0, 1),
        ("c", 0, 1),
    ]
    written = run("diff", tmp_path / "before", tmp_path / "after", "--to", tmp_path / "out.json")
    assert (written.returncode, (tmp_path / "out.json").read_text()) == (1, answer.stdout)


_PEAK = """
import resource, sys
sys.argv[1:] = ["diff", *sys.argv[1:]]
try:
    from leadline.cli import main; main()
except SystemExit:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


@pytest.mark.parametrize("form", ["json", "terminal"])
def test_memory_does_not_grow_with_the_fleet(tmp_path: Path, form: str) -> None:
    keys = "".join(f"net.test.group{number}.key = {number}\n" for number in range(2000))
    for number in range(80):
        host(tmp_path / "before" / f"node{number}", keys)
        host(tmp_path / "after" / f"node{number}", keys.replace("7\n", "8\n"))

    def peak(*sides: Path) -> int:
        done = subprocess.run(
            [sys.executable, "-c", _PEAK, *map(str, sides), "-o", form],
            capture_output=True,
            text=True,
            check=False,
        )
        return int(done.stderr)

    one = peak(tmp_path / "before" / "node1", tmp_path / "after" / "node1")
    # kilobytes: each host's texts and values alone would take half a megabyte
    assert peak(tmp_path / "before", tmp_path / "after") - one < 80 * 150


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
        size = out.stat().st_size
        after.rename(tmp_path / "away")
        time.sleep(4)
        (tmp_path / "away").rename(after)
        _until(lambda: out.stat().st_size > size)
        program.send_signal(signal.SIGINT)
        assert program.wait(10) == 1
        assert {line.partition(": ")[2] for line in program.stderr.read().splitlines()} == {
            f"{after}: no such folder; `leadline record --to {after}` makes one"
        }


def _until(seen: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("key", "kind", "name"),
    [
        *((key, "sysctl", "net.ipv4.ip_forward") for key in (
            "net.ipv4.ip_forward", "net/ipv4/ip_forward", "/proc/sys/net/ipv4/ip_forward", "net.ipv4.ip_forward = 1",
            "sysctl net.ipv4.ip_forward", "net.ipv4.ip_forward=1", "NET.IPV4.IP_FORWARD", " net.ipv4.ip_forward ")),
        *((key, "sysctl", "net.ipv4.conf.flannel/1.rp_filter") for key in (
            "net/ipv4/conf/flannel.1/rp_filter", "/proc/sys/net/ipv4/conf/flannel.1/rp_filter")),
        *((key, "port", "10250/tcp") for key in (
            "10250", ":10250", "*:10250", "10250/TCP", "tcp/10250", "tcp:10250", "0.0.0.0:10250", "[::]:10250",
            "tcp 0.0.0.0:10250", "10.0.0.5%eth0:10250", "localhost:10250")),
        *((key, "port", "10248/tcp") for key in ("127.0.0.1:10248", "[::1]:10248", "tcp 127.0.0.1:10248")),
        *((key, "port", "8472/udp") for key in ("udp 8472", "udp:8472", "8472/UDP", "udp *:8472")),
        *((key, "chain", "KUBE-SERVICES") for key in ("kube-services", "Kube-Services")),
        *((key, "interface", "flannel.1") for key in ("flannel/1", "flannel.1@eth0", "FLANNEL.1", "flannel.1:")),
        ("veth1234abcd@if2", "interface", "veth1234abcd"),
        ("Kubelet", None, "kubelet"),
    ],
)  # fmt: skip
def test_explain_takes_a_name_as_people_write_it(key: str, kind: str | None, name: str) -> None:
    found = _topics(key)
    assert found
    assert found == find(name, kind)


@pytest.mark.parametrize(
    "key", ["", " ", ":", "/", "99999", "tcp", "²", "a;b", "../x", "127.0.0.1", "x" * 5000]
)
def test_explain_knows_nothing_of_it(key: str) -> None:
    assert _topics(key) == []


@pytest.mark.parametrize(
    ("arguments", "en", "ko"),
    [
        (("dif",), "no verb dif; did you mean diff?", "혹시 diff입니까?"),
        (("zzz",), "there are diff, explain, lab, probe", "있는 명령: diff, explain, lab, probe"),
        (("diff",), "BEFORE is missing", "BEFORE: 값이 필요합니다"),
        (("diff", "", "x"), "an empty name", "빈 이름입니다"),
        (("diff", "a", "b", "--hots", "x"), "no option --hots; did you mean --host?", "혹시 --host입니까?"),
        (
            ("diff", "a", "b", "-o", "yaml"),
            "--output is one of html, json",
            "다음 중 하나입니다: html",
        ),
        (("diff", "a", "b", "--class", "x"), "--class is one of config", "다음 중 하나입니다: config"),
        (("diff", "a", "b", "--to"), "--to needs a value", "--to: 값이 필요합니다"),
        (("record", "--to", "x", "--jobs", "0"), "a whole number from 1 to 256", "1 이상 256 이하의 정수"),
        (("record",), "--to is missing", "--to: 값이 필요합니다"),
        (("explain",), "KEY… is missing", "KEY…: 값이 필요합니다"),
    ],
)
def test_mistakes_are_one_sentence(arguments: tuple[str, ...], en: str, ko: str) -> None:
    for lang, sentence in (("en", en), ("ko", ko)):
        answer = run("--lang", lang, *arguments)
        assert (answer.returncode, answer.stdout) == (2, "")
        assert answer.stderr.startswith("leadline: ")
        assert sentence in answer.stderr
        assert len(answer.stderr.splitlines()) <= 2


def test_progress_is_told_where_it_is_asked_for(tmp_path: Path) -> None:
    sides = host(tmp_path / "before" / "web"), host(tmp_path / "after" / "web", CHANGED)
    assert run("diff", *sides, "-v").stderr == "web: 1 change\n"
    assert run("diff", *sides, "--lang", "ko", "-v").stderr == "web: 변경 1건\n"
    for quiet in ((), ("-q",)):
        assert run("diff", *sides, *quiet).stderr == ""


def test_an_unknown_fact_or_host_names_those_that_are_meant(tmp_path: Path) -> None:
    sides = host(tmp_path / "before"), host(tmp_path / "after")
    assert "there are sysctl," in run("diff", *sides, "--fact", "sysctls").stderr
    assert "그런 호스트가 없습니다" in run("diff", *sides, "--host", "x", "--lang", "ko").stderr


@pytest.mark.parametrize(
    ("redirect", "code"),
    [
        (">&-", 1), (">&- 2>&-", 1), ("2>&-", 1), ("| head -1 >/dev/null; exit ${PIPESTATUS[0]}", 1),
        (">/dev/full", 2), ("-o json >/dev/full", 2),
    ],
)  # fmt: skip
def test_an_output_that_goes_nowhere(tmp_path: Path, redirect: str, code: int) -> None:
    many = "".join(f"vm.key{number} = 1\n" for number in range(5000))
    sides = host(tmp_path / "before", many), host(tmp_path / "after", many.replace(" 1", " 2"))
    answer = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m leadline diff {sides[0]} {sides[1]} {redirect}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == code
    assert "Traceback" not in answer.stderr
    assert len(answer.stderr.splitlines()) == (code == 2)


def test_a_pipe_stays_a_pipe(tmp_path: Path) -> None:
    sides = host(tmp_path / "before"), host(tmp_path / "after", CHANGED)
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True) as reader:
        assert run("diff", *sides, "--to", pipe).returncode == 1
        assert json.loads(reader.communicate(timeout=30)[0])["schema"] == "leadline/diff/v1"
    assert pipe.is_fifo()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    sides = host(tmp_path / "before"), host(tmp_path / "after", CHANGED)
    (tmp_path / "link.html").symlink_to(tmp_path / "report.html")
    assert run("diff", *sides, "--to", tmp_path / "link.html").returncode == 1
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "report.html").read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    "environment",
    [
        {"LANG": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        {"LANG": "ko_KR.eucKR", "PYTHONIOENCODING": "cp949"},
        {"COLUMNS": "40"}, {"COLUMNS": "1"}, {"COLUMNS": "x"}, {"TERM": "dumb"}, {"NO_COLOR": "1"}, {"HOME": "/nowhere"},
    ],
)  # fmt: skip
def test_any_terminal(tmp_path: Path, environment: dict[str, str]) -> None:
    sides = host(tmp_path / "전"), host(tmp_path / "후", CHANGED)
    command = [sys.executable, "-m", "leadline", "diff", *map(str, sides), "--lang", "ko"]
    answer = subprocess.run(
        command, capture_output=True, check=False, env={"PATH": os.environ["PATH"], **environment}
    )
    assert (answer.returncode, answer.stderr) == (1, b"")
    assert b"vm.swappiness" in answer.stdout
    assert b"\x1b" not in answer.stdout


def test_completion_knows_verbs_options_and_facts() -> None:
    def completed(*words: str) -> list[str]:
        answer = run(
            _LEADLINE_COMPLETE="bash_complete",
            COMP_WORDS=" ".join(("leadline", *words)),
            COMP_CWORD=str(len(words)),
        )
        return answer.stdout.split()

    assert completed("di") == ["plain,diff"]
    assert completed("diff", "--fa") == ["plain,--fact"]
    assert "plain,sysctl" in completed("diff", "--fact", "sys")
    assert completed("diff", "be") == ["file,be"]


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
    plugin.write_text(f"#!{sys.executable}\nfrom leadline.__main__ import main\nmain()\n")
    plugin.chmod(0o755)
    answer = subprocess.run([plugin, "--help"], capture_output=True, text=True, check=False)
    assert answer.stdout.startswith("Usage: kubectl leadline ")
