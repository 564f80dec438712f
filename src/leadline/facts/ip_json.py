"""One interface of `ip -j addr`, with or without -d."""

from typing import Any

_FOREVER = 4294967295


def lifetime(valid: str, preferred: str) -> str:
    """Both lifetimes of an address: `forever`, or seconds `valid/preferred`."""
    if valid == preferred == "forever":
        return "forever"
    return f"{valid.removesuffix('sec')}/{preferred.removesuffix('sec')}"


def fields(each: dict[str, Any]) -> dict[str, Any]:
    """The fields of an Interface that the JSON of one gives; None for what it does not tell."""
    full = "mtu" in each
    info = each.get("linkinfo")
    link_info: dict[str, Any] = info if isinstance(info, dict) else {}
    kind = _text(link_info, "info_kind")
    link_type = _text(each, "link_type")
    if kind is None and (link_type == "loopback" or "promiscuity" in each):
        kind = link_type
    link_index = each.get("link_index")
    link = _text(each, "link") or (f"if{link_index}" if isinstance(link_index, int) else "" if full else None)
    values: dict[str, Any] = {
        "index": _int(each, "ifindex"),
        "kind": kind,
        "flags": tuple(map(str, each["flags"])) if isinstance(each.get("flags"), list) else None,
        "mtu": _int(each, "mtu"),
        "qdisc": _text(each, "qdisc"),
        "state": _text(each, "operstate"),
        "mac": _text(each, "address") or ("" if link_type is not None else None),
        "master": _text(each, "master") or ("" if full else None),
        "link": link,
        "peer_netns": _text(each, "link_netns") or ("" if full and "link_netnsid" not in each else None),
        "peer_nsid": _int(each, "link_netnsid"),
    }
    told = each.get("addr_info")
    if isinstance(told, list) and all(isinstance(one, dict) for one in told):
        shown_ones = [one for one in told if "local" in one]
        values["addresses"] = tuple(map(_address, shown_ones))
        values["lifetimes"] = tuple(map(_lifetime, shown_ones)) if full else None
    if kind == "vxlan" and isinstance(data := link_info.get("info_data"), dict):
        values |= {
            "vxlan_id": _int(data, "id"),
            "local": _text(data, "local") or _text(data, "local6") or "",
            "port": _int(data, "port"),
            "learning": data.get("learning") is not False,
            "lower": _text(data, "link") or "",
        }
    return values


def _text(of: dict[str, Any], name: str) -> str | None:
    value = of.get(name)
    return value if isinstance(value, str) else None


def _int(of: dict[str, Any], name: str) -> int | None:
    value = of.get(name)
    return value if isinstance(value, int) else None


def _address(one: dict[str, Any]) -> str:
    peer = f" peer {one['address']}" if "address" in one else ""
    return f"{one['local']}{peer}/{one.get('prefixlen')}"


def _lifetime(one: dict[str, Any]) -> str:
    valid, preferred = (
        "forever" if one.get(name) == _FOREVER else f"{one.get(name)}sec"
        for name in ("valid_life_time", "preferred_life_time")
    )
    return lifetime(valid, preferred)
