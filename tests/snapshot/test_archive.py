"""Archives as people and programs pack them, and as nobody should: a result and a word on the rest, or one sentence."""

import bz2
import gzip
import io
import lzma
import subprocess
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from leadline.base.errors import LeadlineError, UsageError
from leadline.explain.explain import explain
from leadline.snapshot.pairs import match
from leadline.snapshot.snapshot import LARGEST, Snapshot
from leadline.snapshot.store import load

RECORDINGS = Path(__file__).parent.parent / "data" / "recordings"
SS = (RECORDINGS / "k8s-ctr" / "after" / "ss.txt").read_bytes()
DF = (RECORDINGS / "k8s-ctr" / "after" / "df.txt").read_bytes()


def tarred(*members: tuple[str, bytes] | tarfile.TarInfo, form: int = tarfile.PAX_FORMAT) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=form) as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
                continue
            info = tarfile.TarInfo(member[0])
            info.size = len(member[1])
            archive.addfile(info, io.BytesIO(member[1]))
    return held.getvalue()


def begun(name: str, content: bytes) -> bytes:
    """An archive of one member, without its end."""
    return tarred((name, content))[: 512 + len(content) + -len(content) % 512]


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def put(file: Path, content: bytes) -> Path:
    file.write_bytes(content)
    return file


def only(path: Path) -> Snapshot:
    ((_, snapshot),) = load(path).items()
    return snapshot


def problems(snapshot: Snapshot) -> str:
    for name in snapshot.names():
        snapshot.entries(name)
    return "\n".join(f"{each.file}: {each.problem.text.en}" for each in snapshot.problems)


