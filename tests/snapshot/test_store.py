"""Folders as people have them: names, what lies beside the texts, and files that are no texts."""

import io
import os
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from leadline.base.errors import UsageError
from leadline.snapshot.pairs import match
from leadline.snapshot.snapshot import LARGEST, Snapshot
from leadline.snapshot.store import load

FORMS = Path(__file__).parent.parent / "data" / "forms"
TEXTS = {
    "ip_addr": FORMS / "ip_addr" / "ip-addr.txt",
    "ss": FORMS / "ss" / "ss-tulnp.txt",
    "df": FORMS / "df" / "df-hT.txt",
    "findmnt": FORMS / "findmnt" / "findmnt.txt",
    "sysctl": FORMS / "sysctl" / "sysctl-a.txt",
}


def put(folder: Path, name: str, fact: str = "ss") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_bytes(TEXTS[fact].read_bytes())
    return file


def only(path: Path) -> Snapshot:
    ((_, snapshot),) = load(path).items()
    return snapshot


def said(snapshot: Snapshot) -> list[str]:
    for name in snapshot.names():
        for variant in snapshot.variants(name):
            snapshot.fact(name, variant)
    return [f"{Path(each.file).name}: {each.problem.text.en}" for each in snapshot.problems]


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("ip_addr-1.txt", "ip_addr"), ("ip_a.txt", "ip_addr"), ("ipaddr_before.txt", "ip_addr"),
        ("ip addr (1).txt", "ip_addr"), ("ip_addr - 복사본.txt", "ip_addr"), ("IP_ADDR.TXT", "ip_addr"),
        ("ip-addr.txt.bak", "ip_addr"), ("설치 전 ip addr.txt", "ip_addr"), ("sudo_ip_addr.txt", "ip_addr"),
        ("network.txt", "ip_addr"), ("ss-1.txt", "ss"), ("ss -tnlp.txt", "ss"), ("before.ss", "ss"),
        ("ss.before", "ss"), ("SS-TNLP.LOG", "ss"), ("전_ss.txt", "ss"), ("ss(전).txt", "ss"), ("전.txt", "ss"),
        ("1_ss.txt", "ss"), ("01-ss.txt", "ss"), ("k8s-ctr_ss.txt", "ss"), ("node1-ss -tnlp-before.txt", "ss"),
        ("ports.txt", "ss"), ("netstat.txt", "ss"), ("df -hT.log", "df"), ("disk.txt", "df"),
        ("findmnt.stdout", "findmnt"), ("mount.txt", "findmnt"), ("tree.txt", "findmnt"),
        ("sysctl_2.txt", "sysctl"), ("sysctl -a.txt", "sysctl"), ("settings", "sysctl"),
    ],
)  # fmt: skip
def test_a_text_is_known_by_its_name_or_its_content(tmp_path: Path, name: str, fact: str) -> None:
    put(tmp_path, name, fact)
    snapshot = only(tmp_path)
    assert snapshot.names() == [fact]
    assert snapshot.entries(fact)
    assert snapshot.host == tmp_path.name


def test_a_word_in_the_name_helps_where_the_text_is_only_a_part(tmp_path: Path) -> None:
    part = TEXTS["ss"].read_text().partition("\n")[2]
    for name, facts in (("kubeadm-ss-5.txt", ["ss"]), ("ports.txt", [])):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_text(part)
        (tmp_path / name / "df.txt").write_bytes(TEXTS["df"].read_bytes())
        assert sorted(only(tmp_path / name).names()) == sorted(["df", *facts])


def test_what_no_source_reads_is_named(tmp_path: Path) -> None:
    put(tmp_path, "ss.txt")
    (tmp_path / "etc_kubernetes-1.txt").write_text("/etc/kubernetes\n├── admin.conf\n└── manifests\n")
    (tmp_path / "pstree-1.txt").write_text("systemd-+-agetty\n        |-containerd---13*[{containerd}]\n")
    (tmp_path / "memo.txt").write_text("이 서버는 3월에 설치하였습니다.\n")
    snapshot = only(tmp_path)
    assert snapshot.names() == ["ss"]
    (problem,) = said(snapshot)
    assert "etc_kubernetes-1.txt, memo.txt, pstree-1.txt" in problem


