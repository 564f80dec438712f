"""The private filesystem in which systemd hands a service its credentials."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.proof import MOUNT
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

PATH = re.compile(r"/run/credentials/(?P<unit>[^/]+\.(?:service|socket|mount|swap))(?: #\d+)?")


def match(change: Change, pair: Pair) -> Match | None:
    found = PATH.fullmatch(change.key)
    if found is None or change.entry.fstype not in (None, "ramfs", "tmpfs"):
        return None
    side, options = pair.side(change), getattr(change.entry, "options", None) or ()
    unit = side.unit(found["unit"])
    author = (unit,) if unit else seen_apart(side, "systemd", *MOUNT)
    if author:
        return Match(author, values={"unit": found["unit"]})
    if {"ro", "mode=700"} <= set(options):
        return Match(
            (side.saw("findmnt", f"{change.key} {','.join(options)}"),), "likely", {"unit": found["unit"]}
        )
    return None


rule = Rule(
    name="service-credentials",
    facts=("findmnt", "df"),
    component="systemd",
    class_="runtime",
    why=Text(
        "systemd keeps the credentials of {unit} here while it runs; the mount comes and goes with the unit.",
        "systemd가 {unit}이 실행되는 동안 credential을 두는 곳으로, 유닛과 함께 생기고 사라집니다.",
    ),
    since="systemd 247; tmpfs instead of ramfs from 254",
    source="systemd/systemd src/core/exec-credential.c",
    group=Text("service credentials", "서비스 credential"),
    match=match,
)