@pytest.mark.parametrize(
    "arguments",
    [
        ("-czf", "a.tar.gz", "."), ("-cJf", "a.tar.xz", "."), ("-cjf", "a.tar.bz2", "."), ("-cf", "a.tar", "."),
        ("-czf", "a.tgz", "before", "after"), ("-czf", "no-ending", "."), ("--format=v7", "-czf", "a.tgz", "."),
        ("--format=pax", "-czf", "a.tgz", "."), ("--format=gnu", "-czf", "a.tgz", "."),
        ("--sparse", "-czf", "a.tgz", "."), ("-C", "..", "-czf", "a.tgz", "k8s-ctr"),
        ("-C", "../..", "-czf", "a.tgz", "recordings/k8s-ctr"),
    ],
)  # fmt: skip
def test_an_archive_is_the_folder_in_it(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Packed by the system's tar: both sides in one archive, each with its own wrapping."""
    words = [str(tmp_path / word) if word.startswith(("a.", "no-")) else word for word in arguments]
    place = RECORDINGS / "k8s-ctr"
    excluded = ["--exclude=after-nftables", "--exclude=k8s-w1"]
    subprocess.run(["tar", *excluded, *words], cwd=place, check=True)
    (archive,) = tmp_path.iterdir()
    ((_, one, other),) = match(archive, None).pairs
    ((_, before, after),) = match(place / "before", place / "after").pairs
    assert explain(one, other).changes == explain(before, after).changes


def test_either_side_may_be_packed_and_many_hosts_too(tmp_path: Path) -> None:
    sides = []
    for side in ("before", "after"):
        hosts = tarred(
            *(
                (f"{host}/{file.name}", file.read_bytes())
                for host in ("k8s-ctr", "k8s-w1")
                for file in (RECORDINGS / host / side).glob("*.txt")
            )
        )
        sides.append(put(tmp_path / f"{side}.tar.xz", lzma.compress(hosts)))
        with tarfile.open(sides[-1]) as archive:
            archive.extractall(tmp_path / side, filter="data")
    for before, after in (sides, (tmp_path / "before", sides[1]), (sides[0], tmp_path / "after")):
        pairs = match(before, after).pairs
        assert [name for name, _, _ in pairs] == ["k8s-ctr", "k8s-w1"]
        plain = match(tmp_path / "before", tmp_path / "after").pairs
        for (_, one, other), (_, first, second) in zip(pairs, plain, strict=True):
            assert explain(one, other).changes == explain(first, second).changes


def test_the_host_is_called_as_with_folders(tmp_path: Path) -> None:
    base = tmp_path / "web"
    base.mkdir()
    before, after = (
        put(base / f"{side}.tar", tarred((f"{side}/ss.txt", SS))) for side in ("before", "after")
    )
    assert match(before, after).pairs[0][0] == "web"
    assert only(put(tmp_path / "db1.tgz", gzip.compress(tarred(("./ss.txt", SS))))).host == "db1"
    assert list(load(put(tmp_path / "two.tar", tarred(("top/a/ss.txt", SS), ("top/b/ss.txt", SS))))) == [
        "a",
        "b",
    ]


def test_windows_made_names(tmp_path: Path) -> None:
    folder = "설치 전 " + "긴" * 120
    for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        archive = put(
            tmp_path / f"{form}.tar", tarred((f"{folder}/ss.txt", SS), (f"{folder}/df.txt", DF), form=form)
        )
        snapshot = only(archive)
        assert (snapshot.host, sorted(snapshot.names())) == (folder, ["df", "ss"])
        assert snapshot.entries("ss")


def test_files_kept_whole(tmp_path: Path) -> None:
    setting = ("files/etc/sysctl.d/99-own.conf", b"vm.swappiness = 10\n")
    snapshot = only(put(tmp_path / "a.tar", tarred(("ss.txt", SS), setting)))
    assert list(snapshot.entries("sysctl_conf")) == ["/etc/sysctl.d/99-own.conf vm.swappiness"]


def test_of_two_members_of_one_name_the_later_counts(tmp_path: Path) -> None:
    snapshot = only(put(tmp_path / "a.tar", tarred(("ss.txt", b"old"), ("./ss.txt", SS))))
    assert snapshot.entries("ss")
    assert problems(snapshot) == ""


@pytest.mark.parametrize(
    ("member", "sentence"),
    [
        (("../ss.txt", SS), "lead out of the archive or too deep: ../ss.txt"),
        (("a/../../ss.txt", SS), "lead out of the archive or too deep: a/../../ss.txt"),
        (("/etc/ss.txt", SS), "lead out of the archive or too deep: /etc/ss.txt"),
        (("a/" * 5000 + "ss.txt", SS), "lead out of the archive or too deep"),
        (special("ss.txt", tarfile.SYMTYPE, "/etc/shadow"), "ss.txt: not a plain file"),
        (special("ss.txt", tarfile.LNKTYPE, "df.txt"), "ss.txt: not a plain file"),
        (special("ss.txt", tarfile.CHRTYPE), "ss.txt: not a plain file"),
        (special("ss.txt", tarfile.FIFOTYPE), "ss.txt: not a plain file"),
        (special("ss.txt", tarfile.DIRTYPE), "ss.txt: not a plain file"),
        (("ss.txt", b"\0" * (LARGEST + 1)), "more than 64 MB is too much"),
        (("ss.txt/ss.txt", SS), "ss.txt: not a plain file"),
        (("\x1b]0;x\a/ss.txt", SS), ""),
    ],
)  # fmt: skip
def test_a_member_that_is_no_text(
    tmp_path: Path, member: tuple[str, bytes] | tarfile.TarInfo, sentence: str
) -> None:
    archive = put(tmp_path / "a.tar.gz", gzip.compress(tarred(("df.txt", DF), member), 1))
    snapshot = only(archive)
    assert snapshot.entries("df")
    assert sentence in problems(snapshot)
    assert snapshot.names() == ["df"] or snapshot.entries("ss") == {}
    assert [file.name for file in tmp_path.iterdir()] == ["a.tar.gz"]


WHOLE = tarred(("df.txt", DF), ("ss.txt", SS))


@pytest.mark.parametrize("packer", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_an_archive_that_was_cut_or_damaged(tmp_path: Path, packer: Callable[[bytes], bytes]) -> None:
    packed = packer(WHOLE)
    results = 0
    for place in range(1, 30):
        end = len(packed) * place // 30
        for broken in (packed[:end], packed[:end] + b"#" * 64 + packed[end + 64 :]):
            archive = put(tmp_path / "a.tar.gz", broken)
            try:
                snapshot = only(archive)
            except UsageError as error:
                assert str(archive) in error.text.en
                continue
            results += 1
            said = problems(snapshot)
            # damage inside of a plain tar's text is the text's, and shows nowhere else
            assert "damaged or cut short" in said or packer is bytes
            assert snapshot.fact("df", "df.txt") is None or snapshot.entries("df")
    assert results or packer is bz2.compress  # whose one block holds all of it


def test_a_bomb_is_bounded(tmp_path: Path) -> None:
    held = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, held) as packed:
        packed.write(begun("df.txt", DF))
        info = tarfile.TarInfo("more")
        info.size = 1 << 40
        packed.write(info.tobuf(tarfile.GNU_FORMAT))
    snapshot = only(put(tmp_path / "a.tgz", held.getvalue()))
    assert snapshot.entries("df")
    assert "more than 1024 MB; unpack it" in problems(snapshot)


def test_headers_without_end(tmp_path: Path) -> None:
    """Millions of names, and headers that only announce others: bounded in time."""
    begin = time.monotonic()
    many = tarfile.TarInfo("x").tobuf() * 110_000
    assert "more than 100000 files" in problems(only(put(tmp_path / "many.tar", begun("df.txt", DF) + many)))
    info = tarfile.TarInfo("././@PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, 512
    chain = (info.tobuf() + b"9" * 512) * 1000
    for link in (chain, (info.tobuf() + b"12 path=abc\n".ljust(512, b"\0")) * 1000):
        with pytest.raises(UsageError, match="damaged or cut short"):
            load(put(tmp_path / "chain.tar", link))
    assert time.monotonic() - begin < 60


def test_what_is_packed_is_no_archive(tmp_path: Path) -> None:
    assert "ss.txt.gz: a gzip archive, not a text" in problems(
        only(put(tmp_path / "ss.txt.gz", gzip.compress(SS)))
    )
    with pytest.raises(UsageError, match=r"a\.tar: no text here that leadline knows"):
        load(put(tmp_path / "a.tar", gzip.compress(tarred())))
    with pytest.raises(UsageError, match=r"a\.tar: not read, since these names lead out of the archive"):
        load(put(tmp_path / "a.tar", tarred(("../ss.txt", SS))))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([bytes, gzip.compress, bz2.compress, lzma.compress]),
    st.binary(max_size=1500),
    st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=16)), max_size=6),
    st.integers(0, len(WHOLE)),
)
@example(gzip.compress, b"", [(124, b"\xff" * 12)], len(WHOLE))
@example(bytes, b"", [(156, b"x")], len(WHOLE))
def test_any_bytes(
    tmp_path: Path,
    packer: Callable[[bytes], bytes],
    noise: bytes,
    changes: list[tuple[int, bytes]],
    end: int,
) -> None:
    """Noise, and archives whose headers say anything at all (with a right checksum): one sentence, or a result."""
    changed = bytearray(WHOLE)
    for place, piece in changes:
        changed[place : place + len(piece)] = piece
    for start in range(0, len(changed) - 511, 512):
        if changed[start + 257 : start + 262] == b"ustar":
            block = bytes(changed[start : start + 148]) + b" " * 8 + bytes(changed[start + 156 : start + 512])
            changed[start + 148 : start + 156] = b"%06o\0 " % sum(block)
    for content in (noise, packer(noise), packer(bytes(changed[:end]) + noise)):
        try:
            for snapshot in load(put(tmp_path / "a.tar", content)).values():
                problems(snapshot)
        except LeadlineError as error:
            assert "a.tar" in error.text.en
            assert "a.tar" in error.text.ko
