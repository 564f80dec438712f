"""Values that are drawn anew at each boot."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import reboot
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_keys import leaf_of
from leadline.snapshot.diff import Change

DRAWN = {"net.core.netdev_rss_key", "net.ipv4.tcp_fastopen_key", "net.ipv4.ipfrag_secret_interval"}


def match(change: Change, pair: Pair) -> Match | None:
    if change.key == "kernel.random.boot_id":
        return Match(reboot(pair)) if change.kind == "changed" else None
    if change.key in DRAWN or leaf_of(change.key) == "stable_secret":
        return Match(reboot(pair))
    return None


rule = Rule(
    name="boot-values",
    facts=("sysctl",),
    component="kernel",
    class_="runtime",
    why=Text(
        "The kernel draws this at random at each boot: the host was started anew between the two snapshots.",
        "커널이 부팅할 때마다 무작위로 뽑는 값입니다. 두 기록 사이에 호스트가 재부팅되었습니다.",
    ),
    since="every kernel",
    source="linux drivers/char/random.c, net/core/filter.c, Documentation/admin-guide/sysctl/kernel.rst",
    match=match,
)
