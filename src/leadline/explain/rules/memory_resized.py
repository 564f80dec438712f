"""tmpfs sizes that follow the amount of memory."""

import re

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

SIZE = re.compile(r"(?P<name>size|nr_inodes)=(?P<number>\d+)k?")


def _ratio(change: Change) -> float | None:
    """After ÷ before, where nothing but a tmpfs' size and inode count differs."""
    if change.kind != "changed" or change.entry.fstype not in ("tmpfs", "devtmpfs"):
        return None
    if change.fact == "df":
        if "size" not in change.fields or change.before.rounded or not change.before.size:
            return None
        return float(change.after.size / change.before.size)
    if not only(change, "options"):
        return None
    old, new = set(change.before.options), set(change.after.options)
    numbers: dict[str, list[int]] = {}
    for side in (old - new, new - old):
        for each in side:
            if (match := SIZE.fullmatch(each)) is None:
                return None
            numbers.setdefault(match["name"], []).append(int(match["number"]))
    sizes = numbers.get("size", [])
    return sizes[1] / sizes[0] if len(sizes) == 2 and sizes[0] else None


def match(change: Change, pair: Pair) -> Match | None:
    ratio = _ratio(change)
    if ratio is None:
        return None
    others = [
        each
        for each in pair.changes(change.fact, "changed")
        if each.key != change.key and (other := _ratio(each)) is not None and abs(other / ratio - 1) < 0.02
    ]
    if not others:
        return None
    return Match(
        (pair.after.saw(change.fact, f"{others[0].key} too, by {ratio:.2f}"),),
        values={"ratio": f"{ratio:.2f}"},
    )


rule = Rule(
    name="memory-resized",
    facts=("findmnt", "df"),
    component="kernel",
    class_="derived",
    why=Text(
        "The sizes of several tmpfs moved together, by {ratio}: they are shares of the memory, so the host's memory changed.",
        "여러 tmpfs의 크기가 함께 {ratio}배가 되었습니다. 메모리에 대한 비율로 정해지므로, 호스트의 메모리가 바뀐 것입니다.",
    ),
    since="every kernel",
    source="linux mm/shmem.c shmem_default_max_blocks; systemd/systemd src/shared/mount-setup.c",
    group=Text("sizes that follow the memory", "메모리를 따르는 크기"),
    match=match,
)
