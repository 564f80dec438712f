"""The other side of the test against the kernel: a network namespace that loads rulesets and sends frames.

Read as lines on stdin: {"load": ruleset} → {"text", "json"}: how it is listed; {"send": [[interface, frame in hex], …]}
→ {set: elements} of the table `out`, emptied afterwards. The packets come in by v0 and w0, whose peers are v1 and w1.
"""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from leadline.hosts import namespaces
from leadline.network.packet import PROTOCOLS, Packet

_WIRED = """
link set lo up
link add v0 address 02:00:00:00:00:01 type veth peer name v1
link add w0 address 02:00:00:00:00:02 type veth peer name w1
addr add 10.1.0.1/16 brd + dev v0
addr add 10.2.0.1/16 brd + dev w0
link set v0 arp off up
link set w0 arp off up
link set v1 up
link set w1 up
"""
_SYSCTLS = {
    "net/ipv4/ip_forward": 1,
    "net/ipv4/conf/all/rp_filter": 0,
    "net/ipv4/conf/v0/rp_filter": 0,
    "net/ipv4/conf/w0/rp_filter": 0,
    "net/netfilter/nf_conntrack_tcp_be_liberal": 1,
    "net/netfilter/nf_conntrack_checksum": 0,
    "net/netfilter/nf_conntrack_udp_timeout": 600,
    "net/netfilter/nf_conntrack_icmp_timeout": 600,
}
_FLAG_BITS = {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16}


def frame(packet: Packet, identity: int, to: str) -> str:
    """The bytes of a packet with this IP id, in hex, to the interface with this MAC address."""
    ports = (packet.source_port or 0).to_bytes(2) + (packet.destination_port or 0).to_bytes(2)
    room = packet.size - 20
    if packet.protocol == "tcp":
        flags = sum(_FLAG_BITS[name] for name in packet.flags)
        begun = (5000, 1001) if packet.flags == {"syn", "ack"} else (1000, 1 if "ack" in packet.flags else 0)
        body = (
            ports
            + begun[0].to_bytes(4)
            + begun[1].to_bytes(4)
            + bytes((0x50, flags))
            + bytes((255, 255, 0, 0, 0, 0))
        )
    elif packet.protocol == "udp":
        body = ports + room.to_bytes(2) + bytes(2)
    elif packet.icmp is not None:
        body = bytes(packet.icmp) + bytes((0, 0, 0, 1, 0, 1))
    else:
        body = bytes(8)
    number = PROTOCOLS.get(packet.protocol) or int(packet.protocol)
    header = bytes((0x45, packet.tos)) + packet.size.to_bytes(2) + identity.to_bytes(2)
    header += bytes((0x40 if packet.df else 0, 0, packet.ttl, number)) + bytes(2)
    header += packet.source.to_bytes(4) + packet.destination.to_bytes(4)
    header = header[:10] + _checksum(header) + header[12:]
    ethernet = bytes.fromhex(to.replace(":", "")) + bytes.fromhex("02000000000f0800")
    return (ethernet + header + body + bytes(room - len(body))).hex()


def _checksum(header: bytes) -> bytes:
    total = sum(int.from_bytes(header[at : at + 2]) for at in range(0, len(header), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return (total ^ 0xFFFF).to_bytes(2)


def _nft(*arguments: str, text: str | None = None) -> str:
    return subprocess.run(["nft", *arguments], input=text, text=True, check=True, capture_output=True).stdout


def _loaded(ruleset: str) -> dict[str, str]:
    _nft("-f", "-", text=f"flush ruleset\n{ruleset}")
    return {"text": _nft("list", "ruleset"), "json": _nft("-j", "list", "ruleset")}


def _sent(frames: list[tuple[str, str]], sockets: dict[str, socket.socket]) -> dict[str, list[Any]]:
    for interface, each in frames:
        sockets[interface].send(bytes.fromhex(each))
    time.sleep(0.05)
    listed = json.loads(_nft("-j", "list", "table", "inet", "out"))["nftables"]
    sets = [each["set"] for each in listed if "set" in each]
    _nft("-f", "-", text="".join(f"flush set inet out {each['name']}\n" for each in sets))
    return {each["name"]: [_parts(element) for element in each.get("elem", ())] for each in sets}


def _parts(element: Any) -> Any:
    if isinstance(element, dict) and "elem" in element:
        element = element["elem"]["val"]
    return element["concat"]


def main() -> None:
    namespaces.end_with_parent()
    if os.geteuid() != 0:
        namespaces.become_root_of_own()
    namespaces.unshare(namespaces.NET)
    subprocess.run(["ip", "-batch", "-"], input=_WIRED, text=True, check=True)
    _nft(
        "add table inet t; add chain inet t c { type filter hook input priority 0; }; add rule inet t c ct state new"
    )
    for key, value in _SYSCTLS.items():
        Path("/proc/sys", key).write_text(str(value))
    sockets = {}
    for interface in ("v1", "w1"):
        sockets[interface] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        sockets[interface].bind((interface, 0))
    for line in sys.stdin:
        told = json.loads(line)
        try:
            answer: dict[str, Any] = _loaded(told["load"]) if "load" in told else _sent(told["send"], sockets)
        except subprocess.CalledProcessError as wrong:
            answer = {"error": wrong.stderr}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
