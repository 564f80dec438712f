"""Sends the packets of one flow from a network namespace of a host and says what came of each.

It is sent as text and must run with Python 3.6 and nothing beside it. It prints a line of JSON for each packet that
it sent, or connection that it tried.
"""

import ctypes
import errno
import json
import os
import select
import socket
import struct
import sys
import time

# include/uapi/linux/{sched,in,icmp,tcp,errqueue}.h
_NEW_NET = 0x40000000
_MTU_DISCOVER, _DO_NOT, _PROBE = 10, 0, 3
_RECEIVE_ERRORS = 11
_SOL_RAW, _ICMP_FILTER = 255, 1
_FROM_ICMP = 2
_REPAIR, _REPAIR_QUEUE, _QUEUE_SEQUENCE = 19, 20, 21
_UDP_HEADERS = 28
_LONGEST = 65535


class Sender:
    """One flow from here. `attempt` sends one of its packets and waits for what comes of it."""

    def __init__(self, asked: "dict[str, object]") -> None:
        self.protocol = str(asked["protocol"])
        self.destination = (str(asked["destination"]), int(str(asked["port"])))
        self.bound = str(asked["source"])
        self.df = bool(asked["df"])
        self.timeout = float(str(asked["timeout"]))
        self.token = bytes.fromhex(str(asked["token"]))
        self.request = bytes.fromhex(str(asked["request"]))
        sources = asked["sources"]
        self._sources = [int(each) for each in sources] if isinstance(sources, list) else []
        begins = asked["begins"]
        self._begins = [int(each) for each in begins] if isinstance(begins, list) else []
        self._number = 0
        self._socket = None  # type: socket.socket | None
        self._port = 0

    def attempt(self, size: int, wait: float) -> "dict[str, object]":
        """What came of one packet of `size` bytes (of one connection, for TCP): `seen` and what is known of it."""
        self._number += 1
        if self.protocol == "tcp":
            return self._connection(wait)
        own = self._open()
        _emptied(own)
        said = {"size": size, "port": self._port, "at": time.time()}  # type: dict[str, object]
        began = time.monotonic()
        try:
            own.send(self._message(size))
        except OSError as error:
            return _failed(said, error, own)
        return self._answered(own, said, began, wait)

    def _answered(
        self, own: socket.socket, said: "dict[str, object]", began: float, wait: float
    ) -> "dict[str, object]":
        look = select.poll()
        look.register(own, select.POLLIN)
        while True:
            left = began + wait - time.monotonic()
            if left <= 0 or not look.poll(left * 1000):
                return dict(said, seen="timeout")
            try:
                heard = own.recv(_LONGEST)
            except OSError as error:
                return _failed(said, error, own)
            if self.protocol == "udp" or self._own(heard):
                return dict(said, seen="answer", rtt=time.monotonic() - began, bytes=len(heard))

    def _own(self, heard: bytes) -> bool:
        """Whether a raw socket heard the echo of its last packet."""
        packet = heard[(heard[0] & 15) * 4 :] if heard[:1] and heard[0] >> 4 == 4 else heard
        return packet[:1] == b"\0" and self._marked() in packet

    def _marked(self) -> bytes:
        return self.token + struct.pack("!H", self._number & 0xFFFF)

    def _message(self, size: int) -> bytes:
        """What makes a packet of this size."""
        payload = self._marked().ljust(min(size, _LONGEST) - _UDP_HEADERS, b"\0")
        if self.protocol == "udp":
            return payload
        head = struct.pack("!BBHHH", 8, 0, 0, self._port, self._number & 0xFFFF)
        whole = head + payload
        return whole[:2] + struct.pack("!H", _checksum(whole)) + whole[4:]

    def _open(self) -> socket.socket:
        if self._socket is None:
            if self.protocol == "udp":
                own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                self._port = self._bind(own)
            else:
                own = self._echoing()
            own.setsockopt(socket.IPPROTO_IP, _MTU_DISCOVER, _PROBE if self.df else _DO_NOT)
            own.setsockopt(socket.IPPROTO_IP, _RECEIVE_ERRORS, 1)
            own.setblocking(False)
            self._socket = own
        return self._socket

    def connected(self) -> "OSError | None":
        """Looks up the way there, which tells at once where there is none."""
        try:
            if self.protocol != "tcp":
                self._open().connect(self.destination)
        except OSError as error:
            return error
        return None

    def _echoing(self) -> socket.socket:
        try:
            own = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        except PermissionError:  # a user's own way to ping: the kernel writes the id, which is its port
            own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
            self._port = self._bind(own)
        else:
            own.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("=I", 0xFFFFFFFE))  # echo replies alone
            if self.bound:
                own.bind((self.bound, 0))
            self._port = self._sources[0]
        return own

    def _bind(self, own: socket.socket) -> int:
        """Takes the first source port that is free, each only once: a server remembers the connections it had."""
        while self._sources:
            port = self._sources.pop(0)
            try:
                own.bind((self.bound, port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
            else:
                return port
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))

    def _connection(self, wait: float) -> "dict[str, object]":
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as own:
            said = {"port": self._bind(own), "at": time.time()}  # type: dict[str, object]
            own.setsockopt(socket.IPPROTO_IP, _RECEIVE_ERRORS, 1)
            self._number_from(own)
            own.settimeout(wait)
            began = time.monotonic()
            try:
                own.connect(self.destination)
                said["rtt"] = time.monotonic() - began
                if self.request:
                    own.sendall(self.request)
                    said["bytes"] = len(own.recv(_LONGEST))
            except socket.timeout:  # noqa: UP041 - its own before 3.10
                return dict(said, seen="timeout", connected="rtt" in said)
            except OSError as error:
                return dict(_failed(said, error, own), connected="rtt" in said)
            return dict(said, seen="answer", connected=True)

    def _number_from(self, own: socket.socket) -> None:
        """Lets the connection's sequence numbers begin where its captures look for them: rewriting leaves them alone,
        while a port may be rewritten before any interface sees it. Where that is not permitted its ports must do."""
        try:
            for option, value in (
                (_REPAIR, 1),
                (_REPAIR_QUEUE, 2),
                (_QUEUE_SEQUENCE, self._begins[self._number - 1]),
            ):
                own.setsockopt(socket.IPPROTO_TCP, option, struct.pack("=I", value))
            own.setsockopt(socket.IPPROTO_TCP, _REPAIR, 0)
        except OSError:
            return


