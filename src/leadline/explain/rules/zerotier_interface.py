"""ZeroTier's tap devices."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.links import coming_or_going
from leadline.explain.pair import Pair
from leadline.explain.proof import LINK
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

# zt and the network's number in base32.
NAME = re.compile(r"zt[a-z2-7]{8}")


def match(change: Change, pair: Pair) -> Match | None:
    if not coming_or_going(change) or not NAME.fullmatch(change.key):
        return None
    author = seen_apart(pair.side(change), "zerotier", *LINK)
    return Match(author) if author else None


rule = Rule(
    name="zerotier-interface",
    facts=("ip_addr",),
    component="zerotier",
    class_="config",
    why=Text(
        "zerotier-one made this device for a ZeroTier network that the host joined; its name is made of the network's number.",
        "zerotier-one이 호스트가 가입한 ZeroTier 네트워크를 위해 만든 장치입니다. 이름은 네트워크 번호에서 나옵니다.",
    ),
    since="ZeroTier 1.2.6",
    source="zerotier/ZeroTierOne osdep/LinuxEthernetTap.cpp (_base32_5_to_8)",
    match=match,
)
