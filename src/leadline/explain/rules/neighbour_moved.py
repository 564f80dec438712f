"""A neighbour that answers with another MAC address than before."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import only, reboot
from leadline.explain.rule import Match, Rule
from leadline.explain.rules.learned_neighbours import LEARNED
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if not only(change, "mac", "state", "flags") or not change.before.mac or not change.after.mac:
        return None
    if not all(set(each.state.split(",")) <= LEARNED for each in (change.before, change.after)):
        return None
    seen = pair.after.saw("ip_neigh", f"{change.key}: {change.before.mac} -> {change.after.mac}")
    values = {"before": change.before.mac, "after": change.after.mac}
    return Match((seen, *reboot(pair)), "likely", values)


rule = Rule(
    name="neighbour-moved",
    facts=("ip_neigh",),
    component="kernel",
    class_="runtime",
    why=Text(
        "This address answers with {after} instead of {before}: the machine or container behind it was replaced or "
        "restarted, or a virtual address moved to another node.",
        "이 주소가 {before} 대신 {after}로 응답합니다. 뒤에 있는 장비나 컨테이너가 교체되거나 재시작되었거나, 가상 주소가 "
        "다른 노드로 옮겨 간 것입니다.",
    ),
    consequence=Text(
        "If nothing was replaced and no virtual address moves here, look for a duplicate address or ARP spoofing.",
        "교체한 것도 옮겨 다니는 가상 주소도 없다면 주소 중복이나 ARP 스푸핑을 의심하십시오.",
    ),
    since="every kernel",
    source="linux net/core/neighbour.c neigh_update; RFC 826",
    match=match,
)
