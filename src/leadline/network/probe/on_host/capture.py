"""Captures one flow's packets at every interface of some network namespaces of a host.

It is sent as text and must run with Python 3.6 and nothing beside it. It ends when a file `stop` appears in its
folder, when its time is over or when nobody reads what it prints any more; then it prints what it has, a line of
JSON for each frame.
"""

import ctypes
import json
import os
import select
import socket
import struct
import sys
import time
from pathlib import Path

# include/uapi/linux/{sched,if_ether,if_packet,if_arp}.h, asm-generic/socket.h
_NEW_NET = 0x40000000
_EVERY_PROTOCOL, _IPV4, _VLAN = 0x0003, 0x0800, 0x8100
_SOL_PACKET, _STATISTICS, _AUXILIARY = 263, 6, 8
_VLAN_VALID = 0x10
_ETHERNET = (1, 772)  # ARPHRD_ETHER, ARPHRD_LOOPBACK
_ATTACH_FILTER, _TIMESTAMP, _FORCE_RECEIVE_BUFFER = 26, 35, 33
_ICMP, _TCP, _UDP = 1, 6, 17
_ICMP_ERRORS = (3, 4, 5, 11, 12)
_LOOK_AGAIN = 50  # ms
_LONGEST = 65600
_BUFFER = 8 << 20
_MOST_PORTS = 100


class Flow:
    """What tells the flow's packets from all others. `addresses`: every address that they may bear; `ports`: those of
    the destination, as asked for and rewritten; `sources`: those that the sender may take; `token`: in its payload;
    `begins`: the first sequence numbers of its connections, which get `window` bytes further; `tunnels`: ports of
    VXLAN."""

    def __init__(self, asked: "dict[str, object]") -> None:
        def listed(key: str) -> "list[str]":
            value = asked[key]
            return [str(each) for each in value] if isinstance(value, list) else []

        self.protocol = int(str(asked["protocol"]))
        self.addresses = {socket.inet_aton(each) for each in listed("addresses")}
        self.ports = {int(each) for each in listed("ports")}
        self.sources = {int(each) for each in listed("sources")}
        self.tunnels = {int(each) for each in listed("tunnels")}
        self.begins = [int(each) for each in listed("begins")]
        self.window = int(str(asked["window"]))
        self.token = bytes.fromhex(str(asked["token"]))
        self._begun = set()  # type: set[bytes]

    def has(self, packet: bytes) -> bool:
        """Whether an IPv4 packet is of the flow, carries one that is, or tells an error of one."""
        if len(packet) < 20 or packet[0] >> 4 != 4:
            return False
        place = struct.unpack_from("!H", packet, 6)[0]
        datagram = packet[4:6] + packet[9:10] + packet[12:20]
        if place & 0x1FFF:
            return datagram in self._begun
        found = self._has(packet[9], packet[12:16], packet[16:20], packet[(packet[0] & 15) * 4 :])
        if found and place & 0x2000:
            self._begun.add(datagram)
        return found

    def _has(self, protocol: int, source: bytes, destination: bytes, body: bytes) -> bool:
        if len(body) < 8:
            return False
        ports = struct.unpack_from("!HH", body)
        if protocol == _UDP and ports[1] in self.tunnels:
            return len(body) > 30 and body[28:30] == b"\x08\x00" and self.has(body[30:])
        if protocol == _ICMP and body[0] in _ICMP_ERRORS:
            return self.has(body[8:])
        if protocol != self.protocol:
            return False
        if self.token in body or (protocol == _TCP and self._numbered(body)):
            return True
        near = (source in self.addresses) + (destination in self.addresses)
        if protocol == _ICMP:
            # an error has only the head of the packet that it is about
            return body[0] in (0, 8) and near == 2 and ports_of_echo(body) in self.sources
        if near == 2 and not self.ports.isdisjoint(ports):
            return True
        return near > 0 and not self.sources.isdisjoint(ports)

    def _numbered(self, body: bytes) -> bool:
        """Whether a TCP segment, or what an error has of it, is numbered as one of the connections."""
        numbers = [struct.unpack_from("!I", body, 4)[0]]
        if len(body) > 13 and body[13] & 0x10:
            numbers.append(struct.unpack_from("!I", body, 8)[0])
        return any(each - begin & 0xFFFFFFFF <= self.window for begin in self.begins for each in numbers)


