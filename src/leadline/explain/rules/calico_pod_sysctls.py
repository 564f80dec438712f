"""What Calico sets on the host's end of each pod."""

import re

from leadline.base.text import Text
from leadline.explain.device_values import gives
from leadline.explain.rule import Rule

SETTINGS = {
    "net.ipv4.conf.*.route_localnet": "1",
    "net.ipv4.conf.*.proxy_arp": "1",
    "net.ipv4.conf.*.forwarding": "1",
    "net.ipv4.neigh.*.proxy_delay": "0",
    "net.ipv6.conf.*.accept_ra": "0",
    "net.ipv6.conf.*.accept_dad": "0",
    "net.ipv6.conf.*.proxy_ndp": "1",
    "net.ipv6.conf.*.forwarding": "1",
}

rule = Rule(
    name="calico-pod-sysctls",
    facts=("sysctl",),
    component="calico",
    class_="config",
    why=Text(
        "Calico sets this on {interface}, the host's end of a pod: the node answers ARP there without delay for the "
        "pod's gateway 169.254.1.1, takes no router advertisements from the pod, and lets NodePorts on loopback reach it.",
        "Calico가 파드의 호스트 쪽 끝인 {interface}에 설정합니다. 노드가 파드의 게이트웨이 169.254.1.1의 ARP에 지연 없이 대신 "
        "응답하고, 파드가 보낸 router advertisement는 받지 않으며, loopback의 NodePort에서도 파드에 닿게 합니다.",
    ),
    since="Calico 3.0",
    source="projectcalico/calico felix/dataplane/linux/endpoint_mgr.go configureProcSysForInterface, cni-plugin/pkg/dataplane/linux/dataplane_linux.go configureSysctls",
    group=Text("Calico's settings of pod interfaces", "Calico의 파드 인터페이스 설정"),
    kinds=("added",),
    keys=SETTINGS,
    match=gives(
        "calico",
        re.compile(r"cali[0-9a-f]{11}"),
        SETTINGS,
    ),
)
