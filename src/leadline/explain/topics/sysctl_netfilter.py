"""Connection tracking, bridged traffic and IPVS."""

from leadline.base.text import Text
from leadline.explain.topic import Topic

_OFF = Text("off", "꺼짐")
_KERNEL = "linux Documentation/networking/nf_conntrack-sysctl.rst"
_PROXY = "kubernetes pkg/proxy/conntrack/sysctls.go (cmd/kube-proxy/app/conntrack.go before 1.36)"
_IPVS = "linux Documentation/networking/ipvs-sysctl.rst; kubernetes pkg/proxy/ipvs/proxier.go"
_BRIDGE_ON = Text(
    "bridged packets pass the firewall: service addresses and network policy work between pods of one node",
    "브리지를 지나는 패킷도 방화벽을 거칩니다. 같은 노드의 파드 사이에서도 서비스 주소와 네트워크 정책이 동작합니다",
)
_BRIDGE_OFF = Text(
    "bridged packets skip the firewall: a service address fails when the chosen pod is on the same node",
    "브리지를 지나는 패킷은 방화벽을 거치지 않습니다. 선택된 파드가 같은 노드에 있으면 서비스 주소 접속이 실패합니다",
)

topics = (
    Topic(
        kind="sysctl",
        pattern=r"net\.bridge\.bridge-nf-call-ip(6)?tables",
        what=Text(
            "Whether packets that a bridge only switches are shown to iptables, too.",
            "브리지가 스위칭만 하는 패킷도 iptables를 거치게 할지 정합니다.",
        ),
        values={"0": _BRIDGE_OFF, "1": _BRIDGE_ON},
        owner="host preparation (kubeadm), kubespray, k3s, Docker up to 27; the module br_netfilter starts with 1",
        advice=Text(
            "Keep 1 on Kubernetes nodes and load br_netfilter at boot, or the key does not exist when sysctl.d is applied. "
            "On a virtualisation host it puts guests' bridged traffic through the host's firewall.",
            "쿠버네티스 노드에서는 1로 두고 br_netfilter를 부팅 때 올리십시오. 그렇지 않으면 sysctl.d가 적용될 때 키가 없습니다. "
            "가상화 호스트에서는 게스트의 브리지 트래픽이 호스트 방화벽을 거치게 됩니다.",
        ),
        source="linux net/bridge/br_netfilter_hooks.c; kubernetes.io container runtimes",
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.bridge\.bridge-nf-call-arptables",
        what=Text(
            "Whether bridged ARP packets are shown to arptables.",
            "브리지를 지나는 ARP 패킷이 arptables를 거치게 할지 정합니다.",
        ),
        values={"0": _OFF, "1": Text("bridged ARP passes arptables", "브리지의 ARP가 arptables를 거칩니다")},
        owner="the module br_netfilter (1), kubespray",
        source="linux net/bridge/br_netfilter_hooks.c",
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.bridge\.bridge-nf-(filter-(vlan|pppoe)-tagged|pass-vlan-input-dev)",
        what=Text(
            "Whether bridged packets inside VLAN or PPPoE frames are shown to the firewall as well.",
            "VLAN이나 PPPoE 프레임 안의 브리지 패킷도 방화벽을 거치게 할지 정합니다.",
        ),
        values={"0": _OFF, "1": Text("on", "켜짐")},
        owner="kernel",
        source="linux net/bridge/br_netfilter_hooks.c",
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.(netfilter\.)?nf_conntrack_max",
        what=Text(
            "How many connections the kernel tracks at most (both names are one variable).",
            "커널이 추적하는 연결 수의 상한입니다(두 이름은 같은 변수입니다).",
        ),
        owner="kube-proxy: max(131072, 32768 for each CPU); k3s and RKE2 write it themselves",
        advice=Text(
            "When nf_conntrack_count reaches it, new connections are dropped (`nf_conntrack: table full` in the kernel log). "
            "An entry costs about 320 bytes. Set it by kube-proxy's conntrack.maxPerCore and min, otherwise kube-proxy "
            "overwrites it at its next start, downwards too.",
            "nf_conntrack_count가 이 값에 이르면 새 연결이 버려집니다(커널 로그의 `nf_conntrack: table full`). 항목 하나는 약 "
            "320바이트입니다. kube-proxy의 conntrack.maxPerCore와 min으로 설정하십시오. 그렇지 않으면 kube-proxy가 다음에 "
            "시작할 때 덮어쓰며, 줄이기도 합니다.",
        ),
        source=f"{_KERNEL}; {_PROXY}",
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.netfilter\.nf_conntrack_buckets",
        what=Text("The size of the connection tracking hash table.", "conntrack 해시 테이블의 크기입니다."),
        owner="kernel (from the memory); kube-proxy raises it to a quarter of nf_conntrack_max where it is smaller",
        advice=Text(
            "Far fewer buckets than connections make each packet's look-up slower.",
            "연결 수에 비해 버킷이 매우 적으면 패킷마다 조회가 느려집니다.",
        ),
        source=f"{_KERNEL}; {_PROXY}",
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.netfilter\.nf_conntrack_count",
        what=Text("How many connections are tracked now.", "현재 추적 중인 연결 수입니다."),
        owner="kernel",
        advice=Text("Watch it against nf_conntrack_max.", "nf_conntrack_max와 비교하여 살펴보십시오."),
        source=_KERNEL,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.netfilter\.nf_conntrack_tcp_timeout_established",
        what=Text(
            "How long an idle established TCP connection stays tracked, in seconds.",
            "유휴 상태의 연결된 TCP를 추적 테이블에 두는 시간(초)입니다.",
        ),
        values={
            "432000": Text("5 days, the kernel's default", "5일(커널 기본값)"),
            "86400": Text("one day, kube-proxy's default", "하루(kube-proxy 기본값)"),
        },
        owner="kube-proxy (conntrack.tcpEstablishedTimeout)",
        advice=Text(
            "Shorter than an application's keepalive, it cuts idle connections through a service: the next packet gets no answer.",
            "애플리케이션의 keepalive 주기보다 짧으면 서비스를 거치는 유휴 연결이 끊겨 다음 패킷에 응답이 없습니다.",
        ),
        source=f"{_KERNEL}; {_PROXY}",
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.netfilter\.nf_conntrack_tcp_timeout_close_wait",
        what=Text(
            "How long a TCP connection that one side has closed stays tracked, in seconds.",
            "한쪽이 닫은 TCP 연결을 추적 테이블에 두는 시간(초)입니다.",
        ),
        values={
            "60": Text("one minute, the kernel's default", "1분(커널 기본값)"),
            "3600": Text("one hour, kube-proxy's default", "한 시간(kube-proxy 기본값)"),
        },
        owner="kube-proxy (conntrack.tcpCloseWaitTimeout)",
        advice=Text(
            "Long times keep half-closed connections through NAT alive, and fill the table where programs do not close theirs.",
            "길면 NAT를 거치는 반쯤 닫힌 연결이 유지되지만, 연결을 닫지 않는 프로그램이 있으면 테이블이 찹니다.",
        ),
        source=f"{_KERNEL}; {_PROXY}",
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.netfilter\.nf_conntrack_tcp_be_liberal",
        what=Text(
            "Whether TCP packets outside the window are accepted as part of a connection.",
            "윈도를 벗어난 TCP 패킷도 연결의 일부로 받아들일지 정합니다.",
        ),
        values={
            "0": Text(
                "they are INVALID, and kube-proxy's rules drop them",
                "INVALID로 보며 kube-proxy 규칙이 버립니다",
            ),
            "1": Text(
                "they are accepted; kube-proxy leaves its INVALID rule out",
                "받아들이며, kube-proxy는 INVALID 규칙을 두지 않습니다",
            ),
        },
        owner="kube-proxy (conntrack.tcpBeLiberal)",
        source=f"{_KERNEL}; {_PROXY}",
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.netfilter\.nf_conntrack_acct",
        what=Text(
            "Whether packets and bytes are counted for each connection.",
            "연결마다 패킷과 바이트 수를 셀지 정합니다.",
        ),
        values={
            "0": _OFF,
            "1": Text(
                "counted: flow logs and `conntrack -L` show traffic",
                "셉니다. 흐름 로그와 `conntrack -L`에 통신량이 나타납니다",
            ),
        },
        owner="Calico from 3.30 on",
        source=_KERNEL,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.netfilter\.nf_conntrack_\w+|net\.netfilter\.nf_flowtable_\w+",
        general=True,
        what=Text(
            "Connection tracking: a timeout, limit or switch of one protocol; the key exists while nf_conntrack is loaded.",
            "conntrack의 프로토콜별 타임아웃, 한도 또는 스위치입니다. nf_conntrack 모듈이 올라와 있는 동안 존재합니다.",
        ),
        owner="kernel",
        source=_KERNEL,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.netfilter\.nf_log\..*",
        what=Text(
            "Which module writes the log lines of LOG rules for a protocol family.",
            "프로토콜 계열별로 LOG 규칙의 로그를 남기는 모듈입니다.",
        ),
        values={"NONE": Text("no module is loaded for it", "올라온 모듈이 없습니다")},
        owner="kernel",
        source="linux net/netfilter/nf_log.c",
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv4\.vs\.conntrack",
        what=Text(
            "Whether IPVS connections are tracked by conntrack.",
            "IPVS 연결을 conntrack으로 추적할지 정합니다.",
        ),
        values={
            "0": Text(
                "not tracked: masquerading of service traffic does not work",
                "추적하지 않습니다. 서비스 트래픽의 masquerade가 동작하지 않습니다",
            ),
            "1": Text("tracked, as kube-proxy needs it", "추적합니다(kube-proxy에 필요)"),
        },
        owner="kube-proxy in ipvs mode",
        source=_IPVS,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv4\.vs\.expire_nodest_conn",
        what=Text(
            "Whether connections to a backend that was removed are ended at once.",
            "제거된 백엔드로 가던 연결을 바로 끝낼지 정합니다.",
        ),
        values={
            "0": Text(
                "their packets are dropped silently until the timer ends",
                "타이머가 끝날 때까지 패킷이 조용히 버려집니다",
            ),
            "1": Text(
                "ended at once, the client can connect anew",
                "바로 끝내므로 클라이언트가 새로 연결할 수 있습니다",
            ),
        },
        owner="kube-proxy in ipvs mode",
        source=_IPVS,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv4\.vs\.expire_quiescent_template",
        what=Text(
            "Whether session affinity ends when the backend's weight becomes 0.",
            "백엔드의 가중치가 0이 되면 세션 어피니티를 끝낼지 정합니다.",
        ),
        values={
            "0": Text("clients stay with it", "클라이언트가 계속 그 백엔드로 갑니다"),
            "1": Text("clients move to another pod", "클라이언트가 다른 파드로 옮겨 갑니다"),
        },
        owner="kube-proxy in ipvs mode",
        source=_IPVS,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv4\.vs\.conn_reuse_mode",
        what=Text(
            "How IPVS treats a new connection from a port that it still knows.",
            "IPVS가 아직 기억하는 포트에서 온 새 연결을 다루는 방식입니다.",
        ),
        values={
            "0": Text("it goes to the old backend", "이전 백엔드로 보냅니다"),
            "1": Text(
                "it is scheduled anew; on kernels before 5.9 with a delay of a second",
                "새로 배정합니다. 5.9 이전 커널에서는 1초 지연이 있습니다",
            ),
        },
        owner="kube-proxy in ipvs mode on kernels 4.1-5.8",
        source=_IPVS,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv4\.vs\..*",
        general=True,
        what=Text(
            "A setting of the IPVS load balancer; it exists while ip_vs is loaded.",
            "IPVS 로드밸런서의 설정입니다. ip_vs 모듈이 올라와 있는 동안 존재합니다.",
        ),
        owner="kernel",
        source=_IPVS,
    ),
)
