"""The kubelet's own certificates: the client one rotates by itself."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_FILE = re.compile(
    r"/var/lib/(kubelet|rancher/\w+/agent)/pki/kubelet[\w.-]*\.(pem|crt)( .*)?|/etc/kubernetes/kubelet\.conf( .*)?"
)


def match(change: Change, pair: Pair) -> Match | None:
    if _FILE.fullmatch(change.key) is None:
        return None
    witness = pair.side(change)
    proof = seen_apart(witness, "kubelet", "certificates")
    entry = change.entry
    if not proof and not re.search(r"O=system:nodes|CN=system:node:", entry.subject):
        return None
    own = witness.saw("certificates", f"{change.key} {entry.subject} until {entry.not_after}")
    values = {"subject": entry.subject, "until": entry.not_after}
    return Match((own, *proof), "shown" if proof else "likely", values)


rule = Rule(
    name="kubelet-certificates",
    facts=("certificates",),
    component="kubelet",
    class_="runtime",
    why=Text(
        "The kubelet keeps this certificate itself ({subject}, until {until}): the client certificate is asked for at join "
        "and renewed before it ends, the serving one is self-signed unless serverTLSBootstrap is on.",
        "kubelet이 직접 관리하는 인증서입니다({subject}, 만료 {until}). 클라이언트 인증서는 join 때 요청하고 만료 전에 "
        "스스로 갱신하며, 서버 인증서는 serverTLSBootstrap을 켜지 않으면 자체 서명됩니다.",
    ),
    group=Text("the kubelet's certificates", "kubelet 인증서"),
    since="Kubernetes 1.19 (rotation on by default with kubeadm since 1.8)",
    source="kubernetes/kubernetes pkg/kubelet/certificate/kubelet.go, staging/src/k8s.io/client-go/util/certificate",
    match=match,
)
