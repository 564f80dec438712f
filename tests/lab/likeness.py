"""What a node told of itself, with all that is chance replaced by what it stands for.

Names, MAC addresses and identifiers that are drawn at random become words (`veth`, `<MAC of veth>`), everywhere
and in each form in which they occur; counters, timers and numbers given in order of appearance are left out.
Nothing else is: two nodes are alike when what is left is equal, as multisets of entries.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

COUNTED = re.compile(r"ifindex|link_netnsid|.*_timer")
MOUNT = re.compile(r"^\d+ \d+ \d+:\d+ |(?<=:)\d+|(?<=\[)\d+(?=\])")
SANDBOX = re.compile(r"\b[0-9a-f]{64}\b")
NETNS = re.compile(r"\bcni-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
CNI_DN = re.compile(r"\bCNI-DN-[0-9a-f]{21}")

Chains = dict[str, list[str]]


class Told:
    """The texts of one recording. `folder`: where they are; `neighbours`: VTEP MAC addresses of other nodes."""

    def __init__(self, folder: Path, addresses: str = "ip_addr.json") -> None:
        self._folder = folder
        self._words = _words(json.loads((folder / addresses).read_text()))
        neighbours = folder / "ip_neigh.json"
        if neighbours.exists():
            for each in json.loads(neighbours.read_text()):
                if each["dev"] == "flannel.1":
                    self._words[each["lladdr"]] = f"<VTEP MAC of {each['dst']}>"

    def text(self, file: str | Path) -> str:
        text = (self._folder / file).read_text()
        for chance in sorted(self._words, key=len, reverse=True):
            text = re.sub(rf"(?<![0-9a-z:]){re.escape(chance)}(?![0-9a-z:])", self._words[chance], text)
        for pattern, word in ((SANDBOX, "<sandbox>"), (NETNS, "<netns>"), (CNI_DN, "<CNI-DN>")):
            text = pattern.sub(word, text)
        return text

    def lines(self, file: str | Path, pattern: str = "") -> list[str]:
        return [line.rstrip() for line in self.text(file).splitlines() if re.search(pattern, line)]

    def entries(self, file: str | Path) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = json.loads(self.text(file))
        for each in entries:
            # the other end of an uplink is on the machine outside, that of a veth pair always the pod's second
            if each.get("ifname") == "eth0":
                each.pop("link_index", None)
        return [_without_counts(each) for each in entries]

    def mounts(self, pattern: str) -> list[str]:
        """The mounts of /proc/self/mountinfo with such a line, without the numbers of mounts, devices, groups."""
        return [MOUNT.sub("", line) for line in self.lines("mountinfo.txt", pattern)]

    def chains(self, file: str | Path) -> Chains:
        """Of iptables-save: `TABLE CHAIN POLICY` → its rules, in order."""
        chains: Chains = {}
        table = ""
        for line in self.lines(file):
            if line.startswith("*"):
                table = line[1:]
            elif line.startswith(":"):
                chain, policy, *_ = line[1:].split()
                chains[f"{table} {chain} {policy}"] = []
            elif " " in line and not line.startswith("#"):
                chain, _, rule = line.partition("-A ")[2].partition(" ")
                next(rules for each, rules in chains.items() if each.split()[:2] == [table, chain]).append(
                    rule
                )
        return chains

    def nft(self, file: str | Path, table: str) -> Chains:
        """Of `nft list ruleset`: what stands in one table, by `chain NAME`, `set NAME`, `map NAME`."""
        inside = self.text(file).partition(f"table {table} {{\n")[2].partition("\n}\n")[0]
        blocks = re.findall(r"^\t(\w+ \S+) \{\n(.*?)^\t\}", inside, re.M | re.S)
        return {name: [line.strip() for line in body.splitlines()] for name, body in blocks}


def apart(recorded: Iterable[Any], ours: Iterable[Any]) -> dict[str, list[str]]:
    """What only one side has, each entry as often as it is too much."""
    one, other = (Counter(_shown(each) for each in side) for side in (recorded, ours))
    return {
        side: sorted(more.elements())
        for side, more in (("only recorded", one - other), ("only the lab", other - one))
        if more
    }


def shared(one: Sequence[Any], other: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Both, without the attributes that one side knows in no entry: its kernel or its tool has not heard of them."""
    known = _attributes(one) & _attributes(other)
    return [_known(each, known) for each in one], [_known(each, known) for each in other]


def _attributes(entries: Iterable[Any], within: str = "") -> set[str]:
    found = set()
    for entry in entries:
        for key, value in entry.items() if isinstance(entry, dict) else ():
            found |= {within + key, *_attributes([value], f"{within}{key}.")}
    return found


def _known(entry: Any, known: set[str], within: str = "") -> Any:
    if not isinstance(entry, dict):
        return entry
    return {k: _known(v, known, f"{within}{k}.") for k, v in entry.items() if within + k in known}


def _shown(entry: Any) -> str:
    return entry if isinstance(entry, str) else json.dumps(entry, sort_keys=True)


def _words(interfaces: list[dict[str, Any]]) -> dict[str, str]:
    words: dict[str, str] = {}
    for each in sorted(interfaces, key=lambda each: each["ifname"].startswith("veth")):
        name = "veth" if each["ifname"].startswith("veth") else each["ifname"]
        words[each["ifname"]] = name
        if name == "lo":
            continue
        for address in each["addr_info"]:
            if address["scope"] == "link":
                own = address["local"] == _link_local(each["address"])
                words[address["local"]] = f"<link-local of {name}{'' if own else ', of an earlier MAC'}>"
                words[_solicited(address["local"])] = f"<solicited-node group of {name}>"
        # cni0's address is a veth's, too: then the veth, which comes last, gives the word
        words[each["address"]] = words[_unpadded(each["address"])] = f"<MAC of {name}>"
    return words


def _unpadded(mac: str) -> str:
    return ":".join(f"{int(octet, 16):x}" for octet in mac.split(":"))


def _link_local(mac: str) -> str:
    octets = bytearray.fromhex(mac.replace(":", ""))
    octets[0] ^= 2
    groups = octets[:3] + b"\xff\xfe" + octets[3:]
    return "fe80::" + ":".join(f"{groups[at] << 8 | groups[at + 1]:x}" for at in range(0, 8, 2))


def _solicited(address: str) -> str:
    last = [f"{int(group or '0', 16):04x}" for group in address.split(":")[-2:]]
    return f"33:33:ff:{last[0][2:]}:{last[1][:2]}:{last[1][2:]}"


def _without_counts(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _without_counts(value) if isinstance(value, dict) else value
        for key, value in entry.items()
        if not COUNTED.fullmatch(key)
    }
