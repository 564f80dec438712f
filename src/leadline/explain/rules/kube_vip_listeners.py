"""kube-vip's metrics; the address it carries is on the interface, not in a socket."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, listens
from leadline.explain.rule import Rule

rule = Rule(
    name="kube-vip-listeners",
    facts=("ss",),
    component="kube-vip",
    class_="config",
    why=Text(
        "kube-vip's {what} on port {port}. {binding}", "kube-vip의 {what}입니다(포트 {port}). {binding}"
    ),
    consequence=Text(
        "The metrics have no authentication: keep them from outside.",
        "메트릭에는 인증이 없으므로 외부에 노출하지 마십시오.",
    ),
    since="kube-vip 0.3.3",
    source="kube-vip/kube-vip cmd/kube-vip.go (prometheusHTTPServer :2112)",
    match=listens(
        "kube-vip",
        ("kube-vip",),
        {
            "tcp 2112": Endpoint(Text("metrics", "메트릭"), {"everywhere": "kube-vip"}),
        },
    ),
)
