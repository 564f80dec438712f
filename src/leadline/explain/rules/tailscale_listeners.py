"""Tailscale's sockets."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, listens
from leadline.explain.rule import Rule

rule = Rule(
    name="tailscale-listeners",
    facts=("ss",),
    component="tailscale",
    class_="config",
    why=Text(
        "Tailscale's {what} on port {port}. {binding}", "Tailscale의 {what}입니다(포트 {port}). {binding}"
    ),
    consequence=Text(
        "Everything on it is WireGuard, encrypted and authenticated.",
        "모두 암호화되고 인증되는 WireGuard 트래픽입니다.",
    ),
    since="Tailscale 1.0",
    source="tailscale cmd/tailscaled/tailscaled.go (port 41641)",
    match=listens(
        "tailscale",
        ("tailscaled",),
        {
            "udp 41641": Endpoint(
                Text("WireGuard traffic", "WireGuard 트래픽"), {"everywhere": "tailscaled"}
            ),
        },
    ),
)
