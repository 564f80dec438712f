"""The sysctl tree that the kernel makes and removes with every network interface."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Certainty, Match, Rule
from leadline.explain.sysctl_keys import interface_of
from leadline.explain.sysctl_tree import moved_trees
from leadline.snapshot.diff import Change

# The smallest tree: net.ipv4.conf alone has more leaves than this in every supported kernel.
WHOLE_TREE = 20
# By the device's kind and MTU: tunnels and devices without ARP probe for no duplicates and ask for no routers.
COMPUTED = ("mtu", "accept_dad", "router_solicitations", "use_tempaddr", "addr_gen_mode", "disable_policy")


def inherited(change: Change, pair: Pair) -> bool:
    """Whether the key has the `default` tree's value, or one that the kernel computes from the device."""
    _, family, tree, _, leaf = change.key.split(".", 4)
    have = pair.side(change).entries("sysctl")
    default = have.get(f"net.{family}.{tree}.default.{leaf}")
    return default in (None, have[change.key]) or leaf in COMPUTED


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind == "changed" or (name := interface_of(change.key)) is None:
        return None
    interface = pair.change("ip_addr", name)
    if interface is not None and interface.kind == change.kind:
        evidence = pair.side(change).interface(name)
        # Where the value is not `default`'s, somebody may have written it since.
        certainty: Certainty = "shown" if inherited(change, pair) else "likely"
        return Match((evidence,), certainty, {"interface": name}) if evidence else None
    count = moved_trees(pair, change.kind)[name]
    if count < WHOLE_TREE:
        return None
    tree = pair.side(change).saw("sysctl", f"{count} keys of {name} {change.kind} together")
    return Match((tree,), "likely", {"interface": name})


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
    match=match,
)
