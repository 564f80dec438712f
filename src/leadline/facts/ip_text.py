"""One interface of `ip addr` or `ip link`, with or without -d, -s."""

import re
from itertools import pairwise
from typing import Any

from leadline.facts.ip_json import lifetime
from leadline.facts.reading import unread
from leadline.facts.source import Problem

HEAD = re.compile(r"(\d{1,10}): ([^\s@]+?)(?:@([^\s:]+))?:\s+<([A-Z0-9_,-]*)>(.*)")
_ADDRESS = re.compile(r"[0-9A-Fa-f.:]+/\d{1,3}")
MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2})+|\d+(?:\.\d+){3}|[0-9a-f:]*::[0-9a-f:]*")
_NOT_A_KIND = re.compile(
    r"inet|link/|link-|altname|alias|vf$|brd$|permaddr|prog/|[RT]X|\d|.*_slave$|.*[:.]$|.*_lft$"
)


def fields(
    head: re.Match[str], body: list[tuple[int, str]], problems: list[Problem], *, whole: bool
) -> dict[str, Any]:
    """The fields of an Interface that its block tells: `head` is the match of HEAD, `body` the numbered lines
    below it. A line that cannot be read is added to `problems`; addresses are told of `whole` blocks only."""
    words = head[5].split()
    after = dict(pairwise(words))
    told = "state" in after
    values: dict[str, Any] = {
        "index": int(head[1]),
        "link": head[3] or "",
        "flags": tuple(head[4].split(",")) if head[4] else (),
        "mtu": _number(after.get("mtu")),
        "qdisc": after.get("qdisc"),
        "state": after.get("state"),
        "master": after.get("master", "" if told else None),
    }
    addresses: list[str] = []
    lifetimes: list[str] = []
    known = whole and "mode" not in after  # `ip link` tells a mode and no addresses
    detailed = False
    for number, line in body:
        said = line.split()
        if not said:
            continue
        if said[0].startswith("link/") and "mac" not in values:
            values |= _link(said)
            detailed = "promiscuity" in said
        elif said[0] in ("inet", "inet6"):
            if len(said) < 3 or "scope" not in said or (found := address(said[1:])) is None:
                problems.append(unread(number))
                known = False
                continue
            addresses.append(found)
        elif said[0] == "valid_lft" and len(said) == 4:
            lifetimes.append(lifetime(said[1], said[3]))
        elif detailed and _NOT_A_KIND.match(said[0]) is None:
            detailed = False
            values |= _details(said)
    if "mac" not in values and not values["master"]:
        values["master"] = None  # `ip -4` and `ip -6` do not tell it
    if known:
        values |= {"addresses": tuple(addresses), "lifetimes": tuple(lifetimes)}
    return values


def _link(said: list[str]) -> dict[str, Any]:
    """What the link line tells: with -d (it has `promiscuity`) also that a kind follows, if there is one."""
    after = dict(pairwise(said))
    values: dict[str, Any] = {
        "mac": said[1] if len(said) > 1 and MAC.fullmatch(said[1]) else "",
        "peer_netns": after.get("link-netns", None if "link-netnsid" in after else ""),
        "peer_nsid": _number(after.get("link-netnsid")),
    }
    link_type = said[0].removeprefix("link/")
    if link_type == "loopback" or "promiscuity" in after:
        values["kind"] = link_type
    return values


def _details(said: list[str]) -> dict[str, Any]:
    """The kind's line of `ip -d`."""
    if said[0] != "vxlan":
        return {"kind": said[0]}
    after = dict(pairwise(said))
    return {
        "kind": "vxlan",
        "vxlan_id": _number(after.get("id")),
        "local": after.get("local", ""),
        "port": _number(after.get("dstport")),
        "learning": "nolearning" not in said,
        "lower": after.get("dev", ""),
    }


def address(said: list[str]) -> str | None:
    """The address that the words behind `inet` or `inet6` begin with (`10.0.0.1/24`, `10.0.0.1 peer 10.0.0.2/32`)."""
    if said[1:2] == ["peer"] and len(said) > 2 and _ADDRESS.fullmatch(said[2]):
        return f"{said[0]} peer {said[2]}"
    return said[0] if _ADDRESS.fullmatch(said[0]) else None


def brief_addresses(said: list[str]) -> tuple[str, ...] | None:
    """The addresses at the end of a line of `ip -br addr`; None where other words are among them."""
    addresses: list[str] = []
    while said:
        if said[0] == "metric" and len(said) > 1:
            said = said[2:]
            continue
        if (found := address(said)) is None:
            return None
        addresses.append(found)
        said = said[3:] if " " in found else said[1:]
    return tuple(addresses)


def _number(word: str | None) -> int | None:
    return int(word) if word is not None and word.isascii() and word.isdigit() and len(word) < 12 else None
