"""Two forms of one moment's output, in any order, never differ because of the form."""

from pathlib import Path

import pytest

from leadline.snapshot.diff import Change, diff
from leadline.snapshot.snapshot import Recorded, Snapshot

FORMS = Path(__file__).parent.parent / "data" / "forms"
PLAIN = {
    "ip_addr": ("ip-addr.txt", "ip-d-j-addr.json"),
    "ss": ("ss-tulnp.txt", "ss-tnlp.txt"),
    "df": ("df.txt", "df-hT.txt", "df-B1.txt"),
    "findmnt": ("findmnt.txt", "findmnt-J.json"),
    "sysctl": ("sysctl-a.txt",),
}
# what is no listing of listeners at all
REFUSED = {("ss", "ss.txt"), ("ss", "ss-xlp.txt")}
# the disk was written to between two commands
DRIFT = 64 * 1024
PAIRS = [
    pytest.param(fact, file, FORMS / fact / plain, id=f"{fact}/{file.name}-{plain}")
    for fact, plains in PLAIN.items()
    for file in sorted((FORMS / fact).iterdir())
    for plain in plains
]


def snapshot(fact: str, file: Path) -> Snapshot:
    return Snapshot("host", [Recorded(fact, fact, str(file))])


def drifted(change: Change) -> bool:
    """Whether only the space that is used moved, by little."""
    if change.fact != "df" or not change.fields or not {"used", "available"}.issuperset(change.fields):
        return False
    return all(
        abs(getattr(change.before, field) - getattr(change.after, field)) < DRIFT for field in change.fields
    )


@pytest.mark.parametrize(("fact", "file", "plain"), PAIRS)
def test_forms_of_one_moment(fact: str, file: Path, plain: Path) -> None:
    for before, after in ((file, plain), (plain, file)):
        one, other = snapshot(fact, before), snapshot(fact, after)
        changes = [change for change in diff(one, other).changes if not drifted(change)]
        assert changes == []
        read = one.fact(fact, fact) is not None and other.fact(fact, fact) is not None
        assert read == ((fact, file.name) not in REFUSED)


def text(tmp_path: Path, name: str, content: str) -> Path:
    file = tmp_path / name
    file.write_text(content)
    return file


def keys(fact: str, before: Path, after: Path) -> list[tuple[str, str]]:
    return [
        (change.kind, change.key) for change in diff(snapshot(fact, before), snapshot(fact, after)).changes
    ]


@pytest.mark.parametrize(
    ("fact", "file", "old", "new", "changes"),
    [
        ("ip_addr", "ip-4-addr.txt", "172.17.0.1/16", "172.17.0.9/16", [("changed", "docker0")]),
        ("ss", "ops-ss-tulnp.txt", "0.0.0.0:22 ", "0.0.0.0:23 ",
         [("added", "tcp 0.0.0.0:23"), ("removed", "tcp 0.0.0.0:22")]),
        ("ss", "ops-ss-tulnp.txt", ":42505", ":42506",
         [("added", "tcp 127.0.0.1:42506"), ("removed", "tcp 127.0.0.1:42505")]),
        ("df", "df-h.txt", "/dev/shm", "/dev/shn", [("added", "/dev/shn"), ("removed", "/dev/shm")]),
        ("findmnt", "findmnt-t-tmpfs.txt", "/dev/shm", "/dev/shn",
         [("added", "/dev/shn"), ("removed", "/dev/shm")]),
        ("sysctl", "sysctl-a-grep.txt", "vm.swappiness", "vm.swapped",
         [("added", "vm.swapped"), ("removed", "vm.swappiness")]),
    ],
)  # fmt: skip
def test_a_change_between_texts_of_one_form_is_seen(
    tmp_path: Path, fact: str, file: str, old: str, new: str, changes: list[tuple[str, str]]
) -> None:
    before = (FORMS / fact / file).read_text()
    assert old in before
    after = text(tmp_path, file, before.replace(old, new))
    assert keys(fact, FORMS / fact / file, after) == changes


def test_rounded_sizes_that_cannot_be_one_differ(tmp_path: Path) -> None:
    exact = text(
        tmp_path,
        "1",
        "Filesystem 1K-blocks Used Available Use% Mounted on\ntmpfs 9437184 4404019 5033165 47% /a\n",
    )
    header = "Filesystem Size Used Avail Use% Mounted on\n"
    for used, changes in (("4.2G", []), ("4.1G", [("changed", "/a")]), ("4.3G", [("changed", "/a")])):
        rounded = text(tmp_path, "2", f"{header}tmpfs 9.0G {used} 4.8G 47% /a\n")
        assert keys("df", exact, rounded) == keys("df", rounded, exact) == changes


def test_what_one_form_cannot_tell_is_named() -> None:
    one = snapshot("ip_addr", FORMS / "ip_addr" / "ip-addr-show-eth0.txt")
    problems = diff(one, snapshot("ip_addr", FORMS / "ip_addr" / "ip-addr.txt")).problems
    assert any("compared: eth0" in each.problem.text.en for each in problems)
    few = snapshot("findmnt", FORMS / "findmnt" / "findmnt-t-tmpfs.txt")
    problems = diff(few, snapshot("findmnt", FORMS / "findmnt" / "findmnt.txt")).problems
    assert any("do not cover the same" in each.problem.text.en for each in problems)
