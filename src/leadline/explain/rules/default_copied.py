"""A write to a `default` or `all` tree that the kernel copies to the interfaces."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_keys import interface_of
from leadline.snapshot.diff import Change

# conf.all of IPv6 is written through to every interface for these only.
FROM_ALL = {"addr_gen_mode", "disable_ipv6", "ignore_routes_with_linkdown"}


def match(change: Change, pair: Pair) -> Match | None:
    head, _, leaf = change.key.rpartition(".")
    _, family, tree, *name = head.split(".", 3)
    if family == "ipv6" and tree == "conf":
        trees = ("all",) if leaf in FROM_ALL and name != ["all"] else ()
    elif leaf == "forwarding" and pair.change("sysctl", "net.ipv4.ip_forward") is not None:
        return None  # the switch wrote them all
    else:
        trees = ("default",) if interface_of(change.key) else ()
    for origin in trees:
        key = f"net.{family}.{tree}.{origin}.{leaf}"
        source = pair.change("sysctl", key)
        if source is not None and source.kind == "changed" and source.after == change.after:
            seen = pair.after.saw("sysctl", f"{key}: {source.before} -> {source.after}")
            return Match((seen,), values={"key": key})
    return None


rule = Rule(
    name="default-copied",
    facts=("sysctl",),
    kinds=("changed",),
    component="kernel",
    class_="derived",
    why=Text(
        "{key} was written, and the kernel copies that to the interfaces whose own value nobody had set.",
        "{key}에 값을 쓰면, 커널은 따로 설정하지 않은 인터페이스에 그 값을 복사합니다.",
    ),
    group=Text("copies of a default", "기본값의 복사"),
    since="every kernel",
    source="linux net/ipv4/devinet.c devinet_copy_dflt_conf, net/core/neighbour.c neigh_copy_dflt_parms, "
    "net/ipv6/addrconf.c addrconf_disable_change",
    keys=("net.ipv4.conf.*", "net.ipv4.neigh.*", "net.ipv6.conf.*", "net.ipv6.neigh.*"),
    match=match,
)
