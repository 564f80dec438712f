"""Values that are drawn anew at each boot."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import BOOT_ID, reboot
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

DRAWN = (
    BOOT_ID,
    "net.core.netdev_rss_key",
    "net.ipv4.tcp_fastopen_key",
    "net.ipv4.ipfrag_secret_interval",
    *(f"net.ipv6.conf.{name}.stable_secret" for name in ("all", "default", "*")),
)


def match(change: Change, pair: Pair) -> Match | None:
    if change.key == BOOT_ID and change.kind != "changed":
        return None
    return Match(reboot(pair))


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
    keys=DRAWN,
    match=match,
)
