"""Calico's agent sets what its data plane needs."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_writers import WRITERS, written
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    return written(change, pair, "calico")


rule = Rule(
    name="calico-sysctls",
    facts=("sysctl",),
    keys=WRITERS["calico"].settings,
    component="calico",
    class_="config",
    why=Text(
        "Calico's agent (felix) sets this: accounting for flow logs, and in eBPF mode unprivileged BPF off and the kernel's source check left to its own program.",
        "Calico 에이전트(felix)가 설정합니다. 흐름 로그를 위한 conntrack 집계를 켜고, eBPF 모드에서는 비특권 BPF를 막으며 출발지 검사를 자체 프로그램에 맡깁니다.",
    ),
    consequence=Text(
        "felix writes its settings again when it starts; a changed value does not stay.",
        "felix는 시작할 때 다시 설정하므로 바꾼 값이 유지되지 않습니다.",
    ),
    since="Calico 3.0; nf_conntrack_acct from 3.30",
    source="projectcalico/calico felix/dataplane/linux/int_dataplane.go configureKernel, bpf_ep_mgr.go",
    match=match,
)
