"""The sysctl tree that the kernel makes and removes with every network interface."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_tree import interface_of, moved_trees
from leadline.snapshot.diff import Change

# The smallest tree: net.ipv4.conf alone has more leaves than this in every supported kernel.
WHOLE_TREE = 20


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind == "changed" or (name := interface_of(change.key)) is None:
        return None
    interface = pair.change("ip_addr", name)
    if interface is not None and interface.kind == change.kind:
        evidence = pair.side(change).interface(name)
        return Match((evidence,), values={"interface": name}) if evidence else None
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
        "The kernel keeps a tree of settings for each interface; this key came or went with {interface}, "
        "copied from the `default` tree.",
        "커널은 인터페이스마다 설정 트리를 둡니다. 이 키는 {interface} 인터페이스와 함께 생기거나 사라진 것으로, "
        "`default` 트리의 값을 물려받습니다.",
    ),
    group=Text("per-interface keys", "인터페이스별 키"),
    since="every kernel",
    source="linux net/ipv4/devinet.c inetdev_init, net/ipv6/addrconf.c ipv6_add_dev, net/core/neighbour.c",
    match=match,
)
