"""WireGuard by hand: the tunnel's UDP socket belongs to the kernel, or to wireguard-go."""

import re

from leadline.base.text import Text
from leadline.explain.listening import line
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

DEFAULT = 51820
_CLUSTER = re.compile(r"flannel-wg(-v6)?|wireguard\.cali|wg-v6\.cali|cilium_wg0|kilo0|wt0|nordlynx")
_BY_HAND = re.compile(r"wg\d+|wg-\w+")


def match(change: Change, pair: Pair) -> Match | None:
    listener = change.entry
    if listener.protocol != "udp" or listener.exposure != "everywhere" or change.kind == "changed":
        return None
    witness = pair.side(change)
    own = line(change, pair)
    values = {"port": listener.port}
    if listener.processes == ("wireguard-go",):
        proof = _tunnel(witness) or witness.unit("wg-quick@wg0.service")
        return Match((own, proof), values=values) if proof else None
    if listener.processes or listener.port != DEFAULT:
        return None
    # Clusters use the same port for their own devices: then nobody can tell whose socket it is.
    if any(_CLUSTER.fullmatch(name) for name in witness.entries("ip_addr")):
        return None
    proof = _tunnel(witness)
    return Match((own, proof), values=values) if proof else None


def _tunnel(witness: Witness) -> Evidence | None:
    for name, interface in witness.entries("ip_addr").items():
        if _CLUSTER.fullmatch(name):
            continue
        if interface.kind == "wireguard" or (_BY_HAND.fullmatch(name) and interface.mac is None):
            return witness.interface(name)
        if _BY_HAND.fullmatch(name) and interface.kind in (None, "tun", "none"):
            return witness.interface(name)
    return None


rule = Rule(
    name="wireguard-listeners",
    facts=("ss",),
    component="wireguard",
    class_="config",
    why=Text(
        "WireGuard takes its peers' packets on {port}/udp, for a tunnel somebody set up on this host.",
        "WireGuard가 피어의 패킷을 받는 포트({port}/udp)로, 이 호스트에 누군가 구성한 터널의 것입니다.",
    ),
    consequence=Text(
        "It answers nobody without a known key, so a port scan does not show it.",
        "등록된 키가 없는 상대에게는 응답하지 않으므로 포트 스캔에 나타나지 않습니다.",
    ),
    since="WireGuard 1.0 (51820 is the usual port, the kernel draws one where none is set)",
    source="linux drivers/net/wireguard/socket.c; wireguard-go conn/bind_std.go",
    match=match,
)
