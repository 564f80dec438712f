"""A setting that no file keeps is the kernel's own value again after a boot."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import reboot
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_defaults import DEFAULTS, is_default
from leadline.explain.sysctl_files import asked, recorded
from leadline.snapshot.diff import Change

REDIRECTS = "net.ipv4.conf.all.accept_redirects"


def match(change: Change, pair: Pair) -> Match | None:
    if not reboot(pair) or not is_default(change.key, change.after):
        return None
    if change.key == REDIRECTS and pair.change("sysctl", "net.ipv4.ip_forward") is not None:
        return None  # it follows forwarding
    if asked(pair.after, change.key, change.after) is not None:
        return None
    evidence = (*reboot(pair), pair.after.saw("sysctl", f"{change.key} = {change.after}"))
    return Match(evidence, "shown" if recorded(pair.after) else "likely", {"before": change.before})


rule = Rule(
    name="boot-reset",
    facts=("sysctl",),
    kinds=("changed",),
    component="kernel",
    class_="derived",
    why=Text(
        "The host was started anew, and this is the value the kernel starts with: {before} had been set while it "
        "ran, and no file kept it.",
        "호스트가 재부팅되어 커널의 초깃값으로 돌아왔습니다. {before}은(는) 실행 중에만 설정되어 있었고 파일로 남지 않았습니다.",
    ),
    consequence=Text(
        "Where the old value is needed, it belongs into a file under /etc/sysctl.d.",
        "이전 값이 필요하면 /etc/sysctl.d 아래 파일에 적어 두어야 합니다.",
    ),
    since="every kernel",
    source="sysctl(8), sysctl.d(5); linux Documentation/admin-guide/sysctl",
    keys=DEFAULTS,
    match=match,
)
