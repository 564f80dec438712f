"""etcd as a service of the host: kubespray's way, or a cluster of one's own."""

from leadline.base.text import Text
from leadline.explain.rule import Rule
from leadline.explain.units import FACTS, units_of

rule = Rule(
    name="etcd-units",
    facts=FACTS,
    component="etcd",
    class_="config",
    why=Text(
        "{happened}. It runs etcd as a service of the host instead of a static pod.",
        "{happened}. etcd를 정적 파드가 아니라 호스트의 서비스로 실행합니다.",
    ),
    group=Text("etcd's units", "etcd 유닛"),
    since="kubespray 2.0 (etcd_deployment_type host)",
    source="kubernetes-sigs/kubespray roles/etcd/templates/etcd-host.service.j2, etcd-events-host.service.j2",
    match=units_of(
        "etcd",
        r"etcd(-events)?\.service",
        "etcd",
        "etcd-server",
    ),
)
