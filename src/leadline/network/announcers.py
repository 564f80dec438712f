"""By which interfaces packets for a load balancer's address come in, which no interface needs to have."""

from typing import Literal

import msgspec

from leadline.base.text import Text
from leadline.network.netns import End


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Interfaces by which packets for an address come in, each as likely as the others. `said`: why there; `condition`:
    what must be so for it, of what is not recorded. `by`: ARP, which everybody on the link hears, or the routes of
    `routers` (their addresses, where they are known)."""

    said: Text
    ends: tuple[End, ...]
    condition: Text
    by: Literal["arp", "route"]
    routers: tuple[int, ...] = ()


class Announcers(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes packets for an address that no interface needs to have. `groups`: the likeliest first; which of them it is
    is not recorded where there are several. Where there is none, `ends` says how a packet ends, "" where too little is
    recorded for that, and `why` what led to it, or what is missing."""

    groups: tuple[Group, ...]
    why: Text
    ends: Literal["no-neighbour", "no-route", ""] = ""
