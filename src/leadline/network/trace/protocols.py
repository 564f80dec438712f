"""IP protocols by the names that iptables, nft and ipset print (getprotobynumber, /etc/protocols; IANA's numbers)."""

from leadline.network.packet import PROTOCOLS

_NAMES = {
    "ip": 0,
    "ggp": 3,
    "ipencap": 4,
    "st": 5,
    "egp": 8,
    "igp": 9,
    "pup": 12,
    "hmp": 20,
    "xns-idp": 22,
    "rdp": 27,
    "iso-tp4": 29,
    "dccp": 33,
    "xtp": 36,
    "ddp": 37,
    "idpr-cmtp": 38,
    "ipv6": 41,
    "ipv6-route": 43,
    "ipv6-frag": 44,
    "idrp": 45,
    "rsvp": 46,
    "skip": 57,
    "ipv6-icmp": 58,
    "icmpv6": 58,
    "ipv6-nonxt": 59,
    "ipv6-opts": 60,
    "rspf": 73,
    "vmtp": 81,
    "eigrp": 88,
    "ospf": 89,
    "ax.25": 93,
    "ipip": 94,
    "etherip": 97,
    "encap": 98,
    "pim": 103,
    "ipcomp": 108,
    "vrrp": 112,
    "l2tp": 115,
    "isis": 124,
    "fc": 133,
    "mobility-header": 135,
    "udplite": 136,
    "mpls-in-ip": 137,
    "manet": 138,
    "shim6": 139,
    "wesp": 140,
    "rohc": 141,
}
_HIGHEST = 255


def written(name: str) -> int | None:
    """The number of a protocol as a tool writes it; None for a name that is not known."""
    if name.isascii() and name.isdecimal():
        return int(name) if int(name) <= _HIGHEST else None
    # /etc/protocols calls 94 what a Packet calls 4
    return _NAMES[name] if name in _NAMES else PROTOCOLS.get(name)


def of_packet(name: str) -> int | None:
    """The number of a Packet's protocol; None for a name that is not known."""
    return PROTOCOLS[name] if name in PROTOCOLS else written(name)