def ports_of_echo(body: bytes) -> int:
    """The id of an ICMP echo, which stands for its ports."""
    return int(struct.unpack_from("!H", body, 4)[0])


def sieve(flow: Flow) -> bytes:
    """The flow's protocol and ports as classic BPF, so that a busy host's other traffic never gets here: everything
    in doubt passes. Empty where there are more ports than it has room for."""
    ports = sorted(flow.ports | flow.sources)
    if len(ports) > _MOST_PORTS:
        return b""
    lines = []  # type: list[tuple[int, object, object, int]]
    labels = {}  # type: dict[str, int]
    load_word_less, load_half, load_byte = 0x54, 0x28, 0x30  # and #k, ldh [k], ldb [k]
    network, ancillary = -0x100000, -0x1000

    def put(code: int, value: int, yes: object = 0, no: object = 0) -> None:
        lines.append((code, yes, no, value & 0xFFFFFFFF))

    def one_of(values: "list[int]", found: str) -> None:
        for each in values:
            put(0x15, each, found, 0)

    def fragments_pass(at: int) -> None:
        put(load_half, network + at)
        put(load_word_less, 0x1FFF)
        put(0x15, 0, 0, "pass")

    def go(label: str) -> None:
        put(0x15, 0, label, label)

    put(load_half, ancillary)  # SKF_AD_PROTOCOL
    put(0x15, _IPV4, 0, "drop")
    put(load_byte, network)
    put(0x15, 0x45, 0, "pass")
    put(load_byte, network + 9)
    put(0x15, _ICMP, "pass", 0)
    put(0x15, flow.protocol, "plain", 0)
    put(0x15, _UDP, "tunnel", "drop")
    labels["plain"] = len(lines)
    fragments_pass(6)
    for at in (20, 22):
        put(load_half, network + at)
        one_of(ports, "pass")
    if flow.protocol != _UDP:
        go("drop")
    labels["tunnel"] = len(lines)
    fragments_pass(6)
    put(load_half, network + 22)
    one_of(sorted(flow.tunnels), "inner")
    go("drop")
    labels["inner"] = len(lines)
    put(load_byte, network + 50)
    put(0x15, 0x45, 0, "pass")
    put(load_byte, network + 59)
    put(0x15, _ICMP, "pass", 0)
    put(0x15, flow.protocol, 0, "drop")
    fragments_pass(56)
    for at in (70, 72):
        put(load_half, network + at)
        one_of(ports, "pass")
    labels["drop"] = len(lines)
    put(0x06, 0)
    labels["pass"] = len(lines)
    put(0x06, 0x40000)

    def jump(here: int, to: object) -> int:
        return labels[to] - here - 1 if isinstance(to, str) else int(str(to))

    far = [(code, jump(at, yes), jump(at, no), value) for at, (code, yes, no, value) in enumerate(lines)]
    if any(max(yes, no) > 255 for _, yes, no, _ in far):
        return b""
    return b"".join(struct.pack("=HBBI", *line) for line in far)


def enter(path: str) -> None:
    """Goes into a network namespace."""
    handle = os.open(path, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).setns(handle, _NEW_NET) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(handle)


def listening(program: bytes) -> socket.socket:
    """A socket that is given every frame of every interface of this network namespace."""
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERY_PROTOCOL))
    if program:
        kept = ctypes.create_string_buffer(program)
        line = struct.pack("@HP", len(program) // 8, ctypes.addressof(kept))
        wire.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, line)
    for level, option, value in (
        (socket.SOL_SOCKET, _TIMESTAMP, 1),
        (_SOL_PACKET, _AUXILIARY, 1),
        (socket.SOL_SOCKET, _FORCE_RECEIVE_BUFFER, _BUFFER),
    ):
        try:
            wire.setsockopt(level, option, value)
        except OSError:  # in a user namespace the buffer stays as it is
            continue
    wire.setblocking(False)
    return wire


