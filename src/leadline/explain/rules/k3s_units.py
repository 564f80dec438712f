"""The units of k3s."""

from leadline.base.text import Text
from leadline.explain.rule import Rule
from leadline.explain.units import FACTS, units_of

rule = Rule(
    name="k3s-units",
    facts=FACTS,
    component="k3s",
    class_="config",
    why=Text(
        "{happened}. It runs k3s, installed by its script.",
        "{happened}. 설치 스크립트가 만든 k3s의 유닛입니다.",
    ),
    group=Text("k3s' units", "k3s 유닛"),
    since="k3s 0.1",
    source="k3s-io/k3s install.sh create_systemd_service_file",
    match=units_of(
        "k3s",
        r"k3s(-agent|-server)?\.service",
        "k3s-selinux",
    ),
)
