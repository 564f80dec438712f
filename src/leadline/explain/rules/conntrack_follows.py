"""Conntrack values that the kernel keeps in step with another one."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

TWINS = {
    "net.nf_conntrack_max": "net.netfilter.nf_conntrack_max",
    "net.netfilter.nf_conntrack_max": "net.nf_conntrack_max",
}
BUCKETS = "net.netfilter.nf_conntrack_buckets"


def match(change: Change, pair: Pair) -> Match | None:
    if change.key == "net.nf_conntrack_max":
        twin = pair.change("sysctl", TWINS[change.key])
        if twin is not None and twin.after == change.after:
            return Match((pair.after.saw("sysctl", f"{twin.key} = {twin.after}"),), values={"key": twin.key})
    if change.key == BUCKETS:
        maximum = pair.change("sysctl", "net.netfilter.nf_conntrack_max") or pair.change(
            "sysctl", "net.nf_conntrack_max"
        )
        if (
            maximum is not None
            and str(maximum.after).isdigit()
            and int(change.after) * 4 >= int(maximum.after)
        ):
            return Match(
                (pair.after.saw("sysctl", f"{maximum.key} = {maximum.after}"),), values={"key": maximum.key}
            )
    return None


rule = Rule(
    name="conntrack-follows",
    facts=("sysctl",),
    kinds=("changed",),
    component="kernel",
    class_="derived",
    why=Text(
        "The same kernel variable under a second name, or the hash table sized to it: it follows {key}.",
        "같은 커널 변수의 다른 이름이거나 그에 맞춘 해시 테이블 크기로, {key}를 따라갑니다.",
    ),
    since="Linux 2.6.20",
    source="linux net/netfilter/nf_conntrack_standalone.c",
    keys=("net.nf_conntrack_max", BUCKETS),
    match=match,
)
