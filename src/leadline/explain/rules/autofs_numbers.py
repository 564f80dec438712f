"""The pipe numbers in an automount's options, and other numbers that a boot draws."""

import re

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

NUMBER = re.compile(r"(?:fd|pgrp|pipe_ino|timeout)=\d+|(?:user_id|group_id)=\d+")


def match(change: Change, pair: Pair) -> Match | None:
    if change.entry.fstype != "autofs" or not only(change, "options"):
        return None
    moved = set(change.before.options) ^ set(change.after.options)
    if not all(NUMBER.fullmatch(each) for each in moved):
        return None
    return Match((pair.after.saw("findmnt", f"{change.key}: {' '.join(sorted(moved))}"),))


rule = Rule(
    name="autofs-numbers",
    facts=("findmnt",),
    component="systemd",
    class_="runtime",
    why=Text(
        "Only the numbers of systemd's pipe to the kernel differ: they are drawn at each boot or restart of the automount.",
        "systemd와 커널을 잇는 파이프의 번호만 다릅니다. 부팅하거나 automount를 다시 시작할 때마다 새로 정해집니다.",
    ),
    since="systemd 183",
    source="linux fs/autofs/inode.c autofs_show_options",
    match=match,
)
