"""The tmpfs volumes that the kubelet mounts for pods: tokens, secrets and memory volumes."""

from leadline.base.text import Text
from leadline.explain.kubelet_paths import memory_limit, other_signs, volume
from leadline.explain.pair import Pair
from leadline.explain.proof import KUBERNETES, MOUNT, any_apart
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

CONTENT = {
    "projected": Text(
        "a projected volume (service account token, CA, ConfigMaps)",
        "projected 볼륨(서비스어카운트 토큰, CA, ConfigMap)",
    ),
    "secret": Text("a Secret", "Secret 볼륨"),
    "empty-dir": Text("an emptyDir in memory", "메모리 emptyDir 볼륨"),
    "configmap": Text("a ConfigMap", "ConfigMap 볼륨"),
    "downward-api": Text("a downwardAPI volume", "downwardAPI 볼륨"),
}


def match(change: Change, pair: Pair) -> Match | None:
    place = volume(change.key)
    if place is None or change.entry.fstype not in (None, "tmpfs") or place.plugin not in CONTENT:
        return None
    side = pair.side(change)
    author = any_apart(side, KUBERNETES, MOUNT)
    evidence = author or other_signs(side, change.fact)
    if not evidence:
        return None
    pod = next((each for each in side.entries("crictl_pods").values() if each.uid == place.pod), None)
    values = {
        "what": CONTENT[place.plugin],
        "name": place.name,
        "pod": f"{pod.namespace}/{pod.name}" if pod else place.pod,
        "size": memory_limit(side, change.fact, change.key),
    }
    return Match(evidence, "shown" if author else "likely", values)


rule = Rule(
    name="kubelet-memory-volumes",
    facts=("df", "findmnt"),
    component="kubelet",
    class_="derived",
    why=Text(
        "{name} of the pod {pod}: the kubelet keeps {what} in a tmpfs, never on disk. {size}",
        "파드 {pod}의 {name}입니다. kubelet이 {what}을 디스크가 아닌 tmpfs에 둡니다. {size}",
    ),
    consequence=Text(
        "What is written there counts as the pod's memory; size= is only a ceiling, nothing is reserved.",
        "여기에 쓴 만큼 파드의 메모리로 계산됩니다. size=는 상한일 뿐, 미리 차지하지 않습니다.",
    ),
    since="Kubernetes 1.0; projected tokens 1.21; size= 1.22, noswap 1.31",
    source="kubernetes/kubernetes pkg/volume/emptydir/empty_dir.go setupTmpfs, pkg/volume/projected/projected.go",
    group=Text("pod volumes in memory", "메모리에 있는 파드 볼륨"),
    match=match,
)
