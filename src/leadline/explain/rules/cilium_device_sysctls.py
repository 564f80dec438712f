"""What Cilium sets on its own devices and on the host's ends of pods."""

from leadline.base.text import Text
from leadline.explain.device_values import gives
from leadline.explain.rule import Rule
from leadline.explain.rules.cilium_interfaces import NAME

SETTINGS = {
    "net.ipv4.conf.*.forwarding": "1",
    "net.ipv4.conf.*.rp_filter": "0",
    "net.ipv4.conf.*.accept_local": "1",
    "net.ipv4.conf.*.send_redirects": "0",
    "net.ipv6.conf.*.forwarding": "1",
}

rule = Rule(
    name="cilium-device-sysctls",
    facts=("sysctl",),
    component="cilium",
    class_="config",
    why=Text(
        "Cilium sets this on {interface}: its devices forward packets, take them from local addresses too and send no "
        "redirects, and no reverse path check drops replies that come back another way.",
        "Cilium이 {interface}에 설정합니다. 자신의 장치에서 패킷을 포워딩하고 로컬 주소에서 온 패킷도 받으며 redirect는 보내지 "
        "않고, 다른 길로 돌아온 응답이 역경로 검사에 걸려 버려지지 않게 합니다.",
    ),
    since="Cilium 1.0; rp_filter on pod ends from 1.11",
    source="cilium/cilium pkg/datapath/loader/netlink.go enableForwarding; plugins/cilium-cni/cmd/cmd.go; pkg/datapath/connector DisableRpFilter",
    group=Text("Cilium's settings of its interfaces", "Cilium의 인터페이스 설정"),
    kinds=("added",),
    keys=SETTINGS,
    match=gives(
        "cilium",
        NAME,
        SETTINGS,
    ),
)
