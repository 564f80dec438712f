"""tuned's profiles set memory, scheduler and network values."""

from leadline.base.text import Text
from leadline.explain import tuned
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_files import asked
from leadline.explain.sysctl_writers import written
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    whole = [
        name for name in tuned.profiles(pair.after) if tuned.PROFILES[name].get(change.key) == change.after
    ]
    if found := written(change, pair, "tuned"):
        names = whole or tuned.profiles(pair.before)
        return Match(found.evidence, found.certainty, {"profile": ", ".join(names)})
    # Not seen running: only a profile that is whole and of which several settings moved to it just now.
    name = max(whole, key=lambda each: tuned.moved(pair)[each], default=None)
    if name is None or tuned.moved(pair)[name] < 2 or asked(pair.after, change.key, change.after):
        return None
    if tuned.sets(pair.after, change.key, change.after) or _others(change):
        return None
    return Match(pair.after.sysctls(tuned.PROFILES[name]), "likely", {"profile": name})


def _others(change: Change) -> bool:
    """Settings that components of a cluster write too are not told by a signature."""
    return change.key in (
        "kernel.panic_on_oops",
        "net.netfilter.nf_conntrack_max",
        "fs.inotify.max_user_instances",
    )


rule = Rule(
    name="tuned-sysctls",
    facts=("sysctl",),
    kinds=("changed",),
    component="tuned",
    class_="config",
    why=Text(
        "tuned applies its profile's values ({profile}); it does so when it starts and when a profile is chosen.",
        "tuned가 프로파일({profile})의 값을 적용합니다. 시작할 때와 프로파일을 고를 때 설정합니다.",
    ),
    consequence=Text(
        "Stopping tuned restores the old values. Activating a profile also replays /etc/sysctl.d (reapply_sysctl), "
        "which can undo what a running program had set.",
        "tuned를 멈추면 이전 값으로 돌아갑니다. 프로파일을 적용하면 /etc/sysctl.d도 다시 적용되므로(reapply_sysctl) "
        "실행 중인 프로그램이 바꾼 값이 되돌려질 수 있습니다.",
    ),
    since="tuned 2.9-2.28",
    source="redhat-performance/tuned profiles/*/tuned.conf, tuned/plugins/plugin_sysctl.py",
    keys=tuned.KEYS,
    match=match,
)
