"""Addresses that a bridge learned from the frames on its ports."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    entry = change.entry
    if change.kind == "changed" or entry.state or not entry.master:
        return None
    side = pair.side(change)
    port = side.entries("ip_addr").get(entry.device) or side.entries("bridge_link").get(entry.device)
    if port is None or port.master != entry.master:
        return None
    seen = side.saw(
        "ip_addr" if entry.device in side.entries("ip_addr") else "bridge_link",
        f"{entry.device} master {entry.master}",
    )
    return Match((seen,), values={"port": entry.device, "bridge": entry.master})


rule = Rule(
    name="learned-forwarding",
    facts=("bridge_fdb",),
    component="kernel",
    class_="runtime",
    why=Text(
        "The bridge {bridge} learned from a frame that this address lies behind the port {port}; it forgets it after five "
        "minutes of silence.",
        "브리지 {bridge}가 프레임을 보고 이 주소가 포트 {port} 뒤에 있음을 학습했습니다. 5분 동안 조용하면 잊습니다.",
    ),
    since="every kernel",
    source="linux net/bridge/br_fdb.c br_fdb_update (ageing_time 300 s)",
    group=Text("learned bridge addresses", "브리지가 학습한 주소"),
    match=match,
)
