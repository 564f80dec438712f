"""How an interface finds its neighbours: ARP, NDP and the table of both."""

from leadline.base.text import Text
from leadline.explain.topic import Topic

_IP = "linux Documentation/networking/ip-sysctl.rst"
_OFF = Text("off", "꺼짐")
_ON = Text("on", "켜짐")
_V4 = r"net\.ipv4\.conf\.[^.]+\."

topics = (
    Topic(
        kind="sysctl",
        pattern=_V4 + r"arp_ignore",
        what=Text("Which ARP requests are answered.", "어떤 ARP 요청에 응답할지 정합니다."),
        values={
            "0": Text(
                "for any local address, on any interface", "어느 인터페이스에서든 모든 로컬 주소에 응답"
            ),
            "1": Text(
                "only for addresses of the interface asked on", "요청을 받은 인터페이스의 주소에만 응답"
            ),
            "2": Text("the same, and only for askers of its subnet", "위와 같되 같은 서브넷의 요청에만 응답"),
        },
        owner="kube-proxy in ipvs mode with strictARP",
        advice=Text(
            "MetalLB in layer 2 mode and kube-vip need 1 with ipvs, or every node answers for the load balancer's address.",
            "ipvs에서 MetalLB 2계층 모드나 kube-vip을 쓰려면 1이어야 합니다. 그렇지 않으면 모든 노드가 로드밸런서 주소에 응답합니다.",
        ),
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=_V4 + r"arp_announce",
        what=Text("Which source address ARP requests carry.", "ARP 요청에 쓰는 출발지 주소를 정합니다."),
        values={
            "0": Text("any local address", "아무 로컬 주소"),
            "1": Text("preferably one of the target's subnet", "가능하면 대상 서브넷의 주소"),
            "2": Text("always the best address of the interface", "항상 인터페이스의 가장 알맞은 주소"),
        },
        owner="kube-proxy in ipvs mode with strictARP, tuned (openshift)",
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=_V4 + r"(arp_(accept|evict_nocarrier|filter|notify)|drop_gratuitous_arp|proxy_arp_pvlan)",
        what=Text("How the interface takes part in ARP.", "인터페이스의 ARP 동작을 정합니다."),
        values={"0": _OFF, "1": _ON},
        owner="kernel, administrator",
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.(ipv4\.conf\.[^.]+\.proxy_arp|ipv6\.conf\.[^.]+\.proxy_ndp)",
        what=Text(
            "Whether the host answers neighbour requests for addresses that it would route.",
            "라우팅 대상 주소에 대한 이웃 요청에 대신 응답할지 정합니다.",
        ),
        values={
            "0": _OFF,
            "1": Text(
                "answered: Calico's pods reach their gateway 169.254.1.1 so",
                "응답합니다. Calico 파드가 게이트웨이 169.254.1.1에 도달하는 방식입니다",
            ),
        },
        owner="Calico on cali* interfaces",
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv[46]\.neigh\.default\.gc_thresh[123]",
        what=Text(
            "How many neighbours (ARP, NDP) the host keeps: 1 never cleaned below, 2 soft, 3 hard limit.",
            "보관하는 이웃(ARP, NDP) 항목 수입니다. 1 아래로는 정리하지 않고, 2는 부드러운 한도, 3은 절대 한도입니다.",
        ),
        values={
            "128": Text("default of gc_thresh1", "gc_thresh1의 기본값"),
            "512": Text("default of gc_thresh2", "gc_thresh2의 기본값"),
            "1024": Text("default of gc_thresh3", "gc_thresh3의 기본값"),
        },
        owner="administrator of large clusters, Docker swarm, tuned (openshift)",
        advice=Text(
            "Raise all three where a node talks to more than some 1,000 addresses of one link; `neighbour table overflow` in the kernel "
            "log tells. The limits are the whole machine's, pods included.",
            "한 링크에서 1,000개가 넘는 주소와 통신하는 노드는 셋 모두 올리십시오. 커널 로그의 `neighbour table overflow`로 알 수 "
            "있습니다. 파드를 포함한 머신 전체의 한도입니다.",
        ),
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv[46]\.neigh\.[^.]+\..+",
        general=True,
        what=Text(
            "A time or limit of the neighbour (ARP, NDP) table of one interface.",
            "한 인터페이스의 이웃(ARP, NDP) 테이블에 대한 시간 또는 한도입니다.",
        ),
        owner="kernel: copied from `default` when the interface is made",
        source=_IP,
    ),
)
