"""SELinux' mode: what its configuration asks for, and what runs."""

from leadline.base.text import Text
from leadline.explain.components import seen
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_OTHER = {"mode": "config SELINUX", "config SELINUX": "mode"}


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind != "changed" or change.key not in _OTHER or change.after not in ("permissive", "disabled"):
        return None
    other = _OTHER[change.key]
    twin = pair.change("selinux", other)
    own = pair.after.saw("selinux", f"{change.key}: {change.before} -> {change.after}")
    values = {"before": change.before, "after": change.after}
    kubelet = seen(pair.after, "kubelet")
    if twin is not None and twin.kind == "changed" and twin.after == change.after:
        proof = pair.after.saw("selinux", f"{other}: {twin.before} -> {twin.after}")
        return Match((own, proof, *kubelet), values=values)
    return Match((own, *kubelet), "likely", values) if kubelet else None


rule = Rule(
    name="selinux-mode",
    facts=("selinux",),
    component="administrator",
    class_="config",
    why=Text(
        "Somebody took SELinux from {before} to {after}; kubeadm's installation guide does that on hosts of the RHEL family, the "
        "kubelet and containerd never do.",
        "누군가 SELinux를 {before}에서 {after}(으)로 바꿨습니다. RHEL 계열 호스트에 대한 kubeadm 설치 안내에 있는 단계이며, "
        "kubelet이나 containerd가 바꾸지는 않습니다.",
    ),
    consequence=Text(
        "Containers are no longer confined by SELinux: a break-out meets one wall less.",
        "컨테이너가 더 이상 SELinux로 격리되지 않으므로 탈출했을 때의 방어선이 하나 줄어듭니다.",
    ),
    since="every version; the guide asks for permissive only",
    source="kubernetes.io documentation: installing kubeadm; setenforce(8), selinux_config(5)",
    match=match,
)
