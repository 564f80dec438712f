"""What is said of a load balancer's address, and by which interfaces its packets come in."""

from typing import Literal

import msgspec

from leadline.base.text import Text

How = Literal["layer2", "bgp", "unknown"]


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A route that a BGP peer hears from a node. `peer`: the BGPPeer, `router`: its address ("" where it is reached by an
    interface); `next_hop`: the node's address, "" where it is not known. `local_pref`: None where none is sent: to
    another AS, or where it is left to the router. `path`: the AS numbers on it.
    """

    prefix: str
    peer: str
    router: str
    node: str
    next_hop: str
    local_pref: int | None = None
    communities: tuple[str, ...] = ()
    path: tuple[int, ...] = ()


class Balanced(msgspec.Struct, frozen=True, kw_only=True):
    """An address of a load balancer. `service`: as `namespace/name`, "" for none. `pool`, `range`: the IPAddressPool and
    which part of it has the address; `advertisements`: those that announce it, as `Kind/name`.

    `how`: by ARP (`layer2`), by routes (`bgp`; ARP may answer, too), or `unknown`, where no configuration was recorded.
    `announcer`: the node that answers ARP, "" for none; `candidates`: the nodes that may, the first one does and the next
    ones take over in this order; `interfaces`: it answers on these only, () for all. `routes`: what BGP peers hear.
    `notes`: what led to it; `missing`: what was not recorded, without which it may be otherwise.
    """

    address: str
    service: str = ""
    pool: str = ""
    range: str = ""
    advertisements: tuple[str, ...] = ()
    how: How = "unknown"
    announcer: str = ""
    candidates: tuple[str, ...] = ()
    interfaces: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()
    notes: tuple[Text, ...] = ()
    missing: tuple[Text, ...] = ()

    @property
    def certain(self) -> bool:
        return not self.missing
