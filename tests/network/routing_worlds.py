"""Network namespaces with random addresses, routes, rules and settings, and what their kernel says of packets."""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from leadline.network.packet import Packet, dotted

DEVICES = ("v0", "v1", "v2", "v3", "br.9")
"""Two veth pairs, whose other ends hand on what is sent into them, and a bridge without a port."""
FIRST, LOCAL = (10, 10, 10, 11), 11
"""What addresses begin with; where no gateway is, whole networks may be local."""
_TYPES = ("local", "broadcast", "anycast", "multicast")
_PEERS = {"v0": "v1", "v1": "v0", "v2": "v3", "v3": "v2"}
_MACS = {device: f"02:00:00:00:00:0{place}" for place, device in enumerate(_PEERS)}
_TABLES = ("main", "main", "main", "77", "78", "local")
_ERRORS = {
    "Network is unreachable": "ENETUNREACH",
    "No route to host": "EHOSTUNREACH",
    "Permission denied": "EACCES",
    "Invalid argument": "EINVAL",
    "Invalid cross-device link": "EINVAL",
    "No such device": "ENODEV",
}
_SENDER = Path(__file__).with_name("routing_sender.py")
_FILTERS = Path(__file__).parent.parent / "data" / "network" / "routing" / "filters.nft"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One `ip route get`. `came_in`: of a packet that came in; `bound`: to an interface, of one made here."""

    packet: Packet
    came_in: str = ""
    bound: str = ""

    def words(self, *, match: bool = False) -> str:
        packet = self.packet
        words = ["route get", *(["fibmatch"] if match else []), dotted(packet.destination)]
        if packet.source:
            words += ["from", dotted(packet.source)]
        for name, value in (
            ("iif", self.came_in),
            ("oif", self.bound),
            ("tos", packet.tos and f"{packet.tos:#x}"),
            ("mark", packet.mark),
        ):
            if value:
                words += [name, str(value)]
        words += ["ipproto", packet.protocol]
        for name, port in (("sport", packet.source_port), ("dport", packet.destination_port)):
            if port:
                words += [name, str(port)]
        return " ".join(words)


def _prefix(address: int, length: int) -> str:
    return f"{dotted(address & 0xFFFFFFFF << 32 - length)}/{length}"


class World:
    """What to set up. All of it follows from the seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.custom = seed % 3 != 0
        self.addresses: list[tuple[int, int, str]] = []
        self.links = self._links()
        self.setup = [*self._addresses(), *self._routes()]
        if self.custom:
            self.setup += self._rules()
        self.up: tuple[str, ...] = DEVICES
        if seed % 2:
            self.setup.append("link set v3 down")
            self.up = tuple(device for device in DEVICES if device != "v3")
        self.settings = self._settings()

    def _links(self) -> list[str]:
        made = ["link set lo up", "link add v0 type veth peer name v1", "link add v2 type veth peer name v3"]
        made += [f"link set {device} address {mac}" for device, mac in _MACS.items()]
        return [*made, "link add br.9 type bridge", *(f"link set {device} up" for device in DEVICES)]

    def some(self, first: int = 10) -> int:
        """A random address of few, so that routes overlap."""
        draw = self.random
        return (
            first << 24
            | draw.randrange(4) << 16
            | draw.choice((0, 1, 2, 128)) << 8
            | draw.choice((0, 1, 2, 7, 127, 128, 200, 255))
        )

    def network(self) -> str:
        length = self.random.choice((8, 14, 15, 16, 16, 22, 24, 24, 25, 30, 31, 32))
        return _prefix(self.some(self.random.choice(FIRST)), length)

    def _addresses(self) -> list[str]:
        made = []
        for device in (*DEVICES, "lo"):
            for _ in range(self.random.choice((0, 1, 1, 2, 3))):
                address, length = self.some() | 1, self.random.choice((16, 22, 24, 24, 25, 30, 31, 32))
                if self.random.random() < 0.15:
                    address = 127 << 24 | self.random.randrange(2, 9)
                if all(address != other for other, _, _ in self.addresses):
                    self.addresses.append((address, length, device))
                    made.append(f"addr add {dotted(address)}/{length} dev {device}")
        return made

    def _way(self) -> str:
        draw = self.random
        device = draw.choice(DEVICES)
        near = [(address, length) for address, length, at in self.addresses if at == device and length < 31]
        kind = draw.random()
        if near and kind < 0.5:
            address, length = draw.choice(near)
            return f"via {dotted(address ^ draw.randrange(2, 1 << min(8, 32 - length)))} dev {device}"
        if kind < 0.65:
            return f"via {dotted(self.some())} dev {device} onlink"
        return f"dev {device}"

    def _routes(self) -> list[str]:
        draw = self.random
        made = []
        for number in range(70):
            to = draw.choice((self.network(), self.network(), self.network(), "default", "127.5.0.0/16"))
            table = (
                draw.choice(_TABLES)
                if self.custom
                else draw.choice(("main", "main", "main", "local", "default"))
            )
            words = [draw.choice(("add", "add", "append")), ""]
            refusing = draw.random() < 0.12
            typed = "" if refusing or (table != "local" and draw.random() > 0.08) else draw.choice(_TYPES)
            if table == "local" or typed == "local":
                # which gateways were addresses here when their routes were set is nowhere recorded
                to = _prefix(self.some(LOCAL), draw.choice((32, 30, 24, 16)))
                to = draw.choice((to, dotted(self.some())))
            if refusing:
                words.insert(1, draw.choice(("blackhole", "unreachable", "prohibit", "throw")))
            elif typed:
                words.insert(1, typed)
                words += ["dev", draw.choice(("lo", *DEVICES))]
            elif draw.random() < 0.2:
                for _ in range(draw.choice((2, 2, 3))):
                    words += ["nexthop", self._way(), "weight", str(draw.choice((1, 1, 3)))]
            else:
                words.append(self._way())
            words[words.index("")] = to
            words += ["table", table]
            if draw.random() < 0.15:
                words += ["tos", draw.choice(("0x10", "0x8", "0x40", "0x4"))]
            if draw.random() < 0.4:
                words += ["metric", str(draw.choice((5, 10)))]
            sources = [address for address, _, _ in self.addresses if address >> 24 != 127]
            plain = not refusing and table != "local"
            # a text tells no two routes apart that differ in their source address alone
            if draw.random() < 0.2 and sources and plain and "metric" not in words:
                words += ["src", dotted(draw.choice(sources)), "metric", str(number + 20)]
            if draw.random() < 0.1 and not refusing:
                words += ["mtu", str(draw.choice((1300, 1400)))]
            # the ways of a multipath route come last
            if "nexthop" in words:
                at, end = words.index("nexthop"), words.index("table")
                words = [*words[:at], *words[end:], *words[at:end]]
            made.append(" ".join(["route", *words]))
        return sorted(made, key=lambda line: " local " not in line)

    def _rules(self) -> list[str]:
        draw = self.random
        made = []
        for priority in sorted(draw.sample(range(1, 500), 8)):
            words = [f"rule add priority {priority}"]
            words += ["not"] if draw.random() < 0.15 else []
            for chance, selector in (
                (0.3, f"from {self.network()}"),
                (0.3, f"to {self.network()}"),
                (0.25, f"fwmark {draw.choice(('1', '0x2/0x2', '0x10/0xf0', '0/0x1'))}"),
                (0.1, f"tos {draw.choice(('0x10', '0x8'))}"),
                (0.2, f"iif {draw.choice(('lo', 'v0', 'v2', 'gone'))}"),
                (0.12, f"oif {draw.choice(('v0', 'v1', 'br.9'))}"),
                (0.1, f"ipproto {draw.choice(('tcp', 'udp'))}"),
                (0.1, f"dport {draw.choice(('80', '1-1000'))}"),
                (0.08, f"sport {draw.choice(('4000', '1-5000'))}"),
                (0.06, f"uidrange {draw.choice(('0-0', '5-10'))}"),
                (0.04, "l3mdev"),
            ):
                words += [selector] if draw.random() < chance else []
            if "l3mdev" in words:
                made.append(" ".join(words))
                continue
            action = draw.random()
            if action < 0.65:
                words.append(f"lookup {draw.choice(('77', '78', 'main', '79'))}")
                words += [f"suppress_prefixlength {draw.choice((0, 16))}"] if draw.random() < 0.3 else []
            elif action < 0.8:
                words.append(draw.choice(("blackhole", "unreachable", "prohibit")))
            elif action < 0.9:
                words.append("type nop")
            else:
                words.append(f"goto {draw.choice((500, 32766, 777))}")
            made.append(" ".join(words))
        made.append("rule add priority 500 type nop")
        if draw.random() < 0.3:
            made += ["rule add priority 100 lookup local", "rule del priority 0"]
        return made

    def _settings(self) -> dict[str, int]:
        draw = self.random
        chosen = {"ip_forward": draw.choice((0, 1, 1))}
        chances = {
            "rp_filter": (0.3, (0, 0, 1, 2)),
            "forwarding": (0.0, (0, 1)),
            "route_localnet": (0.2, (0, 1)),
            "accept_local": (0.2, (0, 1)),
            "src_valid_mark": (0.3, (0, 1)),
            "send_redirects": (0.5, (0, 1)),
            "bc_forwarding": (0.5, (0, 1)),
            "ignore_routes_with_linkdown": (0.3, (0, 1)),
        }
        for name, (of_all, values) in chances.items():
            if draw.random() < of_all:
                chosen[f"conf/all/{name}"] = draw.choice(values)
            for device in DEVICES:
                if draw.random() < 0.5:
                    chosen[f"conf/{device}/{name}"] = draw.choice(values)
        return chosen

    def question(self, *, came_in: bool) -> Question:
        draw = self.random
        own = [address for address, _, _ in self.addresses]
        special = [127 << 24 | 1, 127 << 24 | 5 << 16 | 1, 8 << 24, 0xFFFFFFFF, 0xE0000001, 0]
        # what is multicast is delivered to those who have joined, and all have joined this one group
        special += [] if came_in else [0xEF010101]

        def address(specials: float) -> int:
            kind = draw.random()
            if kind < specials:
                return draw.choice(special)
            return draw.choice(own) if kind < specials + 0.25 and own else self.some(draw.choice(FIRST))

        protocol = draw.choice(("tcp", "udp", "icmp"))
        port = protocol != "icmp"
        return Question(
            packet=Packet(
                protocol=protocol,
                source=address(0.07) if came_in or draw.random() < 0.4 else 0,
                destination=address(0.08),
                source_port=draw.choice((4000, 40000)) if port else None,
                destination_port=draw.choice((80, 8080)) if port else None,
                size=60,
                tos=draw.choice((0, 0, 0, 0x10, 0x8, 0x40, 0x50)),
                mark=draw.choice((0, 0, 1, 2, 3, 0x10)),
            ),
            came_in=draw.choice(self.up) if came_in else "",
            bound=draw.choice(DEVICES) if not came_in and draw.random() < 0.25 else "",
        )

    def asked(self, folder: Path, questions: list[Question], filtered: int) -> list[dict[str, Any]]:
        """The kernel's answers in order, with the route each of them rests on as `match`, and what it counted when the
        packet came in as `counted`; of the first `filtered` with what packet filters `matched`. The namespace's texts are left in `folder`/host."""
        host = folder / "host"
        host.mkdir(parents=True)
        (folder / "links").write_text("".join(f"{line}\n" for line in self.links))
        (folder / "setup").write_text("".join(f"{line}\n" for line in self.setup))
        batch = [each.words(match=match) for match in (False, True) for each in questions]
        (folder / "questions").write_text("".join(f"{line}\n" for line in batch))
        sent = [
            [_PEERS[each.came_in], _MACS[each.came_in], msgspec.to_builtins(each.packet)]
            if each.came_in in _PEERS and not each.packet.mark
            else None
            for each in questions
        ]
        (folder / "packets").write_text(json.dumps(sent))
        settings = "\n".join(
            f"echo {value} > /proc/sys/net/ipv4/{name}" for name, value in self.settings.items()
        )
        script = f"""
            ip -batch links
            {settings}
            ip -force -batch setup >/dev/null 2>&1
            # the kernel tells routes of a lost carrier a little later
            for try in 1 2 3 4 5 6 7 8 9 10; do
                ip link show v2 | grep -q ",UP,LOWER_UP" || ip route show table all | grep -q linkdown && break
                ip link show v2 | grep -q ",UP,LOWER_UP" && break; sleep 0.1
            done
            ip -d -j addr > host/ip_addr.json
            ip -d -j route show table all > host/ip_route.json
            ip -j rule > host/ip_rule.json
            ip -4 route show table all > routes; ip rule > rules
            sysctl -a -r '^net\\.' > host/sysctl.txt 2>/dev/null
            ip -j -force -batch questions > answers 2> errors
            nft -f {_FILTERS}
            for each in "" --loose --accept-local; do
                iptables -t raw -A PREROUTING -m rpfilter $each -m ttl --ttl-eq 77 -m comment --comment "rpfilter$each"
            done
            {sys.executable} {_SENDER} packets {filtered} > counted
        """
        subprocess.run(["unshare", "-n", "sh", "-c", script], cwd=folder, check=True, timeout=60)
        answers = _read(folder, len(batch))
        counted = json.loads((folder / "counted").read_text())
        for place, answer in enumerate(answers[: len(questions)]):
            answer["match"] = answers[place + len(questions)]
            answer |= counted[place]
        return answers[: len(questions)]


def _read(folder: Path, asked: int) -> list[dict[str, Any]]:
    failed: dict[int, str] = {}
    said = ""
    for line in (folder / "errors").read_text().splitlines():
        if line.startswith("Command failed"):
            failed[int(line.rpartition(":")[2])] = said
        else:
            said = line
    lines = iter((folder / "answers").read_text().splitlines())
    answers = []
    for number in range(1, asked + 1):
        if number in failed:
            answers.append({"error": _ERRORS[failed[number].rpartition(": ")[2]]})
        else:
            answers.append(json.loads(next(lines))[0])
    assert next(lines, None) is None
    return answers
