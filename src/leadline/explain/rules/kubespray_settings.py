"""What kubespray writes: the kubelet's configuration, certificates in its own folders, the masked swap target."""

import re

from leadline.base.text import Text
from leadline.explain.kubespray import marks
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_CERTIFICATE = re.compile(r"/etc/(kubernetes/ssl|ssl/etcd/ssl)/.+")


def match(change: Change, pair: Pair) -> Match | None:
    witness = pair.side(change)
    if change.fact == "unit_files":
        if change.key != "swap.target" or change.entry.enabled != "masked":
            return None
        what = Text(
            "swap.target masked, so that no swap comes back at boot",
            "부팅 때 스왑이 켜지지 않도록 swap.target을 마스킹",
        )
    elif change.fact == "certificates":
        if _CERTIFICATE.fullmatch(change.key) is None:
            return None
        what = Text(f"certificate {change.key}", f"인증서 {change.key}")
    else:
        what = Text(f"the kubelet's setting {change.key}", f"kubelet 설정 {change.key}")
    proof = marks(witness)
    if not proof:
        return None
    return Match((witness.saw(change.fact, change.key), *proof), "likely", {"what": what})


rule = Rule(
    name="kubespray-settings",
    facts=("kubelet_config", "certificates", "unit_files"),
    component="kubespray",
    class_="config",
    why=Text("kubespray does this on every node: {what}.", "kubespray가 모든 노드에 적용합니다: {what}."),
    group=Text("kubespray's settings", "kubespray 설정"),
    since="kubespray 2.20 (swap.target masked from 2.24)",
    source="kubernetes-sigs/kubespray roles/kubernetes/preinstall/tasks/0010-swapoff.yml, roles/kubernetes/node/templates/kubelet-config.v1beta1.yaml.j2, roles/etcd/templates/make-ssl-etcd.sh.j2",
    match=match,
)
