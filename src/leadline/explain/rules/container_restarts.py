"""Containers that ended and were started again: the next attempt in the same pod."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    witness = pair.side(change)
    entry = change.entry
    own = witness.saw(change.fact, f"{entry.name} attempt {entry.attempt} {entry.state}")
    if only(change, "state", "attempt"):
        state = Text(
            f"{change.before.state} -> {change.after.state}", f"{change.before.state} -> {change.after.state}"
        )
        return Match((own,), values={"what": entry.name, "how": state})
    if change.kind == "changed":
        return None
    twin = _twin(change, pair)
    if twin is None:
        return None
    how = Text(f"attempt {entry.attempt}", f"{entry.attempt}번째 시도")
    return Match((own, twin), values={"what": entry.name, "how": how})


def _twin(change: Change, pair: Pair) -> Evidence | None:
    """Another attempt of the same container (or sandbox) of the same pod on the other side."""
    entry = change.entry
    other = pair.after if change.kind == "removed" else pair.before
    for key, each in other.entries(change.fact).items():
        same = (each.name, each.namespace) == (entry.name, entry.namespace) and key != change.key
        if change.fact == "crictl_ps":
            same = same and each.pod == entry.pod and each.pod_id[:13] == entry.pod_id[:13]
        else:
            same = same and each.uid is not None and each.uid == entry.uid
        if same and each.attempt != entry.attempt:
            return other.saw(change.fact, f"{each.name} attempt {each.attempt} {each.state}")
    return None


rule = Rule(
    name="container-restarts",
    facts=("crictl_pods", "crictl_ps"),
    component="kubelet",
    class_="runtime",
    why=Text(
        "{what} ended and was started anew in the same pod, or was cleaned up after that ({how}).",
        "{what}이(가) 종료된 뒤 같은 파드에서 다시 시작되었거나, 종료된 것이 정리되었습니다({how}).",
    ),
    consequence=Text(
        "A rising attempt number means that it keeps ending: see `crictl logs` and the pod's events.",
        "시도 횟수가 계속 늘면 반복해서 종료되는 것이므로 `crictl logs`와 파드 이벤트를 확인하십시오.",
    ),
    group=Text("containers that were restarted", "재시작된 컨테이너"),
    since="Kubernetes 1.5 (CRI)",
    source="kubernetes/kubernetes pkg/kubelet/kuberuntime/kuberuntime_container.go, kuberuntime_gc.go",
    match=match,
)
