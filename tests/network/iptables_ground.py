"""A host of its own in new namespaces: loads rules, sends packets through them, prints what the kernel counted.

Run as a program. Each line of JSON on stdin is answered by one on stdout. `tool`, `ipset` and `rules` (what `ipset restore`
and the tool's own restore read) → what `ipset save` and `iptables-save` print then. `packets` (`[port, frame as hex]`, or
`[uid, source, source port, destination, destination port, tos, mark, size]` for a socket here) → `iptables-save -c`.

in0, in1, out0 and the bridge br0 with bp0 and bp1 stand here; a frame for `in0` is sent from the other side of its veth
pair. What leaves arrives with a foreign MAC address and ends there.
"""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

from leadline.hosts import namespaces

DEVICES = {"in0": "10.1.0.1/16", "in1": "10.2.0.1/16", "out0": "10.9.0.1/16", "br0": "10.3.0.1/16"}
PORTS = ("bp0", "bp1")
TABLES = ("raw", "mangle", "nat", "filter")
BEYOND = "02:00:00:00:00:bb"
"""A MAC address that br0 knows behind bp1."""


def mac(device: str) -> str:
    return "02:00:00:00:00:" + {"in0": "10", "in1": "11", "out0": "19", "br0": "13"}[device]


def _world() -> str:
    lines = ["link set lo up", "link add br0 type bridge"]
    for device in ("in0", "in1", "out0", *PORTS):
        lines.append(f"link add {device} type veth peer name peer-{device}")
        lines.append(f"link set peer-{device} arp off up")
    lines += [f"link set {port} master br0 up" for port in PORTS]
    for device, address in DEVICES.items():
        lines.append(f"link set {device} address {mac(device)} arp off up")
        lines.append(f"address add {address} broadcast + dev {device}")
    lines += [
        "address add 10.1.0.2/16 dev in0",
        "address add 192.168.7.7/32 dev lo",
        "route add default dev out0",
    ]
    return "\n".join(lines) + "\n"


def _run(*arguments: str, text: str = "") -> str:
    done = subprocess.run(arguments, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        named = re.search(r"line:? (\d+)(?!.*\d.*line:? )", done.stderr)
        raise SystemExit(
            f"{arguments}: {done.stderr}" + (text.split("\n")[int(named[1]) - 1] if named else "")
        )
    return done.stdout


def _settings() -> None:
    for path, value in {
        "ipv4/ip_forward": "1",
        "ipv4/conf/all/rp_filter": "0",
        "ipv4/conf/default/rp_filter": "0",
        "ipv4/conf/all/accept_local": "1",
        "ipv6/conf/all/disable_ipv6": "1",
        "ipv6/conf/default/disable_ipv6": "1",
    }.items():
        with contextlib.suppress(FileNotFoundError):
            Path("/proc/sys/net", path).write_text(value)


def _send(packets: list[list[object]], raw: dict[str, socket.socket]) -> None:
    for packet in packets:
        if isinstance(packet[0], str):
            raw[packet[0]].send(bytes.fromhex(str(packet[1])))
        else:
            _say(*packet)  # type: ignore[arg-type]


def _say(
    uid: int, source: str, source_port: int, destination: str, port: int, tos: int, mark: int, size: int
) -> None:
    os.seteuid(uid)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    os.seteuid(0)
    with sender:
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, tos)
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, mark)
        sender.bind((source, source_port))
        with contextlib.suppress(PermissionError):  # dropped on its way out
            sender.sendto(bytes(size), (destination, port))


def main() -> None:
    if os.geteuid() != 0:
        namespaces.become_root_of_own()
    namespaces.unshare(namespaces.NET | namespaces.MNT)
    namespaces.mount("none", "/", "", namespaces.RECURSIVE | namespaces.PRIVATE)
    namespaces.mount("tmpfs", "/run", "tmpfs")
    _settings()
    _run("ip", "-batch", "-", text=_world())
    _settings()
    _run("bridge", "fdb", "add", BEYOND, "dev", "bp1", "master", "static")
    raw = {}
    for device in ("in0", "in1", "out0", *PORTS):
        raw[device] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        raw[device].bind((f"peer-{device}", 0))
    tool = ""
    for line in sys.stdin:
        asked = json.loads(line)
        if "rules" in asked:
            if tool not in ("", asked["tool"]):
                for table in TABLES:
                    _run(tool, "-t", table, "-F")
            tool = asked["tool"]
            _run("ipset", "-exist", "restore", text="flush\n" + asked["ipset"])
            _run(f"{tool}-restore", text=asked["rules"])
            answer = [_run("ipset", "save"), _run(f"{tool}-save")]
        else:
            _send(asked["packets"], raw)
            answer = [_run(f"{tool}-save", "-c")]
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
