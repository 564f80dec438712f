"""The kernel settings that the kubelet writes when it starts."""

from leadline.base.text import Text
from leadline.explain.components import seen
from leadline.explain.kubespray import marks
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

SETTINGS = {
    "vm.overcommit_memory": "1",
    "vm.panic_on_oom": "0",
    "kernel.panic": "10",
    "kernel.panic_on_oops": "1",
    "kernel.keys.root_maxkeys": "1000000",
    "kernel.keys.root_maxbytes": "25000000",
}


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind != "changed" or SETTINGS.get(change.key) != change.after or marks(pair.after):
        return None
    if not pair.after.sysctls(SETTINGS):
        return None  # the kubelet writes all six or refuses to start; one alone is somebody else's
    author = seen(pair.after, "kubelet")
    if not author:
        return Match(pair.after.sysctls(SETTINGS), "likely")
    return Match(author, "likely" if seen(pair.before, "kubelet") else "shown")


rule = Rule(
    name="kubelet-sysctls",
    facts=("sysctl",),
    component="kubelet",
    class_="config",
    why=Text(
        "The kubelet sets this when it starts, so that memory pressure and kernel faults end the way it "
        "plans for: overcommit with OOM kills decided by priority, and a reboot 10 s after a panic or oops.",
        "kubelet이 시작할 때 설정합니다. 메모리 부족은 우선순위에 따른 OOM kill로, 커널 오류는 panic 10초 뒤의 "
        "재부팅으로 끝나게 하려는 것입니다.",
    ),
    consequence=Text(
        "It holds until the next boot and is written again at each kubelet start; with "
        "`protectKernelDefaults: true` the kubelet refuses to start instead of writing.",
        "다음 부팅까지 유지되고 kubelet이 시작할 때마다 다시 쓰입니다. `protectKernelDefaults: true`이면 kubelet은 "
        "값을 쓰는 대신 시작을 거부합니다.",
    ),
    since="Kubernetes 1.5",
    source="kubernetes pkg/kubelet/cm/container_manager_linux.go setupKernelTunables (same in 1.32-1.36)",
    match=match,
)
