"""Tailscale's sockets: its WireGuard traffic, and what it offers on the host's address in the tailnet."""

from ipaddress import ip_address, ip_network

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, elsewhere, held_by, line, listens
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_PROGRAM = ("tailscaled",)
_TAILNET = (ip_network("100.64.0.0/10"), ip_network("fd7a:115c:a1e0::/48"))
_OFFERED = Text("offer to the other devices of the tailnet", "tailnet의 다른 장치에 제공하는 서비스")
_ONLY_THERE = Text(
    "Bound to the host's address in the tailnet: nobody outside the tailnet reaches it.",
    "바인딩: 호스트의 tailnet 주소. tailnet 밖에서는 접근할 수 없습니다.",
)
_tunnel = listens(
    "tailscale",
    _PROGRAM,
    {"udp 41641": Endpoint(Text("WireGuard traffic", "WireGuard 트래픽"), {"everywhere": "tailscaled"})},
)


def match(change: Change, pair: Pair) -> Match | None:
    return _tunnel(change, pair) or _offer(change, pair)


def _offer(change: Change, pair: Pair) -> Match | None:
    """Its PeerAPI, on a port computed from the address, and what `tailscale serve` publishes."""
    listener = change.entry
    if listener.protocol != "tcp" or only(change, "pids", "fds", "port") or not held_by(listener, _PROGRAM):
        return None
    if listener.exposure != "node" or not _in_tailnet(listener.address):
        return None
    other = elsewhere(pair.side(change), "tailscale", change.key, _PROGRAM)
    values = {"port": listener.port, "what": _OFFERED, "binding": _ONLY_THERE}
    return Match((line(change, pair), *other), "shown" if other else "likely", values)


def _in_tailnet(address: str) -> bool:
    try:
        own = ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return any(own.version == network.version and own in network for network in _TAILNET)


rule = Rule(
    name="tailscale-listeners",
    facts=("ss",),
    component="tailscale",
    class_="config",
    why=Text(
        "Tailscale's {what} on port {port}. {binding}", "Tailscale의 {what}입니다(포트 {port}). {binding}"
    ),
    consequence=Text(
        "All of it travels in WireGuard, encrypted and authenticated; the tailnet's access rules decide who gets in.",
        "모두 암호화되고 인증되는 WireGuard로 오가며, 누가 들어올 수 있는지는 tailnet의 접근 규칙이 정합니다.",
    ),
    since="Tailscale 1.0 (on the tailnet's address from 1.8)",
    source="tailscale/tailscale cmd/tailscaled/tailscaled.defaults (PORT 41641), ipn/ipnlocal/peerapi.go listen, serve.go",
    match=match,
)
