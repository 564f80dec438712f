"""The units of the microk8s snap."""

from leadline.base.text import Text
from leadline.explain.rule import Rule
from leadline.explain.units import FACTS, units_of

rule = Rule(
    name="microk8s-units",
    facts=FACTS,
    component="microk8s",
    class_="config",
    why=Text(
        "{happened}. It belongs to the microk8s snap.",
        "{happened}. microk8s 스냅의 유닛입니다.",
    ),
    group=Text("microk8s' units", "microk8s 유닛"),
    since="microk8s 1.14",
    source="canonical/microk8s snap/snapcraft.yaml",
    match=units_of(
        "microk8s",
        r"snap\.microk8s\..*|snap-microk8s-.*\.mount|var-snap-microk8s-.*\.mount",
    ),
)
