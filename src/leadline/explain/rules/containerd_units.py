"""containerd's own unit."""

from leadline.base.text import Text
from leadline.explain.rule import Rule
from leadline.explain.units import FACTS, units_of

rule = Rule(
    name="containerd-units",
    facts=FACTS,
    component="containerd",
    class_="config",
    why=Text(
        "{happened}. It runs containerd, which starts the containers of Kubernetes and of Docker.",
        "{happened}. Kubernetes와 Docker의 컨테이너를 시작하는 containerd를 실행합니다.",
    ),
    group=Text("containerd's units", "containerd 유닛"),
    since="containerd 1.0",
    source="containerd/containerd containerd.service",
    match=units_of(
        "containerd",
        r"containerd\.service",
        "containerd",
        "containerd.io",
    ),
)