def test_a_text_known_by_its_content_says_so(tmp_path: Path) -> None:
    put(tmp_path, "ports.txt")
    assert said(only(tmp_path)) == ["ports.txt: read as ss, by its content: the name is not a command's"]


def test_two_names_of_one_command(tmp_path: Path) -> None:
    put(tmp_path, "ss.log")
    put(tmp_path, "전_ss.txt")
    assert [each.partition(",")[0] for each in said(only(tmp_path))] == ["전_ss.txt: not read"]


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("ss.txt", TEXTS["ss"].read_bytes())
    return held.getvalue()


def tarred(mode: str) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=mode) as archive:  # type: ignore[call-overload]
        archive.add(TEXTS["ss"], "ss.txt")
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("ss.zip", zipped(), "a zip archive"),
        ("ss.tar.gz", tarred("w:gz"), "a gzip archive"),
        ("ss.txt.xz", tarred("w:xz"), "a xz archive"),
        ("ss.tar", tarred("w"), "a tar archive"),
        ("ss.txt", bytes(range(256)) * 40, "binary content"),
        ("ss.txt", Path("/bin/sh").read_bytes(), "binary content"),
        ("ss.txt", b"\0" * 5000, "only zero bytes"),
        ("ss.txt", b"a" * 2_000_000, "more than a million characters"),
        ("ss.txt", b"State\n" + b"\n" * 2_000_000 + b"a" * 2_000_000, "more than a million characters"),
        ("ss.txt", b"", "empty"),
        ("ss.txt", TEXTS["df"].read_bytes(), "this one looks like filesystem space, df"),
        ("df.txt", TEXTS["ip_addr"].read_bytes(), "this one looks like network interfaces, ip_addr"),
        ("ip_addr.json", TEXTS["findmnt"].read_bytes(), "this one looks like mounts, findmnt"),
        ("findmnt.txt", TEXTS["sysctl"].read_bytes(), "this one looks like kernel settings (sysctl), sysctl"),
    ],
)  # fmt: skip
def test_what_is_no_output_of_the_command(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(content)
    snapshot = only(tmp_path)
    assert [each for each in said(snapshot) if sentence in each]
    assert all(snapshot.entries(fact) == {} for fact in snapshot.names())


def test_holes_that_a_crash_left_are_no_binary(tmp_path: Path) -> None:
    (tmp_path / "ss.txt").write_bytes(TEXTS["ss"].read_bytes() + b"\0" * 4096)
    assert only(tmp_path).entries("ss") == only(put(tmp_path / "whole", "ss.txt").parent).entries("ss")


def folder(path: Path) -> None:
    path.mkdir()


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (folder, "not a plain file"),
        (dangling, "a link to a file that is not there"),
        (endless, "not a plain file"),
        (os.mkfifo, "not a plain file"),
    ],
)
def test_a_name_without_a_file(tmp_path: Path, make: Callable[[Path], None], sentence: str) -> None:
    put(tmp_path, "df.txt", "df")
    make(tmp_path / "ss.txt")
    snapshot = only(tmp_path)
    assert [each for each in said(snapshot) if each.startswith("ss.txt: ") and sentence in each]
    assert snapshot.entries("df")


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    put(tmp_path, "df.txt", "df")
    with (tmp_path / "ss.txt").open("wb") as file:
        file.truncate(LARGEST + 1)
    assert "ss.txt: more than 64 MB is too much" in "".join(said(only(tmp_path)))


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """The kernel itself refuses this one, to root too."""
    put(tmp_path, "df.txt", "df")
    (tmp_path / "ss.txt").symlink_to("/proc/self/mem")
    assert "ss.txt: cannot be read (Input/output error)" in "".join(said(only(tmp_path)))


def test_a_folder_that_cannot_be_read(tmp_path: Path) -> None:
    put(tmp_path, "ss.txt")
    assert only(tmp_path).entries("ss")
    with pytest.raises(UsageError, match="cannot be read: File name too long"):
        load(tmp_path / ("x" * 300))
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as outer:
        Path(outer).chmod(0o755)
        closed = Path(outer) / "closed"
        closed.mkdir(mode=0)
        os.seteuid(65534 if root else os.geteuid())
        try:
            with pytest.raises(UsageError, match=r"closed: cannot be read \(Permission denied\)"):
                load(closed)
            with pytest.raises(UsageError, match="cannot be read: Permission denied"):
                load(closed / "after.tar.gz")
        finally:
            os.seteuid(0 if root else os.geteuid())