def _checksum(data: bytes) -> int:
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return int(~total & 0xFFFF)


def _emptied(own: socket.socket) -> None:
    """Forgets late answers to earlier packets."""
    for flags in (0, socket.MSG_ERRQUEUE):
        while True:
            try:
                own.recvmsg(_LONGEST, 512, flags)
            except OSError as error:
                if error.errno in (errno.EAGAIN, errno.EWOULDBLOCK):
                    break


def _failed(said: "dict[str, object]", error: OSError, own: socket.socket) -> "dict[str, object]":
    """What an error says: the errno in the words of a trace, and the ICMP message behind it."""
    told = dict(said, **_seen(error))
    try:
        notes = own.recvmsg(_LONGEST, 512, socket.MSG_ERRQUEUE)[1]
    except OSError:
        return told
    for level, kind, value in notes:
        if (level, kind) == (socket.IPPROTO_IP, _RECEIVE_ERRORS):
            _, origin, what, code, _, extra, _ = struct.unpack("=IBBBBII", value[:16])
            if told["seen"] == "too-big":
                told["mtu"] = extra
            if origin == _FROM_ICMP:
                told["icmp"] = [what, code]
                told["sender"] = socket.inet_ntoa(value[20:24])
    return told


def _seen(error: OSError) -> "dict[str, object]":
    words = {
        errno.ECONNREFUSED: "refused",
        errno.EHOSTUNREACH: "unreachable",
        errno.ENETUNREACH: "unreachable",
        errno.EHOSTDOWN: "unreachable",
        errno.EMSGSIZE: "too-big",
        errno.ETIMEDOUT: "timeout",
    }
    return {"seen": words.get(error.errno or 0, "unknown"), "errno": error.errno, "error": error.strerror}


def path_mtu(sender: Sender, least: int, most: int) -> "dict[str, object]":
    """The largest packet that is answered between these sizes, by bisection; what ICMP says is tried first."""
    heard = []  # type: list[list[object]]
    waits = [sender.timeout]

    def passes(size: int) -> bool:
        for _ in range(2):
            said = sender.attempt(size, waits[0])
            if said["seen"] == "answer":
                # a lost packet is silent: it is waited for as long as an answer takes, with room to spare
                waits[0] = min(waits[0], max(0.2, 8 * float(str(said["rtt"]))))
            # a closed port is as far as an open one, but a firewall on the way refuses as well
            refused = said["seen"] == "refused" and said.get("sender") == sender.destination[0]
            if refused or said["seen"] == "answer":
                return True
            if "mtu" in said:
                entry = [said["mtu"], said.get("sender", "")]
                if entry not in heard:
                    heard.append(entry)
            if said["seen"] != "timeout":
                return False
        return False

    if not passes(least):
        return {"largest": None, "lost": least, "heard": heard}
    low, high = least, most + 1
    guess = most
    while high - low > 1:
        if passes(guess):
            low = guess
        else:
            high = guess
        hints = [int(str(mtu)) for mtu, _ in heard]
        near = [each for hint in hints for each in (hint, hint + 1) if low < each < high]
        guess = min(near) if near else (low + high) // 2
    return {"largest": low, "lost": high if high <= most else None, "heard": heard}


def enter(path: str) -> None:
    """Goes into a network namespace."""
    handle = os.open(path, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).setns(handle, _NEW_NET) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(handle)


def say(what: "dict[str, object]") -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def send(asked: "dict[str, object]") -> None:
    """Sends what is asked for."""
    try:
        if asked["namespace"]:
            enter(str(asked["namespace"]))
        sender = Sender(asked)
        error = sender.connected()
    except OSError as refused:
        say({"cannot": True, "errno": refused.errno, "error": refused.strerror})
        return
    if error is not None:
        say(dict(_seen(error), at=time.time()))
        return
    sizes, pause = asked["sizes"], float(str(asked["pause"]))
    if asked["bisect"]:
        least, most = [int(each) for each in sizes] if isinstance(sizes, list) else (0, 0)
        say(path_mtu(sender, least, most))
        return
    for number, size in enumerate(sizes if isinstance(sizes, list) else []):
        if number:
            time.sleep(pause)
        say(sender.attempt(int(size), sender.timeout))
