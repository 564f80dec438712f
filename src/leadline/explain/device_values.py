"""Settings that a component gives its own interfaces, unlike those that every new interface gets."""

import re
from collections.abc import Callable, Mapping

from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.rule import Match
from leadline.explain.sysctl_keys import place_of
from leadline.snapshot.diff import Change


def gives(
    component: str, interfaces: re.Pattern[str], values: Mapping[str, str]
) -> Callable[[Change, Pair], Match | None]:
    """The match of a rule on `sysctl` for added keys of `values` (`net.ipv4.conf.*.rp_filter` → `0`): one that
    came with one of `interfaces` and has that value where the `default` tree has another.

    Shown where anything but interfaces and settings shows the component, likely where only its devices do.
    """

    def match(change: Change, pair: Pair) -> Match | None:
        name, setting, default = place_of(change.key)
        if name is None or values.get(setting) != change.after or not interfaces.fullmatch(name):
            return None
        side = pair.after
        inherited = side.entries("sysctl").get(default)
        device = side.interface(name)
        if inherited in (None, change.after) or device is None:
            return None
        author = seen_apart(side, component, "ip_addr", "sysctl")
        evidence = (*author, device, side.saw("sysctl", f"{default} = {inherited}"))
        return Match(evidence, "shown" if author else "likely", {"interface": name})

    return match
