"""The sysctl tree that the kernel makes and removes with every network interface."""

from functools import lru_cache

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_keys import place_of
from leadline.explain.sysctl_tree import moved_trees
from leadline.explain.witness import first
from leadline.snapshot.diff import Change, Kind

# The smallest tree: net.ipv4.conf alone has more leaves than this in every supported kernel.
WHOLE_TREE = 20
# By the device's kind and MTU: tunnels and devices without ARP probe for no duplicates and ask for no routers.
COMPUTED = (
    ".mtu",
    ".accept_dad",
    ".router_solicitations",
    ".use_tempaddr",
    ".addr_gen_mode",
    ".disable_policy",
)


def match(change: Change, pair: Pair) -> Match | None:
    name, _, default = place_of(change.key)
    if name is None:
        return None
    inherited, written, settings = _answers(pair, change.kind, name)
    value = settings.get(default)
    return inherited if value in (None, change.entry) or default.endswith(COMPUTED) else written


@lru_cache(maxsize=4096)
def _answers(pair: Pair, kind: Kind, name: str) -> tuple[Match | None, Match | None, dict[str, str]]:
    """The answers to every key of one interface: where its value is inherited, and where somebody may have
    written it since; with the settings of that side."""
    side = pair.before if kind == "removed" else pair.after
    settings = side.entries("sysctl")
    interface = pair.change("ip_addr", name)
    values = {"interface": name}
    if interface is not None and interface.kind == kind:
        seen = first(side.interface(name))
        return Match(seen, "shown", values), Match(seen, "likely", values), settings
    count = moved_trees(pair, kind)[name]
    if count < WHOLE_TREE:
        return None, None, settings
    tree = Match((side.saw("sysctl", f"{count} keys of {name} {kind} together"),), "likely", values)
    return tree, tree, settings


rule = Rule(
    name="interface-sysctls",
    facts=("sysctl",),
    component="kernel",
    class_="derived",
    why=Text(
        "The kernel keeps a tree of settings for each interface; this key came or went with {interface}. "
        "A new tree starts as a copy of `default`.",
        "커널은 인터페이스마다 설정 트리를 둡니다. 이 키는 {interface} 인터페이스와 함께 생기거나 사라졌으며, 새 "
        "트리는 `default`의 값을 복사해 시작합니다.",
    ),
    group=Text("per-interface keys", "인터페이스별 키"),
    since="every kernel",
    source="linux net/ipv4/devinet.c inetdev_init, net/ipv6/addrconf.c ipv6_add_dev, net/core/neighbour.c",
    kinds=("added", "removed"),
    match=match,
)
