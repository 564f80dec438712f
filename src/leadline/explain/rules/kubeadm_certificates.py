"""Certificates that kubeadm issues at init and join and renews at upgrade."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

_PKI = re.compile(
    r"/etc/kubernetes/(pki/.+\.crt|(super-)?admin\.conf|controller-manager\.conf|scheduler\.conf)( .*)?"
)
_RENEWED = frozenset({"not_before", "not_after", "serial", "fingerprint"})


def match(change: Change, pair: Pair) -> Match | None:
    if _PKI.fullmatch(change.key) is None:
        return None
    witness = pair.side(change)
    proof = _kubeadm(witness, change.key)
    if not proof:
        return None
    entry = change.entry
    own = witness.saw("certificates", f"{change.key} {entry.subject} until {entry.not_after}")
    if change.kind == "changed" and not only(change, *_RENEWED):
        what = Text("issued anew with other names", "다른 이름으로 다시 발급됨")
    elif change.kind == "changed":
        what = Text(f"renewed, valid until {entry.not_after}", f"갱신됨, 만료 {entry.not_after}")
    else:
        what = Text(f"valid until {entry.not_after}", f"만료 {entry.not_after}")
    return Match((own, *proof), values={"subject": entry.subject, "what": what})


def _kubeadm(witness: Witness, key: str) -> tuple[Evidence, ...]:
    """A static pod's manifest, another certificate of the same tree with its issuer, or the control plane."""
    for flag, value in witness.entries("kubeadm_manifests").items():
        if "/etc/kubernetes/pki" in value:
            return (witness.saw("kubeadm_manifests", f"{flag} {value}"),)
    for component in ("kube-apiserver", "kubelet"):
        if found := seen_apart(witness, component, "certificates"):
            return found
    for other, certificate in witness.entries("certificates").items():
        if (
            other != key
            and other.startswith("/etc/kubernetes/pki/")
            and certificate.issuer == "CN=kubernetes"
        ):
            return (witness.saw("certificates", f"{other} issuer {certificate.issuer}"),)
    return ()


rule = Rule(
    name="kubeadm-certificates",
    facts=("certificates",),
    component="kubeadm",
    class_="config",
    why=Text(
        "kubeadm issues this certificate at init or join and renews it at each upgrade ({subject}; {what}).",
        "kubeadm이 init이나 join 때 발급하고 업그레이드할 때마다 갱신하는 인증서입니다({subject}; {what}).",
    ),
    consequence=Text(
        "Leaf certificates last a year, CAs ten. After a renewal the control-plane pods must be restarted to use them.",
        "인증서는 1년, CA는 10년 유효합니다. 갱신한 뒤에는 컨트롤 플레인 파드를 재시작해야 적용됩니다.",
    ),
    group=Text("kubeadm's certificates", "kubeadm 인증서"),
    since="kubeadm 1.8 (8760 h and 87600 h; adjustable since v1beta4)",
    source="kubernetes/kubernetes cmd/kubeadm/app/phases/certs/certlist.go, renewal/manager.go",
    match=match,
)