def big(line: str, size: int) -> bytes:
    return "".join(line.replace("@", str(number)) for number in range(size // len(line))).encode()


@pytest.mark.parametrize(
    "content",
    [
        big("@ lorem ipsum dolor sit amet\n", 40 << 20),
        big("@번째 줄은 명령의 출력이 아닙니다\n", 20 << 20),
        b"a\n" * (20 << 20),
        b"\n" * (60 << 20),
        b"caf\xe9 au lait\n" * (4 << 20),
    ],
    ids=["words", "korean", "short", "blank", "latin"],
)
def test_a_large_wrong_file_is_refused_at_once(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ss.txt").write_bytes(content)
    snapshot = only(tmp_path)
    begin = time.monotonic()
    (problem,) = said(snapshot)
    assert time.monotonic() - begin < 3
    assert "ss -tulnp" in problem


def test_a_large_right_file_is_read_whole(tmp_path: Path) -> None:
    """Longer than what is looked at first, cut where that ends: a table without its COMMIT there."""
    rules = big(
        "-A KUBE-SVC-@ -s 10.244.0.0/16 -m comment --comment svc-@ -j MARK --set-xmark 0x@\n", 5 << 20
    )
    chains = b"".join(
        b":%s - [0:0]\n" % name for name in sorted({line.split()[1] for line in rules.splitlines()})
    )
    (tmp_path / "iptables-save.txt").write_bytes(b"*nat\n" + chains + rules + b"COMMIT\n")
    sysctl = big("vm.own_setting_@ = @\n", 5 << 20)
    (tmp_path / "sysctl.txt").write_bytes(sysctl)
    snapshot = only(tmp_path)
    assert said(snapshot) == []
    assert len(snapshot.entries("sysctl")) == sysctl.count(b"\n")
    assert sum(key.startswith("rule ") for key in snapshot.entries("iptables")) == rules.count(b"\n")


def test_a_file_alone(tmp_path: Path) -> None:
    before, after = put(tmp_path / "web" / "before", "a.txt"), put(tmp_path / "web" / "after", "b.txt")
    ((host, one, other),) = match(before, after).pairs
    assert (host, one.names(), other.names()) == ("web", ["ss"], ["ss"])
    (tmp_path / "memo").write_text("nothing\n")
    with pytest.raises(UsageError, match="not the output of a command"):
        load(tmp_path / "memo")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ss-1.txt", "ss-2.txt"), ("ss_before.txt", "ss_after.txt"), ("before-ss.txt", "after-ss.txt"),
        ("before.ss", "after.ss"), ("ss.before", "ss.after"), ("1_ss.txt", "2_ss.txt"), ("01-ss.log", "02-ss.log"),
        ("전_ss.txt", "후_ss.txt"), ("ss_이전.txt", "ss_이후.txt"), ("Pre ss.txt", "Post ss.txt"),
        ("before.txt", "after.txt"), ("before/ss.txt", "after/ss.txt"), ("1/ports", "2/ports"),
    ],
)  # fmt: skip
def test_both_sides_in_one_folder(tmp_path: Path, one: str, other: str) -> None:
    base = tmp_path / "web"
    for name in (one, other):
        put((base / name).parent, Path(name).name)
    ((host, before, after),) = match(base, None).pairs
    assert host == "web"
    assert before.entries("ss") == after.entries("ss") != {}
    assert (Path(next(iter(before._recorded["ss"])).file), Path(next(iter(after._recorded["ss"])).file)) == (
        base / one,
        base / other,
    )


def test_both_sides_of_many_hosts_in_one_folder(tmp_path: Path) -> None:
    for host in ("ctr", "w1"):
        put(tmp_path / host, "ss-1.txt")
        put(tmp_path / host, "ss-2.txt")
    assert [host for host, _, _ in match(tmp_path, None).pairs] == ["ctr", "w1"]


def test_settings_are_no_host_name(tmp_path: Path) -> None:
    put(tmp_path, "kernel.txt", "sysctl")
    assert only(tmp_path).host == tmp_path.name
