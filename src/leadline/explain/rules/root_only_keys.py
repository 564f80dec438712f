"""Keys that only root can read are missing where `sysctl -a` ran as a user and its complaints were not saved."""

import re
from functools import lru_cache

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

KEYS = (
    "fs.protected_*",
    "kernel.*",
    "net.core.bpf_jit_*",
    "net.ipv4.tcp_fastopen_key",
    "net.ipv4.route.flush",
    "net.ipv6.route.flush",
    *(f"net.ipv6.conf.{name}.stable_secret" for name in ("all", "default", "*")),
    "vm.*",
)
_ROOT = re.compile(
    r"fs\.protected_(?:fifos|hardlinks|regular|symlinks)|kernel\.(?:cad_pid|usermodehelper\.(?:bset|inheritable))"
    r"|kernel\.(?:apparmor|yama)\S*|kernel\.unprivileged_userns_apparmor_policy|kernel\.kexec_load_limit_\w+"
    r"|net\.core\.bpf_jit_(?:harden|kallsyms|limit)|net\.ipv4\.tcp_fastopen_key|net\.ipv[46]\.route\.flush"
    r"|net\.ipv6\.conf\.[^.]+\.stable_secret|vm\.(?:compact_memory|drop_caches|mmap_rnd_(?:compat_)?bits|stat_refresh)"
)
TELLING = (
    "kernel.cad_pid",
    "kernel.usermodehelper.bset",
    "kernel.usermodehelper.inheritable",
    "net.ipv4.tcp_fastopen_key",
    "vm.mmap_rnd_bits",
)


@lru_cache(maxsize=4)
def _without_root(pair: Pair, kind: str) -> tuple[str, ...]:
    """Keys that every kernel has and only root reads, which this pair lost or gained."""
    changes = [pair.change("sysctl", key) for key in TELLING]
    return tuple(each.key for each in changes if each is not None and each.kind == kind)


def match(change: Change, pair: Pair) -> Match | None:
    if not _ROOT.fullmatch(change.key):
        return None
    keys = _without_root(pair, change.kind)
    if len(keys) < 3:
        return None
    side = pair.before if change.kind == "added" else pair.after
    return Match(
        (side.saw("sysctl", f"not listed: {', '.join(keys)}"),), "likely", {"side": _SIDES[side.side]}
    )


_SIDES = {"before": Text("before", "이전"), "after": Text("after", "이후")}

rule = Rule(
    name="root-only-keys",
    facts=("sysctl",),
    component="sysctl",
    class_="runtime",
    why=Text(
        "Only root can read this key, and all such keys are missing {side}: `sysctl -a` was run as a user there. "
        "Nothing changed on the host.",
        "root만 읽을 수 있는 키이며, 그런 키가 {side} 기록에 모두 없습니다. 그때 `sysctl -a`를 일반 사용자로 실행한 것이며, "
        "호스트에서 바뀐 것은 없습니다.",
    ),
    consequence=Text(
        "Record both sides as root to compare these keys.",
        "이 키들을 비교하려면 양쪽 모두 root로 기록하십시오.",
    ),
    group=Text("keys that only root can read", "root만 읽을 수 있는 키"),
    since="every kernel",
    source="linux: sysctl tables with mode 0600 and 0200",
    kinds=("added", "removed"),
    keys=KEYS,
    match=match,
)
