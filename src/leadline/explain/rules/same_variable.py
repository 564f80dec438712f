"""Two names for one kernel variable, and pairs of which writing one clears the other."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_keys import leaf_of
from leadline.snapshot.diff import Change

# The second name -> the one that people and programs write.
SAME = {
    "user.max_inotify_instances": "fs.inotify.max_user_instances",
    "user.max_inotify_watches": "fs.inotify.max_user_watches",
    "user.max_fanotify_groups": "fs.fanotify.max_user_groups",
    "user.max_fanotify_marks": "fs.fanotify.max_user_marks",
}
CLEARS = {
    "vm.dirty_bytes": "vm.dirty_ratio",
    "vm.dirty_background_bytes": "vm.dirty_background_ratio",
    "vm.overcommit_kbytes": "vm.overcommit_ratio",
}
CLEARED_BY = CLEARS | {ratio: size for size, ratio in CLEARS.items()}
# Old names with other units: the neighbour's times in seconds or jiffies beside those in ms.
UNITS = {"base_reachable_time": "base_reachable_time_ms", "retrans_time": "retrans_time_ms"}

KEYS = (
    *SAME,
    *CLEARED_BY,
    *(
        f"net.{family}.neigh.{name}.{leaf}"
        for family in ("ipv4", "ipv6")
        for name in ("default", "*")
        for leaf in UNITS
    ),
)


def match(change: Change, pair: Pair) -> Match | None:
    leaf = leaf_of(change.key)
    if change.key in SAME:
        other = pair.change("sysctl", SAME[change.key])
        if other is None or other.after != change.after:
            return None
    elif change.key in CLEARED_BY and change.after == "0":
        other = pair.change("sysctl", CLEARED_BY[change.key])
        if other is None or other.after == "0":
            return None
    elif leaf in UNITS:
        other = pair.change("sysctl", f"{change.key.removesuffix(leaf)}{UNITS[leaf]}")
        if other is None:
            return None
    else:
        return None
    return Match(
        (pair.after.saw("sysctl", f"{other.key}: {other.before} -> {other.after}"),),
        values={"key": other.key},
    )


rule = Rule(
    name="same-variable",
    facts=("sysctl",),
    component="kernel",
    class_="derived",
    why=Text(
        "The same kernel variable under a second name, or one that is cleared by writing its counterpart: it follows {key}.",
        "같은 커널 변수의 다른 이름이거나, 짝이 되는 값을 쓰면 0이 되는 값으로, {key}를 따라갑니다.",
    ),
    since="every kernel",
    source="linux fs/notify/inotify/inotify_user.c, kernel/ucount.c, mm/page-writeback.c dirty_bytes_handler, "
    "mm/util.c overcommit_kbytes_handler, net/core/neighbour.c",
    kinds=("changed",),
    keys=KEYS,
    match=match,
)
