"""The kernel settings that the kubelet writes when it starts."""

from typing import Literal

from leadline.base.text import Text
from leadline.explain import tuned
from leadline.explain.components import seen
from leadline.explain.kubespray import KUBELET_SETTINGS, NODE_PORTS, marks
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_defaults import is_default
from leadline.explain.sysctl_files import asked
from leadline.snapshot.diff import Change


def _moved(pair: Pair, kept: Literal["before", "after"]) -> int:
    """How many of the six changed, and have the kubelet's value on this side."""
    changes = [pair.change("sysctl", key) for key in KUBELET_SETTINGS]
    return sum(each is not None and getattr(each, kept) == KUBELET_SETTINGS[each.key] for each in changes)


def match(change: Change, pair: Pair) -> Match | None:
    if (value := KUBELET_SETTINGS.get(change.key)) is None:
        return None
    kept: Literal["before", "after"] = "after" if change.after == value else "before"
    side, other = (pair.after, pair.before) if kept == "after" else (pair.before, pair.after)
    if getattr(change, kept) != value or not side.sysctls(KUBELET_SETTINGS) or marks(side):
        return None
    # The kubelet finds a fresh kernel with at least two values to write; a single one is somebody else's.
    if _moved(pair, kept) < 2 or tuned.sets(side, change.key, value):
        return None
    author = seen(side, "kubelet")
    if kept == "before":
        back = is_default(change.key, change.after) and author and not seen(other, "kubelet")
        return Match(author, "likely") if back else None
    if asked(side, change.key, value) is not None:
        return None
    if not author:
        return Match(side.sysctls(KUBELET_SETTINGS), "likely")
    # The NodePort range kept free is kubespray's doing: its file may have had these values first.
    kubespray = side.entries("sysctl").get("net.ipv4.ip_local_reserved_ports") == NODE_PORTS
    return Match(author, "likely" if seen(other, "kubelet") or kubespray else "shown")


rule = Rule(
    name="kubelet-sysctls",
    facts=("sysctl",),
    kinds=("changed",),
    component="kubelet",
    class_="config",
    why=Text(
        "The kubelet sets this when it starts, so that memory pressure and kernel faults end the way it "
        "plans for: overcommit with OOM kills decided by priority, and a reboot 10 s after a panic or oops (kubespray "
        "puts the same into a file beforehand).",
        "kubelet이 시작할 때 설정합니다. 메모리 부족은 우선순위에 따른 OOM kill로, 커널 오류는 panic 10초 뒤의 "
        "재부팅으로 끝나게 하려는 것입니다(kubespray는 같은 값을 미리 파일에 써 둡니다).",
    ),
    consequence=Text(
        "It holds until the next boot and is written again at each kubelet start; with "
        "`protectKernelDefaults: true` the kubelet refuses to start instead of writing.",
        "다음 부팅까지 유지되고 kubelet이 시작할 때마다 다시 쓰입니다. `protectKernelDefaults: true`이면 kubelet은 "
        "값을 쓰는 대신 시작을 거부합니다.",
    ),
    since="Kubernetes 1.5",
    source="kubernetes/kubernetes pkg/kubelet/cm/container_manager_linux.go setupKernelTunables (same in 1.32-1.36)",
    keys=KUBELET_SETTINGS,
    match=match,
)
