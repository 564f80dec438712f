"""firewalld turns on forwarding for masquerading zones."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_writers import WRITERS, written
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    return written(change, pair, "firewalld")


rule = Rule(
    name="firewalld-sysctls",
    facts=("sysctl",),
    keys=WRITERS["firewalld"].settings,
    component="firewalld",
    class_="config",
    why=Text(
        "firewalld turns forwarding on when a zone gets masquerading or a forwarded port.",
        "firewalld가 영역(zone)에 masquerade나 포트 포워딩이 설정될 때 포워딩을 켭니다.",
    ),
    consequence=Text(
        "It stays on when the zone no longer asks for it.",
        "영역 설정을 없애도 값은 그대로 남습니다.",
    ),
    since="firewalld 0.3",
    source="firewalld/firewalld src/firewall/functions.py enable_ip_forwarding",
    match=match,
)
