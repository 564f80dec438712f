"""Per-interface settings that the kernel rewrites when IP forwarding is switched."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

REDIRECTS = "net.ipv4.conf.all.accept_redirects"
KEYS = (
    REDIRECTS,
    *(
        f"net.{family}.conf.{name}.forwarding"
        for family in ("ipv4", "ipv6")
        for name in ("all", "default", "*")
    ),
)
SWITCHES = {"net.ipv4.": "net.ipv4.ip_forward", "net.ipv6.": "net.ipv6.conf.all.forwarding"}


def match(change: Change, pair: Pair) -> Match | None:
    for prefix, key in SWITCHES.items():
        if change.key.startswith(prefix) and change.key != key:
            switch = pair.change("sysctl", key)
            if switch is None or switch.kind != "changed":
                return None
            # IPv4: forwarding takes the switch's value, accept_redirects on `all` the opposite one.
            expected = switch.after
            if change.key == REDIRECTS:
                expected = {"0": "1", "1": "0"}.get(switch.after, "")
            if change.after == expected:
                return Match(
                    (pair.after.saw("sysctl", f"{key}: {switch.before} -> {switch.after}"),),
                    values={"key": key},
                )
    return None


rule = Rule(
    name="forwarding-follows",
    facts=("sysctl",),
    kinds=("changed",),
    component="kernel",
    class_="derived",
    why=Text(
        "When {key} is switched, the kernel sets forwarding on every interface to the same value; with IPv4 it turns "
        "`conf.all.accept_redirects` the other way, since a router does not follow redirects.",
        "{key}가 바뀌면 커널은 모든 인터페이스의 forwarding을 같은 값으로 맞춥니다. IPv4에서는 라우터가 redirect를 따르지 "
        "않으므로 `conf.all.accept_redirects`를 반대로 바꿉니다.",
    ),
    since="every kernel",
    source="linux net/ipv4/devinet.c inet_forward_change, net/ipv6/addrconf.c addrconf_fixup_forwarding",
    group=Text("forwarding of each interface", "인터페이스별 포워딩"),
    keys=KEYS,
    match=match,
)
