"""The units of RKE2."""

from leadline.base.text import Text
from leadline.explain.rule import Rule
from leadline.explain.units import FACTS, units_of

rule = Rule(
    name="rke2-units",
    facts=FACTS,
    component="rke2",
    class_="config",
    why=Text(
        "{happened}. It runs RKE2's supervisor, which starts kubelet and control plane.",
        "{happened}. kubelet과 컨트롤 플레인을 시작하는 RKE2 supervisor의 유닛입니다.",
    ),
    group=Text("RKE2's units", "RKE2 유닛"),
    since="RKE2 1.18",
    source="rancher/rke2 bundle/lib/systemd/system/rke2-server.service, rke2-agent.service",
    match=units_of(
        "rke2",
        r"rke2-(server|agent)\.service",
        "rke2-common",
        "rke2-server",
        "rke2-agent",
    ),
)
