"""The units that snapd makes for snaps."""

from leadline.base.text import Text
from leadline.explain.rule import Rule
from leadline.explain.units import FACTS, units_of

rule = Rule(
    name="snapd-units",
    facts=FACTS,
    component="snapd",
    class_="config",
    why=Text(
        "{happened}. snapd makes a mount unit for each revision of a snap, and units for its services.",
        "{happened}. snapd가 스냅의 리비전마다 마운트 유닛을, 서비스마다 유닛을 만듭니다.",
    ),
    group=Text("units of snaps", "스냅의 유닛"),
    since="snapd 2.0",
    source="snapcore/snapd wrappers/services.go, systemd/systemd.go AddMountUnitFile",
    match=units_of(
        "snapd",
        r"snap-(?!microk8s-).*\.mount|snap\.(?!microk8s\.).*|var-snap-(?!microk8s-).*\.mount|run-snapd-.*|snapd\..*",
        "snapd",
    ),
)
