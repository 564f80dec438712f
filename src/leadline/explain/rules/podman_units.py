"""Podman's units and the scopes of its containers."""

from leadline.base.text import Text
from leadline.explain.rule import Rule
from leadline.explain.units import FACTS, units_of

rule = Rule(
    name="podman-units",
    facts=FACTS,
    component="podman",
    class_="config",
    why=Text(
        "{happened}. It belongs to Podman or to one of its containers.",
        "{happened}. Podman 또는 Podman 컨테이너의 유닛입니다.",
    ),
    group=Text("Podman's units", "Podman 유닛"),
    since="Podman 1.0",
    source="containers/podman contrib/systemd/system/podman.service.in, podman.socket, podman-restart.service.in",
    match=units_of(
        "podman",
        r"podman([-.@].*)?\.(service|socket|timer)|podman\.(service|socket)|libpod-.*\.scope|machine-libpod.*|var-lib-containers-.*\.mount",
        "podman",
    ),
)
