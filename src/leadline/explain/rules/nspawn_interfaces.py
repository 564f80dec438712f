"""The host's ends of systemd-nspawn containers."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.links import coming_or_going
from leadline.explain.pair import Pair
from leadline.explain.proof import LINK
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

NAME = re.compile(r"v[eb]-.+|vz-.+")


def match(change: Change, pair: Pair) -> Match | None:
    if not coming_or_going(change) or not NAME.fullmatch(change.key):
        return None
    author = seen_apart(pair.side(change), "nspawn", *LINK)
    return Match(author) if author else None


rule = Rule(
    name="nspawn-interfaces",
    facts=("ip_addr",),
    component="systemd-nspawn",
    class_="config",
    why=Text(
        "systemd-nspawn made this interface for a system container: `ve-`/`vb-` is the host's end of its veth pair, "
        "`vz-` the bridge of a zone.",
        "systemd-nspawn이 시스템 컨테이너를 위해 만든 인터페이스입니다. `ve-`/`vb-`는 veth 쌍의 호스트 쪽 끝, `vz-`는 "
        "zone의 브리지입니다.",
    ),
    since="systemd 209",
    source="systemd/systemd src/nspawn/nspawn-network.c",
    group=Text("system containers", "시스템 컨테이너"),
    match=match,
)
