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
    since="CRI-O 1.0 (crio-wipe from 1.16; crio-shutdown up to 1.21)",
    source="cri-o/cri-o contrib/systemd/crio.service, crio-wipe.service",
    match=units_of(
        "cri-o",
        r"crio(-shutdown|-wipe)?\.service|cri-o\.service",
        "cri-o",
        "cri-o-runc",
    ),
)
