"""Forwarding and the settings that each interface has."""

from leadline.base.text import Text
from leadline.explain.topic import Topic

_IP = "linux Documentation/networking/ip-sysctl.rst"
_OFF = Text("off", "꺼짐")
_ON = Text("on", "켜짐")
_V4 = r"net\.ipv4\.conf\.[^.]+\."
_V6 = r"net\.ipv6\.conf\.[^.]+\."

topics = (
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv4\.ip_forward|net\.ipv4\.conf\.all\.forwarding|net\.ipv6\.conf\.all\.forwarding",
        what=Text(
            "Whether the host routes packets between its interfaces.",
            "호스트가 인터페이스 사이에서 패킷을 라우팅할지 정합니다.",
        ),
        values={
            "0": Text(
                "a host: pods reach nothing beyond their node",
                "일반 호스트. 파드가 노드 밖과 통신하지 못합니다",
            ),
            "1": Text(
                "a router: pods, services and NodePorts can pass",
                "라우터. 파드, 서비스, NodePort 트래픽이 지나갈 수 있습니다",
            ),
        },
        owner="host preparation (kubeadm's preflight asks for it), kubespray, k3s, the CNI bridge plugin, Docker, Podman, libvirt",
        advice=Text(
            "Keep it in a file under /etc/sysctl.d; a hardening script that sets 0 cuts off all pods. What may be routed is for "
            "the FORWARD rules to say. Switching it rewrites `forwarding` of every interface. With IPv6 forwarding on, router "
            "advertisements are ignored where accept_ra is 1: the default route may vanish.",
            "/etc/sysctl.d 파일에 적어 두십시오. 보안 스크립트가 0으로 바꾸면 모든 파드의 통신이 끊깁니다. 무엇을 라우팅할지는 "
            "FORWARD 규칙이 정합니다. 바꾸면 모든 인터페이스의 `forwarding`이 다시 쓰입니다. IPv6 포워딩을 켜면 accept_ra가 "
            "1인 곳에서 RA가 무시되어 기본 경로가 사라질 수 있습니다.",
        ),
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv[46]\.conf\.(?!all\.forwarding$)[^.]+\.(mc_|bc_|force_)?forwarding",
        what=Text(
            "Whether packets that arrive on this interface are routed on.",
            "이 인터페이스로 들어온 패킷을 다른 곳으로 라우팅할지 정합니다.",
        ),
        values={"0": _OFF, "1": _ON},
        owner="kernel: follows ip_forward (conf.all.forwarding for IPv6) each time that is written",
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=_V4 + r"rp_filter",
        what=Text(
            "Whether a packet's source must be reachable by the way it came (the larger of `all` and the interface counts).",
            "패킷의 출발지로 가는 경로가 들어온 경로와 맞는지 검사합니다(`all`과 인터페이스 값 중 큰 쪽이 적용됩니다).",
        ),
        values={
            "0": Text("not checked", "검사하지 않음"),
            "1": Text("strict: by the same interface", "엄격: 같은 인터페이스여야 함"),
            "2": Text("loose: by any interface", "느슨: 어느 인터페이스든 됨"),
        },
        owner="distribution (2, or 1 on RHEL 8 and 9), Cilium (0), Calico in eBPF mode",
        advice=Text(
            "Strict on a node's uplink or on pod interfaces drops traffic that returns another way (Cilium, Calico IPIP, several "
            "uplinks). `all` 0 does not switch off what an interface has.",
            "업링크나 파드 인터페이스에서 엄격하면 다른 길로 돌아오는 트래픽(Cilium, Calico IPIP, 다중 업링크)이 버려집니다. "
            "`all`을 0으로 해도 인터페이스 자체 값은 꺼지지 않습니다.",
        ),
        source=f"{_IP}; RFC 3704",
    ),
    Topic(
        kind="sysctl",
        pattern=_V4 + r"route_localnet",
        what=Text(
            "Whether packets to 127.0.0.0/8 may enter and leave by an interface.",
            "127.0.0.0/8로 가는 패킷이 인터페이스를 드나들 수 있는지 정합니다.",
        ),
        values={
            "0": Text("loopback addresses stay inside the host", "루프백 주소는 호스트 안에만 머뭅니다"),
            "1": Text(
                "routed: NodePorts and hostPorts answer on 127.0.0.1 too",
                "라우팅됩니다. NodePort와 hostPort를 127.0.0.1에서도 쓸 수 있습니다",
            ),
        },
        owner="kube-proxy in iptables mode (all), portmap (cni0), Docker without userland proxy, Podman",
        advice=Text(
            "Neighbours on the link could then reach services bound to 127.0.0.1 (CVE-2020-8558), unless the rule `block incoming "
            "localnet connections` in KUBE-FIREWALL drops that. `--iptables-localhost-nodeports=false` does without.",
            "이웃 호스트가 127.0.0.1에 바인딩된 서비스에 접근할 수 있게 되며(CVE-2020-8558), KUBE-FIREWALL의 `block incoming "
            "localnet connections` 규칙이 이를 막습니다. `--iptables-localhost-nodeports=false`이면 필요하지 않습니다.",
        ),
        source=f"{_IP}; kubernetes pkg/proxy/iptables/proxier.go",
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv[46]\.conf\.[^.]+\.(accept_redirects|secure_redirects|shared_media)",
        what=Text(
            "Whether ICMP redirects from routers are followed.",
            "라우터가 보낸 ICMP redirect를 따를지 정합니다.",
        ),
        values={"0": Text("ignored", "무시"), "1": Text("followed", "따름")},
        owner="kernel (conf.all turns to 0 with forwarding), ufw, hardening scripts",
        advice=Text(
            "0 is right on nodes: a redirect can turn traffic to an attacker.",
            "노드에서는 0이 맞습니다. redirect로 트래픽을 공격자에게 돌릴 수 있습니다.",
        ),
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=_V4 + r"send_redirects",
        what=Text(
            "Whether the host as a router tells senders of a shorter way.",
            "라우터로서 더 짧은 경로를 송신자에게 알릴지 정합니다.",
        ),
        values={"0": Text("not told", "알리지 않음"), "1": Text("told", "알림")},
        owner="hardening scripts, Cilium on its devices",
        advice=Text(
            "CIS asks for 0 on hosts that are no routers; nodes do without it as well.",
            "CIS는 라우터가 아닌 호스트에 0을 요구하며, 노드에도 필요하지 않습니다.",
        ),
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv[46]\.conf\.[^.]+\.accept_source_route",
        what=Text(
            "Whether packets may prescribe their route.", "패킷이 자신의 경로를 지정하도록 허용할지 정합니다."
        ),
        values={"0": Text("refused", "거부"), "1": Text("obeyed", "허용"), "-1": Text("refused", "거부")},
        owner="distribution (0)",
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=_V4 + r"(log_martians|accept_local|src_valid_mark|promote_secondaries)",
        what=Text(
            "How packets with unusual sources, or the loss of an address, are treated.",
            "비정상 출발지의 패킷이나 주소 제거를 다루는 방식입니다.",
        ),
        values={"0": _OFF, "1": _ON},
        owner="distribution, hardening scripts; src_valid_mark by wg-quick and Calico's WireGuard",
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=_V6 + r"disable_ipv6",
        what=Text("Whether IPv6 is off on the interface.", "인터페이스의 IPv6를 끌지 정합니다."),
        values={
            "0": Text("IPv6 works", "IPv6 사용"),
            "1": Text("off: its addresses vanish", "끔. 주소가 사라집니다"),
        },
        owner="administrator, Docker and libvirt on bridges without IPv6",
        advice=Text(
            "Switching it off under a dual-stack cluster takes the nodes' and pods' IPv6 addresses.",
            "듀얼 스택 클러스터에서 끄면 노드와 파드의 IPv6 주소가 사라집니다.",
        ),
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=_V6 + r"accept_ra",
        what=Text(
            "Whether router advertisements configure addresses and routes.",
            "router advertisement로 주소와 경로를 설정할지 정합니다.",
        ),
        values={
            "0": Text("ignored", "무시"),
            "1": Text("followed unless the host forwards", "포워딩하지 않을 때만 따름"),
            "2": Text("followed even while forwarding", "포워딩 중에도 따름"),
        },
        owner="CNI bridge plugin (0 on cni0 and veths), Calico (0), NetworkManager and systemd-networkd (0, they do it themselves)",
        advice=Text(
            "On an uplink that learns its route by advertisements, set 2 before switching IPv6 forwarding on.",
            "RA로 경로를 배우는 업링크는 IPv6 포워딩을 켜기 전에 2로 설정하십시오.",
        ),
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=_V6 + r"mtu",
        what=Text(
            "The interface's MTU as IPv6 uses it; it follows the interface.",
            "IPv6가 쓰는 인터페이스 MTU로, 인터페이스를 따라갑니다.",
        ),
        values={
            "1450": Text("1500 less 50 bytes for VXLAN", "1500에서 VXLAN용 50바이트를 뺀 값"),
            "1500": Text("Ethernet", "이더넷"),
            "8951": Text("9001 less 50 bytes for VXLAN", "9001에서 VXLAN용 50바이트를 뺀 값"),
            "9001": Text("AWS jumbo frames", "AWS 점보 프레임"),
        },
        owner="kernel",
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=_V6
        + r"(addr_gen_mode|use_tempaddr|stable_secret|temp_\w+|accept_dad|dad_transmits|enhanced_dad)",
        what=Text(
            "How the interface forms and checks its IPv6 addresses.",
            "인터페이스가 IPv6 주소를 만들고 검사하는 방식입니다.",
        ),
        values={"0": _OFF, "1": _ON, "2": Text("on, and preferred", "켜짐, 우선 사용")},
        owner="NetworkManager, systemd-networkd, distribution",
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.(ipv4|ipv6|mpls)\.conf\.[^.]+\..+",
        general=True,
        what=Text(
            "A setting of one interface (`flannel/1` is flannel.1); `default` is for new ones, `all` for every one.",
            "한 인터페이스의 설정입니다(`flannel/1`은 flannel.1). `default`는 새 인터페이스에, `all`은 전체에 적용됩니다.",
        ),
        owner="kernel: copied from `default` when the interface is made",
        source=_IP,
    ),
)
