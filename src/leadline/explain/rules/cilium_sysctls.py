"""Cilium's agent, and the file that its init container writes."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_writers import WRITERS, written
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    return written(change, pair, "cilium")


rule = Rule(
    name="cilium-sysctls",
    facts=("sysctl",),
    keys=WRITERS["cilium"].settings,
    component="cilium",
    class_="config",
    why=Text(
        "Cilium's agent sets this when it starts: the BPF compiler on, unprivileged BPF off, and no reverse path "
        "check, since replies may take another device than the kernel expects.",
        "Cilium 에이전트가 시작할 때 설정합니다. BPF JIT를 켜고 비특권 BPF를 막으며, 응답이 커널의 예상과 다른 "
        "인터페이스로 오갈 수 있으므로 역경로 검사를 끕니다.",
    ),
    consequence=Text(
        "With `all.rp_filter` 0 no interface checks source addresses unless its own value does; its file "
        "99-zzz-override_cilium.conf keeps that after a boot, and writing it replays all other sysctl files.",
        "`all.rp_filter`가 0이면 인터페이스 자체 값이 켜져 있지 않은 한 출발지 주소를 검사하지 않습니다. "
        "99-zzz-override_cilium.conf 파일이 부팅 후에도 이를 유지하며, 이 파일을 쓸 때 다른 sysctl 파일도 모두 다시 적용됩니다.",
    ),
    since="Cilium 1.11",
    source="cilium/cilium pkg/datapath/loader/base.go Reinitialize, tools/sysctlfix/main.go",
    match=match,
)
