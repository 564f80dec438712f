"""CRI-O's units."""

from leadline.base.text import Text
from leadline.explain.rule import Rule
from leadline.explain.units import FACTS, units_of

rule = Rule(
    name="crio-units",
    facts=FACTS,
    component="cri-o",
    class_="config",
    why=Text(
        "{happened}. It belongs to CRI-O, a container runtime for Kubernetes.",
        "{happened}. Kubernetes용 컨테이너 런타임인 CRI-O의 유닛입니다.",
    ),
    group=Text("CRI-O's units", "CRI-O 유닛"),
    since="CRI-O 1.0",
    source="cri-o contrib/systemd",
    match=units_of(
        "cri-o",
        r"crio(-shutdown|-wipe|-status)?\.service",
        "cri-o",
        "cri-o-runc",
    ),
)