def received(wire: socket.socket) -> "tuple[bytes, tuple[str, int, int, int, bytes], int]":
    """One frame, where it was seen, and when (ns since 1970)."""
    frame, notes, _, where = wire.recvmsg(_LONGEST, 256)
    when = 0
    for level, kind, value in notes:
        if (level, kind) == (socket.SOL_SOCKET, _TIMESTAMP):
            seconds, rest = struct.unpack("@ll", value[: struct.calcsize("@ll")])
            when = seconds * 1000000000 + rest
        elif (level, kind) == (_SOL_PACKET, _AUXILIARY) and where[3] in _ETHERNET:
            status, _, _, _, _, tag, outer = struct.unpack("=IIIHHHH", value[:20])
            if status & _VLAN_VALID:
                frame = frame[:12] + struct.pack("!HH", outer or _VLAN, tag) + frame[12:]
    return frame, where, when or int(time.time() * 1000000000)


def packet_in(frame: bytes, hardware: int) -> bytes:
    """The IPv4 packet of a frame; empty where there is none."""
    if hardware not in _ETHERNET:
        return frame
    start = 16 if frame[12:14] in (b"\x81\x00", b"\x88\xa8") else 12
    return frame[start + 2 :] if frame[start : start + 2] == b"\x08\x00" else b""


def say(**what: object) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(what) + "\n")


def capture(asked: "dict[str, object]") -> None:
    """Captures until it is told to stop, then prints what it has."""
    flow = Flow(asked)
    folder, limit = Path(str(asked["folder"])), int(str(asked["limit"]))
    paths = asked["namespaces"]
    wires = {}  # type: dict[int, tuple[int, socket.socket]]
    program = sieve(flow)
    own = os.open("/proc/self/ns/net", os.O_RDONLY)
    for number, path in enumerate(paths if isinstance(paths, list) else []):
        try:
            if path:
                enter(str(path))
            wire = listening(program)
            wires[wire.fileno()] = (number, wire)
        except OSError as error:
            say(namespace=number, errno=error.errno, error=str(error.strerror))
        finally:
            enter(f"/proc/self/fd/{own}")
    if wires:
        (folder / "ready").touch()
        _loop(flow, folder, limit, time.time() + float(str(asked["seconds"])), wires)
    say(done=True)
    sys.stdout.flush()


def _loop(
    flow: Flow, folder: Path, limit: int, until: float, wires: "dict[int, tuple[int, socket.socket]]"
) -> None:
    look = select.poll()
    look.register(1, 0)  # an error alone: who reads it went away
    for handle in wires:
        look.register(handle, select.POLLIN)
    stop, kept, ending = folder / "stop", 0, False
    while True:
        told = look.poll(0 if ending else _LOOK_AGAIN)
        if any(handle == 1 for handle, _ in told):
            os._exit(1)
        for handle, _ in told:
            number, wire = wires[handle]
            try:
                frame, where, when = received(wire)
            except OSError as error:  # an interface went down: the next frame comes by another one
                if error.errno != 100:
                    raise
                continue
            if flow.has(packet_in(frame, where[3])):
                kept += 1
                if kept <= limit:
                    say(
                        namespace=number,
                        interface=where[0],
                        kind=where[2],
                        time=when,
                        link="ethernet" if where[3] in _ETHERNET else "ip",
                        frame=frame.hex(),
                    )
        if ending and not told:
            break
        ending = ending or stop.exists() or time.time() > until
        if time.time() > until + 1:
            break
    for number, wire in wires.values():
        lost = struct.unpack("@II", wire.getsockopt(_SOL_PACKET, _STATISTICS, 8))[1]
        if lost:
            say(namespace=number, lost=lost)
    if kept > limit:
        say(over=kept - limit)
