"""Settings in files of /etc: a person, or the script a person ran, wrote them."""

from leadline.base.text import Text
from leadline.explain.kubespray import marks
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

# Files that a component writes by itself; their own rules speak for them.
_NOT_BY_HAND = ("99-zzz-override_cilium.conf", "10-microk8s.conf")


def match(change: Change, pair: Pair) -> Match | None:
    file, _, key = change.key.partition(" ")
    if not file.startswith("/etc/") or file.endswith(_NOT_BY_HAND):
        return None
    witness = pair.side(change)
    if file.endswith("/99-sysctl.conf") and marks(witness):
        return None
    line = witness.saw("sysctl_conf", f"{change.key} = {change.entry}")
    return Match((line,), values={"file": file, "key": key})


rule = Rule(
    name="settings-files",
    facts=("sysctl_conf",),
    component="administrator",
    class_="config",
    why=Text(
        "{file} asks for {key}: a person or an installation script wrote it there.",
        "{file}에 {key}이(가) 적혀 있습니다. 사람이나 설치 스크립트가 쓴 것입니다.",
    ),
    consequence=Text(
        "It takes effect at the next boot or with `sysctl --system`; `kubeadm reset` leaves it.",
        "다음 부팅이나 `sysctl --system` 때 적용되며, `kubeadm reset`을 해도 남습니다.",
    ),
    group=Text("settings in /etc/sysctl.d", "/etc/sysctl.d의 설정"),
    since="every version",
    source="sysctl.d(5)",
    match=match,
)
