"""/etc/fstab: what is to be mounted at boot. Passwords in options are hidden."""

import re

import msgspec

from leadline.base.text import Text
from leadline.facts.concealment import HIDDEN
from leadline.facts.parts import parts
from leadline.facts.reading import free_key, refused, unread
from leadline.facts.source import Parsed, Source
from leadline.facts.table import unescaped, whole

_SECRET = re.compile(r"^(pass|passwd|password|password2|credentials|cred|secret)=.*", re.IGNORECASE)


class FstabEntry(msgspec.Struct, frozen=True):
    """A line of fstab; `options` in their order, secret ones hidden."""

    source: str
    fstype: str
    options: tuple[str, ...]
    dump: int
    check: int


def parse(text: str) -> Parsed:
    """Mount point → FstabEntry; `swap <source>` for swap, `none <source>` for other lines without one."""
    found, problems = parts(text)
    entries: dict[str, FstabEntry] = {}
    for part in found:
        for number, line in part.lines():
            words = [unescaped(word) for word in line.split("#", 1)[0].split()]
            if not 3 <= len(words) <= 6 or not all(whole(word) is not None for word in words[4:]):
                problems.append(unread(number))
                continue
            source_, target, fstype = words[:3]
            options = tuple(
                _SECRET.sub(rf"\1={HIDDEN}", option) for option in (words[3:4] or ["defaults"])[0].split(",")
            )
            dump, check = (*(whole(word) or 0 for word in words[4:]), 0, 0)[:2]
            if not target.startswith("/"):
                target = f"{'swap' if fstype == 'swap' else 'none'} {source_}"
            entries[free_key(target, entries)] = FstabEntry(source_, fstype, options, dump, check)
    if problems and not entries:
        raise refused(text, "/etc/fstab")
    return Parsed(entries, tuple(problems))


source = Source(
    name="fstab",
    title=Text("file systems to mount at boot (fstab)", "부팅 시 마운트할 파일시스템(fstab)"),
    files={
        "fstab.txt": r"sed -E 's/((pass(word2?|wd)?|cred(entials)?|secret)=)[^,[:space:]]*/\1<redacted>/g' /etc/fstab",
    },
    aliases=("etc_fstab",),
    parse=parse,
    paths=("etc/fstab",),
)
