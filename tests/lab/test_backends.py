"""Pods on different nodes reach each other under every backend, as large as their MTU allows and no larger."""

from ipaddress import IPv4Network
from typing import Any

import pytest
from labs import inside, standing

from leadline.lab.lab import topology

# A datagram that may not be fragmented: what came back, or why it was not even sent.
DATAGRAM = """python3 - <<'END'
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
    asking.setsockopt(socket.IPPROTO_IP, 10, 2)  # IP_MTU_DISCOVER: always set DF
    asking.settimeout(5)
    try:
        asking.sendto(b"x" * {size}, ("{address}", 8080))
        print(asking.recv(2000).decode())
    except OSError as error:
        print(error.strerror or error)
END
"""
HEADERS = 28
"""IPv4's and UDP's, in bytes."""


@pytest.mark.parametrize(
    ("wishes", "mtu"),
    [
        ({}, 1450),
        ({"mtu": 9000, "pod_cidr": "172.20.0.0/16"}, 8950),
        ({"backend": "host-gw", "proxy": "nftables"}, 1500),
        ({"backend": "host-gw", "mtu": 9000}, 9000),
        ({"proxy": "nftables", "pod_cidr": "172.20.0.0/16"}, 1450),
    ],
    ids=lambda each: (
        "-".join(map(str, each.values())).replace("/", "_") or "plain" if isinstance(each, dict) else ""
    ),
)
def test_pods_on_two_nodes(wishes: dict[str, Any], mtu: int) -> None:
    if "pod_cidr" in wishes:
        wishes = {**wishes, "pod_cidr": IPv4Network(wishes["pod_cidr"])}
    with standing(nodes=2, pods=1, **wishes) as lab:
        here, there = topology(lab).pods
        assert f"eth0 mtu {mtu}" in inside(
            lab, here.name, "ip -o link show eth0 | sed 's/@[^ ]* <.*>//; s/://g'"
        )
        told = f"pod {there.full_name} container web on {there.node}"
        # from the pod's own address: nothing is masqueraded between pods
        answer = inside(lab, here.name, f"curl -s -m 5 http://{there.address}:8080")
        assert told in answer and f"from {here.address}:" in answer
        for size, expected in ((1, told), (mtu - HEADERS, told), (mtu - HEADERS + 1, "Message too long")):
            assert expected in inside(lab, here.name, DATAGRAM.format(size=size, address=there.address))
