"""The load balancers' addresses of one network, each explained once."""

from functools import cache

from leadline.network.announcers import Announcers
from leadline.network.balancing.balanced import Balanced
from leadline.network.balancing.entrances import announcers
from leadline.network.balancing.explained import Known, balanced


class Balancers:
    """What `balanced` and `announcers` say of an address, as long as nothing new is recorded."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self.balanced = cache(self._balanced)
        self.announcers = cache(self._announcers)

    def _balanced(self, address: int) -> Balanced | None:
        return balanced(self._known, address)

    def _announcers(self, address: int) -> Announcers | None:
        found = self.balanced(address)
        return announcers(self._known, found) if found is not None else None
