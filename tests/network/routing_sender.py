"""Sends packets into interfaces of this network namespace, one after the other, and prints what the kernel counts."""

import json
import socket
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

_COUNTED = {
    "IPReversePathFilter": "reverse-path",
    "InAddrErrors": "not-forwarding",
    "InNoRoutes": "no-route",
    "ForwDatagrams": "forward",
    "InDelivers": "deliver",
    "OutDestUnreachs": "icmp",
}
_IN_NO_ROUTE, _MARTIAN_DESTINATION, _MARTIAN_SOURCE = 4, 6, 7
_TTL = 77
"""Tells a packet from its errors, and from itself where it comes round."""
_PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17}


def _counters() -> dict[str, int]:
    found = {}
    for file in ("/proc/net/snmp", "/proc/net/netstat"):
        rows = Path(file).read_text().splitlines()
        for names, values in zip(rows[::2], rows[1::2], strict=True):
            for name, value in zip(names.split()[1:], values.split()[1:], strict=True):
                if name in _COUNTED and not (names.startswith("Icmp:") and name != "OutDestUnreachs"):
                    found[_COUNTED[name]] = int(value)
    return found


def _sum(data: bytes) -> int:
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def _bytes(packet: dict[str, Any]) -> bytes:
    ports = packet["source_port"] or 0x0800, packet["destination_port"] or 0xF7FF
    body = struct.pack("!HHHH", *ports, 12, 0) + bytes(4)
    if packet["protocol"] == "tcp":
        body = struct.pack("!HHIIBBHHH", *ports, 1, 0, 0x50, 2, 512, 0, 0)

    def head(checksum: int) -> bytes:
        return struct.pack(
            "!BBHHHBBHII",
            0x45,
            packet["tos"],
            20 + len(body),
            1,
            0,
            _TTL,
            _PROTOCOLS[packet["protocol"]],
            checksum,
            packet["source"],
            packet["destination"],
        )

    return head(_sum(head(0))) + body


def _filters() -> list[str]:
    """What packet filters matched since they were asked last."""
    asked = (
        ["nft", "-j", "reset", "counters", "table", "ip", "asked"],
        ["iptables", "-t", "raw", "-nvx", "-L", "PREROUTING", "-Z"],
    )
    said, listed = (subprocess.run(each, capture_output=True, check=True, text=True).stdout for each in asked)
    counters = [each["counter"] for each in json.loads(said)["nftables"] if "counter" in each]
    found = [each["name"] for each in counters if each["packets"]]
    rows = (line.split() for line in listed.splitlines())
    return found + [row[-2] for row in rows if row[-1:] == ["*/"] and row[0] != "0"]


def main() -> None:
    counted: list[dict[str, list[str]]] = []
    filtered = int(sys.argv[2])
    sockets: dict[str, tuple[socket.socket, bytes]] = {}
    for each in json.loads(Path(sys.argv[1]).read_text()):
        if each is None:
            counted.append({})
            continue
        out, mac, packet = each
        if out not in sockets:
            wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            wire.bind((out, 0x0800))
            sockets[out] = wire, bytes.fromhex(mac.replace(":", "")) + b"\x02\x00\x00\x00\x00\x07\x08\x00"
        wire, ethernet = sockets[out]
        before = _counters()
        try:
            wire.send(ethernet + _bytes(packet))
        except OSError:
            counted.append({})
            continue
        after = _counters()
        said = {"counted": [name for name in after if after[name] > before[name]]}
        if filtered > 0:
            filtered -= 1
            said["matched"] = _filters()
        counted.append(said)
    sys.stdout.write(json.dumps(counted))


if __name__ == "__main__":
    main()
