"""An update run of the distribution: many packages got another version at once."""

from functools import lru_cache

from leadline.base.text import Text
from leadline.explain.package_families import plain
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

# Fewer than this may be one person's choice.
MANY = 5
# Packages of clusters are upgraded on purpose, not in passing.
_PLANNED = frozenset(
    {"kubelet", "kubeadm", "kubectl", "cri-tools", "kubernetes-cni", "containerd.io", "docker-ce", "cri-o"}
)


@lru_cache(maxsize=4)
def _updated(pair: Pair) -> tuple[str, ...]:
    return tuple(
        change.key
        for change in pair.changes("packages", "changed")
        if "version" in change.fields and plain(change.key) not in _PLANNED
    )


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind != "changed" or "version" not in change.fields or plain(change.key) in _PLANNED:
        return None
    updated = _updated(pair)
    if len(updated) < MANY:
        return None
    line = pair.after.saw("packages", f"{change.key} {change.before.version} -> {change.after.version}")
    run = pair.after.saw(
        "packages", f"{len(updated)} packages with another version: {', '.join(updated[:3])}, …"
    )
    return Match((line, run), values={"package": change.key, "count": len(updated)})


rule = Rule(
    name="package-updates",
    facts=("packages",),
    component="distribution",
    class_="config",
    why=Text(
        "{package} is one of {count} packages that got another version: an update run of apt or dnf, by hand or unattended.",
        "{package}은(는) 버전이 바뀐 패키지 {count}개 중 하나입니다. 수동 또는 자동으로 실행된 apt나 dnf 업데이트입니다.",
    ),
    group=Text("updated packages", "업데이트된 패키지"),
    since="every distribution",
    source="apt(8), dnf(8), unattended-upgrade(8)",
    match=match,
)
