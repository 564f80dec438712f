"""The interfaces of a network namespace, gathered from the texts that tell of them."""

import re
from collections.abc import Mapping

import msgspec

from leadline.facts.sources.bridge_link import Port
from leadline.facts.sources.ip_addr import Interface
from leadline.network import lines
from leadline.network.netns import Link
from leadline.network.own_routes import is_ipv4
from leadline.network.packet import number

_LOWER = re.compile(r"^\d+: (\S+?)[@:].*?$|^\s+vxlan id .*? dev (\S+)", re.MULTILINE)


def links_of(interfaces: Mapping[str, Interface], ports: Mapping[str, Port], text: str) -> dict[str, Link]:
    """The interfaces by name. `ports`: of bridges; `text`: what `interfaces` were read from."""
    bridges = {each.master for each in interfaces.values() if each.master}
    lower = _lower(text)
    return {
        name: _link(name, each, ports.get(name), name in bridges, lower.get(name, ""))
        for name, each in interfaces.items()
    }


class _Carried(msgspec.Struct, frozen=True):
    link: str = ""


class _Kind(msgspec.Struct, frozen=True):
    info_data: _Carried = _Carried()


class _Detailed(msgspec.Struct, frozen=True):
    ifname: str = ""
    linkinfo: _Kind = _Kind()


def _lower(text: str) -> dict[str, str]:
    """VXLAN device → the interface it sends by, which only `ip -d` tells."""
    if text.lstrip().startswith("["):
        try:
            told = msgspec.json.decode(text, type=list[_Detailed])
        except msgspec.DecodeError:
            return {}
        return {each.ifname: each.linkinfo.info_data.link for each in told}
    found: dict[str, str] = {}
    device = ""
    for match in _LOWER.finditer(text):
        device = match[1] or device
        if match[2]:
            found[device] = match[2]
    return found


def addresses(of: Interface) -> tuple[tuple[int, int], ...]:
    """An interface's IPv4 addresses with their prefix lengths."""
    found = []
    for each in of.addresses or ():
        own, _, length = each.partition("/")
        own = own.partition(" ")[0]
        if is_ipv4(own) and int(length) <= 32:
            found.append((number(own), int(length)))
    return tuple(found)


def _link(name: str, of: Interface, port: Port | None, is_bridge: bool, lower: str) -> Link:
    up = "UP" in of.flags if of.flags is not None else of.state not in ("DOWN", "NOTPRESENT")
    carrier = None
    if of.flags is not None and up:
        carrier = "LOWER_UP" in of.flags
    return Link(
        name=name,
        index=of.index,
        kind=_kind(name, of, is_bridge),
        mac=of.mac or None,
        mtu=of.mtu,
        up=up,
        carrier=carrier,
        addresses=addresses(of),
        master=of.master or (port.master if port is not None and port.master != name else ""),
        hairpin=port.hairpin if port is not None else None,
        isolated=port.isolated if port is not None else None,
        vni=of.vxlan_id,
        local=number(of.local) if of.local and is_ipv4(of.local) else None,
        port=of.port,
        learning=of.learning,
        lower=lower or (of.link if of.link and not of.link.startswith("if") and of.kind != "veth" else ""),
        raw=lines.link(name, of),
    )


def _kind(name: str, of: Interface, is_bridge: bool) -> str:
    """What `ip -d` tells; else what the names of Kubernetes' devices and other lines tell."""
    if of.kind is not None:
        return of.kind
    if is_bridge or name == "cni0":
        return "bridge"
    if re.fullmatch(r"flannel\.\d+|vxlan\S*", name):
        return "vxlan"
    if (of.link or "").startswith("if"):
        return "veth"
    return "ether"
