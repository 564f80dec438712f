"""By which interfaces packets for a load balancer's address come in, which no interface needs to have."""

import msgspec

from leadline.base.text import Text
from leadline.network.netns import End


class Group(msgspec.Struct, frozen=True):
    """Interfaces by which packets for an address come in, each as likely as the others. `said`: why there; `condition`:
    what must be so for it, of what is not recorded. `routers`: who sends them there, () for everybody on the link."""

    said: Text
    ends: tuple[End, ...]
    condition: Text
    routers: tuple[int, ...] = ()


class Announcers(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes packets for an address that no interface needs to have. `groups`: the likeliest first; which of them it is
    is not recorded where there are several. `why`: what is missing where there is none."""

    groups: tuple[Group, ...]
    why: Text
